//! No mail can reach the domain.

use super::common;
use crate::prelude::*;
use crate::remedy::TTL;
use ptrust_names::AbsenceKind;

/// The domain is proven to have neither MX nor address records.
pub const CHECK: Check = Check {
    id: "mx-missing",
    title: "The domain has no mail exchanger and no address",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let exchangers = posture.exchangers();
    match exchangers.kind {
        Exchange::Host => Judgement::NotApplicable,
        Exchange::Implicit | Exchange::Unknown(_) if common::is_infrastructure(posture) => Judgement::NotApplicable,
        // A null MX is an answer too: the domain says that it takes no mail.
        Exchange::Listed { .. } => Judgement::Pass,
        Exchange::Unknown(_) => common::any(posture).err().unwrap_or(Judgement::NotApplicable),
        Exchange::Implicit => common::each(
            exchangers,
            |own| Some(own.unknown().map_or(Ok(own.without_address()), Err)),
            |_| failure(posture),
        ),
    }
}

fn failure(posture: &Posture) -> Failure {
    let domain = posture.domain();
    let question = posture.question(RecordType::MX);
    let denied = matches!(
        posture.answer(&question),
        Some(Observed::Absent(absence)) if absence.kind == AbsenceKind::NxDomain
    );
    let explanation = if denied {
        format!("{domain} does not exist, so no mail reaches it, and receivers refuse mail that comes from it.")
    } else {
        format!(
            "{domain} has no MX record and no address of its own, so no mail reaches it: replies and bounces are lost, \
             and some receivers refuse mail from a domain that cannot be answered."
        )
    };
    let types = [RecordType::MX, RecordType::A, RecordType::AAAA];
    Failure {
        subject: domain.to_string(),
        explanation,
        evidence: evidence::several(posture.facts, types.map(|rtype| posture.question(rtype))),
        remedy: Remedy {
            steps: vec![
                "Publish an MX record that names the host which takes the mail of the domain.".into(),
                "If the domain is to take no mail at all, publish the second record alone, which says so.".into(),
            ],
            records: vec![
                format!("{} {TTL} IN MX 10 <name of the mail host>.", domain.absolute()),
                format!("{} {TTL} IN MX 0 .", domain.absolute()),
            ],
        },
    }
}

//! A null MX stands beside other MX records.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;
use crate::remedy::TTL;

/// The null MX, which says that the domain takes no mail, is not alone.
pub const CHECK: Check = Check {
    id: "mx-null-mixed",
    title: "A null MX stands beside other MX records",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7505 3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("null_mixed.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let exchangers = posture.exchangers();
    match exchangers.kind {
        Exchange::Listed { null: true, .. } if !exchangers.hosts.is_empty() => {
            Judgement::fail(failure(posture, &exchangers.hosts))
        }
        Exchange::Listed { .. } => Judgement::Pass,
        Exchange::Unknown(_) => common::any(posture).err().unwrap_or(Judgement::NotApplicable),
        Exchange::Host | Exchange::Implicit => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, hosts: &[Exchanger]) -> Failure {
    let domain = posture.domain();
    let names = evidence::names_text(hosts.iter().map(|exchanger| &exchanger.host));
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has a null MX record, which says that it takes no mail, and beside it MX records for {names}, \
             which say the opposite. Senders differ in which they believe."
        ),
        evidence: evidence::answers(posture.facts, &posture.question(RecordType::MX)),
        remedy: Remedy {
            steps: vec![
                format!("If {domain} takes mail, remove the record `MX 0 .` and keep the others."),
                "If it takes none, remove the others and keep only the record below.".into(),
            ],
            records: vec![format!("{} {TTL} IN MX 0 .", domain.absolute())],
        },
    }
}

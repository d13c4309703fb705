//! Mail goes to the domain's own address, for want of an MX record.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;
use crate::remedy::TTL;

/// There is no MX record, and the domain's own addresses stand for it.
pub const CHECK: Check = Check {
    id: "mx-implicit",
    title: "Mail goes to the domain's own address for want of an MX record",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("implicit.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let exchangers = posture.exchangers();
    match exchangers.kind {
        Exchange::Host => Judgement::NotApplicable,
        Exchange::Listed { .. } => Judgement::Pass,
        Exchange::Unknown(_) => common::any(posture).err().unwrap_or(Judgement::NotApplicable),
        Exchange::Implicit if common::is_infrastructure(posture) => Judgement::NotApplicable,
        Exchange::Implicit => common::each(exchangers, found, |own| failure(posture, own)),
    }
}

/// Whether the domain's own address stands for an MX record; mx-missing is about a domain without any.
fn found(own: &Exchanger) -> common::Found {
    match own.unknown() {
        Some(cause) => Some(Err(cause)),
        None if own.without_address() => None,
        None => Some(Ok(true)),
    }
}

fn failure(posture: &Posture, own: &[&Exchanger]) -> Failure {
    let domain = posture.domain();
    let addresses = remedy::joined(own.iter().flat_map(|own| own.addresses()));
    let types = [RecordType::MX, RecordType::A, RecordType::AAAA];
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has no MX record, so senders try the domain's own address, {addresses}. That is often a web \
             server that takes no mail, and the mail then waits for days before it is returned."
        ),
        evidence: evidence::several(posture.facts, types.map(|rtype| posture.question(rtype))),
        remedy: Remedy {
            steps: vec![
                "If the domain takes mail, publish an MX record that names the host which takes it.".into(),
                "If the domain takes no mail, publish the second record alone, which says so.".into(),
            ],
            records: vec![
                format!("{} {TTL} IN MX 10 <name of the mail host>.", domain.absolute()),
                format!("{} {TTL} IN MX 0 .", domain.absolute()),
            ],
        },
    }
}

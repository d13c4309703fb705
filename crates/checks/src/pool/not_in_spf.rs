//! An address sends for the domain, and SPF does not allow it.

use crate::posture::pool::InSpf;
use crate::prelude::*;
use std::net::IpAddr;

/// An address was seen sending for the domain, and no term of the SPF record lets it.
pub const CHECK: Check = Check {
    id: "pool-not-in-spf",
    title: "An address sends for the domain, and SPF does not allow it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 2.6"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Pool, Need::Spf, Need::Mx],
    page: include_str!("not_in_spf.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let seen = || posture.pool().members.iter().filter(|(_, member)| member.seen > 0);
    let outside: Vec<IpAddr> =
        seen().filter(|(_, member)| member.in_spf == InSpf::No).map(|(address, _)| *address).collect();
    if !outside.is_empty() {
        return Judgement::fail(failure(posture, &outside));
    }
    match seen().find(|(_, member)| member.in_spf == InSpf::Unknown) {
        Some((address, _)) => Judgement::inconclusive(format!("whether SPF lets {address} send"), posture.spf_cause()),
        None if seen().next().is_some() => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, outside: &[IpAddr]) -> Failure {
    let addresses = remedy::joined(outside);
    let term = |address: &IpAddr| match address {
        IpAddr::V4(address) => format!("ip4:{address}"),
        IpAddr::V6(address) => format!("ip6:{address}"),
    };
    let mut all: Vec<Evidence> = outside
        .iter()
        .take(8)
        .map(|address| evidence::given(posture.facts, address.to_string(), "seen sending"))
        .collect();
    all.extend(evidence::answers(posture.facts, &posture.question(RecordType::TXT)));
    Failure {
        subject: addresses.clone(),
        explanation: format!(
            "{addresses} {} seen sending for {}, and the SPF record does not allow that: its mail fails SPF.",
            remedy::for_count(outside.len(), "was", "were"),
            posture.domain()
        ),
        evidence: all,
        remedy: Remedy {
            steps: vec![
                "If the address is yours, add the term below to the SPF record.".into(),
                "If it belongs to a service you use, include the service's SPF record instead.".into(),
                "If nobody knows it, somebody forges your domain: leave the record as it is, and let DMARC refuse it."
                    .into(),
            ],
            records: outside.iter().take(8).map(term).collect(),
        },
    }
}

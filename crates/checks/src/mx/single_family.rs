//! A mail exchanger has addresses of one family only.

use super::{common, ipv6_only};
use crate::posture::mx::Exchanger;
use crate::prelude::*;

/// A host has IPv4 addresses only, or IPv6 addresses only.
pub const CHECK: Check = Check {
    id: "mx-single-family",
    title: "A mail exchanger has addresses of one family only",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice("RFC 3974, SMTP in mixed IPv4/v6 environments (informational)"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("single_family.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match common::any(posture) {
        Ok(_) if matches!(ipv6_only::judge(posture), Judgement::Fail(_)) => Judgement::NotApplicable,
        Ok(exchangers) => common::each(exchangers, found, |hosts| failure(posture, hosts)),
        Err(judgement) => judgement,
    }
}

/// Whether the host has one family and is proven not to have the other.
fn found(exchanger: &Exchanger) -> common::Found {
    if exchanger.without_address() {
        return None;
    }
    if let Some(cause) = common::open(exchanger) {
        return Some(Err(cause));
    }
    Some(Ok(exchanger.v4.is_absent() || exchanger.v6.is_absent()))
}

fn failure(posture: &Posture, hosts: &[&Exchanger]) -> Failure {
    let only = |lacks: fn(&Exchanger) -> bool, family: &str| {
        let those: Vec<&Exchanger> = hosts.iter().copied().filter(|host| lacks(host)).collect();
        let verb = remedy::for_count(those.len(), "has", "have");
        (!those.is_empty()).then(|| format!("{} {verb} {family} addresses only", common::names(&those)))
    };
    let four = only(|host| host.v6.is_absent(), "IPv4");
    let six = only(|host| host.v4.is_absent(), "IPv6");
    let told = remedy::joined([four, six].into_iter().flatten());
    let record = |host: &&Exchanger| {
        let rtype = if host.v6.is_absent() { RecordType::AAAA } else { RecordType::A };
        format!("{} 3600 IN {rtype} <address of the host>", host.host.absolute())
    };
    Failure {
        subject: common::subject(hosts),
        explanation: format!(
            "Of the hosts that take mail for {}, {told}. Senders of the other family cannot reach them.",
            posture.domain()
        ),
        evidence: common::evidence_of(posture, hosts),
        remedy: Remedy {
            steps: vec![
                "Where the host is reachable over both families, publish both an A and an AAAA record for it.".into(),
                "Publish an address only after the mail server answers at it.".into(),
            ],
            records: hosts.iter().map(record).collect(),
        },
    }
}

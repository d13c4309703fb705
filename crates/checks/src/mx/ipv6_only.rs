//! No mail exchanger has an IPv4 address.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;

/// The exchangers have IPv6 addresses, and none has an IPv4 address.
pub const CHECK: Check = Check {
    id: "mx-ipv6-only",
    title: "No mail exchanger has an IPv4 address",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("RFC 3974, SMTP in mixed IPv4/v6 environments (informational)"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("ipv6_only.md"),
    judge: Judge::Domain(judge),
};

pub(super) fn judge(posture: &Posture) -> Judgement {
    let exchangers = match common::any(posture) {
        Ok(exchangers) => exchangers,
        Err(judgement) => return judgement,
    };
    if exchangers.hosts.iter().any(|exchanger| exchanger.v4.present().is_some()) {
        return Judgement::Pass;
    }
    // All of them must be known to have none.
    let open = exchangers.hosts.iter().find_map(|exchanger| Some((exchanger, exchanger.v4.cause()?)));
    if let Some((exchanger, cause)) = open {
        return common::unknown(exchanger, cause);
    }
    if let Some(judgement) = common::beyond(exchangers) {
        return judgement;
    }
    let reached: Vec<&Exchanger> = exchangers.hosts.iter().filter(|host| host.v6.present().is_some()).collect();
    if !reached.is_empty() {
        return Judgement::fail(failure(posture, &reached));
    }
    let open = exchangers.hosts.iter().find_map(|exchanger| Some((exchanger, exchanger.v6.cause()?)));
    open.map_or(Judgement::NotApplicable, |(exchanger, cause)| common::unknown(exchanger, cause))
}

fn failure(posture: &Posture, hosts: &[&Exchanger]) -> Failure {
    let domain = posture.domain();
    Failure {
        subject: common::subject(hosts),
        explanation: format!(
            "The hosts that take mail for {domain} ({}) have IPv6 addresses only. Senders without IPv6 cannot deliver \
             there.",
            common::names(hosts)
        ),
        evidence: common::evidence_of(posture, hosts),
        remedy: Remedy {
            steps: vec![
                "Give at least one host that takes the mail an IPv4 address, and publish it.".into(),
                "Or add an MX record for a host that has one and passes the mail on.".into(),
            ],
            records: hosts
                .iter()
                .map(|host| format!("{} 3600 IN A <IPv4 address of the host>", host.host.absolute()))
                .collect(),
        },
    }
}

//! Listed name servers that say nothing at all.

use crate::exclusive;
use crate::prelude::*;

/// Every server of the zone is mute.
pub const CHECK: Check = Check {
    id: "delegation-unreachable",
    title: "No name server of the reverse zone answers",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Owner],
    page: include_str!("unreachable.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation(facts, Some(Doubt::Unreachable), |delegation| match delegation {
        Delegation::Unreachable { zone } => exclusive::cut(facts, zone).map(|(cut, _)| failure(facts, cut)),
        _ => None,
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let servers = evidence::servers_text(cut.servers.iter().filter(|server| server.class == Class::Mute));
    let first = format!(
        "Start {servers} again, or open port 53 over UDP and TCP in the firewalls before them, for every source address."
    );
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is delegated, but all of its name servers are silent over UDP and TCP: {servers}. No resolver gets \
             a PTR record from them.{}",
            exclusive::registry_note(facts, cut)
        ),
        evidence: evidence::servers(facts, cut, |_| true),
        remedy: Remedy { steps: exclusive::repair(facts, zone, first), records: Vec::new() },
    }
}

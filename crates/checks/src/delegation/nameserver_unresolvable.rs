//! Listed name servers that have no address.

use crate::exclusive;
use crate::prelude::*;

/// No name server name of the zone has a usable address.
pub const CHECK: Check = Check {
    id: "delegation-nameserver-unresolvable",
    title: "No name server of the reverse zone has an address",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Owner],
    page: include_str!("nameserver_unresolvable.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation(facts, Some(Doubt::Unresolvable), |delegation| match delegation {
        Delegation::Unresolvable { zone } => exclusive::cut(facts, zone).map(|(cut, _)| failure(facts, cut)),
        _ => None,
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let names = evidence::names_text(cut.servers.iter().map(|server| &server.name));
    let first =
        format!("Give {names} public addresses again: renew the domain if it expired, and publish A or AAAA records.");
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is delegated to {names}, and none of these names leads to an address that can be asked: {}.{}",
            evidence::faults_text(&cut.servers),
            exclusive::registry_note(facts, cut)
        ),
        evidence: evidence::servers(facts, cut, |_| true),
        remedy: Remedy { steps: exclusive::repair(facts, zone, first), records: Vec::new() },
    }
}

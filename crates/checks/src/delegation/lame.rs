//! Listed name servers that do not know the zone.

use crate::exclusive;
use crate::prelude::*;

/// No server answers with authority, and at least one answers something else.
pub const CHECK: Check = Check {
    id: "delegation-lame",
    title: "The name servers of the reverse zone do not serve it",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Owner],
    page: include_str!("lame.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation(facts, Some(Doubt::Lame), |delegation| match delegation {
        Delegation::Lame { zone } => exclusive::cut(facts, zone).map(|(cut, _)| failure(facts, cut)),
        _ => None,
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let answering = || cut.servers.iter().filter(|server| matches!(server.class, Class::Lame(_) | Class::Failing(_)));
    let first = format!(
        "On {}, load {zone} and answer for it with authority: `dig +norecurse SOA {zone} @SERVER` must show the flag \
         aa and the SOA record.",
        evidence::servers_text(answering())
    );
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is delegated, but none of its name servers answers for it with authority: {}. No resolver gets a \
             PTR record from them.{}",
            evidence::faults_text(&cut.servers),
            exclusive::registry_note(facts, cut)
        ),
        evidence: evidence::servers(facts, cut, |_| true),
        remedy: Remedy { steps: exclusive::repair(facts, zone, first), records: Vec::new() },
    }
}

//! Name servers at addresses that nobody can reach.

use crate::exclusive;
use crate::prelude::*;

/// A listed server has only private or otherwise unreachable addresses.
pub const CHECK: Check = Check {
    id: "delegation-nameserver-special-use",
    title: "A name server of the reverse zone has only private addresses",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1918 3"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("nameserver_special_use.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    // Judged beside a zone without any usable server too: it says why.
    match exclusive::zones(facts) {
        Ok(zones) => exclusive::gravest(zones.into_iter().map(|(_, cut)| judge_zone(facts, cut))),
        Err(judgement) => judgement,
    }
}

fn judge_zone(facts: &Facts, cut: &Cut) -> Judgement {
    let reachable = |name: &Name| {
        let mut addresses = cut.servers.iter().filter(|server| server.name == *name);
        addresses.any(|server| server.class != Class::SpecialUse)
    };
    let hidden: Vec<&Server> = cut.servers.iter().filter(|server| !reachable(&server.name)).collect();
    if !hidden.is_empty() {
        return Judgement::fail(failure(facts, cut, &hidden));
    }
    let unknown = cut.servers.iter().find_map(|server| match server.class {
        Class::AddressUnknown(cause) => Some((&server.name, cause)),
        _ => None,
    });
    match unknown {
        Some((name, cause)) => Judgement::inconclusive(format!("the addresses of {name}"), cause),
        None => Judgement::Pass,
    }
}

fn failure(facts: &Facts, cut: &Cut, hidden: &[&Server]) -> Failure {
    let zone = &cut.zone;
    let names = evidence::names_text(hidden.iter().map(|server| &server.name));
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} lists name servers that have only private or otherwise unreachable addresses: {}. Nobody on the \
             internet can ask them.",
            evidence::servers_text(hidden.iter().copied())
        ),
        evidence: evidence::servers(facts, cut, |server| hidden.contains(&server)),
        remedy: Remedy {
            steps: vec![
                format!("Publish public addresses for {names}, in place of those."),
                format!("Or take {names} out of the NS records of {zone}, and out of the list at its parent."),
            ],
            records: Vec::new(),
        },
    }
}

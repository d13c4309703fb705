//! Some of the zone's servers do not serve it.

use crate::exclusive;
use crate::prelude::*;

/// Some servers are lame, failing, mute or without an address, others are authoritative.
pub const CHECK: Check = Check {
    id: "delegation-partly-lame",
    title: "Some name servers of the reverse zone do not serve it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("partly_lame.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        if cut.broken_servers().next().is_some() {
            return Judgement::fail(failure(facts, cut));
        }
        // A family that is missing here says nothing about the servers; the run says it once.
        let open = cut.servers.iter().find_map(|server| match server.class {
            Class::NotAsked(cause @ Cause::Budget) | Class::AddressUnknown(cause) => Some((server, cause)),
            _ => None,
        });
        match open {
            Some((server, cause)) => {
                Judgement::inconclusive(format!("what {} says of {}", server.text(), cut.zone), cause)
            }
            None => Judgement::Pass,
        }
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let mut evidence = evidence::servers(facts, cut, |server| cut.broken_servers().any(|broken| broken == server));
    evidence.extend(evidence::servers(facts, cut, |server| server.class == Class::Authoritative));
    evidence.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "Some name servers listed for {zone} do not serve it: {}. Others do, so the PTR is found, but late, and \
             not at all when the others fail.",
            evidence::faults_text(cut.broken_servers())
        ),
        evidence,
        remedy: Remedy { steps: repair(cut), records: Vec::new() },
    }
}

/// One step for each cause, with the servers that it is about, and the way out that they share.
pub(crate) fn repair(cut: &Cut) -> Vec<String> {
    let zone = &cut.zone;
    let those = |like: fn(Class) -> bool| cut.broken_servers().filter(move |server| like(server.class));
    let step = |like: fn(Class) -> bool, text: &dyn Fn(String) -> String| {
        those(like).next().map(|_| text(evidence::servers_text(those(like))))
    };
    let nameless = |like: fn(Class) -> bool| evidence::names_text(those(like).map(|server| &server.name));
    let no_address = |class| matches!(class, Class::NoAddress | Class::SpecialUse);
    let steps = [
        step(|class| matches!(class, Class::Lame(_)), &|servers| {
            format!("Load {zone} on {servers}, and answer for it with authority.")
        }),
        step(|class| matches!(class, Class::Failing(_)), &|servers| {
            format!("Repair {servers}: the answers are errors; the log of the server says why it cannot serve {zone}.")
        }),
        step(|class| class == Class::Mute, &|servers| {
            format!(
                "Start {servers} again, or open port 53 over UDP and TCP in the firewall, for every source address."
            )
        }),
        step(no_address, &|_| format!("Give {} a public address: publish A or AAAA records.", nameless(no_address))),
    ];
    let mut steps: Vec<String> = steps.into_iter().flatten().collect();
    steps.push(match cut.broken_servers().count() {
        1 => format!("Or take this server out of the NS records of {zone}, and out of the list at its parent."),
        _ => format!("Or take these servers out of the NS records of {zone}, and out of the list at its parent."),
    });
    steps
}

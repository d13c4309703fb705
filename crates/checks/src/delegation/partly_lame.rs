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
    judge,
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
        remedy: Remedy {
            steps: vec![
                format!(
                    "Load {zone} on {}, and answer for it with authority.",
                    evidence::servers_text(cut.broken_servers())
                ),
                format!("Or take these servers out of the NS records of {zone}, and out of the list at its parent."),
            ],
            records: Vec::new(),
        },
    }
}

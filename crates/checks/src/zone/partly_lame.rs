//! Some name servers of the zone do not serve it.

use super::common::{self, End};
use crate::delegation::partly_lame;
use crate::prelude::*;

/// Some servers are lame, failing, mute or without an address, others are authoritative.
pub const CHECK: Check = Check {
    id: "zone-partly-lame",
    title: "Some name servers of the zone do not serve it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Zone],
    page: include_str!("partly_lame.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each_answering(posture, |end| {
        if end.cut.broken_servers().next().is_some() {
            return Judgement::fail(failure(posture, end));
        }
        // A family that is missing here says nothing about the servers; the run says it once.
        let open = end.cut.servers.iter().find_map(|server| match server.class {
            Class::NotAsked(cause @ Cause::Budget) | Class::AddressUnknown(cause) => Some((server, cause)),
            _ => None,
        });
        match open {
            Some((server, cause)) => {
                Judgement::inconclusive(format!("what {} says of {}", server.text(), end.cut.zone), cause)
            }
            None => Judgement::Pass,
        }
    })
}

fn failure(posture: &Posture, end: &End) -> Failure {
    let (cut, zone) = (end.cut, &end.cut.zone);
    let mut evidence = evidence::servers(posture.facts, cut, |server| cut.broken_servers().any(|one| one == server));
    evidence.extend(evidence::servers(posture.facts, cut, |server| server.class == Class::Authoritative));
    evidence.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "Some name servers listed for {zone} do not serve it: {}. Others do, so the mail records of {} are found, \
             but late, and not at all when the others fail.",
            evidence::faults_text(cut.broken_servers()),
            posture.domain()
        ),
        evidence,
        remedy: Remedy { steps: partly_lame::repair(cut), records: Vec::new() },
    }
}

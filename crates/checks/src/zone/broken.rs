//! No name server serves the zone.

use super::common::{self, End};
use crate::prelude::*;

/// No server of a zone that holds mail records of the domain answers with authority.
pub const CHECK: Check = Check {
    id: "zone-broken",
    title: "No name server of the zone serves it",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.8"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Zone],
    page: include_str!("broken.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, |end| match end.cut.state() {
        ZoneState::Answers => Judgement::Pass,
        ZoneState::Undetermined(cause) => {
            Judgement::inconclusive(format!("what the servers of {} say", end.cut.zone), cause)
        }
        state => match doubt(posture, end) {
            Some(judgement) => judgement,
            None => Judgement::fail(failure(posture, end, state)),
        },
    })
}

/// A resolver that has an answer casts doubt: servers may refuse us alone.
fn doubt(posture: &Posture, end: &End) -> Option<Judgement> {
    let resolved = posture.facts.resolver(&end.asked)?;
    let what = format!(
        "why the resolver gets {} and we do not: access list, geography or cache",
        common::record_text(&end.asked)
    );
    let known = resolved.observed.cause().is_none();
    known.then(|| Judgement::inconclusive(what, end.walk.answer.cause().unwrap_or(Cause::Lame)))
}

fn failure(posture: &Posture, end: &End, state: ZoneState) -> Failure {
    let (cut, zone) = (end.cut, &end.cut.zone);
    let servers = evidence::faults_text(&cut.servers);
    let (fault, first) = match state {
        ZoneState::Unreachable => (
            "all of its name servers are silent over UDP and TCP",
            "Start the name servers again, or open port 53 over UDP and TCP in the firewalls before them.".to_owned(),
        ),
        ZoneState::Unresolvable => (
            "none of its name servers has an address that can be reached",
            format!("Publish A or AAAA records for the name servers of {zone}, or list servers that have them."),
        ),
        _ => (
            "none of its name servers answers for it with authority",
            format!(
                "Load {zone} on its name servers: `dig +norecurse SOA {zone} @SERVER` must show the flag aa and the \
                 SOA record."
            ),
        ),
    };
    let mut steps = vec![first];
    if common::is_own(posture, zone) {
        steps.push(format!("Or have other name servers registered for {zone}, at the registrar of the domain."));
    } else {
        steps = vec![format!("Report the evidence to the registry of {zone}: nobody else can repair it.")];
    }
    let mut all = evidence::servers(posture.facts, cut, |_| true);
    if all.is_empty() {
        all = vec![evidence::by(posture.facts, format!("{zone} SOA"), "its name servers", fault)];
    }
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is delegated, but {fault}: {servers}. Nobody can look up {}, so mail to and from {} fails.",
            common::record_text(&end.walk.question),
            posture.domain()
        ),
        evidence: all,
        remedy: Remedy { steps, records: Vec::new() },
    }
}

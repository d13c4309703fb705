//! The zone of the PTR name cannot be asked.

use super::common;
use crate::prelude::*;

/// The zone of a PTR name is lame, unreachable or unresolvable.
pub const CHECK: Check = Check {
    id: "fcrdns-zone-broken",
    title: "The zone of the PTR name does not answer",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 2.7.3"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("zone_broken.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let doubted = || common::those(facts, |forward| matches!(forward, ForwardName::Confirmed { doubt: true, .. }));
    let sure = || common::usable(facts).any(|name| matches!(name.forward, ForwardName::Confirmed { doubt: false, .. }));
    match facts.identity().forward {
        Forward::NotApplicable => Judgement::NotApplicable,
        // A resolver cannot tell a broken zone from a broken path.
        _ if facts.run.walk != WalkState::Open => Judgement::Skipped,
        Forward::Confirmed { .. } if !sure() && !doubted().is_empty() => Judgement::inconclusive(
            format!(
                "why the addresses of {} are seen by the resolver, not by us: access list, geography or cache",
                common::listed(&doubted())
            ),
            Cause::Lame,
        ),
        _ => common::error(facts, Forward::ZoneBroken, is_broken, failure),
    }
}

fn is_broken(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::ZoneBroken { .. })
}

fn failure(facts: &Facts) -> Failure {
    let names = common::those(facts, is_broken);
    let (mut zones, mut broken, mut evidence) = (Vec::new(), Vec::new(), Vec::new());
    for name in &names {
        let ForwardName::ZoneBroken { zone, how } = &name.forward else {
            continue;
        };
        let how = match how {
            Doubt::Unreachable => "none of its servers answers",
            Doubt::Unresolvable => "none of its name servers has a usable address",
            _ => "no listed server answers for it with authority",
        };
        if !zones.contains(&zone) {
            zones.push(zone);
            broken.push(format!("{zone} ({how})"));
            let walk = facts.walk(&facts.forward_question(&name.name));
            let cut = walk.present().and_then(|walk| walk.last().deepest());
            evidence.extend(cut.map(|cut| evidence::servers(facts, cut, |_| true)).unwrap_or_default());
        }
    }
    evidence.truncate(evidence::MAX_EVIDENCE);
    let (zones, broken) = (remedy::joined(zones), remedy::joined(broken));
    Failure {
        subject: common::listed(&names),
        explanation: format!(
            "The PTR of {} is {}, but the zone that holds the addresses of that name is broken: {broken}.",
            facts.target.address,
            common::listed(&names)
        ),
        evidence,
        remedy: Remedy {
            steps: vec![
                format!(
                    "Repair the name servers of {zones}, so that each of them answers for the zone with authority."
                ),
                "If the servers have changed, correct the NS and glue records at the parent, usually at the registrar."
                    .into(),
                "Then make sure that the zone holds the record below.".into(),
            ],
            records: common::record(facts, &names),
        },
    }
}

//! Two lists of servers for one zone.

use crate::exclusive;
use crate::prelude::*;
use std::collections::BTreeSet;

/// Parent and child list different servers.
pub const CHECK: Check = Check {
    id: "delegation-ns-mismatch",
    title: "Parent and zone list different name servers",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.2.2"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("ns_mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        // Where the same servers hold both zones, the parent's list shows nowhere.
        let Some(parent) = &cut.parent_servers else {
            return Judgement::NotApplicable;
        };
        let Some(child) = &cut.child_servers else {
            return Judgement::inconclusive(format!("the NS records of {}", cut.zone), Cause::Timeout);
        };
        let sets = [parent, child].map(|names| names.iter().collect::<BTreeSet<_>>());
        if sets[0] == sets[1] { Judgement::Pass } else { Judgement::fail(failure(facts, cut, parent, child)) }
    })
}

fn failure(facts: &Facts, cut: &Cut, at_parent: &[Name], own: &[Name]) -> Failure {
    let zone = &cut.zone;
    let parent = exclusive::cut(facts, zone).and_then(|(_, parent)| parent);
    let parent = parent.map_or_else(|| "the parent".into(), Name::to_string);
    let asked = format!("{zone} NS");
    let only = |these: &[Name], others: &[Name]| {
        let these: Vec<&Name> = these.iter().filter(|name| !others.contains(name)).collect();
        (!these.is_empty()).then(|| evidence::names_text(these))
    };
    let mut parts = Vec::new();
    parts.extend(only(at_parent, own).map(|names| format!("{names} only at {parent}")));
    parts.extend(only(own, at_parent).map(|names| format!("{names} only in the zone itself")));
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{parent} and {zone} list different name servers: {}. Which servers a resolver asks depends on what it \
             has seen before.",
            parts.join(", ")
        ),
        evidence: vec![
            evidence::by(facts, &*asked, format!("servers of {parent}"), evidence::names_text(at_parent)),
            evidence::by(facts, asked, format!("servers of {zone}"), evidence::names_text(own)),
        ],
        remedy: Remedy {
            steps: vec![
                format!("Decide which servers shall serve {zone}, and see that each of them answers for it."),
                format!(
                    "Publish these as the NS records of {zone}, and have the same list registered at {parent}; the \
                     records below make the zone agree with what is registered now."
                ),
            ],
            records: at_parent
                .iter()
                .map(|name| format!("{} {} IN NS {}", zone.absolute(), remedy::TTL, name.absolute()))
                .collect(),
        },
    }
}

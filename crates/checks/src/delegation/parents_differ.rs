//! Servers of the parent that disagree about the zone.

use crate::exclusive;
use crate::prelude::*;

/// Some servers of the parent refer to the zone, others deny it or hold other data.
pub const CHECK: Check = Check {
    id: "delegation-parents-differ",
    title: "The parent's name servers disagree about the reverse zone",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.3.5"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("parents_differ.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation_by_walk(facts, |delegation| match delegation {
        Delegation::ParentsDiffer { zone } => {
            exclusive::cut(facts, zone).map(|(cut, parent)| failure(facts, cut, parent))
        }
        _ => None,
    })
}

fn failure(facts: &Facts, cut: &Cut, parent: Option<&Name>) -> Failure {
    let zone = &cut.zone;
    let parent = parent.map_or_else(|| "the parent".into(), Name::to_string);
    let servers = |says: fn(&Says) -> bool| {
        let those = cut.parent_views.iter().filter(|view| says(&view.says));
        remedy::joined(those.map(|view| view.server.clone()))
    };
    let refer = servers(|says| matches!(says, Says::Refers(_) | Says::Serves));
    let others = servers(|says| matches!(says, Says::Denies(_) | Says::Answers(_)));
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "The name servers of {parent} disagree about {zone}: it is delegated according to {refer}, and denied or \
             answered in its place according to {others}. Whether a receiver finds the PTR record depends on which of \
             them its resolver asks."
        ),
        evidence: evidence::parents(facts, cut),
        remedy: Remedy {
            steps: vec![
                "If the delegation was made or changed within the last day, wait and check again.".into(),
                format!(
                    "Otherwise report to whoever runs {parent} that its servers hold different versions of the zone; \
                     name {others}, and ask to repair the zone transfer."
                ),
            ],
            records: Vec::new(),
        },
    }
}

//! Receivers of the old and the new DMARC standard find different policies.

use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, Difference, Policy};

/// The tree walk of RFC 9989 and the public suffix list of RFC 7489 lead to different records, policies or organizational domains.
pub const CHECK: Check = Check {
    id: "dmarc-discovery-differs",
    title: "Receivers of the old and the new standard find different policies",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.10"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("discovery_differs.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let discovery = posture.dmarc();
    let told: Vec<String> = discovery.differences.iter().filter_map(tell).collect();
    if !told.is_empty() {
        return Judgement::fail(failure(posture, &told));
    }
    for outcome in [&discovery.tree_walk, &discovery.suffix_list] {
        if let Determined::Undetermined(cause) = outcome.policy {
            return Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause);
        }
    }
    Judgement::Pass
}

/// A difference in words; a sample (`pct`) is told by another check.
fn tell(difference: &Difference) -> Option<String> {
    let name = |name: &Option<Name>| name.as_ref().map_or_else(|| "no record".to_owned(), ToString::to_string);
    let word = |policy: &Option<Policy>| policy.map_or_else(|| "nothing".to_owned(), |policy| policy.to_string());
    match difference {
        Difference::OrganizationalDomain { tree_walk, suffix_list } => {
            Some(format!("the organizational domain is {tree_walk} by the tree walk and {suffix_list} by the list"))
        }
        Difference::PolicyDomain { tree_walk, suffix_list } => Some(format!(
            "the policy is that of {} by the tree walk and of {} by the list",
            name(tree_walk),
            name(suffix_list)
        )),
        Difference::Policy { tree_walk, suffix_list } => {
            Some(format!("{} is applied by the tree walk and {} by the list", word(tree_walk), word(suffix_list)))
        }
        _ => None,
    }
}

fn failure(posture: &Posture, told: &[String]) -> Failure {
    let questions = posture.dmarc().walk.steps.iter().map(|step| step.question.clone());
    Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "What receivers apply to mail of {} depends on the standard they follow: {}.",
            posture.domain(),
            told.join("; ")
        ),
        evidence: evidence::several(posture.facts, questions),
        remedy: Remedy {
            steps: vec!["Publish a record at the domain itself: then both kinds of receivers use it.".into()],
            records: Vec::new(),
        },
    }
}

//! The PTR name leads back to the address through an alias.

use super::common;
use crate::prelude::*;

/// A PTR name confirms the address, but is itself an alias.
pub const CHECK: Check = Check {
    id: "fcrdns-via-cname",
    title: "The PTR name is an alias",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2181 10.2"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("via_cname.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match facts.identity().forward {
        Forward::Confirmed { .. } => {
            let names =
                common::those(facts, |forward| matches!(forward, ForwardName::Confirmed { via_alias: true, .. }));
            if names.is_empty() { Judgement::Pass } else { Judgement::fail(failure(facts, &names)) }
        }
        Forward::Undetermined(cause) => common::unknown(facts, cause),
        _ => Judgement::NotApplicable,
    }
}

fn failure(facts: &Facts, names: &[&PtrName]) -> Failure {
    let listed = common::listed(names);
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {} is {listed}, which leads back only through an alias. A PTR must name the host itself, and the \
             confirmation also depends on the zone that the alias leads to.",
            facts.target.address
        ),
        evidence: common::answers(facts, names),
        remedy: Remedy {
            steps: vec![
                "Replace the CNAME record of the name by the address record below.".into(),
                "Or have the PTR changed to the name at which the alias ends.".into(),
            ],
            records: names.iter().map(|name| remedy::address_record(facts, &name.name)).collect(),
        },
    }
}

//! More than one PTR name.

use super::common;
use crate::prelude::*;

/// The address has more than one PTR name, of which some receivers look at one only.
pub const CHECK: Check = Check {
    id: "ptr-multiple",
    title: "The address has more than one PTR name",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 3"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward],
    page: include_str!("multiple.md"),
    judge,
};

fn judge(facts: &Facts) -> Judgement {
    common::with_names(facts, |found| {
        let count = found.names.len() + found.unevaluated;
        if count > 1 { Judgement::fail(failure(facts, found, count)) } else { Judgement::Pass }
    })
}

fn failure(facts: &Facts, found: &common::Found<'_>, count: usize) -> Failure {
    let address = facts.target.address;
    let mut listed = common::listed(&found.names.iter().collect::<Vec<_>>());
    if found.unevaluated > 0 {
        listed = format!("{listed} among the first {}", found.names.len());
    }
    let keep = remedy::helo_name(facts);
    Failure {
        subject: facts.ptr_question().name.to_string(),
        explanation: format!(
            "{address} has {count} PTR names: {listed}. That is legal, but Postfix and OpenSMTPD look at one of them only, \
             and which one depends on the order of the answer."
        ),
        evidence: common::holding(facts, found.names),
        remedy: Remedy {
            steps: vec![format!(
                "In {}, keep one PTR record, the one with the name that the host uses in HELO and that leads back to \
                 {address}, and remove the others.",
                remedy::reverse_zone(facts)
            )],
            records: vec![remedy::ptr_record(facts, &keep)],
        },
    }
}

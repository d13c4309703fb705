//! A PTR name that is sound but for an underscore.

use super::common;
use crate::prelude::*;

/// A PTR name has an underscore, which no host name may have; the name is used for confirmation all the same.
pub const CHECK: Check = Check {
    id: "ptr-underscore-name",
    title: "The PTR name has an underscore",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1123 2.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("underscore_name.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::if_any(facts, |fault| matches!(fault, NameFault::Underscore), |names| failure(facts, names))
}

fn failure(facts: &Facts, names: &[&PtrName]) -> Failure {
    let listed = common::listed(names);
    let suggestion = names.first().and_then(|name| name.name.to_string().replace('_', "-").parse().ok());
    let mut remedy = remedy::set_ptr_or(facts, suggestion);
    remedy.steps.insert(0, format!("Choose a name without an underscore in the place of {listed}."));
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {} is {listed}. Underscores are legal in DNS, but not in host names: some mail servers refuse such \
             a name in HELO or treat the address as nameless.",
            facts.target.address
        ),
        evidence: common::holding(facts, names.iter().copied()),
        remedy,
    }
}

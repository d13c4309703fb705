//! A PTR name that is a registrable domain itself.

use super::common;
use crate::prelude::*;

/// A PTR name is a domain as registered, not a host in it.
pub const CHECK: Check = Check {
    id: "ptr-apex-name",
    title: "The PTR name is a bare domain, not a host in it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("one host name per mail host; a bare domain usually leads to a web server"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("apex_name.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::if_any(facts, |fault| matches!(fault, NameFault::Apex), |names| failure(facts, names))
}

fn failure(facts: &Facts, names: &[&PtrName]) -> Failure {
    let listed = common::listed(names);
    let suggestion = names.first().and_then(|name| name.name.prepend(b"mail").ok());
    let mut remedy = remedy::set_ptr_or(facts, suggestion);
    remedy.steps.insert(0, format!("Give the mail host a name of its own in the place of {listed}."));
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {} is {listed}, a domain as it was registered and not the name of one host in it. The addresses \
             of a bare domain follow its web site, so the confirmation breaks when that moves.",
            facts.target.address
        ),
        evidence: common::holding(facts, names.iter().copied()),
        remedy,
    }
}

//! The greeting shows no name, or none that is fully qualified.

use super::common;
use crate::prelude::*;
use ptrust_names::escape;

/// The name in the SMTP greeting is missing or not fully qualified.
pub const CHECK: Check = Check {
    id: "banner-unqualified",
    title: "The greeting shows no fully qualified name",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.2"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Smtp, Need::Ptr, Need::Chain, Need::Forward],
    page: include_str!("unqualified.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match &facts.identity().banner {
        Banner::NotSeen => Judgement::NotApplicable,
        Banner::Name { .. } => Judgement::Pass,
        Banner::Unqualified(text) => Judgement::fail(failure(facts, &escape(text))),
    }
}

fn failure(facts: &Facts, text: &str) -> Failure {
    let address = facts.target.address;
    let what = if text.is_empty() { "without any name".into() } else { format!("as `{text}`") };
    let wanted = remedy::helo_name(facts);
    let mut steps = vec![format!("Let the server on {address} begin its greeting with `220 {wanted}`.")];
    steps.extend(remedy::set_greeting(&wanted));
    Failure {
        subject: address.to_string(),
        explanation: format!(
            "The server on {address} greets {what}, and not with a fully qualified name. The first word of the greeting \
             must be the name of the server."
        ),
        evidence: vec![common::greeting(facts)],
        remedy: Remedy { steps, records: Vec::new() },
    }
}

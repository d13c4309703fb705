//! The HELO is not a fully qualified public name.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO is not fully qualified, or is a name for local networks.
pub const CHECK: Check = Check {
    id: "helo-unqualified",
    title: "The HELO is not a fully qualified name",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 2.3.5"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("unqualified.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::judge(facts, Defect::Unqualified, failure)
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host says `{helo}` in HELO, which is not a fully qualified name in public DNS. \
             Receivers cannot look it up, and many refuse it (Postfix: reject_non_fqdn_helo_hostname)."
        ),
        evidence: vec![common::given(facts, helo)],
        remedy: common::change_helo(facts),
    }
}

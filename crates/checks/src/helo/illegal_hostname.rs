//! The HELO is not a host name.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO is no host name, and no address literal either.
pub const CHECK: Check = Check {
    id: "helo-illegal-hostname",
    title: "The HELO is not a legal host name",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.1.2"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("illegal_hostname.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::judge(facts, Defect::Illegal, failure)
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host says `{helo}` in HELO, which is not a host name: only letters, digits, hyphens and dots are allowed. \
             Servers that check the syntax refuse the command."
        ),
        evidence: vec![common::given(facts, helo)],
        remedy: common::change_helo(facts),
    }
}

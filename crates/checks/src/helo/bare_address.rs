//! The HELO is an address without brackets.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO is an address that is written as if it were a name.
pub const CHECK: Check = Check {
    id: "helo-bare-address",
    title: "The HELO is an address without brackets",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.1.3"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("bare_address.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::judge(facts, Defect::BareAddress, failure)
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host says `{helo}` in HELO, an address written as if it were a name. \
             That is neither a host name nor an address literal, and filters take it for a sign of malware."
        ),
        evidence: vec![common::given(facts, helo)],
        remedy: common::change_helo(facts),
    }
}

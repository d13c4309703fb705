//! The HELO is an address literal of the sender.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO is the sender's own address in brackets.
pub const CHECK: Check = Check {
    id: "helo-address-literal",
    title: "The HELO is an address literal",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.1.4"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("address_literal.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::judge(facts, Defect::Literal, failure)
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host says `{helo}` in HELO, its own address in brackets. \
             That is legal only for hosts without a name, and filters trust it less than a name."
        ),
        evidence: vec![common::given(facts, helo)],
        remedy: common::change_helo(facts),
    }
}

//! The HELO is another name of the PTR's domain.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO differs from every PTR name, and shares the registrable domain with one.
pub const CHECK: Check = Check {
    id: "helo-ptr-sibling",
    title: "The HELO and the PTR are different names of one domain",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice(
        "HELO rules of rspamd and Haraka, which compare it with the host name of the address",
    ),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Helo, Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("ptr_sibling.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match &facts.identity().helo {
        Helo::OtherThanPtr { sibling: false, .. } | Helo::Sound(_) => Judgement::NotApplicable,
        _ => common::judge(facts, Defect::PtrMismatch, failure),
    }
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    let address = facts.target.address;
    let ptr = remedy::joined(facts.identity().names.list().iter().map(|name| &name.name));
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host {address} says `{helo}` in HELO, while its PTR is {ptr}, another name of the same domain. Receivers rarely mind; one name for both is the cleanest."
        ),
        evidence: common::with_ptr(facts, helo),
        remedy: common::unite(facts),
    }
}

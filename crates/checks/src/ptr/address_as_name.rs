//! The address has PTR names, and none of them is usable since they are addresses.

use super::common;
use crate::prelude::*;

/// No PTR name is usable, and the gravest fault is an address written as a name.
pub const CHECK: Check = Check {
    id: "ptr-address-as-name",
    title: "The PTR name is an address instead of a name",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1123 2.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("address_as_name.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::if_unusable(facts, |fault| matches!(fault, NameFault::AddressAsName), |name| failure(facts, name))
}

fn failure(facts: &Facts, name: &PtrName) -> Failure {
    let mut remedy = remedy::set_ptr(facts);
    remedy.steps.insert(
        0,
        "A PTR record leads from the address to a name: put the name of the mail host into it, not the address.".into(),
    );
    Failure {
        subject: common::subject(facts, &name.name),
        explanation: format!(
            "The PTR of {} is {}, an address written as a name. No public name has this form, so it can never lead back \
             to the address.",
            facts.target.address, name.name
        ),
        evidence: common::holding(facts, [name]),
        remedy,
    }
}

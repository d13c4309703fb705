//! The HELO name has no address.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO name is proven to have neither an IPv4 nor an IPv6 address.
pub const CHECK: Check = Check {
    id: "helo-no-address",
    title: "The HELO name has no address",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 2.3.5"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Helo, Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("no_address.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::judge(facts, Defect::NoAddress, failure)
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    let address = facts.target.address;
    let mut remedy = common::change_helo(facts);
    let mut evidence = vec![common::given(facts, helo)];
    if let Helo::NoAddress(name) = &facts.identity().helo {
        evidence = common::with_addresses(facts, helo, name);
        // Without another name at hand the HELO itself is the name to repair.
        if remedy::helo_name(facts) == name.to_string() {
            remedy.steps = vec![format!(
                "Publish the record below in the zone of {name}, so that the name leads to the host that uses it."
            )];
            remedy.records.push(remedy::address_record(facts, name));
        }
    }
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host {address} says `{helo}` in HELO, and that name has neither an A nor an AAAA record. Receivers that \
             look it up refuse or distrust the host (Postfix: reject_unknown_helo_hostname)."
        ),
        evidence,
        remedy,
    }
}

//! The PTR name has no address of the sending family.

use super::common;
use crate::prelude::*;

/// Every usable PTR name is proven to have no address of the sending family.
pub const CHECK: Check = Check {
    id: "fcrdns-no-address",
    title: "The PTR name has no address of the sending family",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 3"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("no_address.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match facts.identity().forward {
        Forward::Undetermined(cause) => common::unknown(facts, cause),
        _ => common::error(facts, Forward::NoAddress, is_none, failure),
    }
}

fn is_none(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::NoAddress)
}

fn failure(facts: &Facts) -> Failure {
    let address = facts.target.address;
    let names = common::those(facts, is_none);
    let listed = common::listed(&names);
    let family = if address.is_ipv6() { "IPv6" } else { "IPv4" };
    let rtype = RecordType::address_of(address);
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {address} is {listed}, which has no {family} address ({rtype} record) at all, so nothing leads \
             back to {address}."
        ),
        evidence: common::answers(facts, &names),
        remedy: Remedy {
            steps: vec![
                format!("If {address} is an address of that host, add the record below to its zone."),
                "If the name itself is wrong, have the PTR changed to the right name of the host instead.".into(),
            ],
            records: common::record(facts, &names),
        },
    }
}

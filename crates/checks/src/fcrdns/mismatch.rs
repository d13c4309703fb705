//! The PTR name has addresses, and the sender is not among them.

use super::common;
use crate::prelude::*;

/// At least one usable PTR name has addresses of the sending family, and none is the sender.
pub const CHECK: Check = Check {
    id: "fcrdns-mismatch",
    title: "The PTR name leads to another address",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 3"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match facts.identity().forward {
        Forward::LimitReached => common::limited(facts),
        Forward::Undetermined(cause) => common::unknown(facts, cause),
        _ => common::error(facts, Forward::Mismatch, is_other, failure),
    }
}

fn is_other(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::Other(_))
}

fn failure(facts: &Facts) -> Failure {
    let address = facts.target.address;
    let names = common::those(facts, is_other);
    let lines = names.iter().map(|name| match &name.forward {
        ForwardName::Other(found) => format!("{} has {}", name.name, remedy::joined(found)),
        _ => name.name.to_string(),
    });
    let lines = remedy::joined(lines);
    Failure {
        subject: common::listed(&names),
        explanation: format!(
            "The PTR of {address} is {}, but that name does not lead back to {address}: {lines}.",
            common::listed(&common::usable(facts).collect::<Vec<_>>())
        ),
        evidence: common::answers(facts, &names),
        remedy: Remedy {
            steps: vec![
                format!(
                    "If {address} is an address of that host, add the record below to its zone, beside the other addresses."
                ),
                format!(
                    "If {address} no longer belongs to that host, leave its record as it is and have the PTR changed to \
                     the name of the host that sends from it now."
                ),
            ],
            records: common::record(facts, &names),
        },
    }
}

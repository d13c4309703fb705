//! The HELO name, or literal, leads to another host.

use super::common::{self, Defect};
use crate::prelude::*;

/// The HELO name has addresses, or is a literal, and none is the sender.
pub const CHECK: Check = Check {
    id: "helo-address-mismatch",
    title: "The HELO leads to another address",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.1.1.1"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Helo, Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("address_mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match &facts.identity().helo {
        // The address is confirmed, and the HELO is of the same domain: large senders share such names among hosts.
        Helo::OtherThanPtr { name, .. } | Helo::Matches(name) if !common::leads_to_sender(facts, name) => {
            Judgement::NotApplicable
        }
        _ => common::judge(facts, Defect::AddressMismatch, failure),
    }
}

fn failure(facts: &Facts, helo: &str) -> Failure {
    let address = facts.target.address;
    let mut remedy = common::change_helo(facts);
    let (why, evidence) = match &facts.identity().helo {
        Helo::AddressMismatch(name, found) => {
            if remedy::helo_name(facts) == name.to_string() {
                remedy.steps = vec![
                    format!("If {name} is this host, publish the record below in the zone of the name."),
                    format!(
                        "If {name} is another host, let the mail server on {address} use a name of its own in HELO."
                    ),
                ];
                remedy.records.push(remedy::address_record(facts, name));
            }
            (format!("that name has {}", remedy::joined(found)), common::with_addresses(facts, helo, name))
        }
        _ => ("that is the address of another host".into(), vec![common::given(facts, helo)]),
    };
    Failure {
        subject: helo.into(),
        explanation: format!(
            "The host {address} says `{helo}` in HELO, but {why}, not {address}. To a receiver it looks like a host that \
             uses the name of another."
        ),
        evidence,
        remedy,
    }
}

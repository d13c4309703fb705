//! Addresses of global space that no registry was given.

use crate::prelude::*;
use ptrust_knowledge::registries::{Allocation, DATA_DATE, allocation, block};

/// Nobody can hold the address.
pub const CHECK: Check = Check {
    id: "address-unallocated",
    title: "The address belongs to nobody",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Practice("IANA's IPv4 and IPv6 address space registries"),
    who: Who::Nobody,
    since: "0.1.0",
    needs: &[],
    page: include_str!("unallocated.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let address = facts.target.address;
    match facts.identity().scope {
        AddressScope::Unallocated => {}
        AddressScope::Public if allocation(address) == Allocation::Allocated => {
            return Judgement::Pass;
        }
        // Special use is another check's; and our table may be older than the block of a public address.
        AddressScope::Public | AddressScope::SpecialUse(_) => return Judgement::NotApplicable,
    }
    let row = match block(address) {
        Some(block) => format!("{} reserved (table of {DATA_DATE})", block.prefix),
        None => format!("no row (table of {DATA_DATE})"),
    };
    Judgement::fail(Failure {
        subject: address.to_string(),
        explanation: format!(
            "IANA gave the space around {address} to no registry, so nobody can hold this address or give it a name. \
             It is a typing error, or the address was made up or hijacked."
        ),
        evidence: vec![evidence::by(facts, address.to_string(), "IANA address space registries", row)],
        remedy: Remedy {
            steps: vec![
                format!("Compare {address} with the address that the mail really leaves from."),
                "If a log shows mail from it, refuse that mail: no sender can rightly use the address.".into(),
            ],
            records: Vec::new(),
        },
    })
}

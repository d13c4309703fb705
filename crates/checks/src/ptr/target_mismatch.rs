//! The user asked about a host, and the PTR of its address is another name.

use super::common;
use crate::prelude::*;

/// The address of the host asked about is named differently by its PTR.
pub const CHECK: Check = Check {
    id: "ptr-target-mismatch",
    title: "The PTR of the host's address is another name",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("target_mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let Some(host) = &facts.target.host else {
        return Judgement::NotApplicable;
    };
    common::with_names(facts, |found| {
        if found.names.iter().any(|name| name.name == *host) {
            Judgement::Pass
        } else if found.unevaluated > 0 {
            common::limited(found)
        } else {
            Judgement::fail(failure(facts, found.names, host))
        }
    })
}

fn failure(facts: &Facts, names: &[PtrName], host: &Name) -> Failure {
    let address = facts.target.address;
    let listed = common::listed(&names.iter().collect::<Vec<_>>());
    Failure {
        subject: host.to_string(),
        explanation: format!("{host} has the address {address}, whose PTR is {listed} and not {host}."),
        evidence: common::holding(facts, names),
        remedy: Remedy {
            steps: vec![
                format!(
                    "If this host sends mail as {host}, replace its PTR in {} by the record below.",
                    remedy::reverse_zone(facts)
                ),
                format!("If it sends mail as {listed}, nothing has to change: a host may have several names."),
            ],
            records: vec![remedy::ptr_record(facts, &host.to_string())],
        },
    }
}

//! The address has PTR names, and none of them is usable since they are no host names.

use super::common;
use crate::prelude::*;
use ptrust_names::HostFault;

/// No PTR name is usable, and the gravest fault is a name that is no host name.
pub const CHECK: Check = Check {
    id: "ptr-illegal-hostname",
    title: "The PTR name is not a legal host name",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1123 2.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("illegal_hostname.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::if_unusable(facts, |fault| matches!(fault, NameFault::Illegal(_)), |name| failure(facts, name))
}

fn failure(facts: &Facts, name: &PtrName) -> Failure {
    let what = match &name.fault {
        Some(NameFault::Illegal(HostFault::Empty)) => "the empty name of the root, a lone dot".into(),
        Some(NameFault::Illegal(HostFault::Hyphen)) => {
            format!("{}, which has a label that begins or ends with a hyphen", name.name)
        }
        _ => format!("{}, which has characters other than letters, digits and hyphens", name.name),
    };
    Failure {
        subject: common::subject(facts, &name.name),
        explanation: format!(
            "The PTR of {} is {what}. Mail servers treat such a name as if there were none.",
            facts.target.address
        ),
        evidence: common::holding(facts, [name]),
        remedy: remedy::set_ptr(facts),
    }
}

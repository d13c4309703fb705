//! More than one PTR name.

use super::common;
use crate::prelude::*;

/// The address has more than one PTR name, of which some receivers look at one only.
pub const CHECK: Check = Check {
    id: "ptr-multiple",
    title: "The address has more than one PTR name",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 3"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward],
    page: include_str!("multiple.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::with_names(facts, |found| {
        let count = found.names.len() + found.unevaluated;
        if count > 1 { Judgement::fail(failure(facts, found, count)) } else { Judgement::Pass }
    })
}

fn failure(facts: &Facts, found: &common::Found<'_>, count: usize) -> Failure {
    let address = facts.target.address;
    let mut listed = common::listed(&found.names.iter().collect::<Vec<_>>());
    if found.unevaluated > 0 {
        listed = format!("{listed} among the first {}", found.names.len());
    }
    let keep = keep(facts, found.names);
    Failure {
        subject: facts.ptr_question().name.to_string(),
        explanation: format!(
            "{address} has {count} PTR names: {listed}. That is legal, but Postfix and OpenSMTPD look at one of them only, \
             and which one depends on the order of the answer."
        ),
        evidence: common::holding(facts, found.names),
        remedy: Remedy {
            steps: vec![format!(
                "In {}, keep one PTR record, the one with the name that the host uses in HELO and that leads back to \
                 {address}, and remove the others.",
                remedy::reverse_zone(facts)
            )],
            records: keep.map(|name| remedy::ptr_record(facts, &name.to_string())).into_iter().collect(),
        },
    }
}

/// The name to keep, one of the set: that of the HELO, else a sound one, of those that lead back; where none does, that
/// of the HELO or of the greeting.
fn keep<'a>(facts: &Facts, names: &'a [PtrName]) -> Option<&'a Name> {
    let helo: Option<Name> = facts.target.helo.as_deref().and_then(|text| text.parse().ok());
    let greeting = match &facts.identity().banner {
        Banner::Name { name, .. } => Some(name),
        _ => None,
    };
    let confirmed = |name: &&PtrName| name.usable && matches!(name.forward, ForwardName::Confirmed { .. });
    let said = |name: &&PtrName| helo.as_ref().or(greeting) == Some(&name.name);
    let usable = || names.iter().filter(|name| name.usable);
    let best = usable().filter(confirmed).find(said);
    let best = best.or_else(|| usable().filter(confirmed).find(|name| name.fault.is_none()));
    let best = best.or_else(|| usable().find(confirmed)).or_else(|| usable().find(said));
    best.map(|name| &name.name)
}

//! Some PTR names lead back to the address, others do not.

use super::common;
use crate::prelude::*;

/// Some PTR names confirm the address, others provably do not.
pub const CHECK: Check = Check {
    id: "fcrdns-partial",
    title: "Only some of the PTR names lead back",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 3"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("partial.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match facts.identity().forward {
        Forward::Confirmed { partial: true } => Judgement::fail(failure(facts)),
        Forward::Confirmed { partial: false } => {
            let open = common::usable(facts).find_map(|name| match name.forward {
                ForwardName::Undetermined(cause) => Some(cause),
                _ => None,
            });
            match (open, &facts.identity().names) {
                (Some(cause), _) => common::unknown(facts, cause),
                (None, Names::Present { unevaluated: 1.., .. }) => common::limited(facts),
                (None, _) => Judgement::Pass,
            }
        }
        Forward::Undetermined(cause) => common::unknown(facts, cause),
        Forward::LimitReached => common::limited(facts),
        _ => Judgement::NotApplicable,
    }
}

fn is_unconfirmed(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::Other(_) | ForwardName::NoAddress)
}

fn failure(facts: &Facts) -> Failure {
    let address = facts.target.address;
    let sound = common::those(facts, |forward| matches!(forward, ForwardName::Confirmed { .. }));
    let others = common::those(facts, is_unconfirmed);
    let (good, bad) = (common::listed(&sound), common::listed(&others));
    let keep = sound.iter().map(|name| remedy::ptr_record(facts, &name.name.to_string()));
    Failure {
        subject: bad.clone(),
        explanation: format!(
            "Of the PTR names of {address}, {good} {} back to it and {bad} {} not. Receivers that look at one name \
             only see either, as chance has it.",
            remedy::for_count(sound.len(), "leads", "lead"),
            remedy::for_count(others.len(), "does", "do"),
        ),
        evidence: common::answers(facts, &others),
        remedy: Remedy {
            steps: vec![
                format!(
                    "In {}, remove the PTR {} to {bad} and keep the {} below.",
                    remedy::reverse_zone(facts),
                    remedy::for_count(others.len(), "record", "records"),
                    remedy::for_count(sound.len(), "record", "records")
                ),
                format!(
                    "If {bad} {} to stay, {} an address record for {address} as well.",
                    remedy::for_count(others.len(), "is", "are"),
                    remedy::for_count(others.len(), "it needs", "each of them needs")
                ),
            ],
            records: keep.collect(),
        },
    }
}

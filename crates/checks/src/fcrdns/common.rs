//! What the checks of forward confirmation share: how they exclude each other, and what proves them.

use crate::prelude::*;
use ptrust_facts::Trust;

/// Judges one of the errors that exclude each other. Not known is inconclusive where this very error would hold were
/// it not for a name that could not be looked up.
pub(super) fn error(
    facts: &Facts,
    mine: Forward,
    is_mine: fn(&ForwardName) -> bool,
    fail: fn(&Facts) -> Failure,
) -> Judgement {
    match facts.identity().forward {
        found if found == mine => Judgement::fail(fail(facts)),
        Forward::Confirmed { .. } => Judgement::Pass,
        Forward::Undetermined(cause) if usable(facts).any(|name| is_mine(&name.forward)) => unknown(facts, cause),
        _ => Judgement::NotApplicable,
    }
}

/// The names that may confirm the address.
pub(super) fn usable(facts: &Facts) -> impl Iterator<Item = &PtrName> {
    facts.identity().names.list().iter().filter(|name| name.usable)
}

/// The usable names whose lookup ended like this.
pub(super) fn those(facts: &Facts, like: fn(&ForwardName) -> bool) -> Vec<&PtrName> {
    usable(facts).filter(|name| like(&name.forward)).collect()
}

/// Names in one sentence.
pub(super) fn listed(names: &[&PtrName]) -> String {
    remedy::joined(names.iter().map(|name| &name.name))
}

/// What the servers said about the addresses of these names.
pub(super) fn answers(facts: &Facts, names: &[&PtrName]) -> Vec<Evidence> {
    let all = names.iter().flat_map(|name| evidence::answers(facts, &facts.forward_question(&name.name)));
    let mut all: Vec<_> = all.collect();
    if all.is_empty() {
        all.extend(names.iter().map(|name| walked(facts, name)));
    }
    all.truncate(evidence::MAX_EVIDENCE);
    all
}

/// The result of a walk as a whole, where no single server's answer is kept.
pub(super) fn walked(facts: &Facts, name: &PtrName) -> Evidence {
    let question = facts.forward_question(&name.name);
    let walk = facts.walk(&question);
    let answer = walk.present().map_or_else(|| "no answer is kept".into(), |walk| evidence::answer_text(&walk.answer));
    evidence::given(facts, question.to_string(), answer)
}

/// The forward lookup did not finish, or there was no PTR to start from.
pub(super) fn unknown(facts: &Facts, cause: Cause) -> Judgement {
    let open: Vec<_> = those(facts, |forward| matches!(forward, ForwardName::Undetermined(_)));
    let missing = if open.is_empty() {
        format!("the PTR of {}", facts.target.address)
    } else {
        format!("the addresses of {}", listed(&open))
    };
    Judgement::inconclusive(missing, cause)
}

/// No name among those evaluated leads back, and there are more.
pub(super) fn limited(facts: &Facts) -> Judgement {
    let names = &facts.identity().names;
    let more = match names {
        Names::Present { unevaluated, .. } => *unevaluated,
        _ => 0,
    };
    Judgement::limited(names.list().len(), more)
}

/// The address record to publish, at the end of the name's aliases: one name that leads back is enough, best the one
/// in HELO.
pub(super) fn record(facts: &Facts, names: &[&PtrName]) -> Vec<String> {
    let helo: Option<Name> = facts.target.helo.as_deref().and_then(|text| text.parse().ok());
    let best = names.iter().find(|name| Some(&name.name) == helo.as_ref()).or_else(|| names.first());
    let owner = best.map(|name| remedy::owner_of(facts, &facts.forward_question(&name.name)));
    owner.map(|owner| remedy::address_record(facts, &owner)).into_iter().collect()
}

/// Why the chain of trust of a name could not be fetched, when a DS was seen.
pub(super) fn open_chain(facts: &Facts, name: &PtrName) -> Option<Cause> {
    match facts.chain(&facts.forward_question(&name.name)).present()?.trust {
        Trust::Undetermined(cause) => Some(cause),
        _ => None,
    }
}

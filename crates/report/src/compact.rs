//! The facts of a domain or message, small enough for its report: some three hundred answers, of which each walk repeats the way
//! down from the root.
//!
//! What decides stays: the answer, and the servers that gave it. Left out are the cuts above the last one, which a walk
//! of any single name shows (`ptrust walk`), and resolvers' answers that a walk has overruled. Judging what is left gives
//! the same judgements.

use ptrust_facts::{AnyFact, Fact, Key, Observations, Walk};
use ptrust_names::{Observed, Question};
use std::collections::BTreeSet;

/// The facts, each with what its judgement needs. Walks to the questions in `whole` stay as they are.
pub(crate) fn compact(facts: &Observations, whole: &BTreeSet<Question>) -> Vec<(Key, AnyFact)> {
    let kept = facts.iter().filter(|(key, _)| !is_overruled(facts, key));
    kept.map(|(key, fact)| (key.clone(), one(key, fact, whole))).collect()
}

/// Whether a walk has answered the question of a resolver's view, or of an early answer.
fn is_overruled(facts: &Observations, key: &Key) -> bool {
    let (Key::Resolver(question) | Key::Answer(question)) = key else { return false };
    facts.walk(question).present().is_some_and(|walk| walk.answer.cause().is_none())
}

/// One fact, smaller.
fn one(key: &Key, fact: &AnyFact, whole: &BTreeSet<Question>) -> AnyFact {
    match fact {
        AnyFact::Walk(walk) if !key.question().is_some_and(|question| whole.contains(question)) => {
            let sources = walk.sources.iter().cloned().map(|mut source| {
                source.outcome = source.outcome.map(last_cut);
                source
            });
            // The observed value is one of the sources' and is kept once.
            AnyFact::Walk(Fact {
                observed: walk.observed.clone().map(last_cut),
                sources: sources.filter(|source| source.outcome.present().is_none()).collect(),
            })
        }
        // A logo or a certificate is kept once too.
        AnyFact::Document(document) => {
            let sources = document.sources.iter().filter(|source| source.outcome.present().is_none());
            AnyFact::Document(Fact { observed: document.observed.clone(), sources: sources.cloned().collect() })
        }
        other => other.clone(),
    }
}

/// A walk without its way down: the last cut with the servers that answered.
fn last_cut(walk: Walk) -> Walk {
    let mut last = walk.cuts.last().cloned();
    if let Some(cut) = &mut last {
        cut.parent_views.clear();
        if walk.answer.cause().is_none() {
            cut.servers.retain(|server| server.answer.as_ref().is_some_and(|answer| answer.cause().is_none()));
        }
    }
    let absent = matches!(walk.answer, Observed::Absent(_));
    Walk {
        cuts: last.into_iter().filter(|_| !absent).collect(),
        alias: walk.alias.map(|alias| Box::new(last_cut(*alias))),
        ..walk
    }
}

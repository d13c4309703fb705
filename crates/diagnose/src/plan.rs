//! What to ask next: pure, and asked again after every arriving fact.

pub(crate) mod domain;
pub(crate) mod letter;

use ptrust_facts::identity::{AddressScope, is_local};
use ptrust_facts::{AnyFact, Facts, Key, Need, Target, Walk, WalkState};
use ptrust_names::{Name, Observed, Question, RecordType, Records, host_fault, is_address_as_name};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What should be asked, given the facts so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Facts that should exist.
    pub(crate) keys: BTreeSet<Key>,
    /// Questions of which every server of the last zone is asked.
    pub(crate) census: BTreeSet<Question>,
    /// Addresses whose identity should be examined.
    pub(crate) addresses: Vec<Target>,
}

/// The keys that should exist, given the facts so far. Who drives asks those that it has not asked yet.
///
/// Grows with the facts and never shrinks, so that the order of arrival does not matter.
pub fn next(target: &Target, needs: &BTreeSet<Need>, facts: &Facts) -> BTreeSet<Key> {
    let mut keys = BTreeSet::new();
    if !matches!(facts.identity().scope, AddressScope::Public) {
        return keys;
    }
    let ptr = facts.ptr_question();
    let walk = facts.run.walk == WalkState::Open;
    let mut look_up = |question: &Question| {
        keys.insert(Key::Resolver(question.clone()));
        if walk {
            keys.insert(Key::Walk(question.clone()));
        }
    };
    let mut chains = BTreeSet::new();
    if needs.contains(&Need::Ptr) {
        look_up(&ptr);
    }
    if needs.contains(&Need::Chain) {
        chains.insert(ptr.clone());
    }
    if needs.contains(&Need::Forward) {
        for name in evaluated(target, facts, &ptr) {
            let question = facts.forward_question(&name);
            look_up(&question);
            if needs.contains(&Need::ForwardChain) {
                chains.insert(question);
            }
        }
    }
    if needs.contains(&Need::Helo)
        && let Some(name) = target.helo.as_deref().and_then(helo_name)
    {
        for rtype in [RecordType::A, RecordType::AAAA] {
            let question = Question::new(name.clone(), rtype);
            look_up(&question);
            chains.insert(question);
        }
    }
    if walk {
        if needs.contains(&Need::Ptr) {
            keys.insert(Key::Answer(ptr));
        }
        keys.extend(chains.into_iter().map(Key::Chain));
    }
    if needs.contains(&Need::Smtp)
        && let Some(port) = target.smtp_port
    {
        keys.insert(Key::Smtp(target.address, port));
    }
    if needs.contains(&Need::Owner) {
        keys.insert(Key::Owner(target.address));
    }
    keys
}

/// The PTR names whose addresses are looked up: of each view the first in canonical order, up to the target's limit.
/// The views are limited apart, since only one of them decides in the end and its names must all be there.
fn evaluated(target: &Target, facts: &Facts, ptr: &Question) -> BTreeSet<Name> {
    let (mut authoritative, mut resolver) = (BTreeSet::new(), BTreeSet::new());
    for (key, fact) in facts.iter() {
        match (key, fact) {
            (Key::Answer(question), AnyFact::Records(fact)) if question == ptr => {
                collect(&fact.observed, &mut authoritative);
            }
            (Key::Walk(question), AnyFact::Walk(fact)) if question == ptr => {
                if let Observed::Present(walk) = &fact.observed {
                    collect_walk(walk, &mut authoritative);
                }
            }
            (Key::Resolver(question), AnyFact::Records(fact)) if question == ptr => {
                collect(&fact.observed, &mut resolver);
                for source in &fact.sources {
                    collect(&source.outcome, &mut resolver);
                }
            }
            _ => {}
        }
    }
    let limit = target.ptr_limit.max(1);
    let names = authoritative.into_iter().take(limit).chain(resolver.into_iter().take(limit));
    // `PTR .` names nothing that could have an address.
    names.filter(|name| !name.is_root()).collect()
}

/// The names of all servers' answers, aliases followed.
fn collect_walk(walk: &Walk, names: &mut BTreeSet<Name>) {
    for leg in std::iter::successors(Some(walk), |leg| leg.alias.as_deref()) {
        collect(&leg.answer, names);
        let answers = leg.cuts.iter().flat_map(|cut| &cut.servers).filter_map(|server| server.answer.as_ref());
        answers.for_each(|answer| collect(answer, names));
    }
}

/// The names of one answer.
fn collect(observed: &Observed<Records>, names: &mut BTreeSet<Name>) {
    if let Observed::Present(records) = observed {
        names.extend(records.ptr_names().cloned());
    }
}

/// The HELO as a host name that can have addresses; everything else is judged without asking.
fn helo_name(helo: &str) -> Option<Name> {
    if helo.starts_with('[') || helo.parse::<IpAddr>().is_ok() {
        return None;
    }
    let name: Name = helo.parse().ok()?;
    (host_fault(&name).is_none() && !is_address_as_name(&name) && !is_local(&name)).then_some(name)
}

#[cfg(test)]
mod tests;

//! What to ask next about a domain: what its evaluations stand at, and the addresses of its pool.

use super::Plan;
use ptrust_checks::Posture;
use ptrust_facts::{DomainFacts, Key, Need, WalkState};
use std::collections::BTreeSet;

/// What should be asked about a domain, given the facts so far. Grows with the facts and never shrinks.
pub(crate) fn next(facts: &DomainFacts, needs: &BTreeSet<Need>) -> Plan {
    let posture = Posture::live(facts);
    let asks = posture.asks(needs);
    let walk = facts.run.walk == WalkState::Open;
    let mut keys = BTreeSet::new();
    for question in asks.questions {
        if walk {
            // The first answer leads on; the walk goes on with the other servers.
            if asks.census.contains(&question) {
                keys.insert(Key::Answer(question.clone()));
            }
            keys.insert(Key::Walk(question.clone()));
        }
        keys.insert(Key::Resolver(question));
    }
    keys.extend(
        asks.guesses.into_iter().map(|question| if walk { Key::Walk(question) } else { Key::Resolver(question) }),
    );
    if walk {
        keys.extend(asks.chains.into_iter().map(Key::Chain));
    }
    Plan { keys, census: asks.census, addresses: Vec::new() }
}

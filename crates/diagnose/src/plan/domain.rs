//! What to ask next about a domain: what its evaluations stand at, and the addresses of its pool.

use super::Plan;
use ptrust_checks::Posture;
use ptrust_facts::{DomainFacts, Key, Need, Target, WalkState};
use std::collections::BTreeSet;

/// The port on which mail exchangers listen (RFC 5321 4.5.4.2).
const SMTP_PORT: u16 = 25;

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
    keys.extend(asks.keyed.into_iter().map(Key::Resolver));
    keys.extend(asks.sessions.into_iter().map(Key::Session));
    keys.extend(asks.documents.into_iter().map(Key::Document));
    let addresses = asks.addresses.into_iter().map(|(address, greets)| Target {
        smtp_port: (greets && facts.target.probe).then_some(SMTP_PORT),
        scope: facts.target.scope,
        ptr_limit: facts.target.ptr_limit,
        ..Target::new(address)
    });
    Plan { keys, census: asks.census, addresses: addresses.collect() }
}

//! What to ask next about a message: what its evaluations stand at, and the address that sent it.

use super::Plan;
use ptrust_checks::{Letter, LetterFacts};
use ptrust_facts::{Key, Need, Target, WalkState};
use std::collections::BTreeSet;

/// What should be asked about a message, given the facts so far. Grows with the facts and never shrinks.
pub(crate) fn next(facts: &LetterFacts, needs: &BTreeSet<Need>) -> Plan {
    let letter = Letter::live(facts);
    let mut keys = BTreeSet::new();
    if needs.contains(&Need::Message) {
        for question in letter.questions() {
            if facts.run.walk == WalkState::Open {
                keys.insert(Key::Walk(question.clone()));
            }
            keys.insert(Key::Resolver(question));
        }
    }
    let envelope = letter.envelope();
    let address = envelope.address.filter(|address| facts.target.scope.holds(*address)).map(|address| Target {
        helo: envelope.helo.clone(),
        smtp_port: facts.target.smtp_port,
        scope: facts.target.scope,
        ptr_limit: facts.target.ptr_limit,
        ..Target::new(address)
    });
    Plan { keys, census: BTreeSet::new(), addresses: address.into_iter().collect() }
}

//! The facts of one target.

use crate::identity::{Identity, assess};
use crate::{AnyFact, Chain, Fact, Key, Owner, Run, Smtp, Target, Walk};
use jiff::Timestamp;
use ptrust_names::{Cause, Name, Observed, Question, RecordType, Records, reverse_name};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The facts of one target. A key that is not there reads as `Unknown(NotAsked)`.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What is checked.
    pub target: Target,
    /// When the observation began; the only clock a judge may read.
    pub observed_at: Timestamp,
    /// Circumstances of the run.
    pub run: Run,
    known: BTreeMap<Key, AnyFact>,
    /// Made once, on first use, from the facts present then; `insert` forgets it.
    identity: OnceLock<Identity>,
}

impl Facts {
    /// No facts yet.
    pub const fn new(target: Target, observed_at: Timestamp, run: Run) -> Self {
        Self { target, observed_at, run, known: BTreeMap::new(), identity: OnceLock::new() }
    }

    /// Adds or replaces a fact.
    pub fn insert(&mut self, key: Key, fact: AnyFact) {
        self.identity = OnceLock::new();
        self.known.insert(key, fact);
    }

    /// Whether the fact has arrived.
    pub fn has(&self, key: &Key) -> bool {
        self.known.contains_key(key)
    }

    /// All facts, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &AnyFact)> {
        self.known.iter()
    }

    /// What the facts prove about the address; made once.
    pub fn identity(&self) -> &Identity {
        self.identity.get_or_init(|| assess(self))
    }

    /// The PTR question of the target.
    pub fn ptr_question(&self) -> Question {
        Question::new(reverse_name(self.target.address), RecordType::PTR)
    }

    /// The question that confirms a name: its addresses of the target's family.
    pub fn forward_question(&self, name: &Name) -> Question {
        Question::new(name.clone(), RecordType::address_of(self.target.address))
    }

    /// The walk to a question.
    pub fn walk(&self, question: &Question) -> Observed<&Walk> {
        match self.known.get(&Key::Walk(question.clone())) {
            Some(AnyFact::Walk(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// The first authoritative answer of a walk that may still be under way.
    pub fn answer(&self, question: &Question) -> Option<&Fact<Records>> {
        self.records(&Key::Answer(question.clone()))
    }

    /// What the resolvers said.
    pub fn resolver(&self, question: &Question) -> Option<&Fact<Records>> {
        self.records(&Key::Resolver(question.clone()))
    }

    /// The chain of trust of a question.
    pub fn chain(&self, question: &Question) -> Observed<&Chain> {
        match self.known.get(&Key::Chain(question.clone())) {
            Some(AnyFact::Chain(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// Who holds the target's address.
    pub fn owner(&self) -> Observed<&Owner> {
        match self.known.get(&Key::Owner(self.target.address)) {
            Some(AnyFact::Owner(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// What the SMTP server of the target calls itself.
    pub fn smtp(&self) -> Observed<&Smtp> {
        let Some(port) = self.target.smtp_port else {
            return Observed::Unknown(Cause::NotAsked);
        };
        match self.known.get(&Key::Smtp(self.target.address, port)) {
            Some(AnyFact::Smtp(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    fn records(&self, key: &Key) -> Option<&Fact<Records>> {
        match self.known.get(key) {
            Some(AnyFact::Records(fact)) => Some(fact),
            _ => None,
        }
    }
}

/// The same answer by reference.
fn by_ref<T>(observed: &Observed<T>) -> Observed<&T> {
    match observed {
        Observed::Present(value) => Observed::Present(value),
        Observed::Absent(absence) => Observed::Absent(absence.clone()),
        Observed::Unknown(cause) => Observed::Unknown(*cause),
    }
}

//! What was observed, by key: the part of facts that does not depend on what is checked.

use crate::{AnyFact, Chain, Document, Fact, Key, Run, Service, Session, Trust, Walk, WalkState};
use jiff::Timestamp;
use ptrust_names::{Cause, Observed, Question, Records};
use std::collections::BTreeMap;

/// Facts by their keys, with the circumstances under which they were observed. A key that is not there reads as
/// `Unknown(NotAsked)`.
#[derive(Clone, Debug)]
pub struct Observations {
    /// When the observation began; the only clock a judge may read.
    pub observed_at: Timestamp,
    /// Circumstances of the run.
    pub run: Run,
    known: BTreeMap<Key, AnyFact>,
}

impl Observations {
    /// Nothing observed yet.
    pub const fn new(observed_at: Timestamp, run: Run) -> Self {
        Self { observed_at, run, known: BTreeMap::new() }
    }

    /// Adds or replaces a fact.
    pub fn insert(&mut self, key: Key, fact: AnyFact) {
        self.known.insert(key, fact);
    }

    /// Replaces the circumstances that were hoped for by those that are. Without a walk, what looked like one came from
    /// whoever sits on the path, and is forgotten.
    pub fn set_run(&mut self, run: Run) {
        if run.walk != WalkState::Open {
            self.known.retain(|key, _| !key.kind().needs_walk());
        }
        self.run = run;
    }

    /// Whether the fact has arrived.
    pub fn has(&self, key: &Key) -> bool {
        self.known.contains_key(key)
    }

    /// One fact.
    pub fn get(&self, key: &Key) -> Option<&AnyFact> {
        self.known.get(key)
    }

    /// All facts, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &AnyFact)> {
        self.known.iter()
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

    /// The answer that decides a question: the authoritative one, the resolvers' only where the walk is not known
    /// (identity.md, "Which view decides"), and none that is bogus. `None` while it is not known yet.
    pub fn decided(&self, question: &Question) -> Option<Observed<&Records>> {
        if let Observed::Present(chain) = self.chain(question)
            && matches!(chain.trust, Trust::Bogus)
        {
            return Some(Observed::Unknown(Cause::Bogus));
        }
        if self.run.walk != WalkState::Open {
            return self.resolver(question).map(|fact| by_ref(&fact.observed));
        }
        match self.walk(question) {
            Observed::Present(walk) if walk.answer.cause().is_none() => Some(by_ref(&walk.answer)),
            Observed::Unknown(Cause::NotAsked) if !self.has(&Key::Walk(question.clone())) => {
                let early = self.answer(question).map(|fact| by_ref(&fact.observed));
                early.filter(|observed| observed.cause().is_none())
            }
            walked => {
                let cause = walked.present().and_then(|walk| walk.answer.cause()).or(walked.cause());
                let resolved = by_ref(&self.resolver(question)?.observed);
                Some(match (&resolved, cause) {
                    (Observed::Unknown(_), Some(cause)) => Observed::Unknown(cause),
                    _ => resolved,
                })
            }
        }
    }

    /// What a mail server said and showed.
    pub fn session(&self, service: &Service) -> Observed<&Session> {
        match self.known.get(&Key::Session(service.clone())) {
            Some(AnyFact::Session(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// The document at a URL.
    pub fn document(&self, url: &str) -> Observed<&Document> {
        match self.known.get(&Key::Document(url.to_owned())) {
            Some(AnyFact::Document(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// A fact that is a set of records.
    fn records(&self, key: &Key) -> Option<&Fact<Records>> {
        match self.known.get(key) {
            Some(AnyFact::Records(fact)) => Some(fact),
            _ => None,
        }
    }
}

/// The same answer by reference.
pub(crate) fn by_ref<T>(observed: &Observed<T>) -> Observed<&T> {
    match observed {
        Observed::Present(value) => Observed::Present(value),
        Observed::Absent(absence) => Observed::Absent(absence.clone()),
        Observed::Unknown(cause) => Observed::Unknown(*cause),
    }
}

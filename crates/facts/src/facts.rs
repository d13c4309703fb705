//! The facts of one address.

use crate::identity::{Identity, assess};
use crate::observations::by_ref;
use crate::{AnyFact, Key, Observations, Owner, Run, Smtp, Target};
use jiff::Timestamp;
use ptrust_names::{Cause, Name, Observed, Question, RecordType, reverse_name};
use std::ops::Deref;
use std::sync::OnceLock;

/// The facts of one address: what is checked, and what was observed of it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What is checked.
    pub target: Target,
    observations: Observations,
    /// Made once, on first use, from the facts present then; a change forgets it.
    identity: OnceLock<Identity>,
}

/// Reading facts is reading what was observed.
impl Deref for Facts {
    type Target = Observations;

    fn deref(&self) -> &Observations {
        &self.observations
    }
}

impl Facts {
    /// No facts yet.
    pub const fn new(target: Target, observed_at: Timestamp, run: Run) -> Self {
        Self { target, observations: Observations::new(observed_at, run), identity: OnceLock::new() }
    }

    /// Adds or replaces a fact.
    pub fn insert(&mut self, key: Key, fact: AnyFact) {
        self.observations_mut().insert(key, fact);
    }

    /// What was observed, to be changed.
    pub fn observations_mut(&mut self) -> &mut Observations {
        self.identity = OnceLock::new();
        &mut self.observations
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

    /// Who holds the target's address.
    pub fn owner(&self) -> Observed<&Owner> {
        match self.get(&Key::Owner(self.target.address)) {
            Some(AnyFact::Owner(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// What the SMTP server of the target calls itself.
    pub fn smtp(&self) -> Observed<&Smtp> {
        let Some(port) = self.target.smtp_port else {
            return Observed::Unknown(Cause::NotAsked);
        };
        match self.get(&Key::Smtp(self.target.address, port)) {
            Some(AnyFact::Smtp(fact)) => by_ref(&fact.observed),
            _ => Observed::Unknown(Cause::NotAsked),
        }
    }
}

//! The facts of one message: what it says, what DNS says now, and what is known of the address that sent it.

use jiff::Timestamp;
use ptrust_facts::{AnyFact, Facts, Key, Observations, PTR_LIMIT, Run, Scope};
use ptrust_mail::message::{Hop, Message, Verified};
use ptrust_names::Question;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::Deref;

/// What the user said about a message: each value stands over what the message tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LetterTarget {
    /// The address that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What that host said in HELO or EHLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// The envelope sender (MAIL FROM); empty for the null sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,
    /// Port of the SMTP probe of the sending address; `None` to leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_port: Option<u16>,
    /// Which addresses count as public.
    #[serde(default)]
    pub scope: Scope,
    /// How many PTR names are evaluated.
    pub ptr_limit: usize,
}

impl Default for LetterTarget {
    fn default() -> Self {
        Self {
            address: None,
            helo: None,
            mail_from: None,
            smtp_port: None,
            scope: Scope::default(),
            ptr_limit: PTR_LIMIT,
        }
    }
}

/// The facts of one message.
#[derive(Clone, Debug)]
pub struct LetterFacts {
    /// What the user said.
    pub target: LetterTarget,
    /// What the message says.
    pub message: Message,
    /// The questions for the keys of its signatures.
    pub keys: BTreeSet<Question>,
    /// What came of its signatures; nothing before the keys are known.
    pub verified: Verified,
    observations: Observations,
    /// The facts of the sending address, when it was examined.
    pub sender: Option<Facts>,
}

/// Reading facts is reading what was observed.
impl Deref for LetterFacts {
    type Target = Observations;

    fn deref(&self) -> &Observations {
        &self.observations
    }
}

impl LetterFacts {
    /// A message of which nothing has been observed.
    pub fn new(
        target: LetterTarget,
        message: Message,
        keys: BTreeSet<Question>,
        observed_at: Timestamp,
        run: Run,
    ) -> Self {
        let observations = Observations::new(observed_at, run);
        Self { target, message, keys, verified: Verified::default(), observations, sender: None }
    }

    /// Adds or replaces a fact.
    pub fn insert(&mut self, key: Key, fact: AnyFact) {
        self.observations.insert(key, fact);
    }

    /// What was observed, to be changed.
    pub const fn observations_mut(&mut self) -> &mut Observations {
        &mut self.observations
    }

    /// The hop through which the message came to the recipient's side.
    pub fn boundary_hop(&self) -> Option<&Hop> {
        self.message.hops.get(self.message.boundary.sending.as_ref()?.hop?)
    }

    /// When the recipient's side received it; the time of the observation when the message does not tell.
    pub fn received_at(&self) -> Timestamp {
        self.boundary_hop().and_then(|hop| hop.time).unwrap_or(self.observations.observed_at)
    }
}

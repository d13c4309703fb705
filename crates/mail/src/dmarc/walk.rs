//! The DNS tree walk (RFC 9989 section 4.10): the records at a domain and above it, and the organizational domain that
//! follows from them.

use super::record::{ParsedDmarc, Psd, parse};
use crate::tags::OneRecord;
use crate::{Answers, Step};
use ptrust_names::{Cause, Name, NameError, Question, RecordType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Questions of a walk at most (RFC 9989 section 4.10).
pub const MAX_WALK: usize = 8;
/// Labels to which a longer name is cut after the first question (RFC 9989 section 4.10, step 4).
const SHORTENED: usize = 7;

/// Something that follows from answers, unless one of them is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Determined<T> {
    /// It is so.
    Known(T),
    /// An answer that decides it could not be had.
    Undetermined(Cause),
}

impl<T> Determined<T> {
    /// The value, when it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Undetermined(_) => None,
        }
    }

    /// The same about another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Determined<U> {
        match self {
            Self::Known(value) => Determined::Known(f(value)),
            Self::Undetermined(cause) => Determined::Undetermined(cause),
        }
    }
}

/// One question of a walk and what was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcWalkStep")]
pub struct WalkStep {
    /// The domain looked at.
    pub domain: Name,
    /// The question asked.
    pub question: Question,
    /// What was there.
    pub found: OneRecord<ParsedDmarc>,
}

/// A complete walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcWalk")]
pub struct Walk {
    /// Where it started.
    pub start: Name,
    /// Its steps, the start first.
    pub steps: Vec<WalkStep>,
    /// Whether a `psd` tag ended it before the labels did.
    pub stopped_by_psd: bool,
}

impl Walk {
    /// The records found, the longest name first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (&Name, &ParsedDmarc)> {
        self.steps.iter().filter_map(|step| Some((&step.domain, step.found.record()?)))
    }

    /// Why some answer could not be had.
    pub fn cause(&self) -> Option<Cause> {
        self.steps.iter().find_map(|step| step.found.cause())
    }

    /// The organizational domain of the start (RFC 9989 section 4.10.2). A missing answer leaves it open, since a record
    /// behind it could be the one that decides.
    pub fn organizational_domain(&self) -> Determined<Name> {
        if let Some(cause) = self.cause() {
            return Determined::Undetermined(cause);
        }
        for (domain, record) in self.records() {
            match record.value.psd {
                Psd::No => return Determined::Known(domain.clone()),
                Psd::Yes if *domain != self.start => return Determined::Known(one_below(&self.start, domain)),
                Psd::Yes | Psd::Unspecified => {}
            }
        }
        let highest = self.records().next_back().map(|(domain, _)| domain);
        Determined::Known(highest.unwrap_or(&self.start).clone())
    }

    /// The public suffix domain that ended the walk, above the start.
    pub fn public_suffix_domain(&self) -> Option<&Name> {
        self.records()
            .find(|(domain, record)| record.value.psd == Psd::Yes && **domain != self.start)
            .map(|(name, _)| name)
    }
}

/// The name one label below `above` on the way down to `name`.
fn one_below(name: &Name, above: &Name) -> Name {
    let chain = std::iter::once(name.clone()).chain(name.ancestors());
    chain.take_while(|step| step.is_below(above)).last().unwrap_or_else(|| name.clone())
}

/// The domains that a walk looks at when no `psd` tag ends it.
pub fn walk_targets(start: &Name) -> Vec<Name> {
    let count = start.label_count();
    let chain = std::iter::once(start.clone()).chain(start.ancestors()).filter(|name| !name.is_root());
    chain
        .enumerate()
        .filter(|(skipped, _)| *skipped == 0 || count - skipped <= SHORTENED)
        .map(|(_, name)| name)
        .take(MAX_WALK)
        .collect()
}

/// The question for the record of a domain.
///
/// # Errors
/// When the name would be too long: no record can be there.
pub fn dmarc_question(domain: &Name) -> Result<Question, NameError> {
    Ok(Question::new(domain.prepend(b"_dmarc")?, RecordType::TXT))
}

/// Walks up from a domain. All questions are known from the start; those behind the first that is open are only likely,
/// since a `psd` tag may end the walk.
pub fn walk(start: &Name, answers: &impl Answers) -> Step<Walk> {
    let mut steps = Vec::new();
    let mut asked = Missing::default();
    let mut stopped_by_psd = false;
    for domain in walk_targets(start) {
        // A name too long for the DNS holds nothing.
        let Ok(question) = dmarc_question(&domain) else { continue };
        let Some(answer) = answers.answer(&question) else {
            asked.add(question);
            continue;
        };
        if !asked.is_empty() {
            continue;
        }
        let found = OneRecord::pick(answer, parse);
        stopped_by_psd = found.record().is_some_and(|record| record.value.psd != Psd::Unspecified);
        steps.push(WalkStep { domain, question, found });
        if stopped_by_psd {
            break;
        }
    }
    if asked.is_empty() { Step::Done(Walk { start: start.clone(), steps, stopped_by_psd }) } else { asked.ask() }
}

/// The organizational domain of a domain (RFC 9989 section 4.10.2).
pub fn organizational_domain(domain: &Name, answers: &impl Answers) -> Step<Determined<Name>> {
    match walk(domain, answers) {
        Step::Ask { now, soon } => Step::Ask { now, soon },
        Step::Done(walk) => Step::Done(walk.organizational_domain()),
    }
}

/// The questions that an evaluation still needs.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Those it stands at.
    now: BTreeSet<Question>,
    /// Those it will likely come to.
    soon: BTreeSet<Question>,
}

impl Missing {
    /// Whether nothing is missing.
    pub(super) fn is_empty(&self) -> bool {
        self.now.is_empty() && self.soon.is_empty()
    }

    /// Adds a question of a chain: the first is the one stood at, those after it are likely.
    fn add(&mut self, question: Question) {
        if self.now.is_empty() {
            self.now.insert(question);
        } else if !self.now.contains(&question) {
            self.soon.insert(question);
        }
    }

    /// Adds a question that is needed whatever the others say.
    pub(super) fn need(&mut self, question: Question) {
        self.now.insert(question);
    }

    /// Takes the value of a step, or what it asks for.
    pub(super) fn take<T>(&mut self, step: Step<T>) -> Option<T> {
        match step {
            Step::Done(value) => Some(value),
            Step::Ask { now, soon } => {
                self.now.extend(now);
                self.soon.extend(soon);
                None
            }
        }
    }

    /// Asks for what is missing.
    pub(super) fn ask<T>(mut self) -> Step<T> {
        self.soon.retain(|question| !self.now.contains(question));
        Step::Ask { now: self.now, soon: self.soon }
    }
}

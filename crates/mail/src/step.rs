//! How an evaluation that needs answers is run: again from the start, as answers arrive.

use ptrust_names::{Observed, Question, Records};
use std::collections::BTreeSet;

/// What an evaluator says of the answers so far. It is a pure function of them: more answers lead it further, and the
/// order in which they came makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// Answers are missing.
    Ask {
        /// Questions that the evaluation stands at.
        now: BTreeSet<Question>,
        /// Questions that it will most likely come to: worth asking already, and counted only when they are reached.
        soon: BTreeSet<Question>,
    },
    /// The evaluation is complete.
    Done(T),
}

impl<T> Step<T> {
    /// The result, when the evaluation is complete.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Ask { .. } => None,
        }
    }

    /// Every question that should be asked next.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        let (now, soon) = match self {
            Self::Ask { now, soon } => (Some(now), Some(soon)),
            Self::Done(_) => (None, None),
        };
        now.into_iter().chain(soon).flatten()
    }
}

/// The answers so far; `None` for a question that has not been answered yet. [`Observed::Unknown`] is an answer: asked,
/// and nobody could say.
pub trait Answers {
    /// The answer to a question.
    fn answer(&self, question: &Question) -> Option<Observed<&Records>>;
}

impl Answers for std::collections::BTreeMap<Question, Observed<Records>> {
    fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        Some(match self.get(question)? {
            Observed::Present(records) => Observed::Present(records),
            Observed::Absent(absence) => Observed::Absent(absence.clone()),
            Observed::Unknown(cause) => Observed::Unknown(*cause),
        })
    }
}

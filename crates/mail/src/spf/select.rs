//! Finding the SPF record among the texts of a domain (RFC 7208 section 4.5).

use super::{is_spf, resembles_spf};
use ptrust_names::{AbsenceKind, Cause, CharString, Observed, Question, Records};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Texts that only resemble a record, kept at most: enough to show, and a domain may have thousands.
const MAX_LOOKALIKES: usize = 4;

/// A question with what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The answer: when records came, how many of the type asked for.
    pub answer: Observed<usize>,
}

impl Asked {
    /// A question with its answer.
    pub(super) fn new(question: &Question, answer: &Observed<&Records>) -> Self {
        let count = |records: &&Records| records.set.iter().filter(|r| r.data.rtype() == question.rtype).count();
        let answer = match answer {
            Observed::Present(records) => Observed::Present(count(records)),
            Observed::Absent(absence) => Observed::Absent(absence.clone()),
            Observed::Unknown(cause) => Observed::Unknown(*cause),
        };
        Self { question: question.clone(), answer }
    }

    /// Whether it is a void lookup: no such name, or no record of the type (RFC 7208 section 4.6.4).
    pub const fn is_void(&self) -> bool {
        matches!(self.answer, Observed::Absent(_) | Observed::Present(0))
    }
}

/// How many SPF records a domain has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// One, as it should be.
    Found,
    /// None; how the texts were denied, when there were none at all.
    Missing(Option<AbsenceKind>),
    /// More than one, which is a permanent error.
    Several(usize),
    /// Nobody could say.
    Unknown(Cause),
}

/// The SPF records among the texts of a domain.
pub(super) struct Selected {
    /// How many there are.
    pub(super) selection: Selection,
    /// The records, joined from their strings.
    pub(super) texts: Vec<Vec<u8>>,
    /// Texts that were most likely meant to be SPF records, and are none.
    pub(super) lookalikes: Vec<CharString>,
}

/// Selects the SPF records of an answer.
pub(super) fn select(answer: &Observed<&Records>) -> Selected {
    let mut selected = Selected { selection: Selection::Missing(None), texts: Vec::new(), lookalikes: Vec::new() };
    match answer {
        Observed::Present(records) => {
            for text in records.texts() {
                if is_spf(&text) {
                    selected.texts.push(text);
                } else if resembles_spf(&text) && selected.lookalikes.len() < MAX_LOOKALIKES {
                    selected.lookalikes.push(CharString(text));
                }
            }
            match selected.texts.len() {
                0 => {}
                1 => selected.selection = Selection::Found,
                count => selected.selection = Selection::Several(count),
            }
        }
        Observed::Absent(absence) => selected.selection = Selection::Missing(Some(absence.kind)),
        Observed::Unknown(cause) => selected.selection = Selection::Unknown(*cause),
    }
    selected
}

/// The SPF records of an answer, sorted: what to compare when servers differ, since other texts are none of SPF's
/// business.
pub fn spf_texts(records: &Records) -> Vec<CharString> {
    let mut texts: Vec<_> = records.texts().filter(|text| is_spf(text)).map(CharString).collect();
    texts.sort_unstable();
    texts
}

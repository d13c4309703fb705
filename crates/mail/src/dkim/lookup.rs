//! What stands at a selector's name.

use super::key::{ParsedKey, is_key_record, parse_key};
use crate::tags::MAX_TEXTS;
use crate::{Answers, Step};
use ptrust_names::{Absence, Cause, CharString, Name, NameError, Observed, Question, RecordType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What stands at a selector's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DkimKeyAnswer")]
pub enum KeyAnswer {
    /// One key record.
    Present {
        /// Its text, strings joined; places of faults count in it.
        text: CharString,
        /// What it says.
        key: ParsedKey,
        /// The name that holds it, when aliases lead there: often the signing provider's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alias: Option<Name>,
        /// How many other texts stand beside it: some verifiers take the first text, whatever it is.
        others: usize,
    },
    /// Several key records: what verifiers do is undefined (RFC 6376 3.6.2.2).
    Several {
        /// How many there are.
        count: usize,
        /// Their texts, at most [`MAX_TEXTS`].
        texts: Vec<CharString>,
    },
    /// Texts, but no key record.
    OtherTexts {
        /// The texts, at most [`MAX_TEXTS`].
        texts: Vec<CharString>,
    },
    /// No texts.
    Absent(Absence),
    /// Nobody could say.
    Unknown(Cause),
}

/// The question for a selector's key.
///
/// # Errors
/// When the name would be too long, or the selector is no name.
pub fn key_question(selector: &str, domain: &Name) -> Result<Question, NameError> {
    let selector: Name = selector.parse()?;
    let labels = selector.labels().chain([b"_domainkey".as_slice()]).chain(domain.labels());
    Ok(Question::new(Name::from_labels(labels)?, RecordType::TXT))
}

/// Looks for the key that a question is about.
pub fn key_at(question: &Question, answers: &impl Answers) -> Step<KeyAnswer> {
    let Some(answer) = answers.answer(question) else {
        return Step::Ask { now: BTreeSet::from([question.clone()]), soon: BTreeSet::new() };
    };
    let records = match answer {
        Observed::Present(records) => records,
        Observed::Absent(absence) => return Step::Done(KeyAnswer::Absent(absence)),
        Observed::Unknown(cause) => return Step::Done(KeyAnswer::Unknown(cause)),
    };
    let (mut keys, mut others) = (Vec::new(), Vec::new());
    let (mut key_count, mut other_count) = (0, 0);
    for text in records.texts() {
        let (list, count) =
            if is_key_record(&text) { (&mut keys, &mut key_count) } else { (&mut others, &mut other_count) };
        *count += 1;
        if list.len() < MAX_TEXTS {
            list.push(CharString(text));
        }
    }
    Step::Done(match (keys.pop(), key_count) {
        (Some(text), 1) => {
            let owner = records.set.first().map(|record| record.owner.clone());
            let alias = owner.filter(|owner| *owner != question.name);
            KeyAnswer::Present { key: parse_key(&text.0), text, alias, others: other_count }
        }
        (Some(last), count) => {
            keys.push(last);
            KeyAnswer::Several { count, texts: keys }
        }
        (None, _) => KeyAnswer::OtherTexts { texts: others },
    })
}

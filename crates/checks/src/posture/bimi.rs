//! The BIMI record of the domain and its logo.

use super::Posture;
use ptrust_facts::Document;
use ptrust_mail::bimi::record::{BimiRecord, ParsedBimi, record_at, record_question};
use ptrust_mail::tags::OneRecord;
use ptrust_names::{Cause, Observed, Question};

/// The selector that holds unless a message names another (draft-brand-indicators-for-message-identification).
const DEFAULT_SELECTOR: &str = "default";

/// What stands at the logo's URL.
#[derive(Clone, Copy, Debug)]
pub enum LogoState<'a> {
    /// No logo is published.
    NotSought,
    /// These octets.
    Fetched(&'a [u8]),
    /// Receivers cannot fetch it: why, as a sentence's end.
    Unavailable(&'static str),
    /// Nobody could say.
    Unknown(Cause),
}

impl Posture<'_> {
    /// The question for the record.
    pub fn bimi_question(&self) -> Option<Question> {
        let selector = self.facts.target.bimi_selector.as_deref().unwrap_or(DEFAULT_SELECTOR);
        record_question(selector, self.domain()).ok()
    }

    /// The record, as far as it is known.
    pub fn bimi_record(&self) -> Option<OneRecord<ParsedBimi>> {
        record_at(&self.bimi_question()?, &self.known).done()
    }

    /// What a sound record says; none where it declines, or cannot be used.
    pub fn bimi(&self) -> Option<BimiRecord> {
        match self.bimi_record()? {
            OneRecord::Present { record, .. } if !record.is_void() && !record.value.declines() => Some(record.value),
            _ => None,
        }
    }

    /// What is fetched: the logo.
    pub(super) fn bimi_documents(&self) -> Vec<String> {
        self.bimi().and_then(|record| record.location).into_iter().collect()
    }

    /// The logo.
    pub fn bimi_logo(&self) -> LogoState<'_> {
        let Some(url) = self.bimi().and_then(|record| record.location) else {
            return LogoState::NotSought;
        };
        match self.facts.document(&url) {
            Observed::Unknown(Cause::Refused) => LogoState::Unavailable("the connection is refused"),
            Observed::Unknown(cause) => LogoState::Unknown(cause),
            Observed::Absent(_) => LogoState::Unavailable("there is none"),
            Observed::Present(Document::TlsFailed) => LogoState::Unavailable("the server's certificate does not hold"),
            Observed::Present(Document::TooLarge) => LogoState::Unavailable("it is far larger than a logo may be"),
            Observed::Present(Document::NotAllowed) => LogoState::Unavailable("the host has no public address"),
            Observed::Present(Document::Response { status: 200, body, .. }) => LogoState::Fetched(&body.0),
            Observed::Present(Document::Response { .. }) => {
                LogoState::Unavailable("the server does not answer with it")
            }
        }
    }
}

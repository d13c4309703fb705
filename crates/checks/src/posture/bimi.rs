//! The BIMI record of the domain, its logo, and the certificate of its mark.

use super::Posture;
use ptrust_facts::Document;
use ptrust_mail::bimi::mark::{self, Expected, Mark};
use ptrust_mail::bimi::record::{BimiRecord, ParsedBimi, record_at, record_question};
use ptrust_mail::tags::OneRecord;
use ptrust_names::{Cause, Observed, Question, registrable};

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

/// What stands at the URL of the evidence.
#[derive(Clone, Debug)]
pub enum EvidenceState {
    /// No evidence is published.
    NotSought,
    /// A file that was read, and what is in it.
    Examined(Box<Mark>),
    /// A file that holds no certificates.
    Unreadable(String),
    /// The file could not be had, and nothing is known of it: what came instead.
    Unknown(String, Cause),
}

impl Posture<'_> {
    /// The question for the record.
    pub fn bimi_question(&self) -> Option<Question> {
        record_question(self.bimi_selector(), self.domain()).ok()
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

    /// The selector of the record.
    pub fn bimi_selector(&self) -> &str {
        self.facts.target.bimi_selector.as_deref().unwrap_or(DEFAULT_SELECTOR)
    }

    /// What is fetched: the logo, and the evidence.
    pub(super) fn bimi_documents(&self) -> Vec<String> {
        let record = self.bimi();
        record.into_iter().flat_map(|record| [record.location, record.evidence]).flatten().collect()
    }

    /// The certificate of the mark, held against domain, logo and the time of the observation.
    pub fn bimi_evidence(&self) -> &EvidenceState {
        self.evidence.get_or_init(|| self.examine_evidence())
    }

    /// The same, worked out.
    fn examine_evidence(&self) -> EvidenceState {
        let Some(url) = self.bimi().and_then(|record| record.evidence) else {
            return EvidenceState::NotSought;
        };
        let file = match self.facts.document(&url) {
            Observed::Present(Document::Response { status: 200, body, .. }) => &body.0,
            other => {
                let (why, cause) = missing(&other);
                return EvidenceState::Unknown(why, cause);
            }
        };
        let organizational = registrable(self.domain()).map(|found| found.domain);
        let roots: Vec<Vec<u8>> = self.facts.target.bimi_roots.iter().map(|root| root.0.clone()).collect();
        let logo = match self.bimi_logo() {
            LogoState::Fetched(file) => Some(file),
            _ => None,
        };
        let expected = Expected {
            domain: self.domain(),
            organizational: organizational.as_ref().filter(|domain| *domain != self.domain()),
            selector: self.bimi_selector(),
            logo,
            at: self.facts.observed_at,
            roots: &roots,
        };
        match mark::examine(file, &expected) {
            Ok(mark) => EvidenceState::Examined(Box::new(mark)),
            Err(error) => EvidenceState::Unreadable(chain(&error)),
        }
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

/// Why a document could not be had, whatever the reason: receivers elsewhere may fare better.
fn missing(document: &Observed<&Document>) -> (String, Cause) {
    match document {
        Observed::Unknown(cause) => ("it could not be fetched".into(), *cause),
        Observed::Absent(_) => ("there is none".into(), Cause::Garbled),
        Observed::Present(Document::TlsFailed) => {
            ("the certificate of its server does not hold".into(), Cause::Unavailable)
        }
        Observed::Present(Document::TooLarge) => ("it is larger than 256 KiB".into(), Cause::Budget),
        Observed::Present(Document::NotAllowed) => ("its host has no public address".into(), Cause::Unavailable),
        Observed::Present(Document::Response { status, .. }) => {
            (format!("its server answers with status {status}"), Cause::Garbled)
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

//! What an evaluation did: every record, term, question and count.

use super::{Asked, Qualifier, Selection, Span, SpfParseError, Term, TermName};
use ipnet::IpNet;
use ptrust_names::{Cause, CharString, Name, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// The results of `check_host()` (RFC 7208 section 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpfResult {
    /// No record, or no domain to look for one.
    None,
    /// The domain says nothing about the address.
    Neutral,
    /// The address may send.
    Pass,
    /// The address may not send.
    Fail,
    /// The address should probably not send.
    SoftFail,
    /// DNS could not be asked; later it may be.
    TempError,
    /// The records cannot be understood.
    PermError,
}

impl From<Qualifier> for SpfResult {
    fn from(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

impl fmt::Display for SpfResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        })
    }
}

/// A place in the record of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The domain of the record.
    pub domain: Name,
    /// Where in its text.
    pub span: Span,
}

/// Why the result is what it is. In included records the reason is that of the innermost error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No term matched, and there is no `redirect` (RFC 7208 section 4.7).
    Default,
    /// A question of a term has no answer.
    DnsFailure {
        /// The term; none for the record of the checked domain itself.
        at: Option<Location>,
        /// The question.
        question: Question,
        /// Why there is no answer.
        cause: Cause,
    },
    /// An included domain has no record, or is no domain name (section 5.2).
    IncludeMissing(Location),
    /// More than ten terms need DNS (section 4.6.4).
    LookupLimit(Location),
    /// The domain to check is not a domain name of two labels or more (section 4.3).
    MalformedDomain,
    /// A term matched.
    Matched(Location),
    /// More than ten mail exchangers (section 4.6.4).
    MxLimit(Location),
    /// The checked domain has no record.
    NoRecord,
    /// The domain of `redirect` has no record, or is no domain name (section 6.1).
    RedirectMissing(Location),
    /// A domain has several records (section 4.5).
    SeveralRecords {
        /// The domain.
        domain: Name,
        /// How many.
        count: usize,
    },
    /// A record has a fault (section 4.6).
    Syntax {
        /// The domain of the record.
        domain: Name,
        /// The first fault.
        error: SpfParseError,
    },
    /// More than two terms led to nothing in DNS (section 4.6.4).
    VoidLimit(Location),
}

/// A whole evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// The result.
    pub result: SpfResult,
    /// Why.
    pub reason: Reason,
    /// What `exp` says of a fail; none without `exp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Terms evaluated that need DNS, of ten.
    pub lookups: usize,
    /// Terms evaluated that led to nothing in DNS, of two.
    pub voids: usize,
    /// The record of the domain; none when the domain is malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordTrace>,
}

/// What came of `exp` (RFC 7208 section 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Explanation {
    /// It is ignored: its domain is none, or has no single text, or no answer.
    Ignored,
    /// It is ignored: the text has a fault.
    Faulty(SpfParseError),
    /// The text, expanded, safe to show. A stranger wrote it.
    Text(String),
}

/// The evaluation of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordTrace {
    /// The domain of the record.
    pub domain: Name,
    /// The question for its texts.
    pub asked: Asked,
    /// How many SPF records there are.
    pub selection: Selection,
    /// The record, its strings joined; none unless there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<CharString>,
    /// Texts that were most likely meant to be SPF records, and are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookalikes: Vec<CharString>,
    /// The terms in order, also those that were not reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermTrace>,
    /// What the record said.
    pub result: SpfResult,
    /// Why.
    pub reason: Reason,
}

/// What came of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It ended the evaluation with an error.
    Error,
    /// A modifier that was used.
    Followed,
    /// It matched.
    Match,
    /// It did not match.
    NoMatch,
    /// It was not reached, or has nothing to evaluate.
    NotEvaluated,
}

/// The evaluation of one term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermTrace {
    /// Its place in the record.
    pub span: Span,
    /// The place of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Span>,
    /// What it is called.
    pub name: TermName,
    /// As written, safe to show.
    pub text: CharString,
    /// What came of it.
    pub outcome: Outcome,
    /// Its fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SpfParseError>,
    /// Which of the counted lookups it is, from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<usize>,
    /// Whether it counts as a void lookup.
    #[serde(default)]
    pub void: bool,
    /// The name it stands for once macros are expanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Name>,
    /// What was asked for it, with the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Asked>,
    /// The addresses it led to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The blocks it allows: those addresses with the prefix lengths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub ranges: Vec<IpNet>,
    /// The record it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<Box<RecordTrace>>,
}

impl TermTrace {
    /// A term that has not been evaluated.
    pub(super) fn new(text: &[u8], span: Span, term: &Result<Term, SpfParseError>) -> Self {
        let parsed = term.as_ref().ok();
        Self {
            span,
            value: parsed.and_then(|term| term.value),
            name: parsed.map_or(TermName::Other, |term| term.kind.name()),
            text: CharString(span.of(text).to_vec()),
            outcome: if parsed.is_some() { Outcome::NotEvaluated } else { Outcome::Error },
            error: term.as_ref().err().copied(),
            lookup: None,
            void: false,
            target: None,
            questions: Vec::new(),
            addresses: Vec::new(),
            ranges: Vec::new(),
            nested: None,
        }
    }
}

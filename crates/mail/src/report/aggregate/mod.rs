//! DMARC aggregate reports, in the shapes of RFC 7489 (appendix C) and RFC 9990.

mod summary;
mod xml;

pub use summary::{SourceSummary, Summary};
pub use xml::{MAX_RECORDS, parse};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A report. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Aggregate {
    /// Which standard's shape it has.
    pub shape: Shape,
    /// Who reports, and about when.
    pub metadata: Metadata,
    /// The policy that the reporter found.
    pub policy: PolicyPublished,
    /// The records, in order.
    pub records: Vec<Record>,
    /// Records that were left out since their source address cannot be read.
    pub unread_records: u64,
    /// There were more records, or more results in them, than are kept.
    pub truncated: bool,
    /// What is wrong with the report that could be read all the same.
    pub faults: Vec<AggregateFault>,
}

/// The shape of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// RFC 7489, and drafts before it.
    #[default]
    Rfc7489,
    /// RFC 9990: the namespace `urn:ietf:params:xml:ns:dmarc-2.0`, or elements that only it has.
    Rfc9990,
}

/// Who reports, and about when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Metadata {
    /// The reporter.
    pub org_name: Option<String>,
    /// Its address for questions.
    pub email: Option<String>,
    /// Where to read more.
    pub extra_contact_info: Option<String>,
    /// The reporter's id of the report.
    pub report_id: Option<String>,
    /// The start of the time reported on.
    pub begin: Option<Timestamp>,
    /// Its end.
    pub end: Option<Timestamp>,
    /// Errors that the reporter had, the first few.
    pub errors: Vec<String>,
    /// The software that wrote the report.
    pub generator: Option<String>,
}

/// The policy as the reporter found it; values in lower case, as published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyPublished {
    /// Where the record was found.
    pub domain: Option<String>,
    /// Alignment of DKIM: `r` or `s`.
    pub adkim: Option<String>,
    /// Alignment of SPF: `r` or `s`.
    pub aspf: Option<String>,
    /// The policy.
    pub p: Option<String>,
    /// The policy for subdomains.
    pub sp: Option<String>,
    /// The policy for names that do not exist.
    pub np: Option<String>,
    /// The share of messages (RFC 7489 only).
    pub pct: Option<String>,
    /// When failure reports are asked for.
    pub fo: Option<String>,
    /// Test mode (RFC 9990 only): `y` or `n`.
    pub testing: Option<String>,
    /// How the record was found (RFC 9990 only): `psl` or `treewalk`.
    pub discovery_method: Option<String>,
}

/// What the reporter did with messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Nothing on account of DMARC.
    None,
    /// DMARC passed (RFC 9990 only).
    Pass,
    /// Treated as suspicious.
    Quarantine,
    /// Refused.
    Reject,
    /// The report does not say, or says something else.
    #[default]
    Unknown,
}

/// Whether a method passed with an aligned domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aligned {
    /// It did not.
    Fail,
    /// It did.
    Pass,
    /// The report does not say, or says something else.
    #[default]
    Unknown,
}

/// Messages of one source that fared alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// The address that sent them.
    pub source: IpAddr,
    /// How many.
    pub count: u64,
    /// What was done with them.
    pub disposition: Disposition,
    /// Whether an aligned DKIM signature passed.
    pub dkim: Aligned,
    /// Whether SPF passed for an aligned domain.
    pub spf: Aligned,
    /// Why the reporter did something else than the policy says.
    pub overrides: Vec<PolicyOverride>,
    /// The domain of the From field.
    pub header_from: Option<String>,
    /// The domain of the envelope sender.
    pub envelope_from: Option<String>,
    /// The domain of the envelope recipient.
    pub envelope_to: Option<String>,
    /// The results before alignment.
    pub auth_results: Vec<AuthResult>,
}

/// A reason to do something else than the policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyOverride {
    /// `forwarded`, `local_policy`, `mailing_list` …, in lower case.
    pub kind: Option<String>,
    /// In words.
    pub comment: Option<String>,
}

/// The method of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuthMethod {
    /// DKIM.
    Dkim,
    /// SPF.
    Spf,
}

/// The result of one method for one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthResult {
    /// The method.
    pub method: AuthMethod,
    /// The domain that signed, or that was looked up.
    pub domain: Option<String>,
    /// The selector of a signature.
    pub selector: Option<String>,
    /// What SPF was evaluated for: `mfrom` or `helo`.
    pub scope: Option<String>,
    /// The result, in lower case.
    pub result: Option<String>,
    /// More about the result.
    pub human_result: Option<String>,
}

/// What is wrong with a report that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("at octet {at}: {kind}")]
pub struct AggregateFault {
    /// Octets from the start of the unpacked content.
    pub at: u64,
    /// What is wrong there.
    pub kind: AggregateFaultKind,
}

/// What can be wrong with a report that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AggregateFaultKind {
    /// A source address that cannot be read.
    #[error("the source address cannot be read")]
    Address,
    /// A count or time that is no number.
    #[error("not a number")]
    Number,
    /// The XML breaks off or is not well-formed; what came before counts.
    #[error("the XML breaks off or is not well-formed")]
    Syntax,
}

/// Why a content is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at octet {at}: {kind}")]
pub struct AggregateError {
    /// Octets from the start of the unpacked content.
    pub at: u64,
    /// Why.
    pub kind: AggregateErrorKind,
}

/// Why a content is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateErrorKind {
    /// A document type: reports have none, entity bombs do.
    #[error("the XML has a document type declaration")]
    Doctype,
    /// A reference to an entity that XML does not define itself.
    #[error("the XML refers to an entity of its own")]
    Entity,
    /// No `<feedback>` with anything in it.
    #[error("not a DMARC aggregate report")]
    NotReport,
    /// The XML is not well-formed, and nothing came before that place.
    #[error("the XML is not well-formed")]
    Syntax,
    /// Elements nest deeper than any report's do.
    #[error("the elements nest too deep")]
    TooDeep,
}

//! The report as data: design.md's JSON, field by field.

use crate::domain::DomainBody;
use crate::message::MessageBody;
use jiff::Timestamp;
use ptrust_checks::receivers::Reaction;
use ptrust_checks::{Finding, Judged, Severity};
use ptrust_facts::domain::Role;
use ptrust_facts::identity::Iprev;
use ptrust_facts::{AnyFact, FactKind, Facts, Run, Target, Use};
use ptrust_names::{Cause, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the format.
pub const SCHEMA: &str = "ptrust.report/1";

/// What the findings amount to, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// An error is proven.
    Fail,
    /// No error is proven, and one could not be ruled out.
    Unknown,
    /// No error; delivery or protection suffers.
    Warn,
    /// Nothing worth more than a notice.
    Pass,
}

impl Verdict {
    /// Every verdict, gravest first.
    pub const ALL: [Self; 4] = [Self::Fail, Self::Unknown, Self::Warn, Self::Pass];

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Pass => "pass",
        }
    }
}

/// What kind of thing a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// One sending address; with `mail` instead of `identity`, what blocklists say of it.
    Address,
    /// One mail domain, with the addresses that send for it.
    Domain,
    /// One host with its mail servers.
    Host,
    /// One message.
    Message,
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// Its kind.
    pub kind: SubjectKind,
    /// The address, or the name.
    pub value: String,
}

/// Who holds the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Holder {
    /// The registered organization.
    pub name: Option<String>,
    /// Where that is known from.
    pub source: &'static str,
    /// Id of the provider, when the registration or the names point at one.
    pub provider: Option<&'static str>,
    /// Whether the block is one customer's.
    #[serde(rename = "use")]
    pub usage: Use,
}

/// The administrative layer: who controls the reverse zone, and does it answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Administrative {
    /// `delegated`, `not-delegated`, `lame`, `unreachable`, `unresolvable`, `classless-broken`, `bogus` or
    /// `undetermined`; null for addresses that have no public identity.
    pub state: Option<&'static str>,
    /// The zone that decides: the one that holds the PTR (an alias is followed), or the broken one, or the one that
    /// denies the name.
    pub zone: Option<Name>,
    /// The name servers of that zone.
    pub servers: Vec<Name>,
    /// Who holds the address; null when not known.
    pub holder: Option<Holder>,
}

/// The technical layer: do the names lead back to the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Technical {
    /// The PTR names that were evaluated, in canonical order.
    pub ptr: Vec<Name>,
    /// Those that lead back.
    pub confirmed: Vec<Name>,
    /// The result of RFC 8601 2.7.3; null when not judged.
    pub iprev: Option<Iprev>,
    /// The HELO the host sends, as given; null when not known.
    pub helo: Option<String>,
    /// The name in the SMTP greeting; null when none was seen.
    pub banner: Option<String>,
    /// Whether the HELO equals a confirmed name; null without a HELO.
    pub aligned: Option<bool>,
}

/// What is proven about the address, in two layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IdentityReport {
    /// Control of the reverse zone.
    pub administrative: Administrative,
    /// The mapping itself.
    pub technical: Technical,
}

/// A check that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Inconclusive {
    /// The check.
    pub id: &'static str,
    /// What is missing.
    pub missing: String,
    /// Why.
    pub cause: Cause,
}

/// How far the checks got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// Checks with a result: passed or failed.
    pub judged: usize,
    /// Checks whose question did not arise.
    pub not_applicable: usize,
    /// Checks that this run could not make at all.
    pub skipped: usize,
    /// Checks that lack an answer.
    pub inconclusive: Vec<Inconclusive>,
}

/// One fact of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportFact {
    /// Its kind.
    pub kind: FactKind,
    /// What it is about: `NAME TYPE`, an address, or `ADDRESS PORT`.
    pub subject: String,
    /// What was observed, and who said so.
    #[serde(flatten)]
    pub fact: AnyFact,
}

/// What only a report of one kind has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Body {
    /// Of an address.
    Address(Box<AddressBody>),
    /// Of a domain, of a host's mail servers, or of an address on blocklists.
    Domain(Box<DomainBody>),
    /// Of a message.
    Message(Box<MessageBody>),
}

/// What only the report of an address has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AddressBody {
    /// The two layers.
    pub identity: IdentityReport,
    /// What was checked, with the user's circumstances: with `run` and `facts` enough to judge again.
    pub target: Target,
    /// The facts uncut, for renderers.
    #[serde(skip)]
    pub(crate) source: Facts,
}

/// The report of one target. At most [`MAX_REPORT`](crate::MAX_REPORT) bytes of JSON.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "ptrust report")]
pub struct Report {
    /// Always `ptrust.report/1`.
    pub schema: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// The host name that the user asked about, when the address came from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Name>,
    /// When the observation began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub observed_at: Timestamp,
    /// What the findings amount to.
    pub verdict: Verdict,
    /// What only a report of this kind has.
    #[serde(flatten)]
    pub body: Body,
    /// Proven defects, gravest first.
    pub findings: Vec<Finding>,
    /// How far the checks got.
    pub coverage: Coverage,
    /// What receivers would do.
    pub receivers: Vec<Reaction>,
    /// Circumstances of the run.
    pub run: Run,
    /// What was left out to keep the report within its size; absent when nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub truncated: Vec<String>,
    /// What was observed.
    pub facts: Vec<ReportFact>,
    /// Every check with what it said, in catalogue order.
    #[serde(skip)]
    pub(crate) judged: Vec<Judged>,
}

impl Report {
    /// What only the report of an address has.
    pub fn address(&self) -> Option<&AddressBody> {
        match &self.body {
            Body::Address(body) => Some(body),
            Body::Domain(_) | Body::Message(_) => None,
        }
    }

    /// What only the report of a domain has.
    pub fn domain(&self) -> Option<&DomainBody> {
        match &self.body {
            Body::Domain(body) => Some(body),
            Body::Address(_) | Body::Message(_) => None,
        }
    }

    /// What only the report of a message has.
    pub fn message(&self) -> Option<&MessageBody> {
        match &self.body {
            Body::Message(body) => Some(body),
            Body::Address(_) | Body::Domain(_) => None,
        }
    }

    /// The facts of the address that the report was built from, uncut.
    pub fn source(&self) -> Option<&Facts> {
        self.address().map(|body| &body.source)
    }

    /// Every check that was run, with what it said, in catalogue order.
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// Whether a name leads back to the address; of a domain, whether one does to every address that sends; of a message,
    /// to the one that sent it.
    pub fn confirmed(&self) -> bool {
        match &self.body {
            Body::Address(body) => body.identity.confirmed(),
            Body::Domain(body) => body.pool.confirmed == body.pool.sending,
            Body::Message(body) => body.address.as_ref().is_some_and(|one| one.identity.confirmed()),
        }
    }

    /// Whether the report says at all if names lead back to addresses: that of some families of a domain does not.
    pub fn looks_at_identity(&self) -> bool {
        match &self.body {
            Body::Address(_) | Body::Message(_) => true,
            Body::Domain(body) => {
                body.target.role != Role::Address && self.judged.iter().any(|one| one.check.id.starts_with("pool-"))
            }
        }
    }

    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl IdentityReport {
    /// Whether a name leads back to the address.
    pub const fn confirmed(&self) -> bool {
        matches!(self.technical.iprev, Some(Iprev::Pass))
    }
}

/// The JSON Schema (2020-12) of a report.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Report>().to_value()
}

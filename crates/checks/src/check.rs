//! What a check is, and what it says.

use crate::letter::Letter;
use crate::posture::Posture;
use jiff::Timestamp;
use ptrust_facts::{Facts, Need};
use ptrust_names::Cause;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a defect matters. Ordered: a notice is less than an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Delivery suffers, or will.
    Warning,
    /// The identity is broken.
    Error,
}

/// How a finding was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Follows from the evidence by a standard.
    Proven,
    /// A judgement of patterns, as receivers make it.
    Heuristic,
}

/// Who says that it is a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "ref", rename_all = "lowercase")]
pub enum Authority {
    /// A standard with its section: `RFC 8601 3`.
    Standard(&'static str),
    /// A provider's page with its date.
    Provider(&'static str),
    /// Common practice, said where.
    Practice(&'static str),
}

impl Authority {
    /// The reference itself.
    pub const fn reference(self) -> &'static str {
        match self {
            Self::Standard(text) | Self::Provider(text) | Self::Practice(text) => text,
        }
    }
}

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// May change NS or DS of the broken cut: block holder, or operator of the parent reverse zone.
    AddressHolder,
    /// Runs the DNS of the mail domain: SPF, DKIM, DMARC and the like.
    DomainOwner,
    /// Runs the SMTP host.
    MailOperator,
    /// Runs the DNS of the forward name.
    NameOwner,
    /// Nobody has to.
    Nobody,
    /// Runs the reverse zone.
    ZoneOperator,
}

impl Who {
    /// The word used in JSON and in catalogues.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AddressHolder => "address-holder",
            Self::DomainOwner => "domain-owner",
            Self::MailOperator => "mail-operator",
            Self::NameOwner => "name-owner",
            Self::Nobody => "nobody",
            Self::ZoneOperator => "zone-operator",
        }
    }
}

/// A check: plain data and one pure function.
#[derive(Debug)]
pub struct Check {
    /// `<family>-<defect>`, kebab-case, never reused.
    pub id: &'static str,
    /// One line, sentence case.
    pub title: &'static str,
    /// How much it matters; users override it by id.
    pub severity: Severity,
    /// How it is reached.
    pub confidence: Confidence,
    /// Who says so.
    pub authority: Authority,
    /// Who must act.
    pub who: Who,
    /// First version that had it.
    pub since: &'static str,
    /// What it looks at; only that is asked.
    pub needs: &'static [Need],
    /// The page: Markdown with worlds and their verdicts.
    pub page: &'static str,
    /// The judge.
    pub judge: Judge,
}

/// A pure function from what is known to a judgement, by what it judges.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// The identity of one address.
    Address(fn(&Facts) -> Judgement),
    /// The mail of one domain.
    Domain(fn(&Posture) -> Judgement),
    /// One message.
    Message(fn(&Letter) -> Judgement),
}

/// What a check says of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The defect is proven.
    Fail(Box<Failure>),
    /// Something needed is not known.
    Inconclusive(Missing),
    /// The question does not arise.
    NotApplicable,
    /// Looked at, and sound.
    Pass,
    /// The run could not look at all; said once for the run.
    Skipped,
}

impl Judgement {
    /// A failure.
    pub fn fail(failure: Failure) -> Self {
        Self::Fail(Box::new(failure))
    }

    /// Something needed is not known.
    pub fn inconclusive(missing: impl Into<String>, cause: Cause) -> Self {
        Self::Inconclusive(Missing { missing: missing.into(), cause })
    }

    /// Names beyond the limit of names could turn the judgement.
    pub(crate) fn limited(evaluated: usize, more: usize) -> Self {
        let total = evaluated + more;
        Self::inconclusive(format!("{more} of {total} PTR names, over the limit of {evaluated}"), Cause::NotAsked)
    }

    /// The word used in pages and catalogues.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Fail(_) => "fail",
            Self::Inconclusive(_) => "inconclusive",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::Skipped => "skipped",
        }
    }
}

/// What is missing for a judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What: `the PTR of 203.0.113.25`.
    pub missing: String,
    /// Why.
    pub cause: Cause,
}

/// A proven defect, in the words of this target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the defect is about: a name, a zone or an address.
    pub subject: String,
    /// What is wrong here, one or two full sentences.
    pub explanation: String,
    /// Who said what; never empty.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remedy: Remedy,
}

/// One answer that proves something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What was asked: `25.113.0.203.in-addr.arpa PTR`.
    pub asked: String,
    /// Who was asked.
    pub server: String,
    /// What came back, in presentation form.
    pub answer: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// What to do about a defect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// Steps in order, each a full sentence.
    pub steps: Vec<String>,
    /// Records to publish, as zone file lines.
    pub records: Vec<String>,
}

/// A finding of a report: a failure with its check's constants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The check.
    pub id: &'static str,
    /// Its severity, after the user's overrides.
    pub severity: Severity,
    /// How it was reached.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: String,
    /// The check's title.
    pub title: &'static str,
    /// What is wrong here.
    pub explanation: String,
    /// Who said what.
    pub evidence: Vec<Evidence>,
    /// Who acts, and how.
    pub remedy: FindingRemedy,
    /// Who says that it is a defect.
    pub authority: Authority,
}

/// The remedy of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingRemedy {
    /// Who must act.
    pub who: Who,
    /// Steps in order.
    pub steps: Vec<String>,
    /// Records to publish, as zone file lines.
    pub records: Vec<String>,
}

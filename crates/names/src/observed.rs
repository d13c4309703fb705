//! The three answers the world can give: yes, no, and not known.

use crate::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the world answered. Failures of the world are values, never errors: a check may read `Absent` as a fact, but
/// `Unknown` leads only to an inconclusive judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Observed<T> {
    /// It is there.
    Present(T),
    /// It is proven not to be there.
    Absent(Absence),
    /// Nobody could say.
    Unknown(Cause),
}

impl<T> Observed<T> {
    /// The value, when it is there.
    pub const fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is proven absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// Why it is not known.
    pub const fn cause(&self) -> Option<Cause> {
        match self {
            Self::Unknown(cause) => Some(*cause),
            _ => None,
        }
    }

    /// The same answer about another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Present(value) => Observed::Present(f(value)),
            Self::Absent(absence) => Observed::Absent(absence),
            Self::Unknown(cause) => Observed::Unknown(cause),
        }
    }
}

/// A proven absence, with the SOA that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Absence {
    /// Which of the two negative answers it was (RFC 2308 2).
    pub kind: AbsenceKind,
    /// The SOA of the negative answer; its owner is the zone that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soa: Option<NegativeSoa>,
}

/// The two negative answers (RFC 2308 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AbsenceKind {
    /// The name exists, without records of the type.
    NoData,
    /// The name does not exist, nor anything below it (RFC 8020).
    NxDomain,
}

impl fmt::Display for AbsenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoData => "NODATA",
            Self::NxDomain => "NXDOMAIN",
        })
    }
}

/// The SOA record of a negative answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NegativeSoa {
    /// The zone that denied the name.
    pub zone: Name,
    /// The zone's primary server: its domain hints at who runs the zone.
    pub mname: Name,
    /// Seconds that caches keep the denial: the smaller of the record's TTL and its minimum field (RFC 2308 5).
    pub ttl: u32,
}

/// Why something is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// The chain of trust fails, so the answer cannot be used.
    Bogus,
    /// The limit of queries or time was reached.
    Budget,
    /// FORMERR.
    FormErr,
    /// The answer came, but cannot be read or does not fit the question.
    Garbled,
    /// Aliases loop or are too many.
    AliasLoop,
    /// No listed server answers with authority.
    Lame,
    /// This machine has no route, or the local network refused.
    Local,
    /// Nobody asked.
    NotAsked,
    /// NOTAUTH, or an answer without authority.
    NotAuthoritative,
    /// Outbound DNS is closed or intercepted here, or the probe is not possible from here.
    Unavailable,
    /// The service asks to be asked less often (HTTP 429).
    RateLimited,
    /// REFUSED, or a refused connection.
    Refused,
    /// SERVFAIL.
    ServFail,
    /// Silence.
    Timeout,
    /// No name server of the zone has a usable address.
    Unresolvable,
    /// Some other RCODE.
    UnexpectedRcode,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AliasLoop => "aliases loop or are too many",
            Self::Bogus => "DNSSEC validation failed",
            Self::Budget => "the limit of queries or time was reached",
            Self::FormErr => "FORMERR",
            Self::Garbled => "an answer that cannot be read",
            Self::Lame => "no listed server answers with authority",
            Self::Local => "no route from here",
            Self::NotAsked => "not asked",
            Self::NotAuthoritative => "an answer without authority",
            Self::RateLimited => "asked too often, try later",
            Self::Refused => "REFUSED",
            Self::ServFail => "SERVFAIL",
            Self::Timeout => "no answer",
            Self::Unavailable => "not possible from here",
            Self::UnexpectedRcode => "an unexpected response code",
            Self::Unresolvable => "no name server has a usable address",
        })
    }
}

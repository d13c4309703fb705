//! A fact and its sources, and the one rule that makes an answer out of several.

use crate::{Chain, Document, Owner, Session, Smtp, Walk};
use jiff::Timestamp;
use ptrust_names::{Cause, Name, Observed, Records};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How a source was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// An HTTPS request.
    Https,
    /// DNS or SMTP over TCP.
    Tcp,
    /// DNS over UDP.
    Udp,
}

/// One party that was asked, and its own answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source<T> {
    /// The server's address, when it has one that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The server's name, or the URL's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How it was asked.
    pub transport: Transport,
    /// When the question that was answered (or the last one) was sent.
    #[schemars(with = "String")]
    pub sent_at: Timestamp,
    /// Microseconds to the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
    /// What it said.
    pub outcome: Observed<T>,
}

/// A fact: what holds, and who said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact<T> {
    /// The sources' answers reduced to one.
    pub observed: Observed<T>,
    /// Every source asked, with its own answer.
    pub sources: Vec<Source<T>>,
}

impl<T: Clone> Fact<T> {
    /// A fact from its sources, by [`reduce`].
    pub fn of(sources: Vec<Source<T>>) -> Self {
        Self { observed: reduce(&sources), sources }
    }
}

impl<T> Fact<T> {
    /// A fact that nobody could be asked for.
    pub const fn unknown(cause: Cause) -> Self {
        Self { observed: Observed::Unknown(cause), sources: Vec::new() }
    }
}

/// Positive beats proven absence beats unknown. Among unknowns the first decides; without sources nobody was asked.
pub fn reduce<T: Clone>(sources: &[Source<T>]) -> Observed<T> {
    let outcomes = || sources.iter().map(|source| &source.outcome);
    outcomes()
        .find(|outcome| outcome.present().is_some())
        .or_else(|| outcomes().find(|outcome| outcome.is_absent()))
        .or_else(|| outcomes().next())
        .cloned()
        .unwrap_or(Observed::Unknown(Cause::NotAsked))
}

/// A fact of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AnyFact {
    /// The chain of trust of a question.
    Chain(Fact<Chain>),
    /// A document.
    Document(Fact<Document>),
    /// Who holds an address.
    Owner(Fact<Owner>),
    /// Answers of resolvers, or the first authoritative answer.
    Records(Fact<Records>),
    /// What a mail server says and shows.
    Session(Fact<Session>),
    /// What an SMTP server calls itself.
    Smtp(Fact<Smtp>),
    /// A delegation walk.
    Walk(Fact<Walk>),
}

/// The text of a server for people: its name and address as far as known.
pub(crate) fn server_text(name: Option<&Name>, address: Option<IpAddr>) -> String {
    match (name, address) {
        (Some(name), Some(address)) => format!("{name} ({address})"),
        (Some(name), None) => name.to_string(),
        (None, Some(address)) => address.to_string(),
        (None, None) => "unknown server".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptrust_names::{Absence, AbsenceKind};

    fn source(outcome: Observed<u8>) -> Source<u8> {
        Source {
            address: None,
            server: None,
            transport: Transport::Udp,
            sent_at: Timestamp::UNIX_EPOCH,
            rtt_us: None,
            outcome,
        }
    }

    #[test]
    fn positive_beats_absence_beats_unknown() {
        let yes = source(Observed::Present(1));
        let no = source(Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa: None }));
        let unknown = source(Observed::Unknown(Cause::ServFail));
        assert_eq!(reduce(&[unknown.clone(), no.clone(), yes]), Observed::Present(1));
        assert_eq!(reduce(&[unknown.clone(), no.clone()]), no.outcome);
        assert_eq!(reduce(&[unknown]), Observed::Unknown(Cause::ServFail));
        assert_eq!(reduce::<u8>(&[]), Observed::Unknown(Cause::NotAsked));
    }
}

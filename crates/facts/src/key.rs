//! Names of facts.

use crate::Service;
use ptrust_names::Question;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// What a fact is about. The order is the order in which a report lists facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The delegation walk to a name: zone cuts, servers, the census of the deepest cut, the answer.
    Walk(Question),
    /// The first authoritative answer of the same walk, before its census is complete. Opens further questions early.
    Answer(Question),
    /// The chain of trust of an answer.
    Chain(Question),
    /// The answers of the configured resolvers.
    Resolver(Question),
    /// A document at a URL.
    Document(String),
    /// Who holds the address (RDAP).
    Owner(IpAddr),
    /// What a mail server says and shows.
    Session(Service),
    /// What the SMTP server at address and port calls itself.
    Smtp(IpAddr, u16),
}

/// The kind of a fact, which is what a check declares to need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// [`Key::Answer`].
    Answer,
    /// [`Key::Chain`].
    Chain,
    /// [`Key::Document`].
    Document,
    /// [`Key::Owner`].
    Owner,
    /// [`Key::Resolver`].
    Resolver,
    /// [`Key::Session`].
    Session,
    /// [`Key::Smtp`].
    Smtp,
    /// [`Key::Walk`].
    Walk,
}

impl FactKind {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Chain => "chain",
            Self::Document => "document",
            Self::Owner => "owner",
            Self::Resolver => "resolver",
            Self::Session => "session",
            Self::Smtp => "smtp",
            Self::Walk => "walk",
        }
    }

    /// Whether a fact of this kind comes from a walk.
    pub const fn needs_walk(self) -> bool {
        matches!(self, Self::Answer | Self::Chain | Self::Walk)
    }
}

/// What a check needs to look at. The plan turns needs into keys; [`Need::closure`] adds what each requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The BIMI record, the logo and the certificate.
    Bimi,
    /// The chain of trust of the PTR.
    Chain,
    /// TLSA records of the mail exchangers, with the chains of trust they rest on.
    Dane,
    /// DKIM keys: of the selectors given, and of common ones.
    Dkim,
    /// The DMARC record, wherever it is found, and the authorization of report receivers.
    Dmarc,
    /// The addresses of the PTR names, of the target's family: walk and resolvers.
    Forward,
    /// The chains of trust of those.
    ForwardChain,
    /// The addresses of the HELO, of both families.
    Helo,
    /// The IMAP servers of a domain.
    Imap,
    /// Blocklists: the domain, and the addresses that send or receive for it.
    Lists,
    /// What DNS says of a message's signatures, envelope sender and author.
    Message,
    /// The MTA-STS record and policy.
    MtaSts,
    /// The mail exchangers of a domain and their addresses.
    Mx,
    /// Who holds the address.
    Owner,
    /// The identity of each address of a domain's pool.
    Pool,
    /// The PTR: walk and resolvers.
    Ptr,
    /// The mail exchangers' SMTP, with TLS, and the submission servers of a domain.
    Servers,
    /// The greeting of the SMTP server.
    Smtp,
    /// The SPF record, and all that it includes.
    Spf,
    /// The TLS-RPT record.
    TlsRpt,
    /// What every server of the domain's zone says to the records that matter, and the chain of trust.
    Zone,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 21] = [
        Self::Bimi,
        Self::Chain,
        Self::Dane,
        Self::Dkim,
        Self::Dmarc,
        Self::Forward,
        Self::ForwardChain,
        Self::Helo,
        Self::Imap,
        Self::Lists,
        Self::Message,
        Self::MtaSts,
        Self::Mx,
        Self::Owner,
        Self::Pool,
        Self::Ptr,
        Self::Servers,
        Self::Smtp,
        Self::Spf,
        Self::TlsRpt,
        Self::Zone,
    ];

    /// What this need requires besides itself.
    pub const fn requires(self) -> &'static [Self] {
        match self {
            Self::Bimi => &[Self::Dmarc],
            Self::Chain | Self::Forward => &[Self::Ptr],
            Self::ForwardChain => &[Self::Forward, Self::Ptr],
            Self::Dkim | Self::Lists => &[Self::Mx, Self::Spf],
            Self::Dane | Self::Imap | Self::MtaSts | Self::Servers => &[Self::Mx],
            Self::Pool => &[
                Self::Chain,
                Self::Forward,
                Self::ForwardChain,
                Self::Helo,
                Self::Mx,
                Self::Owner,
                Self::Ptr,
                Self::Smtp,
                Self::Spf,
            ],
            Self::Dmarc
            | Self::Helo
            | Self::Message
            | Self::Mx
            | Self::Owner
            | Self::Ptr
            | Self::Smtp
            | Self::Spf
            | Self::TlsRpt
            | Self::Zone => &[],
        }
    }

    /// A set of needs with everything they require.
    pub fn closure(needs: impl IntoIterator<Item = Self>) -> BTreeSet<Self> {
        needs.into_iter().flat_map(|need| need.requires().iter().copied().chain([need])).collect()
    }
}

impl Key {
    /// The kind.
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Answer(_) => FactKind::Answer,
            Self::Chain(_) => FactKind::Chain,
            Self::Document(_) => FactKind::Document,
            Self::Owner(_) => FactKind::Owner,
            Self::Resolver(_) => FactKind::Resolver,
            Self::Session(_) => FactKind::Session,
            Self::Smtp(..) => FactKind::Smtp,
            Self::Walk(_) => FactKind::Walk,
        }
    }

    /// The question of a fact that comes from DNS.
    pub const fn question(&self) -> Option<&Question> {
        match self {
            Self::Answer(question) | Self::Chain(question) | Self::Resolver(question) | Self::Walk(question) => {
                Some(question)
            }
            _ => None,
        }
    }

    /// What the fact is about, as text: `NAME TYPE`, an address, `ADDRESS PORT`, a service or a URL.
    pub fn subject(&self) -> String {
        match self {
            Self::Answer(q) | Self::Chain(q) | Self::Resolver(q) | Self::Walk(q) => q.to_string(),
            Self::Document(url) => url.clone(),
            Self::Owner(address) => address.to_string(),
            Self::Session(service) => service.to_string(),
            Self::Smtp(address, port) => format!("{address} {port}"),
        }
    }

    /// Reads a key back from its kind and subject.
    pub fn parse(kind: FactKind, subject: &str) -> Option<Self> {
        let pair = || subject.split_once(' ');
        let question = || {
            let (name, rtype) = pair()?;
            Some(Question::new(name.parse().ok()?, rtype.parse().ok()?))
        };
        Some(match kind {
            FactKind::Answer => Self::Answer(question()?),
            FactKind::Chain => Self::Chain(question()?),
            FactKind::Document => Self::Document(subject.to_owned()),
            FactKind::Owner => Self::Owner(subject.parse().ok()?),
            FactKind::Resolver => Self::Resolver(question()?),
            FactKind::Session => Self::Session(subject.parse().ok()?),
            FactKind::Smtp => {
                let (address, port) = pair()?;
                Self::Smtp(address.parse().ok()?, port.parse().ok()?)
            }
            FactKind::Walk => Self::Walk(question()?),
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().as_str(), self.subject())
    }
}

//! What a mail server says and shows: its greeting, what it offers, and its TLS.

use crate::Line;
use jiff::Timestamp;
use ptrust_names::{Hex, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// What a mail server is spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// SMTP between servers (RFC 5321), with STARTTLS (RFC 3207).
    Smtp,
    /// Submission with STARTTLS (RFC 6409).
    Submission,
    /// Submission with TLS from the start (RFC 8314 3.3).
    Submissions,
    /// IMAP with STARTTLS (RFC 9051).
    Imap,
    /// IMAP with TLS from the start (RFC 8314 3.2).
    Imaps,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 5] = [Self::Smtp, Self::Submission, Self::Submissions, Self::Imap, Self::Imaps];

    /// The word used in JSON: the service's name (IANA).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Submissions => "submissions",
            Self::Imap => "imap",
            Self::Imaps => "imaps",
        }
    }

    /// Its port (IANA).
    pub const fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Submission => 587,
            Self::Submissions => 465,
            Self::Imap => 143,
            Self::Imaps => 993,
        }
    }

    /// Whether TLS begins with the connection.
    pub const fn is_implicit(self) -> bool {
        matches!(self, Self::Submissions | Self::Imaps)
    }

    /// Whether it is IMAP.
    pub const fn is_imap(self) -> bool {
        matches!(self, Self::Imap | Self::Imaps)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much of a server is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// One conversation.
    One,
    /// With further connections for old protocol versions, weak ciphers and injected commands.
    Full,
}

/// A mail server at one address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// What is spoken.
    pub protocol: Protocol,
    /// The host's name, which its certificate should show.
    pub name: Name,
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// How much of it is looked at.
    pub depth: Depth,
}

impl fmt::Display for Service {
    /// `PROTOCOL NAME ADDRESS PORT`, and `full` where more than one conversation is held.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.protocol, self.name, self.address, self.port)?;
        if self.depth == Depth::Full { f.write_str(" full") } else { Ok(()) }
    }
}

/// The text names no service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a service")]
pub struct NotService;

impl FromStr for Service {
    type Err = NotService;

    fn from_str(text: &str) -> Result<Self, NotService> {
        let mut words = text.split(' ');
        let mut next = || words.next().ok_or(NotService);
        let protocol = next()?;
        let protocol = Protocol::ALL.into_iter().find(|one| one.as_str() == protocol).ok_or(NotService)?;
        let name = next()?.parse().map_err(|_| NotService)?;
        let address = next()?.parse().map_err(|_| NotService)?;
        let port = next()?.parse().map_err(|_| NotService)?;
        let depth = match words.next() {
            None => Depth::One,
            Some("full") => Depth::Full,
            Some(_) => return Err(NotService),
        };
        Ok(Self { protocol, name, address, port, depth })
    }
}

/// What a mail server said and showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Reply code of the greeting (SMTP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// First word of the greeting: the server's name (SMTP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// Milliseconds from the connection to the greeting.
    pub greeted_ms: u64,
    /// What it offers in the clear: EHLO keywords, or IMAP capabilities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// What it offers under TLS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tls_offers: Vec<String>,
    /// How TLS began.
    pub starttls: StartTls,
    /// The TLS connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Versions of TLS other than the one agreed on, where they were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionOffer>,
    /// Weak cipher suites that it accepts, where they were tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weak_cipher: Option<Accepted>,
    /// Whether it takes commands that were sent in the clear behind STARTTLS (CVE-2011-0411).
    #[serde(default)]
    pub injection: Injection,
    /// Everything said, in order.
    pub transcript: Vec<Line>,
}

/// How TLS began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartTls {
    /// With the connection.
    Implicit,
    /// By the command.
    Done,
    /// The server does not offer it.
    #[default]
    NotOffered,
    /// The server offers it, and refuses the command: what it said.
    Refused(String),
    /// The handshake failed: why.
    Failed(String),
}

/// A TLS version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// RFC 2246, forbidden by RFC 8996.
    #[serde(rename = "1.0")]
    V1_0,
    /// RFC 4346, forbidden by RFC 8996.
    #[serde(rename = "1.1")]
    V1_1,
    /// RFC 5246.
    #[serde(rename = "1.2")]
    V1_2,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    V1_3,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_0 => "TLS 1.0",
            Self::V1_1 => "TLS 1.1",
            Self::V1_2 => "TLS 1.2",
            Self::V1_3 => "TLS 1.3",
        })
    }
}

/// Whether something was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Accepted {
    /// The server went on with it.
    Yes,
    /// The server turned it down.
    No,
    /// It did not come to an answer.
    Unknown,
}

/// Whether a server accepts a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionOffer {
    /// The version.
    pub version: TlsVersion,
    /// Whether it is accepted.
    pub accepted: Accepted,
}

/// Whether commands in the clear are taken for commands under TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Injection {
    /// The injected command was dropped.
    Clean,
    /// It was answered under TLS.
    Vulnerable,
    /// It was not tried, or did not come to an answer.
    #[default]
    NotTested,
}

/// A TLS connection as the server made it. Nothing about it was a condition for going on: every fault is noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tls {
    /// The version agreed on.
    pub version: TlsVersion,
    /// The cipher suite agreed on (IANA name).
    pub cipher: String,
    /// The certificates as sent, the server's own first; at most [`MAX_CHAIN`].
    pub chain: Vec<Certificate>,
    /// Whether the chain leads to a trusted root (RFC 5280), whatever the name.
    pub trust: CertificateTrust,
    /// Whether the server's certificate is for the host's name (RFC 9525).
    pub name_matches: bool,
}

/// Certificates of a chain that are kept: chains of public authorities have two to four.
pub const MAX_CHAIN: usize = 8;

/// Whether a chain of certificates leads to a trusted root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateTrust {
    /// It does.
    Trusted,
    /// A certificate has ended.
    Expired,
    /// A certificate is not valid yet.
    NotYetValid,
    /// The server's certificate is its own issuer.
    SelfSigned,
    /// No trusted root issued it, or an intermediate certificate is missing.
    UnknownIssuer,
    /// Something else, in the words of the library.
    Other(String),
}

/// A certificate in its essentials (RFC 5280).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// Its subject, as text.
    pub subject: String,
    /// The DNS names it is for, as text: wildcards are no host names.
    pub names: Vec<String>,
    /// Its issuer, as text.
    pub issuer: String,
    /// From when it is valid.
    #[schemars(with = "String")]
    pub not_before: Timestamp,
    /// Until when.
    #[schemars(with = "String")]
    pub not_after: Timestamp,
    /// Algorithm of its key, and bits: `RSA 2048`.
    pub key: String,
    /// SHA-256 of the certificate.
    pub sha256: Hex,
    /// SHA-512 of the certificate.
    pub sha512: Hex,
    /// SHA-256 of its public key (SubjectPublicKeyInfo).
    pub key_sha256: Hex,
    /// SHA-512 of its public key.
    pub key_sha512: Hex,
    /// Whether the server's certificate leads to this one, taken as a trust anchor (DANE-TA, RFC 7672 3.1.1).
    pub anchors: bool,
}

/// A document fetched over HTTPS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Document {
    /// The server answered.
    Response {
        /// Status code.
        status: u16,
        /// `Content-Type`, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// Where it redirects to; redirects are not followed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<String>,
        /// The body.
        body: Hex,
    },
    /// The certificate of the server does not hold.
    TlsFailed,
    /// The body is longer than it may be.
    TooLarge,
    /// The URL cannot be fetched: not HTTPS, or its host has no public address.
    NotAllowed,
}

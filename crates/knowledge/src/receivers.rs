//! What well-known receivers and mail servers do with the reverse DNS of a sender: the typed receivers.toml

use std::net::IpAddr;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/receivers.toml");

/// A mailbox service or a piece of software that any site may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mailbox service.
    Mailbox,
    /// Software: what its named check does where a site has switched it on.
    Software,
}

/// How well a receiver's behaviour is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The receiver's own page.
    Official,
    /// A maintained bounce parser, or logs quoted in public.
    Parser,
    /// Read in the source code or the manual of the software.
    Seen,
    /// Not re-checked.
    Background,
}

/// Address family a rule is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What was found out about a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// No PTR is published (iprev permerror).
    NoPtr,
    /// The PTR lookup failed (iprev temperror).
    PtrFailure,
    /// Forward lookups completed and gave other addresses.
    Mismatch,
    /// Forward lookups completed and gave no address.
    NoAddress,
    /// The forward lookup of at least one name failed.
    ForwardFailure,
    /// The first of several names in the answer does not confirm, although another one does.
    FirstNameUnconfirmed,
    /// The name looks generic, or is a provider's default.
    Generic,
    /// Some name resolves back to the address.
    Confirmed,
    /// The address cannot be judged.
    NotJudged,
}

/// What a receiver does, as far as reverse DNS goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Reverse DNS is no obstacle; other rules still apply.
    Accept,
    /// Counts against the message.
    Penalize,
    /// Temporary refusal (4xx).
    Defer,
    /// Permanent refusal (5xx).
    Reject,
    /// The sources do not say.
    Unknown,
}

/// One rule of a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The finding it applies to.
    pub when: When,
    /// The family it is limited to.
    #[serde(default)]
    pub family: Option<Family>,
    /// A finding that switches the rule off, for receivers that stop at the first good name.
    #[serde(default)]
    pub unless: Option<When>,
    /// What the receiver does.
    pub outcome: Outcome,
    /// SMTP reply, or rule names with scores, with `{address}` and `{name}` markers.
    #[serde(default)]
    pub reply: Option<String>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

impl Rule {
    /// The reply with the markers replaced; a missing name becomes `unknown`, as mail servers write it.
    pub fn reply_for(&self, address: IpAddr, name: Option<&str>) -> Option<String> {
        let template = self.reply.as_deref()?;
        let mut out = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{address}") {
                out.push_str(&address.to_string());
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{name}") {
                out.push_str(name.unwrap_or("unknown"));
                rest = after;
            } else {
                out.push('{');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        Some(out)
    }
}

/// One receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Label of at most 14 characters.
    pub short: String,
    /// Service or software.
    pub kind: Kind,
    /// Where it was read, with the date.
    pub source: String,
    /// How well it is known.
    pub evidence: Evidence,
    /// Rules in order: the first one that applies wins.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

impl Receiver {
    /// The first rule that applies to a sender for which all of `whens` is true.
    pub fn rule(&self, whens: &[When], v6: bool) -> Option<&Rule> {
        let family = if v6 { Family::V6 } else { Family::V4 };
        self.rules.iter().find(|rule| {
            whens.contains(&rule.when)
                && rule.family.is_none_or(|f| f == family)
                && !rule.unless.is_some_and(|w| whens.contains(&w))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    receiver: Vec<Receiver>,
}

/// All receivers, in file order.
pub fn receivers() -> &'static [Receiver] {
    static TABLE: OnceLock<Vec<Receiver>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded receivers.toml is tested");
        file.receiver
    })
}

/// The receiver with this id.
pub fn receiver(id: &str) -> Option<&'static Receiver> {
    receivers().iter().find(|r| r.id == id)
}

#[cfg(test)]
mod tests;

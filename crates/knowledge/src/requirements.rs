//! What mailbox services ask of senders: the typed requirements.toml

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/requirements.toml");

/// Whom a requirement binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Every sender.
    All,
    /// Senders above the receiver's threshold.
    Bulk,
}

/// How strongly it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Mail may be refused or filed as spam without it.
    Required,
    /// Asked for, without a consequence.
    Advised,
}

/// How it can be seen whether a sender meets a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observable {
    /// Records and hosts show whether it holds, or at least that it does not.
    Yes,
    /// A received message shows it.
    Message,
    /// Only the receiver or the sender knows.
    No,
}

/// What a requirement is about: one word for all receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The domain in From agrees with an authenticated one (RFC 9989).
    Alignment,
    /// ARC on forwarded mail (RFC 8617).
    Arc,
    /// Simultaneous connections.
    Connections,
    /// Bits of DKIM keys.
    DkimKeySize,
    /// A DMARC record.
    Dmarc,
    /// The domains in the addresses exist.
    DomainExists,
    /// No connections from dynamic address space.
    DynamicSpace,
    /// PTR and address records agree.
    ForwardReverseDns,
    /// Nobody else's domain in From.
    FromImpersonation,
    /// List-Unsubscribe headers (RFC 2369, RFC 8058).
    OneClickUnsubscribe,
    /// Recipients asked for the mail.
    OptIn,
    /// The PTR name is one of the sender's domain.
    OwnDomainRdns,
    /// Message format.
    Rfc5322,
    /// Complaints of recipients.
    SpamRate,
    /// SPF and DKIM both.
    SpfAndDkim,
    /// SPF or DKIM.
    SpfOrDkim,
    /// Addresses and names that do not change.
    StableIdentity,
    /// Encryption of the transfer.
    Tls,
    /// How soon an unsubscription takes effect.
    UnsubscribeDelay,
    /// A link to unsubscribe that readers see.
    UnsubscribeLink,
}

/// One requirement of one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable id, `<receiver>-…`.
    pub id: String,
    /// Id of the receiver.
    pub receiver: String,
    /// Whom it binds.
    pub who: Who,
    /// How strongly.
    pub level: Level,
    /// What it is about.
    pub topic: Topic,
    /// What it asks, in words.
    pub text: String,
    /// How it can be seen.
    pub observable: Observable,
    /// The receiver's page: its address, or its name where the address is not known.
    pub page: String,
    /// Date of the copy that was read, ISO 8601, where it is known.
    #[serde(default)]
    pub copied: Option<String>,
}

/// A receiver with requirements.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Stable id, the same as in receivers.toml where that has the receiver.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who counts as a bulk sender, in words.
    pub bulk: String,
    /// Since when its newest requirements hold, ISO 8601.
    #[serde(default)]
    pub since: Option<String>,
    /// What happens to those who do not meet them, in words.
    #[serde(default)]
    pub enforcement: Option<String>,
}

impl Receiver {
    /// Its requirements, in file order.
    pub fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        requirements().iter().filter(|requirement| requirement.receiver == self.id)
    }
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    #[serde(rename = "receiver")]
    receivers: Vec<Receiver>,
    #[serde(rename = "requirement")]
    requirements: Vec<Requirement>,
}

/// The parsed table.
fn table() -> &'static File {
    static TABLE: OnceLock<File> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(DATA).expect("embedded requirements.toml is tested"))
}

/// All receivers with requirements, in file order.
pub fn receivers() -> &'static [Receiver] {
    &table().receivers
}

/// All requirements, in file order.
pub fn requirements() -> &'static [Requirement] {
    &table().requirements
}

/// The requirements of all receivers about one topic, in file order.
pub fn about(topic: Topic) -> impl Iterator<Item = &'static Requirement> {
    requirements().iter().filter(move |requirement| requirement.topic == topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receivers::receiver;
    use std::collections::BTreeSet;

    #[test]
    fn rows_hold_their_rules() {
        let mut ids = BTreeSet::new();
        for requirement in requirements() {
            assert!(ids.insert(&requirement.id), "{} twice", requirement.id);
            assert!(receivers().iter().any(|one| one.id == requirement.receiver), "{}", requirement.id);
            assert!(requirement.id.starts_with(&format!("{}-", requirement.receiver)), "{}", requirement.id);
            assert!(!requirement.text.ends_with('.') && !requirement.page.is_empty(), "{}", requirement.id);
            let is_date = |text: &String| text.len() == 10 && text.split('-').count() == 3;
            assert!(requirement.copied.as_ref().is_none_or(is_date), "{}", requirement.id);
        }
        for one in receivers() {
            assert!(one.requirements().next().is_some(), "{}", one.id);
            assert!(receiver(&one.id).is_none_or(|known| known.name == one.name), "{}", one.id);
        }
    }

    #[test]
    fn topics_gather_receivers() {
        let who = |topic| about(topic).map(|one| (one.receiver.as_str(), one.who)).collect::<Vec<_>>();
        assert_eq!(
            who(Topic::Dmarc),
            [("gmail", Who::Bulk), ("yahoo", Who::Bulk), ("microsoft", Who::Bulk), ("apple", Who::Bulk)]
        );
        assert_eq!(who(Topic::Tls), [("gmail", Who::All)]);
        assert!(about(Topic::SpamRate).all(|one| one.observable == Observable::No));
    }
}

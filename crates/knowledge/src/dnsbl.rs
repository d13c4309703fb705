//! DNS blocklists and allowlists: what to ask, and what the answers mean (RFC 5782). The typed dnsbl.toml
//!
//! An answer is not a listing by itself: lists refuse clients with codes of their own, and resolvers on the way rewrite
//! answers. [`List::classify`] tells these apart, and the [test points](Subject::test_points) tell whether a list works.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use ptrust_names::{Name, is_address_as_name, reverse_name, reverse_suffix};
use serde::{Deserialize, Serialize};

mod codes;
mod selection;

pub use codes::{Code, Pattern};
pub use selection::{Selected, SelectionError, selection};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/dnsbl.toml");

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Every address of an autonomous system.
    Asn,
    /// Domains.
    Domain,
    /// Domains that are vouched for.
    DomainAllow,
    /// Hashes of domains.
    DomainHash,
    /// Hashes of mail addresses.
    EmailHash,
    /// Addresses.
    Ip,
    /// Addresses that are vouched for.
    IpAllow,
    /// Addresses and domains in one zone.
    #[serde(rename = "ip+domain")]
    IpAndDomain,
    /// Blocks of addresses.
    IpRange,
}

impl Kind {
    /// Whether addresses are looked up in it.
    pub fn takes_addresses(self) -> bool {
        matches!(self, Self::Asn | Self::Ip | Self::IpAllow | Self::IpAndDomain | Self::IpRange)
    }

    /// Whether domains are looked up in it, as they are.
    pub fn takes_domains(self) -> bool {
        matches!(self, Self::Domain | Self::DomainAllow | Self::IpAndDomain)
    }

    /// Whether being listed is a good thing.
    pub fn is_allowlist(self) -> bool {
        matches!(self, Self::DomainAllow | Self::IpAllow)
    }
}

/// Whether a list can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Anybody, within its policy.
    Active,
    /// Closed: an answer means nothing.
    Dead,
    /// Paid, or with a key.
    Private,
    /// Only registered users get an answer.
    Registration,
    /// Not known.
    Unclear,
}

/// What a listing means for delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// An allowlist.
    Positive,
    /// Nothing to worry about.
    Info,
    /// Few receivers use it.
    Low,
    /// Some receivers refuse, many count it.
    Medium,
    /// Many receivers refuse.
    High,
}

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in the source named.
    Seen,
    /// General knowledge that was not re-checked.
    Background,
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Stable id, for example `spamhaus-zen`.
    pub id: String,
    /// Its zone; with `{key}` in front where it has no public one.
    pub zone: String,
    /// Its zone for users with a key: `{key}` stands for the key.
    #[serde(default)]
    pub keyed_zone: Option<String>,
    /// Further zones of the same operator that share its fate.
    #[serde(default)]
    pub other_zones: Vec<String>,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether it holds IPv6 addresses.
    pub ipv6: bool,
    /// Whether it holds nothing but IPv6 addresses.
    #[serde(default)]
    pub ipv6_only: bool,
    /// Who runs it.
    pub operator: String,
    /// Whether it can be asked.
    pub status: Status,
    /// Since when it is closed, in words.
    #[serde(default)]
    pub dead_since: Option<String>,
    /// What a listing means.
    pub severity: Severity,
    /// Who may ask, in words.
    pub policy: String,
    /// Answers that refuse the query, with the reason.
    #[serde(default)]
    pub errors: BTreeMap<Pattern, String>,
    /// Answers that list, with their meaning.
    pub codes: BTreeMap<Pattern, String>,
    /// Those of `codes` that are no listing: good or middling reputation, a mere score.
    #[serde(default)]
    pub neutral: Vec<Pattern>,
    /// Where to ask for removal.
    #[serde(default)]
    pub delist: Option<String>,
    /// Where it was read.
    pub source: String,
    /// How well it is known.
    pub evidence: Evidence,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// What is looked up in a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An address.
    Address(IpAddr),
    /// A domain.
    Domain(Name),
}

impl Subject {
    /// The two entries by which a list of this sort is tested (RFC 5782 5): one that it must list, one that it must not.
    pub fn test_points(&self) -> TestPoints {
        let (listed, unlisted) = match self {
            Self::Address(IpAddr::V4(_)) => {
                (Self::Address(Ipv4Addr::new(127, 0, 0, 2).into()), Self::Address(Ipv4Addr::LOCALHOST.into()))
            }
            Self::Address(IpAddr::V6(_)) => {
                let mapped = |last| Self::Address(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, last).into());
                (mapped(2), mapped(1))
            }
            Self::Domain(_) => {
                let name = |label: &str| Self::Domain(Name::from_labels([label]).expect("a short label"));
                (name("test"), name("invalid"))
            }
        };
        TestPoints { listed, unlisted }
    }
}

/// The two entries by which a list is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPoints {
    /// The one that every working list holds.
    pub listed: Subject,
    /// The one that no working list holds.
    pub unlisted: Subject,
}

/// What the addresses in an answer say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// Listed; for an allowlist: vouched for.
    Listed {
        /// The codes, in order of address.
        codes: Vec<Code>,
    },
    /// The list knows the subject, but does not list it: good or middling reputation, a mere score.
    Neutral {
        /// The codes, in order of address.
        codes: Vec<Code>,
    },
    /// No address: not listed.
    NotListed,
    /// The list refused the query: whether it lists the subject is not known.
    Refused {
        /// The code that says so.
        code: Code,
    },
    /// Somebody on the way changed the answer, or the zone is parked: it says nothing.
    Rewritten {
        /// The address that no list gives.
        address: Ipv4Addr,
    },
}

/// Whether a list works, by the answers for its two test points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "health", rename_all = "kebab-case")]
pub enum Health {
    /// It lists what it must, and nothing else.
    Good,
    /// It does not list the entry that every list of its sort has: it is empty, of another sort, or hides from the client.
    ListsNothing,
    /// It lists the entry that no list has: everything is listed, and so nothing.
    ListsEverything,
    /// It refuses the client.
    Refused {
        /// The code that says so.
        code: Code,
    },
    /// Answers are changed on the way.
    Rewritten {
        /// The address that no list gives.
        address: Ipv4Addr,
    },
}

impl Health {
    /// Reads the answers for the entry that must be listed and for the one that must not.
    pub fn of(listed: &Answer, unlisted: &Answer) -> Self {
        for answer in [unlisted, listed] {
            match answer {
                Answer::Refused { code } => return Self::Refused { code: code.clone() },
                Answer::Rewritten { address } => return Self::Rewritten { address: *address },
                _ => {}
            }
        }
        match (listed, unlisted) {
            (_, Answer::Listed { .. }) => Self::ListsEverything,
            (Answer::Listed { .. } | Answer::Neutral { .. }, _) => Self::Good,
            _ => Self::ListsNothing,
        }
    }
}

impl List {
    /// A list that only the user knows: addresses of both families and domains, every code lists.
    pub fn plain(zone: &Name) -> Self {
        Self {
            id: zone.to_string(),
            zone: zone.to_string(),
            keyed_zone: None,
            other_zones: Vec::new(),
            kind: Kind::IpAndDomain,
            ipv6: true,
            ipv6_only: false,
            operator: zone.to_string(),
            status: Status::Active,
            dead_since: None,
            severity: Severity::Medium,
            policy: "as configured".into(),
            errors: BTreeMap::new(),
            codes: BTreeMap::new(),
            neutral: Vec::new(),
            delist: None,
            source: "configuration".into(),
            evidence: Evidence::Seen,
            note: None,
        }
    }

    /// Whether the subject can be looked up in it. An address written as a domain never can: lists of domains refuse it.
    pub fn takes(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Address(IpAddr::V4(_)) => self.kind.takes_addresses() && !self.ipv6_only,
            Subject::Address(IpAddr::V6(_)) => self.kind.takes_addresses() && self.ipv6,
            Subject::Domain(name) => self.kind.takes_domains() && !name.is_root() && !is_address_as_name(name),
        }
    }

    /// Reads the addresses of an answer; none of them means not listed. One refusal or foreign address spoils the whole
    /// answer: it must not pass for a listing.
    pub fn classify(&self, addresses: impl IntoIterator<Item = Ipv4Addr>) -> Answer {
        let mut addresses: Vec<Ipv4Addr> = addresses.into_iter().collect();
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.is_empty() {
            return Answer::NotListed;
        }
        if let Some(code) = addresses.iter().find_map(|address| self.refusal(*address)) {
            return Answer::Refused { code };
        }
        if let Some(&address) = addresses.iter().find(|address| self.is_foreign(**address)) {
            return Answer::Rewritten { address };
        }
        let listed = addresses.iter().any(|address| self.lists(*address));
        let codes = addresses.into_iter().map(|address| self.code(address)).collect();
        if listed { Answer::Listed { codes } } else { Answer::Neutral { codes } }
    }

    /// The refusal that an address stands for, if it is one.
    fn refusal(&self, address: Ipv4Addr) -> Option<Code> {
        let reasons = codes::meanings(&self.errors, address);
        let common = || codes::is_common_error(address).then(|| vec![codes::COMMON_ERROR.to_owned()]);
        let meanings = if reasons.is_empty() { common()? } else { reasons };
        Some(Code { address, meanings })
    }

    /// Whether no list gives this address: outside 127.0.0.0/8 (RFC 5782 2.1), or the plain loopback address, unless
    /// this very list uses it.
    fn is_foreign(&self, address: Ipv4Addr) -> bool {
        !address.is_loopback() || address == Ipv4Addr::LOCALHOST && codes::meanings(&self.codes, address).is_empty()
    }

    /// Whether a code is a listing.
    fn lists(&self, address: Ipv4Addr) -> bool {
        !self.neutral.iter().any(|pattern| pattern.matches(address))
    }

    /// A code with its meanings.
    fn code(&self, address: Ipv4Addr) -> Code {
        Code { address, meanings: codes::meanings(&self.codes, address) }
    }
}

/// The name to ask for a subject in a zone (RFC 5782 2.1, 2.4, 3): octets or nibbles reversed, or the domain, in front of
/// the zone. `None` when the whole is too long for a name.
fn query(zone: &Name, subject: &Subject) -> Option<Name> {
    match subject {
        Subject::Address(address) => reverse_name(*address).replace_suffix(&reverse_suffix(*address), zone),
        Subject::Domain(name) => Name::from_labels(name.labels().chain(zone.labels())).ok(),
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
    list: Vec<List>,
}

/// All lists, in file order, the closed ones among them.
pub fn lists() -> &'static [List] {
    static TABLE: OnceLock<Vec<List>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded dnsbl.toml is tested");
        file.list
    })
}

/// The list with this id.
pub fn list(id: &str) -> Option<&'static List> {
    lists().iter().find(|list| list.id == id)
}

/// The list that has this zone, be it its main one or one of the others.
pub fn by_zone(zone: &Name) -> Option<&'static List> {
    let is_it = |text: &String| text.parse::<Name>().is_ok_and(|name| name == *zone);
    lists().iter().find(|list| is_it(&list.zone) || list.other_zones.iter().any(is_it))
}

#[cfg(test)]
mod tests;

//! Block and allow lists: the typed dnsbl.toml, and the conventions of RFC 5782.

mod code;

pub use code::Code;

use ptrust_names::{Name, is_address_as_name, reverse_name};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/dnsbl.toml");
/// The label that stands for the user's key in names of keyed zones. Whoever asks replaces it; facts and reports never
/// hold the key itself.
pub const KEY_LABEL: &str = "{key}";

/// What a list lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Networks by their number; not asked.
    Asn,
    /// Domains.
    Domain,
    /// Domains that are well known.
    DomainAllow,
    /// Hashes of domains; not asked.
    DomainHash,
    /// Hashes of mail addresses; not asked.
    EmailHash,
    /// Addresses.
    Ip,
    /// Addresses that are well known.
    IpAllow,
    /// Ranges that are announced; not asked.
    IpRange,
    /// Both.
    #[serde(rename = "ip+domain")]
    IpAndDomain,
}

/// Whether a list can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It answers.
    Active,
    /// It has ended, and may list everything.
    Dead,
    /// It answers those who paid.
    Private,
    /// It answers those who registered.
    Registration,
    /// Nobody is sure.
    Unclear,
}

/// What a listing means for delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Good news.
    Positive,
    /// No alarm.
    Info,
    /// Few receivers use it.
    Low,
    /// Some do.
    Medium,
    /// Many do.
    High,
}

/// One list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Stable id.
    pub id: String,
    /// Its zone.
    pub zone: String,
    /// Its zone for users with a key.
    #[serde(default)]
    pub keyed_zone: Option<String>,
    /// Further zones of the operator's that share its fate.
    #[serde(default)]
    other_zones: Vec<String>,
    /// What it lists.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether it lists IPv6 addresses.
    pub ipv6: bool,
    /// Whether it lists nothing else.
    #[serde(default)]
    pub ipv6_only: bool,
    /// Who runs it.
    pub operator: String,
    /// Whether it can be asked.
    pub status: Status,
    /// What a listing means.
    #[serde(rename = "severity")]
    pub weight: Weight,
    /// Who may use it.
    pub policy: String,
    /// Answers that are no listing, and what they mean.
    #[serde(default)]
    errors: BTreeMap<Code, String>,
    /// Answers that are, and what they mean.
    codes: BTreeMap<Code, String>,
    /// Those of `codes` that are no complaint, in lists that answer for all they know.
    #[serde(default)]
    neutral: Vec<Code>,
    /// Where to ask for removal.
    #[serde(default)]
    pub delist: Option<String>,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "evidence")]
    _evidence: String,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(default, rename = "dead_since")]
    _dead_since: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    list: Vec<List>,
}

/// What a list is asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An address.
    Address(IpAddr),
    /// A domain.
    Domain(Name),
}

/// What addresses in a list's answer mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It lists the subject: codes with their meanings.
    Listed(Vec<(Ipv4Addr, String)>),
    /// It knows the subject, and has nothing against it.
    Neutral,
    /// It did not answer the question: why.
    Refused(String),
    /// Somebody on the way put another answer in its place.
    Rewritten,
}

/// All lists, in the order of the table.
pub fn lists() -> &'static [List] {
    static TABLE: OnceLock<Vec<List>> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str::<File>(DATA).expect("the shipped dnsbl.toml is valid").list)
}

/// The list with an id.
pub fn by_id(id: &str) -> Option<&'static List> {
    lists().iter().find(|list| list.id == id)
}

/// The list that has this zone, be it its main one or another that shares its fate.
pub fn by_zone(zone: &Name) -> Option<&'static List> {
    let is_it = |text: &String| text.parse::<Name>().is_ok_and(|name| name == *zone);
    lists().iter().find(|list| is_it(&list.zone) || list.other_zones.iter().any(is_it))
}

/// A list that a user names by its zone. One that the table knows keeps its subjects, refusals and codes there, since
/// otherwise a refusal would pass for a listing.
pub fn custom(zone: &Name) -> List {
    if let Some(known) = by_zone(zone) {
        return List { zone: zone.to_string(), keyed_zone: None, ..known.clone() };
    }
    List {
        id: zone.to_string(),
        zone: zone.to_string(),
        keyed_zone: None,
        other_zones: Vec::new(),
        kind: Kind::IpAndDomain,
        ipv6: true,
        ipv6_only: false,
        operator: zone.to_string(),
        status: Status::Active,
        weight: Weight::Medium,
        policy: String::new(),
        errors: BTreeMap::new(),
        codes: BTreeMap::new(),
        neutral: Vec::new(),
        delist: None,
        _source: String::new(),
        _evidence: String::new(),
        _note: None,
        _dead_since: None,
    }
}

/// The list whose keyed zone a question is about.
pub fn by_keyed_name(name: &Name) -> Option<&'static List> {
    name.labels().any(|label| label == KEY_LABEL.as_bytes()).then_some(())?;
    lists().iter().find(|list| list.zone_name(true).is_some_and(|zone| name.is_below(&zone)))
}

/// A name with the user's key in its place: that of the zone, whatever stands in front of it.
///
/// # Errors
/// When the key is no label.
pub fn with_key(name: &Name, key: &str) -> Result<Name, ptrust_names::NameError> {
    let mut labels: Vec<&[u8]> = name.labels().collect();
    if let Some(label) = labels.iter_mut().rfind(|label| **label == KEY_LABEL.as_bytes()) {
        *label = key.as_bytes();
    }
    Name::from_labels(labels)
}

impl List {
    /// Whether it can be asked: by everybody, or with the user's key. Lists that have ended, or may have, never can.
    pub fn is_usable(&self, keyed: bool) -> bool {
        let hashed = matches!(self.kind, Kind::DomainHash | Kind::EmailHash | Kind::IpRange | Kind::Asn);
        let answers = match self.status {
            Status::Active => keyed && self.has_key() || !self.zone.contains(KEY_LABEL),
            Status::Private | Status::Registration => keyed,
            Status::Dead | Status::Unclear => false,
        };
        !hashed && answers
    }

    /// Whether a key of the user's opens it: one that is part of the name, or, where it has no zone for keys, the user's
    /// word that the asking address is registered.
    pub fn has_key(&self) -> bool {
        let closed = matches!(self.status, Status::Private | Status::Registration);
        closed || self.keyed_zone.is_some() || self.zone.contains(KEY_LABEL)
    }

    /// Whether being on it is good news.
    pub fn is_positive(&self) -> bool {
        self.weight == Weight::Positive
    }

    /// The name to ask for, of type A (RFC 5782 2); `None` when the list is not about such subjects. An address written as
    /// a domain is no subject: lists of domains take it for abuse.
    pub fn question(&self, subject: &Subject, keyed: bool) -> Option<Name> {
        let zone = self.zone_name(keyed)?;
        match subject {
            Subject::Address(address) => {
                let address = address.to_canonical();
                self.takes(address).then(|| address_name(address, &zone)).flatten()
            }
            Subject::Domain(domain) if domain.is_root() || is_address_as_name(domain) => None,
            Subject::Domain(domain) => self.takes_domains().then(|| below(domain.labels(), &zone)).flatten(),
        }
    }

    /// Names that must be listed, and names that must not (RFC 5782 5): a list that fails them is not believed.
    pub fn test_points(&self, keyed: bool) -> Vec<(Name, bool)> {
        let Some(zone) = self.zone_name(keyed) else { return Vec::new() };
        let address = |address: IpAddr, listed| Some((address_name(address, &zone)?, listed));
        let points = match self.kind {
            _ if self.ipv6_only => [(TEST_V6, true), (HOME_V6, false)].map(|(a, listed)| address(a.into(), listed)),
            Kind::Domain | Kind::DomainAllow => {
                [("test", true), ("invalid", false)].map(|(l, listed)| Some((zone.prepend(l.as_bytes()).ok()?, listed)))
            }
            _ => [(TEST_V4, true), (HOME_V4, false)].map(|(a, listed)| address(a.into(), listed)),
        };
        points.into_iter().flatten().collect()
    }

    /// What the addresses of an answer mean.
    pub fn classify(&self, answer: &[IpAddr]) -> Answer {
        let mut listed = Vec::new();
        for address in answer {
            let IpAddr::V4(code) = *address else { return Answer::Rewritten };
            if let Some((_, why)) = self.errors.iter().find(|(pattern, _)| pattern.fits(code)) {
                return Answer::Refused(why.clone());
            }
            match code.octets() {
                [127, 255, 255, last] => return Answer::Refused(format!("error code 127.255.255.{last}")),
                [127, ..] => {}
                _ => return Answer::Rewritten,
            }
            let meanings: Vec<&String> =
                self.codes.iter().filter(|(known, _)| known.fits(code)).map(|(_, m)| m).collect();
            // Where a list does not say that it uses 127.0.0.1, resolvers that answer for everything do.
            if code == Ipv4Addr::LOCALHOST && meanings.is_empty() {
                return Answer::Rewritten;
            }
            if !self.neutral.iter().any(|benign| benign.fits(code)) {
                let meaning = meanings.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(", ");
                listed.push((code, if meaning.is_empty() { "listed".into() } else { meaning }));
            }
        }
        if listed.is_empty() { Answer::Neutral } else { Answer::Listed(listed) }
    }

    /// Whether it lists addresses of this family.
    fn takes(&self, address: IpAddr) -> bool {
        let kind = matches!(self.kind, Kind::Ip | Kind::IpAllow | Kind::IpAndDomain);
        kind && if address.is_ipv4() { !self.ipv6_only } else { self.ipv6 }
    }

    /// Whether it lists domains.
    const fn takes_domains(&self) -> bool {
        matches!(self.kind, Kind::Domain | Kind::DomainAllow | Kind::IpAndDomain)
    }

    /// The zone to ask; `None` when there is none without a key.
    fn zone_name(&self, keyed: bool) -> Option<Name> {
        let zone = self.keyed_zone.as_ref().filter(|_| keyed).unwrap_or(&self.zone);
        (keyed || !zone.contains(KEY_LABEL)).then(|| zone.parse().ok()).flatten()
    }
}

/// The address that lists of IPv4 addresses must list.
const TEST_V4: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// The address that they must not list.
const HOME_V4: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// The same for lists of IPv6 addresses.
const TEST_V6: Ipv6Addr = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, 2);
/// See [`TEST_V6`].
const HOME_V6: Ipv6Addr = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1);

/// An address reversed in front of a zone: four octets, or 32 nibbles.
fn address_name(address: IpAddr, zone: &Name) -> Option<Name> {
    let labels = if address.is_ipv4() { 4 } else { 32 };
    let reverse = reverse_name(address);
    below(reverse.labels().take(labels), zone)
}

/// Labels in front of a zone.
fn below<'a>(labels: impl Iterator<Item = &'a [u8]>, zone: &'a Name) -> Option<Name> {
    Name::from_labels(labels.chain(zone.labels())).ok()
}

#[cfg(test)]
mod tests;

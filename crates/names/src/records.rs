//! Questions, records and record sets.

use crate::{CharString, Name, RecordType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is asked: a name and a type, always in class IN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// Owner name asked for.
    pub name: Name,
    /// Type asked for.
    pub rtype: RecordType,
}

impl Question {
    /// A question.
    pub const fn new(name: Name, rtype: RecordType) -> Self {
        Self { name, rtype }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.rtype)
    }
}

/// The fields of a SOA record that ptrust uses (RFC 1035 3.3.13).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Soa {
    /// Primary server.
    pub mname: Name,
    /// Mailbox of the operator, as a name.
    pub rname: Name,
    /// Version of the zone.
    pub serial: u32,
    /// Seconds; with the record's TTL the bound of negative caching (RFC 2308 5).
    pub minimum: u32,
}

/// The data of one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// Alias of the owner.
    Cname(Name),
    /// Alias of everything below the owner.
    Dname(Name),
    /// Mail exchanger: preference and host.
    Mx(u16, Name),
    /// Name server.
    Ns(Name),
    /// Any other type, in wire form (hexadecimal in JSON).
    Other(RecordType, Hex),
    /// Name of an address.
    Ptr(Name),
    /// Start of a zone.
    Soa(Soa),
    /// Text: its character strings, as sent.
    Txt(Vec<CharString>),
}

/// Octets that print as hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex(pub Vec<u8>);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect::<Option<Vec<u8>>>()
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not hexadecimal"))
    }
}

impl JsonSchema for Hex {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hex".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" })
    }
}

impl Data {
    /// The record type.
    pub const fn rtype(&self) -> RecordType {
        match self {
            Self::A(_) => RecordType::A,
            Self::Aaaa(_) => RecordType::AAAA,
            Self::Cname(_) => RecordType::CNAME,
            Self::Dname(_) => RecordType::DNAME,
            Self::Mx(..) => RecordType::MX,
            Self::Ns(_) => RecordType::NS,
            Self::Other(rtype, _) => *rtype,
            Self::Ptr(_) => RecordType::PTR,
            Self::Soa(_) => RecordType::SOA,
            Self::Txt(_) => RecordType::TXT,
        }
    }

    /// The address of an A or AAAA record.
    pub const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::A(address) => Some(IpAddr::V4(*address)),
            Self::Aaaa(address) => Some(IpAddr::V6(*address)),
            _ => None,
        }
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => write!(f, "{address}"),
            Self::Aaaa(address) => write!(f, "{address}"),
            Self::Cname(name) | Self::Dname(name) | Self::Ns(name) | Self::Ptr(name) => f.write_str(&name.absolute()),
            Self::Mx(preference, name) => write!(f, "{preference} {}", name.absolute()),
            Self::Other(RecordType::TLSA, Hex(octets)) if octets.len() > 3 => {
                // Usage, selector, matching type, association (RFC 6698 2.2).
                let (head, association) = octets.split_at(3);
                head.iter().try_for_each(|octet| write!(f, "{octet} "))?;
                association.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
            Self::Other(_, octets) => write!(f, "\\# {} {octets}", octets.0.len()),
            Self::Soa(soa) => write!(
                f,
                "{} {} serial {} minimum {}",
                soa.mname.absolute(),
                soa.rname.absolute(),
                soa.serial,
                soa.minimum
            ),
            Self::Txt(strings) => {
                let quoted: Vec<_> = strings.iter().map(|s| format!("\"{s}\"")).collect();
                f.write_str(&quoted.join(" "))
            }
        }
    }
}

/// One record of class IN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Owner name.
    pub owner: Name,
    /// Seconds a cache may keep it.
    pub ttl: u32,
    /// Type and data.
    pub data: Data,
}

impl fmt::Display for Record {
    /// Zone file form: `mail.example.com. 300 IN A 192.0.2.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} IN {} {}", self.owner.absolute(), self.ttl, self.data.rtype(), self.data)
    }
}

/// The records that answer a question: the alias chain in the order followed, then the set itself in the order in
/// which the server sent it (some receivers use the first).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Records {
    /// CNAME and DNAME records followed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Record>,
    /// The records of the type asked for.
    pub set: Vec<Record>,
}

impl Records {
    /// The PTR names, in the server's order.
    pub fn ptr_names(&self) -> impl Iterator<Item = &Name> {
        self.set.iter().filter_map(|record| match &record.data {
            Data::Ptr(name) => Some(name),
            _ => None,
        })
    }

    /// The addresses, in the server's order.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.set.iter().filter_map(|record| record.data.address())
    }

    /// The texts, in the server's order: the strings of each record joined without anything between them, as SPF, DKIM
    /// and DMARC read them (RFC 7208 3.3).
    pub fn texts(&self) -> impl Iterator<Item = Vec<u8>> {
        self.set.iter().filter_map(|record| match &record.data {
            Data::Txt(strings) => Some(strings.iter().flat_map(|string| string.0.iter().copied()).collect()),
            _ => None,
        })
    }

    /// The mail exchangers, in the server's order.
    pub fn exchangers(&self) -> impl Iterator<Item = (u16, &Name)> {
        self.set.iter().filter_map(|record| match &record.data {
            Data::Mx(preference, host) => Some((*preference, host)),
            _ => None,
        })
    }

    /// The smallest TTL of the set, in seconds.
    pub fn ttl(&self) -> Option<u32> {
        self.set.iter().map(|record| record.ttl).min()
    }

    /// The data without order and TTL, for comparing what servers say.
    pub fn canonical(&self) -> Vec<&Data> {
        let mut data: Vec<_> = self.set.iter().map(|record| &record.data).collect();
        data.sort_unstable();
        data.dedup();
        data
    }
}

//! Codes of lists: the addresses in 127.0.0.0/8 by which they answer.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize, de};

/// What a refusal says that no table explains.
pub(super) const COMMON_ERROR: &str = "the list refused the query";

/// Whether an address is one of 127.255.255.0/24, by which several lists refuse a query, and none lists.
pub(super) fn is_common_error(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [127, 255, 255, _])
}

/// One address of an answer, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The address.
    pub address: Ipv4Addr,
    /// What it means; several things where the list adds up bits, nothing where the table does not know the code.
    pub meanings: Vec<String>,
}

/// A set of codes, as the table writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `bit 8`: that bit is set in the last octet of 127.0.0.N.
    Bit(u8),
    /// `127.0.0.2`, `127.0.2.2-24`, `127.0.x.1`, `127.0.0.0/24`: a range for each octet, ends included.
    Octets([(u8, u8); 4]),
}

impl Pattern {
    /// Whether the address is in the set.
    pub fn matches(&self, address: Ipv4Addr) -> bool {
        let octets = address.octets();
        match self {
            Self::Bit(bit) => matches!(octets, [127, 0, 0, last] if last & bit != 0),
            Self::Octets(ranges) => {
                ranges.iter().zip(octets).all(|((low, high), octet)| (*low..=*high).contains(&octet))
            }
        }
    }

    /// Reads the table's way of writing; `None` for anything else.
    fn parse(text: &str) -> Option<Self> {
        if let Some(bit) = text.strip_prefix("bit ") {
            let bit: u8 = bit.parse().ok()?;
            return bit.is_power_of_two().then_some(Self::Bit(bit));
        }
        let (text, free) = match text.split_once('/') {
            None => (text, 0),
            Some((head, "24")) => (head, 1),
            Some((head, "16")) => (head, 2),
            Some(_) => return None,
        };
        let mut ranges = text.split('.').map(range).collect::<Option<Vec<_>>>()?;
        for range in ranges.iter_mut().rev().take(free) {
            *range = (0, u8::MAX);
        }
        ranges.try_into().ok().map(Self::Octets)
    }

    /// Order of the table: bits by value, then codes by number.
    fn key(&self) -> (u8, u8, [(u8, u8); 4]) {
        match self {
            Self::Bit(bit) => (0, *bit, [(0, 0); 4]),
            Self::Octets(ranges) => (1, 0, *ranges),
        }
    }

    /// How many addresses are in the set of octets: the narrowest set explains best.
    fn width(&self) -> u32 {
        match self {
            Self::Bit(_) => 0,
            Self::Octets(ranges) => ranges.iter().map(|(low, high)| u32::from(high - low) + 1).product(),
        }
    }
}

/// One octet: a number, `lo-hi`, or `x` for any.
fn range(text: &str) -> Option<(u8, u8)> {
    if text == "x" {
        return Some((0, u8::MAX));
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let range: (u8, u8) = (low.parse().ok()?, high.parse().ok()?);
    (range.0 <= range.1).then_some(range)
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"a code of a list"))
    }
}

/// What a code means by a table: every bit that is set, else the narrowest set of addresses that holds it.
pub(super) fn meanings(table: &BTreeMap<Pattern, String>, address: Ipv4Addr) -> Vec<String> {
    let matching = || table.iter().filter(|(pattern, _)| pattern.matches(address));
    let bits: Vec<String> =
        matching().filter(|(pattern, _)| matches!(pattern, Pattern::Bit(_))).map(|(_, text)| text.clone()).collect();
    if !bits.is_empty() {
        return bits;
    }
    matching().min_by_key(|(pattern, _)| pattern.width()).map(|(_, text)| text.clone()).into_iter().collect()
}

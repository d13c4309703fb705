//! Record types.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A DNS record type (IANA DNS parameters). Prints its mnemonic, or `TYPE123` (RFC 3597).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u16);

/// The types that ptrust names.
const NAMES: &[(u16, &str)] = &[
    (1, "A"),
    (2, "NS"),
    (5, "CNAME"),
    (6, "SOA"),
    (12, "PTR"),
    (13, "HINFO"),
    (15, "MX"),
    (16, "TXT"),
    (28, "AAAA"),
    (33, "SRV"),
    (35, "NAPTR"),
    (39, "DNAME"),
    (43, "DS"),
    (44, "SSHFP"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (99, "SPF"),
    (255, "ANY"),
    (257, "CAA"),
];

impl RecordType {
    /// IPv4 address.
    pub const A: Self = Self(1);
    /// IPv6 address.
    pub const AAAA: Self = Self(28);
    /// Alias.
    pub const CNAME: Self = Self(5);
    /// Alias of a subtree.
    pub const DNAME: Self = Self(39);
    /// Zone key.
    pub const DNSKEY: Self = Self(48);
    /// Digest of a child's key.
    pub const DS: Self = Self(43);
    /// Mail exchanger.
    pub const MX: Self = Self(15);
    /// Name server.
    pub const NS: Self = Self(2);
    /// Name of an address.
    pub const PTR: Self = Self(12);
    /// Signature.
    pub const RRSIG: Self = Self(46);
    /// Start of a zone.
    pub const SOA: Self = Self(6);
    /// Certificate association (RFC 6698).
    pub const TLSA: Self = Self(52);
    /// Text.
    pub const TXT: Self = Self(16);

    /// The address type of a family: A or AAAA.
    pub const fn address_of(address: std::net::IpAddr) -> Self {
        if address.is_ipv4() { Self::A } else { Self::AAAA }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(value, _)| *value == self.0) {
            Some((_, name)) => f.pad(name),
            None => f.pad(&format!("TYPE{}", self.0)),
        }
    }
}

impl FromStr for RecordType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let upper = text.to_ascii_uppercase();
        if let Some((value, _)) = NAMES.iter().find(|(_, name)| *name == upper) {
            return Ok(Self(*value));
        }
        upper.strip_prefix("TYPE").and_then(|number| number.parse().ok()).map(Self).ok_or(UnknownType)
    }
}

/// The text names no record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a record type")]
pub struct UnknownType;

impl Serialize for RecordType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl schemars::JsonSchema for RecordType {
    fn schema_name() -> Cow<'static, str> {
        "RecordType".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "mnemonic of a DNS record type, or TYPE123" })
    }
}

#[cfg(test)]
mod tests {
    use super::RecordType;

    #[test]
    fn mnemonics_and_numbers_round_trip() {
        for value in 0..300 {
            assert_eq!(RecordType(value).to_string().parse(), Ok(RecordType(value)));
        }
        assert!("PTRR".parse::<RecordType>().is_err());
    }
}

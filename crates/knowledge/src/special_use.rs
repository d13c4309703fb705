//! Addresses that nobody on the internet can reach, by IANA's special-purpose registries.
//!
//! Not here: address space that no registry was given; that is [`crate::registries`].

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::Deserialize;

/// One row of IANA's registries that is not globally reachable.
#[derive(Debug, PartialEq, Eq)]
pub struct SpecialUse {
    /// The addresses of the row.
    pub prefix: IpNet,
    /// IANA's name of the block, such as "Private-Use".
    pub name: String,
    /// The document that set the block aside.
    pub rfc: String,
}

/// A row of the table together with whether its addresses can be reached.
struct Row {
    block: SpecialUse,
    reachable: bool,
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    block: Vec<FileRow>,
}

/// One row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow {
    prefix: IpNet,
    name: String,
    globally_reachable: Reachable,
    rfc: String,
}

/// IANA's column "Globally Reachable": true, false, or a text that says that the question makes no sense.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reachable {
    Known(bool),
    NotApplicable(NotApplicable),
}

/// The one text that the column may hold.
#[derive(Deserialize)]
enum NotApplicable {
    #[serde(rename = "n/a")]
    Marked,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../data/special-use.toml"))
        .expect("the embedded special-use.toml parses, see the tests");
    let row = |row: FileRow| Row {
        // "n/a" marks relays such as 6to4: nobody can hold a mail identity there.
        reachable: match row.globally_reachable {
            Reachable::Known(reachable) => reachable,
            Reachable::NotApplicable(NotApplicable::Marked) => false,
        },
        block: SpecialUse { prefix: row.prefix, name: row.name, rfc: row.rfc },
    };
    file.block.into_iter().map(row).collect()
});

/// The most specific row that holds `addr`, reachable or not.
fn row(addr: IpAddr) -> Option<&'static Row> {
    let addr = addr.to_canonical();
    ROWS.iter().filter(|row| row.block.prefix.contains(&addr)).max_by_key(|row| row.block.prefix.prefix_len())
}

/// The block that makes `addr` unreachable from the internet, if one does.
///
/// The most specific row decides, so 192.0.0.9 is reachable although 192.0.0.0/24 is not. An IPv4-mapped IPv6 address
/// is judged as the IPv4 address it holds.
pub fn special_use(addr: IpAddr) -> Option<&'static SpecialUse> {
    row(addr).filter(|row| !row.reachable).map(|row| &row.block)
}

/// Whether IANA lists `addr` as special at all, even where it can be reached (anycast services, NAT64).
pub(crate) fn is_listed(addr: IpAddr) -> bool {
    row(addr).is_some()
}

static DOCUMENTATION: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]
        .into_iter()
        .map(|prefix| prefix.parse().expect("the four prefixes are well formed"))
        .collect()
});

/// Whether `addr` is reserved for examples in texts (RFC 5737, RFC 3849).
pub fn is_documentation(addr: IpAddr) -> bool {
    let addr = addr.to_canonical();
    DOCUMENTATION.iter().any(|prefix| prefix.contains(&addr))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name_of(addr: &str) -> Option<&'static str> {
        special_use(addr.parse().unwrap()).map(|block| block.name.as_str())
    }

    #[test]
    fn rows_parse_and_are_unique() {
        let prefixes: BTreeSet<_> = ROWS.iter().map(|row| row.block.prefix).collect();
        assert_eq!(prefixes.len(), ROWS.len());
        for row in ROWS.iter() {
            assert_eq!(row.block.prefix, row.block.prefix.trunc(), "host bits");
            assert!(!row.block.name.is_empty() && row.block.rfc.starts_with("RFC"));
        }
    }

    #[test]
    fn unreachable_addresses_name_their_block() {
        assert_eq!(name_of("10.1.2.3"), Some("Private-Use"));
        assert_eq!(name_of("100.64.0.1"), Some("Shared Address Space"));
        assert_eq!(name_of("127.0.0.1"), Some("Loopback"));
        for addr in [
            "0.0.0.0",
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "192.0.2.1",
            "192.88.99.1",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002::1",
            "100::1",
        ] {
            assert!(name_of(addr).is_some(), "{addr}");
        }
    }

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(name_of("192.0.0.9"), None);
        assert_eq!(name_of("192.0.0.10"), None);
        assert!(name_of("192.0.0.8").is_some());
        assert!(name_of("192.0.0.200").is_some());
        assert_eq!(name_of("2001:20::1"), None);
        assert!(name_of("2001:10::1").is_some());
    }

    #[test]
    fn public_addresses_are_not_special() {
        for addr in ["8.8.8.8", "172.32.0.1", "2a00:1450::1", "64:ff9b::808:808"] {
            assert_eq!(name_of(addr), None, "{addr}");
        }
    }

    #[test]
    fn mapped_addresses_are_unwrapped() {
        assert_eq!(name_of("::ffff:10.0.0.1"), Some("Private-Use"));
        assert_eq!(name_of("::ffff:8.8.8.8"), None);
        assert!(is_documentation("::ffff:192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn documentation_prefixes() {
        for addr in ["192.0.2.1", "198.51.100.255", "203.0.113.0", "2001:db8::"] {
            assert!(is_documentation(addr.parse().unwrap()), "{addr}");
        }
        for addr in ["192.0.3.1", "2001:db9::", "10.0.0.1"] {
            assert!(!is_documentation(addr.parse().unwrap()), "{addr}");
        }
    }
}

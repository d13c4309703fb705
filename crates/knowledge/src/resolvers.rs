//! Public recursive resolvers: whom to compare answers with, and whom never to ask for blocklists. The typed
//! resolvers.toml

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/resolvers.toml");

/// Something about a resolver that may not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientSubnet {
    /// It sends part of the client's address to the authoritative servers (RFC 7871).
    Yes,
    /// It does not.
    No,
    /// Not known.
    Unknown,
}

/// Whether a resolver validates (RFC 4035).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Validation {
    /// It does.
    #[serde(rename = "validates")]
    Validates,
    /// It does not.
    #[serde(rename = "does not validate")]
    DoesNotValidate,
    /// Not known.
    #[serde(rename = "unknown")]
    Unknown,
}

/// One public resolver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolver {
    /// Stable id, for example `quad9-unfiltered`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who runs it.
    pub operator: String,
    /// Addresses for plain DNS.
    pub ipv4: Vec<Ipv4Addr>,
    /// Addresses for plain DNS.
    pub ipv6: Vec<Ipv6Addr>,
    /// Addresses of DNS over HTTPS (RFC 8484).
    pub doh: Vec<String>,
    /// Host names of DNS over TLS (RFC 7858).
    pub dot: Vec<String>,
    /// Host names of DNS over QUIC (RFC 9250).
    pub doq: Vec<String>,
    /// Addresses at which the hosts above are reached.
    pub bootstrap_ips: Vec<IpAddr>,
    /// Whether it blocks names: its absences prove nothing.
    pub filtering: bool,
    /// Whether it sends client subnets.
    pub ecs: ClientSubnet,
    /// Whether it validates.
    pub dnssec: Validation,
    /// Where it answers: anycast, national …
    pub scope: String,
    /// Country of the operator, ISO 3166 or EU.
    pub country: String,
    /// Whether its answers may count in a comparison.
    pub use_for_verdict: bool,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

impl Resolver {
    /// All its addresses for plain DNS, IPv4 first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let v6 = self.ipv6.iter().copied().map(IpAddr::V6);
        self.ipv4.iter().copied().map(IpAddr::V4).chain(v6)
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
    resolver: Vec<Resolver>,
}

/// All resolvers, in file order.
pub fn resolvers() -> &'static [Resolver] {
    static TABLE: OnceLock<Vec<Resolver>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded resolvers.toml is tested");
        file.resolver
    })
}

/// The resolver with this id.
pub fn resolver(id: &str) -> Option<&'static Resolver> {
    resolvers().iter().find(|resolver| resolver.id == id)
}

/// The public resolver at an address, if it is one that the table knows. Blocklists refuse such resolvers, or answer
/// them as if nothing were listed.
pub fn by_address(address: IpAddr) -> Option<&'static Resolver> {
    let address = address.to_canonical();
    resolvers().iter().find(|resolver| resolver.addresses().any(|own| own == address))
}

/// Resolvers whose plain DNS answers may be compared: no filters, and an address to ask.
pub fn for_comparison() -> impl Iterator<Item = &'static Resolver> {
    resolvers().iter().filter(|resolver| resolver.use_for_verdict && resolver.addresses().next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_hold_their_rules() {
        let mut ids = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for resolver in resolvers() {
            assert!(ids.insert(&resolver.id), "{} twice", resolver.id);
            assert!(!(resolver.filtering && resolver.use_for_verdict), "{}", resolver.id);
            for address in resolver.addresses() {
                assert!(addresses.insert(address), "{address} twice");
                assert_eq!(by_address(address).map(|found| &found.id), Some(&resolver.id));
            }
            assert!(resolver.doh.iter().all(|url| url.starts_with("https://")), "{}", resolver.id);
        }
    }

    #[test]
    fn addresses_name_their_operator() {
        let operator =
            |text: &str| by_address(text.parse().expect("an address")).map(|resolver| resolver.operator.as_str());
        assert_eq!(operator("8.8.4.4"), Some("Google"));
        assert_eq!(operator("::ffff:1.1.1.1"), Some("Cloudflare"));
        assert_eq!(operator("2620:fe::10"), Some("Quad9 Foundation"));
        assert_eq!(operator("127.0.0.53"), None);
        assert!(for_comparison().count() >= 5);
    }
}

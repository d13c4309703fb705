//! Public resolvers: the typed resolvers.toml, as far as it tells whose an address is.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::OnceLock;

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/resolvers.toml");

/// One public resolver.
#[derive(Debug, Deserialize)]
struct Resolver {
    name: String,
    ipv4: Vec<IpAddr>,
    ipv6: Vec<IpAddr>,
}

#[derive(Deserialize)]
struct File {
    resolver: Vec<Resolver>,
}

/// The name of the public resolver at an address. Blocklists refuse or mislead queries that come through one.
pub fn public_resolver(address: IpAddr) -> Option<&'static str> {
    static TABLE: OnceLock<BTreeMap<IpAddr, String>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("the shipped resolvers.toml is valid");
        let each = file.resolver.into_iter().flat_map(|resolver| {
            let Resolver { name, ipv4, ipv6 } = resolver;
            ipv4.into_iter().chain(ipv6).map(move |address| (address, name.clone()))
        });
        each.collect()
    });
    table.get(&address.to_canonical()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::public_resolver;

    #[test]
    fn public_resolvers_are_known() {
        assert_eq!(public_resolver([8, 8, 8, 8].into()), Some("Google Public DNS"));
        assert_eq!(public_resolver([192, 0, 2, 53].into()), None);
    }
}

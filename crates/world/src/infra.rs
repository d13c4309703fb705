//! What every world has above its own zones: root, reverse tree, registries, top-level domains.

use crate::build::Builder;
use crate::rr::Rr;
use ptrust_knowledge::registries;
use ptrust_names::{Name, is_public_suffix, zone_block};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

/// The first root server.
pub(crate) const A_ROOT: &str = "a.root-servers.net";
/// The resolver of a world without `!resolver` lines.
pub(crate) const RESOLVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 53), 53);

/// Servers whose addresses are as in the real world, or nearly so: those they always have, and those of IPv6 that they
/// have in a world with `!dual`.
const FIXED: &[(&str, &[&str], &[&str])] = &[
    (A_ROOT, &["198.41.0.4", "2001:503:ba3e::2:30"], &[]),
    ("m.root-servers.net", &["202.12.27.33", "2001:dc3::35"], &[]),
    ("a.ns.arpa", &["192.33.14.30"], &["2001:503:231d::2:30"]),
    ("b.ns.arpa", &["192.48.79.30"], &["2001:502:7094::30"]),
    ("a.in-addr-servers.arpa", &["199.180.182.53"], &["2620:37:e000::53"]),
    ("b.in-addr-servers.arpa", &["199.253.183.183"], &["2001:500:87::87"]),
    ("a.ip6-servers.arpa", &["196.216.169.11"], &["2001:43f8:110::11"]),
    ("b.ip6-servers.arpa", &["199.253.182.182"], &["2001:500:86::86"]),
];

/// A name of our own text.
pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("names in this crate are well formed")
}

/// Names below another.
pub(crate) fn below<const N: usize>(domain: &Name, heads: [&str; N]) -> Vec<Name> {
    let under = |head: &str| {
        let labels = head.split('.').map(str::as_bytes);
        Name::from_labels(labels.chain(domain.labels())).ok()
    };
    heads.into_iter().filter_map(under).collect()
}

/// The addresses that a server has in every world, or in one with `!dual`.
pub(crate) fn fixed_addresses(server: &Name, dual: bool) -> Vec<IpAddr> {
    let text = server.to_string();
    let Some((_, always, also)) = FIXED.iter().find(|(name, ..)| *name == text) else {
        return Vec::new();
    };
    let also = also.iter().filter(|_| dual);
    always.iter().chain(also).filter_map(|text| text.parse().ok()).collect()
}

/// Whether a name is one that we gave to a server of a top-level domain.
pub(crate) fn is_tld_server(server: &Name) -> bool {
    server.label_count() == 3 && server.labels().nth(1) == Some(b"nic")
}

/// Adds what the text does not have.
pub(crate) fn add(builder: &mut Builder) {
    let root_servers = [name(A_ROOT), name("m.root-servers.net")];
    builder.ensure(&Name::root(), &root_servers);
    let arpa = name("arpa");
    builder.ensure(&arpa, &below(&arpa, ["a.ns", "b.ns"]));
    let reverse =
        [("in-addr", ["a.in-addr-servers", "b.in-addr-servers"]), ("ip6", ["a.ip6-servers", "b.ip6-servers"])];
    for (zone, servers) in reverse {
        for zone in below(&arpa, [zone]) {
            builder.ensure(&zone, &below(&arpa, servers));
        }
    }
    for reverse in builder.reverse_names() {
        if let Some((zone, servers)) = registry_zone(&reverse) {
            builder.ensure(&zone, &servers);
        }
    }
    for tld in top_level_domains(builder) {
        builder.ensure(&tld, &below(&tld, ["a.nic", "b.nic"]));
    }
    // The root's own servers live below `net`, on the root itself.
    builder.ensure(&name("root-servers.net"), &root_servers);
}

/// The zone that a registry runs above a reverse name, and its servers. `None` when the name is not below one.
fn registry_zone(reverse: &Name) -> Option<(Name, Vec<Name>)> {
    let mut names = std::iter::once(reverse.clone()).chain(reverse.ancestors());
    let block = names.find_map(|at| zone_block(&at))?;
    let row = registries::block(block.addr());
    let labels = match block.addr() {
        IpAddr::V4(_) => 1,
        // 2001:db8::/32 is nobody's; it hangs where the first blocks of 2001::/16 do.
        IpAddr::V6(v6) if v6.segments().starts_with(&[0x2001, 0xdb8]) => 4,
        IpAddr::V6(_) => row.map_or(4, |row| usize::from(registries::registry_zone_len(row)) / 4),
    };
    let bits = if block.addr().is_ipv4() { 8 } else { 4 };
    if usize::from(block.prefix_len()) < labels * bits {
        return None;
    }
    let all: Vec<Vec<u8>> = ptrust_names::reverse_name(block.addr()).labels().map(<[u8]>::to_vec).collect();
    let zone = Name::from_labels(all.get(all.len().checked_sub(labels + 2)?..)?).ok()?;
    let registry = row.and_then(|row| registries::registry(&row.registry));
    let suffix = registry.and_then(|registry| registry.nameserver_suffixes.first());
    let suffix = suffix.map_or("apnic.net", String::as_str);
    let servers = below(&suffix.parse().ok()?, ["ns1", "ns2"]);
    Some((zone, servers))
}

/// Top-level domains of all zones and servers; of names in records only those that really exist, so that a name under
/// `.local` is denied by the root as it should be.
fn top_level_domains(builder: &Builder) -> BTreeSet<Name> {
    let tld = |name: &Name| Name::from_labels(name.labels().next_back()).ok();
    let draft = &builder.draft;
    let mut tlds: BTreeSet<Name> = draft.zones.keys().filter_map(tld).collect();
    tlds.extend(draft.delegate.keys().filter_map(tld));
    tlds.extend(builder.server_lists().iter().flatten().filter_map(tld));
    tlds.extend(draft.no_address.iter().filter_map(tld));
    let records = draft.zones.values().flat_map(|zone| &zone.records);
    let targets = records.filter_map(Rr::target);
    let said = draft.checks.iter();
    let said = said.filter_map(|check| check.helo.as_deref()?.parse::<Name>().ok());
    let hosts = draft.checks.iter().filter_map(|check| check.host.clone());
    let hosts = hosts.chain(draft.audits.iter().map(|audit| audit.name.clone()));
    let named = targets.chain(said).chain(hosts);
    tlds.extend(named.filter_map(|name| tld(&name)).filter(is_public_suffix));
    // Whatever else, the root's and the registries' servers are there.
    tlds.insert(name("net"));
    tlds.remove(&Name::root());
    tlds.remove(&name("arpa"));
    tlds
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptrust_facts::{Role, role};

    #[test]
    fn registry_zones_have_the_role_of_one() {
        let above = [Role::Root, Role::Arpa, Role::Infrastructure];
        let cases = [
            ("203.0.113.25", "203.in-addr.arpa"),
            ("198.51.100.1", "198.in-addr.arpa"),
            ("192.0.2.1", "192.in-addr.arpa"),
            ("2001:db8::25", "1.0.0.2.ip6.arpa"),
            ("2a01:4f8::1", "0.a.2.ip6.arpa"),
        ];
        for (address, expected) in cases {
            let address: IpAddr = address.parse().expect("an address");
            let reverse = ptrust_names::reverse_name(address);
            let (zone, servers) = registry_zone(&reverse).expect("a zone");
            assert_eq!(zone.to_string(), expected);
            assert_eq!(role(&zone, &above, &servers, &[]).0, Role::Registry);
        }
        assert_eq!(registry_zone(&name("in-addr.arpa")), None);
        assert_eq!(registry_zone(&name("example.com")), None);
        let classless = registry_zone(&name("0/25.113.0.203.in-addr.arpa"));
        assert_eq!(classless.map(|(zone, _)| zone), Some(name("203.in-addr.arpa")));
    }

    #[test]
    fn server_names_are_ours() {
        assert!(is_tld_server(&name("a.nic.com")));
        let v6: std::net::Ipv6Addr = "2001:503:ba3e::2:30".parse().expect("an address");
        assert_eq!(fixed_addresses(&name(A_ROOT), false).get(1), Some(&v6.into()));
        for (server, ..) in FIXED {
            let families =
                |dual| fixed_addresses(&name(server), dual).iter().filter(|address| address.is_ipv6()).count();
            assert_eq!(families(true), 1, "{server}");
            assert_eq!(families(false), usize::from(server.ends_with("root-servers.net")), "{server}");
        }
    }
}

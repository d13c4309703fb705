use std::collections::BTreeSet;

use super::*;

fn addr(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn rows_parse_and_are_unique() {
    assert_eq!(FILE.date, DATA_DATE);
    let ids: BTreeSet<_> = registries().iter().map(|registry| &registry.id).collect();
    assert_eq!(ids.len(), registries().len());
    let prefixes: BTreeSet<_> = blocks().iter().map(|block| block.prefix).collect();
    assert_eq!(prefixes.len(), blocks().len());
    for block in blocks() {
        assert!(registry(&block.registry).is_some(), "{}", block.prefix);
        assert_eq!(block.prefix, block.prefix.trunc(), "host bits");
    }
    for registry in registries() {
        assert!(registry.rdap.starts_with("https://") && registry.rdap.ends_with('/'));
        assert!(!registry.nameserver_suffixes.is_empty());
    }
}

#[test]
fn the_longest_row_decides() {
    assert_eq!(block(addr("193.0.0.1")).unwrap().registry, "ripencc");
    assert_eq!(block(addr("::ffff:193.0.0.1")), block(addr("193.0.0.1")));
    assert_eq!(block(addr("2001:200::1")).unwrap().prefix.to_string(), "2001:200::/23");
    assert_eq!(block(addr("6.0.0.1")).unwrap().status, Status::Legacy);
    assert_eq!(block(addr("10.0.0.1")), None);
    assert_eq!(rdap_base(addr("2a00::1")).unwrap().id, "ripencc");
    assert_eq!(rdap_base(addr("10.0.0.1")), None);
}

#[test]
fn allocation_of_ipv4_is_complete() {
    // Every address that IANA did not set aside has a row, so the answer "unallocated" needs newer data to come up.
    for first in 0..=u8::MAX {
        let addr = IpAddr::from([first, 1, 1, 1]);
        assert_eq!(allocation(addr), Allocation::Allocated, "{addr}");
    }
}

#[test]
fn allocation_of_ipv6() {
    for (text, expected) in [
        ("2a00:1450::1", Allocation::Allocated),
        ("2001:db8::1", Allocation::Allocated),
        ("fe80::1", Allocation::Allocated),
        ("::ffff:8.8.8.8", Allocation::Allocated),
        ("64:ff9b::808:808", Allocation::Allocated),
        ("3000::1", Allocation::Unallocated),
        ("2d00::1", Allocation::NotKnown),
        ("4000::1", Allocation::Unallocated),
        ("200::1", Allocation::Unallocated),
        ("fe00::1", Allocation::Unallocated),
    ] {
        assert_eq!(allocation(addr(text)), expected, "{text}");
    }
}

#[test]
fn zones_of_ipv6_rows_end_at_a_nibble() {
    for (text, bits) in [("193.0.0.1", 8), ("2001:200::1", 24), ("2003::1", 20), ("2a00::1", 12), ("2001:b000::1", 20)]
    {
        assert_eq!(registry_zone_len(block(addr(text)).unwrap()), bits, "{text}");
    }
}

#[test]
fn registry_servers_match_on_label_boundaries() {
    let id = |name| is_registry_server(name).map(|registry| registry.id.as_str());
    assert_eq!(id("pri.authdns.ripe.net"), Some("ripencc"));
    assert_eq!(id("NS1.ARIN.NET."), Some("arin"));
    assert_eq!(id("arin.net"), Some("arin"));
    assert_eq!(id("x\\\\.arin.net"), Some("arin"));
    for name in ["xarin.net", "arin.net.example.com", "net", "", ".", "x\\.arin.net", "ärin.net"] {
        assert_eq!(id(name), None, "{name}");
    }
}

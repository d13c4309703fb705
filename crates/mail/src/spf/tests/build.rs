//! Records that are written.

use super::name;
use crate::spf::{Builder, Qualifier, SpfErrorKind};
use proptest::prelude::*;
use ptrust_names::Name;

#[test]
fn records_are_written_in_a_cheap_order() {
    let built = Builder::new()
        .include(name("_spf.example.net"))
        .mx(None)
        .a(Some(name("www.example.com")))
        .range("192.0.2.9/24".parse().expect("a block"))
        .range("2001:db8::1/128".parse().expect("a block"))
        .all(Qualifier::SoftFail)
        .build()
        .expect("a record");
    assert_eq!(
        built.text,
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 a:www.example.com mx include:_spf.example.net ~all"
    );
    assert_eq!(built.strings.len(), 1);
    assert_eq!(Builder::new().build().expect("a record").text, "v=spf1");
}

#[test]
fn names_that_cannot_stand_in_a_record_are_refused() {
    let kind = |name: Name| Builder::new().include(name).build().map_err(|error| error.kind);
    assert_eq!(kind(name("localhost")), Err(SpfErrorKind::TopLabel));
    assert_eq!(kind(Name::from_labels([&b"\xc3\xa9"[..], b"example"]).expect("a name")), Err(SpfErrorKind::NonAscii));
    let odd = Name::from_labels([&b"a%b c"[..], b"example"]).expect("a name");
    assert_eq!(kind(odd).expect("escaped").text, "v=spf1 include:a%%b%_c.example");
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        v4 in prop::collection::vec((any::<u32>(), 0u8..=32), 0..40),
        includes in prop::collection::vec("([a-z0-9%_/-]{1,60}\\.){1,3}example", 0..6),
    ) {
        let mut builder = Builder::new().all(Qualifier::Fail);
        for (address, length) in &v4 {
            builder = builder.range(ipnet::IpNet::new(std::net::Ipv4Addr::from(*address).into(), *length).expect("a block"));
        }
        for domain in &includes {
            builder = builder.include(domain.parse().expect("a name"));
        }
        let built = builder.build().expect("a record");
        prop_assert_eq!(built.record.terms.len(), v4.len() + includes.len() + 1);
        prop_assert_eq!(built.record.to_string(), built.text.as_str());
        prop_assert!(built.strings.iter().all(|string| string.0.len() <= 255));
        let joined: Vec<u8> = built.strings.iter().flat_map(|string| string.0.clone()).collect();
        prop_assert_eq!(joined, built.text.into_bytes());
    }
}

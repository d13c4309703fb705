//! Lists, their questions and their answers.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The list with an id.
fn list(id: &str) -> &'static List {
    by_id(id).unwrap_or_else(|| panic!("{id}"))
}

/// An answer of one address.
fn answer(list: &List, address: [u8; 4]) -> Answer {
    list.classify(&[IpAddr::from(address)])
}

#[test]
fn names_follow_rfc_5782() {
    let zen = list("spamhaus-zen");
    let ask = |address: &str| zen.question(&Subject::Address(address.parse().expect("an address")), false);
    assert_eq!(ask("203.0.113.25").map(|name| name.to_string()), Some("25.113.0.203.zen.spamhaus.org".into()));
    let v6 = ask("2001:db8::1").expect("a name").to_string();
    assert!(v6.starts_with("1.0.0.0.0.0.") && v6.ends_with(".8.b.d.0.1.0.0.2.zen.spamhaus.org"), "{v6}");
    let domain = Subject::Domain("example.com".parse().expect("a name"));
    assert_eq!(zen.question(&domain, false), None);
    let dbl = list("spamhaus-dbl").question(&domain, true).expect("a name").to_string();
    assert_eq!(dbl, "example.com.{key}.dbl.dq.spamhaus.net");
    let points: Vec<_> = zen.test_points(false).into_iter().map(|(name, listed)| (name.to_string(), listed)).collect();
    assert_eq!(points, [("2.0.0.127.zen.spamhaus.org".into(), true), ("1.0.0.127.zen.spamhaus.org".into(), false)]);
}

#[test]
fn errors_and_rewritten_answers_are_no_listings() {
    let zen = list("spamhaus-zen");
    assert!(matches!(answer(zen, [127, 0, 0, 2]), Answer::Listed(codes) if codes[0].1 == "SBL"));
    assert!(matches!(answer(zen, [127, 255, 255, 254]), Answer::Refused(_)));
    assert_eq!(answer(zen, [127, 0, 0, 1]), Answer::Rewritten);
    assert_eq!(answer(zen, [198, 51, 100, 1]), Answer::Rewritten);
    assert!(matches!(answer(list("spamhaus-dbl"), [127, 0, 1, 255]), Answer::Refused(_)));
    assert!(matches!(answer(list("uribl"), [127, 0, 0, 1]), Answer::Refused(_)));
    assert!(
        matches!(answer(list("surbl"), [127, 0, 0, 24]), Answer::Listed(codes) if codes[0].1 == "phishing, malware")
    );
    assert_eq!(answer(list("mailspike-rep"), [127, 0, 0, 18]), Answer::Neutral);
    assert_eq!(answer(list("hostkarma"), [127, 0, 0, 1]), Answer::Neutral);
    assert!(matches!(answer(&custom(&"bl.example.org".parse().expect("a name")), [127, 0, 0, 9]), Answer::Listed(_)));
}

#[test]
fn only_lists_that_answer_everybody_are_asked() {
    assert!(list("spamhaus-zen").is_usable(false) && list("spamhaus-zen").is_usable(true));
    assert!(!list("spamhaus-zrd").is_usable(false) && list("spamhaus-zrd").is_usable(true));
    assert!(!list("barracuda").is_usable(false) && list("barracuda").is_usable(true));
    assert!(!list("wpbl").is_usable(true));
    for one in lists() {
        assert!(one.status != Status::Dead || !one.is_usable(true), "{}", one.id);
        assert!(!one.is_usable(false) || !one.test_points(false).is_empty(), "{}", one.id);
    }
}

/// Lists with a zone for keys, and that zone behind the key.
fn keyed_zones() -> impl Iterator<Item = (&'static List, Name)> {
    lists().iter().filter_map(|one| {
        let zone: Name = one.zone_name(true)?.to_string().strip_prefix("{key}.")?.parse().expect("a zone");
        Some((one, zone))
    })
}

#[test]
fn names_with_a_key_belong_to_their_list() {
    let subjects: [Subject; 3] = [
        Subject::Address([203, 0, 113, 25].into()),
        Subject::Address("2001:db8::1".parse().expect("an address")),
        // Whoever owns a domain chooses its labels.
        Subject::Domain("{key}.example.com".parse().expect("a name")),
    ];
    let mut asked = BTreeSet::new();
    for (one, zone) in keyed_zones() {
        let points = one.test_points(true).into_iter().map(|(name, _)| name);
        for name in subjects.iter().filter_map(|subject| one.question(subject, true)).chain(points) {
            assert_eq!(by_keyed_name(&name).map(|found| &found.id), Some(&one.id), "{name}");
            let full = with_key(&name, "s3cr3t").expect("a name");
            assert_eq!(full.label_count(), name.label_count(), "{name}");
            assert!(full.is_below(&zone.prepend(b"s3cr3t").expect("a zone")), "{full}");
            assert_eq!(full.to_string().matches("s3cr3t").count(), 1, "{full}");
            // The name as asked is of no keyed zone: nobody takes it for one to be asked with a key.
            assert!(by_keyed_name(&full).is_none(), "{full}");
            asked.insert(&one.id);
        }
    }
    assert!(asked.len() >= 3, "{asked:?}");
    for other in
        ["25.113.0.203.zen.spamhaus.org", "{key}.example.com", "{key}.zen.dq.spamhaus.net", "dq.spamhaus.net", "."]
    {
        assert_eq!(by_keyed_name(&other.parse().expect("a name")).map(|one| &one.id), None, "{other}");
    }
}

#[test]
fn what_is_no_label_is_no_key() {
    let name = "2.0.0.127.{key}.zen.dq.spamhaus.net".parse().expect("a name");
    for wrong in ["", &"k".repeat(64)] {
        assert!(with_key(&name, wrong).is_err(), "{wrong}");
    }
    // A key cannot lead out of the zone.
    let zone = "zen.dq.spamhaus.net".parse().expect("a name");
    for odd in ["a.b", "evil.example.", "*", "\\"] {
        let full = with_key(&name, odd).expect("a name");
        assert!(full.is_below(&zone) && full.label_count() == name.label_count(), "{full}");
    }
    let plain: Name = "25.113.0.203.zen.spamhaus.org".parse().expect("a name");
    assert_eq!(with_key(&plain, "s3cr3t"), Ok(plain));
}

#[test]
fn codes_read_ranges_bits_and_wildcards() {
    let fits = |code: &str, last: [u8; 4]| code.parse::<Code>().expect("a code").fits(last.into());
    assert!(fits("127.0.0.10-12", [127, 0, 0, 11]) && !fits("127.0.0.10-12", [127, 0, 0, 13]));
    assert!(fits("127.0.x.1", [127, 0, 9, 1]) && !fits("127.0.x.1", [127, 0, 9, 2]));
    assert!(fits("127.0.0.0/24", [127, 0, 0, 200]) && !fits("127.0.0.0/24", [127, 0, 1, 0]));
    assert!(fits("bit 4", [127, 0, 0, 6]) && !fits("bit 4", [127, 0, 0, 2]));
    for wrong in ["127.0.0", "127.0.0.2.3", "bit x", "bit 3", "bit 0", "127.0.0.5-2", "127.0.0.256", ""] {
        assert!(wrong.parse::<Code>().is_err(), "{wrong}");
    }
}

#[test]
fn rows_hold_their_rules() {
    let (mut ids, mut zones) = (BTreeSet::new(), BTreeSet::new());
    for one in lists() {
        assert!(ids.insert(&one.id) && zones.insert(&one.zone), "{} twice", one.id);
        for zone in one.other_zones.iter().chain([&one.zone]).chain(&one.keyed_zone) {
            assert!(zone.parse::<Name>().is_ok(), "{}: {zone}", one.id);
        }
        // Whoever asks puts the key in the place of the first label, and of no other.
        assert!(one.keyed_zone.iter().all(|zone| zone.starts_with("{key}.")), "{}", one.id);
        assert!(!one.zone.contains(KEY_LABEL) || one.zone.starts_with("{key}."), "{}", one.id);
        assert_eq!(matches!(one.kind, Kind::IpAllow | Kind::DomainAllow), one.is_positive(), "{}", one.id);
        assert!(one.status == Status::Dead || !one.codes.is_empty(), "{}", one.id);
        assert!(one.neutral.iter().all(|code| one.codes.contains_key(code)), "{}", one.id);
        assert!(!one.ipv6_only || one.ipv6, "{}", one.id);
    }
}

#[test]
fn every_code_of_the_table_is_read_back() {
    let first = |code: &Code| match code {
        Code::Bit(bit) => Ipv4Addr::new(127, 0, 0, *bit),
        Code::Octets(bounds) => Ipv4Addr::from(bounds.map(|(low, _)| low)),
    };
    for one in lists() {
        for (code, meaning) in &one.codes {
            let sample = first(code);
            match one.classify(&[sample.into()]) {
                Answer::Listed(codes) => assert!(codes[0].1.contains(meaning.as_str()), "{} {sample}", one.id),
                Answer::Neutral => assert!(one.neutral.contains(code), "{} {sample}", one.id),
                other => panic!("{} {sample}: {other:?}", one.id),
            }
        }
        for code in one.errors.keys() {
            assert!(matches!(one.classify(&[first(code).into()]), Answer::Refused(_)), "{}", one.id);
        }
    }
}

#[test]
fn names_that_would_be_abuse_are_not_asked() {
    let ask = |list: &List, subject: &str| {
        let subject =
            subject.parse().map_or_else(|_| Subject::Domain(subject.parse().expect("a name")), Subject::Address);
        list.question(&subject, false).map(|name| name.to_string())
    };
    let own = custom(&"bl.example.org".parse().expect("a name"));
    assert_eq!(own.weight, Weight::Medium);
    assert_eq!(ask(&own, "::ffff:192.0.2.99").as_deref(), Some("99.2.0.192.bl.example.org"));
    assert_eq!(ask(&own, "example.com").as_deref(), Some("example.com.bl.example.org"));
    assert_eq!(own.question(&Subject::Domain(Name::root()), false), None);
    let literal = Subject::Domain(Name::from_labels(["192", "0", "2", "1"]).expect("a name"));
    assert_eq!(own.question(&literal, false), None);
    let long = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join(".");
    assert_eq!(ask(&own, &long), None);
    // Without a key there is no zone to ask, nor a test to make.
    assert_eq!(ask(list("spamhaus-zrd"), "example.com"), None);
    assert!(list("spamhaus-zrd").test_points(false).is_empty());
}

#[test]
fn test_points_are_those_of_the_subjects() {
    let points = |id: &str| {
        let texts = list(id).test_points(false).into_iter().map(|(name, listed)| (name.to_string(), listed));
        texts.collect::<Vec<_>>()
    };
    let zone = "bl.ipv6.spameatingmonkey.net";
    let nibbles = "0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
    assert_eq!(points("sem-black6"), [(format!("2.{nibbles}.{zone}"), true), (format!("1.{nibbles}.{zone}"), false)]);
    assert_eq!(points("surbl"), [("test.multi.surbl.org".into(), true), ("invalid.multi.surbl.org".into(), false)]);
}

#[test]
fn a_known_zone_keeps_its_codes() {
    let named = |zone: &str| custom(&zone.parse().expect("a name"));
    let dbl = named("dbl.spamhaus.org");
    assert!(matches!(answer(&dbl, [127, 0, 1, 255]), Answer::Refused(_)));
    assert_eq!(dbl.question(&Subject::Address([192, 0, 2, 1].into()), false), None);
    let dul = named("dul.dnsbl.sorbs.net");
    assert_eq!((dul.status, dul.zone.as_str()), (Status::Dead, "dul.dnsbl.sorbs.net"));
    assert!(named("list.dnswl.org").is_positive());
}

proptest! {
    #[test]
    fn any_answer_is_read(bits in proptest::collection::vec(any::<u32>(), 0..4), index in 0..lists().len()) {
        let list = &lists()[index];
        let addresses: Vec<IpAddr> = bits.iter().map(|bits| Ipv4Addr::from(*bits).into()).collect();
        let useless = matches!(list.classify(&addresses), Answer::Rewritten | Answer::Refused(_));
        // One foreign address spoils the whole answer.
        prop_assert!(useless || bits.iter().all(|bits| bits >> 24 == 127));
    }
}

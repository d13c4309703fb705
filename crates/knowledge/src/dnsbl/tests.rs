//! Tests of the table of lists

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn address(text: &str) -> Subject {
    Subject::Address(text.parse().expect("an address"))
}

fn codes(answer: &Answer) -> Vec<&str> {
    match answer {
        Answer::Listed { codes } | Answer::Neutral { codes } => {
            codes.iter().flat_map(|code| code.meanings.iter().map(String::as_str)).collect()
        }
        Answer::Refused { code } => code.meanings.iter().map(String::as_str).collect(),
        Answer::NotListed | Answer::Rewritten { .. } => Vec::new(),
    }
}

#[test]
fn rows_hold_their_rules() {
    let mut ids = BTreeSet::new();
    let mut zones = BTreeSet::new();
    for list in lists() {
        assert!(ids.insert(&list.id), "{} twice", list.id);
        assert!(zones.insert(&list.zone), "{} twice", list.zone);
        for zone in list.other_zones.iter().chain([&list.zone]).chain(&list.keyed_zone) {
            let plain = zone.replace("{key}", "key");
            assert!(plain.parse::<Name>().is_ok(), "{}: {zone}", list.id);
        }
        assert!(list.keyed_zone.iter().all(|zone| zone.starts_with("{key}.")), "{}", list.id);
        assert_eq!(list.kind.is_allowlist(), list.severity == Severity::Positive, "{}", list.id);
        assert_eq!(list.status == Status::Dead, list.dead_since.is_some(), "{}", list.id);
        assert!(list.status == Status::Dead || !list.codes.is_empty(), "{}", list.id);
        assert!(list.evidence == Evidence::Background || !list.source.is_empty(), "{}", list.id);
        assert!(list.neutral.iter().all(|pattern| list.codes.contains_key(pattern)), "{}", list.id);
        assert!(!list.ipv6_only || list.ipv6, "{}", list.id);
    }
}

#[test]
fn every_code_of_the_table_is_read_back() {
    for list in lists() {
        for (pattern, text) in &list.codes {
            let sample = match pattern {
                Pattern::Bit(bit) => Ipv4Addr::new(127, 0, 0, *bit),
                Pattern::Octets(ranges) => Ipv4Addr::from(ranges.map(|(low, _)| low)),
            };
            let answer = list.classify([sample]);
            assert_eq!(codes(&answer), [text], "{} {sample}", list.id);
            let neutral = list.neutral.contains(pattern);
            assert_eq!(matches!(answer, Answer::Neutral { .. }), neutral, "{} {sample}", list.id);
        }
        for pattern in list.errors.keys() {
            let sample = match pattern {
                Pattern::Bit(bit) => Ipv4Addr::new(127, 0, 0, *bit),
                Pattern::Octets(ranges) => Ipv4Addr::from(ranges.map(|(low, _)| low)),
            };
            assert!(matches!(list.classify([sample]), Answer::Refused { .. }), "{} {sample}", list.id);
        }
    }
}

#[test]
fn answers_are_told_apart() {
    let read = |id: &str, addresses: &[&str]| {
        let list = list(id).expect("a list");
        list.classify(addresses.iter().map(|text| text.parse::<Ipv4Addr>().expect("an address")))
    };
    assert_eq!(read("spamhaus-zen", &[]), Answer::NotListed);
    assert_eq!(codes(&read("spamhaus-zen", &["127.0.0.10", "127.0.0.2"])), ["SBL", "PBL, added by ISP"]);
    for refused in ["127.255.255.252", "127.255.255.254", "127.255.255.255", "127.255.255.253"] {
        assert!(matches!(read("spamhaus-zen", &[refused, "127.0.0.2"]), Answer::Refused { .. }), "{refused}");
        assert!(matches!(read("spamcop", &[refused]), Answer::Refused { .. }), "{refused}");
    }
    assert_eq!(codes(&read("spamhaus-dbl", &["127.0.1.255"])), ["IP query prohibited"]);
    for foreign in ["127.0.0.1", "203.0.113.9", "0.0.0.0", "128.0.0.2"] {
        let answer = read("spamcop", &["127.0.0.2", foreign]);
        assert_eq!(answer, Answer::Rewritten { address: foreign.parse().expect("an address") });
    }
    assert_eq!(codes(&read("surbl", &["127.0.0.24"])), ["phishing", "malware"]);
    assert_eq!(codes(&read("surbl", &["127.0.0.1"])), ["query blocked"]);
    assert_eq!(codes(&read("uribl", &["127.0.0.1"])), ["query refused (bit 1)"]);
    assert!(matches!(read("hostkarma", &["127.0.0.1"]), Answer::Neutral { .. }));
    assert!(matches!(read("hostkarma", &["127.0.0.1", "127.0.0.2"]), Answer::Listed { .. }));
    assert_eq!(codes(&read("dnswl", &["127.0.5.3"])), ["high"]);
    assert_eq!(codes(&read("dnswl", &["127.0.0.255"])), ["blocked"]);
    assert!(matches!(read("mailspike-rep", &["127.0.0.15"]), Answer::Neutral { .. }));
    // A code that the table does not know is still a listing, without a meaning.
    let unknown = read("spamcop", &["127.0.0.77"]);
    assert!(matches!(&unknown, Answer::Listed { .. }) && codes(&unknown).is_empty());
}

#[test]
fn names_to_ask_follow_the_standard() {
    let all = selection(&BTreeMap::new(), &[name("bl.example.org")]).expect("no keys");
    let [list] = all.as_slice() else { panic!("one list") };
    assert_eq!(list.list.severity, Severity::Medium);
    let ask = |subject: Subject| list.query(&subject).map(|name| name.to_string());
    assert_eq!(ask(address("192.0.2.99")).as_deref(), Some("99.2.0.192.bl.example.org"));
    let v6 = "b.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.2.1.0.8.b.d.0.1.0.0.2.0.0.0.0";
    assert_eq!(ask(address("::2001:db8:123:0:0:b")).map(|text| text.len()), Some(v6.len() + ".bl.example.org".len()));
    assert_eq!(ask(Subject::Domain(name("example.com"))).as_deref(), Some("example.com.bl.example.org"));
    assert_eq!(ask(Subject::Domain(name("192.0.2.1"))), None);
    assert_eq!(ask(Subject::Domain(Name::root())), None);
    let long = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join(".");
    assert_eq!(ask(Subject::Domain(name(&long))), None);

    for (subject, listed, unlisted) in [
        (address("192.0.2.1"), "2.0.0.127.bl.example.org", "1.0.0.127.bl.example.org"),
        (
            address("2001:db8::1"),
            "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example.org",
            "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example.org",
        ),
        (Subject::Domain(name("example.com")), "test.bl.example.org", "invalid.bl.example.org"),
    ] {
        let points = subject.test_points();
        assert_eq!(ask(points.listed).as_deref(), Some(listed));
        assert_eq!(ask(points.unlisted).as_deref(), Some(unlisted));
    }
}

#[test]
fn families_go_where_they_are_held() {
    let takes = |id: &str, subject: &Subject| list(id).expect("a list").takes(subject);
    let (v4, v6, domain) = (address("192.0.2.1"), address("2001:db8::1"), Subject::Domain(name("example.com")));
    for (id, expected) in [
        ("spamhaus-zen", [true, true, false]),
        ("spamcop", [true, false, false]),
        ("sem-black6", [false, true, false]),
        ("spamhaus-dbl", [false, false, true]),
        ("hostkarma", [true, false, true]),
        ("rspamd-uribl", [false, false, false]),
        ("msbl-ebl", [false, false, false]),
    ] {
        assert_eq!([takes(id, &v4), takes(id, &v6), takes(id, &domain)], expected, "{id}");
    }
}

#[test]
fn only_lists_that_answer_are_selected() {
    let ids = |keys: &[(&str, &str)]| -> Vec<String> {
        let keys = keys.iter().map(|(id, key)| ((*id).to_owned(), (*key).to_owned())).collect();
        selection(&keys, &[]).expect("good keys").into_iter().map(|selected| selected.list.id.clone()).collect()
    };
    let default = ids(&[]);
    for id in ["spamhaus-zen", "spamcop", "surbl", "dnswl"] {
        assert!(default.iter().any(|have| have == id), "{id}");
    }
    for id in ["sorbs", "barracuda", "abusix", "spamhaus-zrd", "wpbl"] {
        assert!(!default.iter().any(|have| have == id), "{id}");
    }
    let more = ids(&[("barracuda", "registered"), ("abusix", "k1")]);
    assert!(more.iter().any(|id| id == "barracuda") && more.iter().any(|id| id == "abusix"));
}

#[test]
fn keys_are_used_and_not_shown() {
    let keys: BTreeMap<String, String> = [("spamhaus-zen".to_owned(), "s3cret".to_owned())].into();
    for zones in [Vec::new(), vec![name("zen.spamhaus.org")]] {
        let all = selection(&keys, &zones).expect("a good key");
        let zen = all.iter().find(|selected| selected.list.id == "spamhaus-zen").expect("selected");
        let subject = address("192.0.2.1");
        let asked = zen.query(&subject).expect("takes addresses").to_string();
        assert_eq!(asked, "1.2.0.192.s3cret.zen.dq.spamhaus.net");
        let shown = zen.shown_query(&subject).expect("takes addresses").to_string();
        assert_eq!(shown, "1.2.0.192.zen.dq.spamhaus.net");
        assert!(zen.is_keyed() && !format!("{zen:?}").contains("s3cret"));
    }
    let error = |id: &str, key: &str| selection(&[(id.to_owned(), key.to_owned())].into(), &[]).expect_err("bad");
    assert!(matches!(error("spamhaus-zen", "a.b"), SelectionError::BadKey { .. }));
    assert!(matches!(error("spamhaus-zen", ""), SelectionError::BadKey { .. }));
    assert!(matches!(error("spamhaus-zen", &"k".repeat(64)), SelectionError::BadKey { .. }));
    assert!(matches!(error("none", "k"), SelectionError::UnknownList { .. }));
    assert!(matches!(error("spamcop", "k"), SelectionError::TakesNoKey { .. }));
}

#[test]
fn the_test_points_tell_whether_a_list_works() {
    let list = list("spamcop").expect("a list");
    let read = |text: &str| list.classify(text.parse::<Ipv4Addr>());
    let (yes, no) = (read("127.0.0.2"), read(""));
    assert_eq!(Health::of(&yes, &no), Health::Good);
    assert_eq!(Health::of(&no, &no), Health::ListsNothing);
    assert_eq!(Health::of(&yes, &yes), Health::ListsEverything);
    assert!(matches!(Health::of(&read("127.255.255.254"), &no), Health::Refused { .. }));
    assert!(matches!(Health::of(&yes, &read("203.0.113.1")), Health::Rewritten { .. }));
}

#[test]
fn closed_lists_are_known_by_every_zone() {
    assert_eq!(by_zone(&name("dul.dnsbl.sorbs.net")).map(|list| list.status), Some(Status::Dead));
    assert_eq!(by_zone(&name("bl.example.org")), None);
}

proptest! {
    #[test]
    fn any_answer_is_read(bits in proptest::collection::vec(any::<u32>(), 0..4), index in 0usize..200) {
        let list = lists().get(index % lists().len()).expect("in range");
        let answer = list.classify(bits.iter().map(|bits| Ipv4Addr::from(*bits)));
        prop_assert_eq!(bits.is_empty(), answer == Answer::NotListed);
        let outside = bits.iter().any(|bits| bits >> 24 != 127);
        let useless = matches!(answer, Answer::Rewritten { .. } | Answer::Refused { .. });
        prop_assert!(!outside || useless);
    }
}

//! Lists, their questions and their answers.

use super::*;

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
    assert!(!list("barracuda").is_usable(false));
    for one in lists() {
        assert!(one.status != Status::Dead || !one.is_usable(true), "{}", one.id);
        assert!(!one.is_usable(false) || !one.test_points(false).is_empty(), "{}", one.id);
    }
}

#[test]
fn codes_read_ranges_bits_and_wildcards() {
    let fits = |code: &str, last: [u8; 4]| code.parse::<Code>().expect("a code").fits(last.into());
    assert!(fits("127.0.0.10-12", [127, 0, 0, 11]) && !fits("127.0.0.10-12", [127, 0, 0, 13]));
    assert!(fits("127.0.x.1", [127, 0, 9, 1]) && !fits("127.0.x.1", [127, 0, 9, 2]));
    assert!(fits("127.0.0.0/24", [127, 0, 0, 200]) && !fits("127.0.0.0/24", [127, 0, 1, 0]));
    assert!(fits("bit 4", [127, 0, 0, 6]) && !fits("bit 4", [127, 0, 0, 2]));
    assert!("127.0.0".parse::<Code>().is_err() && "bit x".parse::<Code>().is_err());
}

//! MTA-STS records and policies.

use super::*;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

#[test]
fn records_have_places() {
    let faults = |text: &str| -> Vec<(usize, StsFault)> {
        let parsed = parse_record(text.as_bytes()).expect("a record");
        parsed.faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
    };
    assert_eq!(faults("v=STSv1; id=20160831085700Z;"), []);
    assert_eq!(faults("v=STSv1;id=a"), []);
    assert_eq!(faults("v=STSv1; id="), [(12, StsFault::BadId)]);
    assert_eq!(faults("v=STSv1; id=a-b"), [(12, StsFault::BadId)]);
    assert_eq!(faults(&format!("v=STSv1; id={}", "a".repeat(33))), [(12, StsFault::BadId)]);
    assert_eq!(faults("v=STSv1"), [(7, StsFault::MissingId)]);
    assert_eq!(faults("v=STSv1; id=a; x=1"), [(15, StsFault::UnknownTag("x".into()))]);
    assert_eq!(faults("v=STSv1; id=a; id=b"), [(15, StsFault::Tags(TagFault::Duplicate("id".into())))]);
    for other in
        ["v=STSv2; id=a", "v = STSv1; id=a", " v=STSv1; id=a", "id=a; v=STSv1", "", "v=stsv1;id=a", "V=STSv1; id=a"]
    {
        assert!(parse_record(other.as_bytes()).is_err(), "{other}");
    }
}

const POLICY: &str =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n";

#[test]
fn policies_read_with_either_line_end() {
    let parsed = parse_policy(POLICY.as_bytes());
    assert_eq!(parsed.faults, []);
    assert_eq!(parsed.value.to_string(), POLICY);
    assert_eq!(parse_policy(POLICY.replace("\r\n", "\n").as_bytes()), parsed);
    assert_eq!(parse_policy(POLICY.trim_end().as_bytes()), parsed);
    let covered = ["mail.example.com", "mx.example.net", "MX.Example.NET"];
    assert!(covered.iter().all(|host| parsed.value.covers(&name(host))));
    let others = ["example.net", "a.b.example.net", "x.mail.example.com", "example.com"];
    assert!(!others.iter().any(|host| parsed.value.covers(&name(host))));
}

#[test]
fn policy_faults_have_places() {
    use PolicyFault as F;
    let faults = |change: (&str, &str)| -> Vec<(usize, F)> {
        assert!(POLICY.contains(change.0));
        let text = POLICY.replacen(change.0, change.1, 1);
        parse_policy(text.as_bytes()).faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
    };
    let missing = |key: &str| F::Missing(key.into());
    assert_eq!(faults(("version: STSv1\r\n", "")), [(POLICY.len() - 16, missing("version"))]);
    assert_eq!(faults(("STSv1", "STSv2")), [(9, F::BadVersion)]);
    assert_eq!(faults(("enforce", "Enforce")), [(22, F::BadMode)]);
    assert_eq!(faults(("604800", "31557601")), [(81, F::BadMaxAge)]);
    assert_eq!(faults(("604800", "60")), [(81, F::ShortMaxAge)]);
    assert_eq!(faults(("mail.example.com", "192.0.2.1")), [(35, F::Address)]);
    assert_eq!(faults(("mail.example.com", "[192.0.2.1]")), [(35, F::Address)]);
    assert_eq!(faults(("mail.example.com", "2001:db8::1")), [(35, F::Address)]);
    assert_eq!(faults(("mail.example.com", "mail example")), [(35, F::BadPattern)]);
    assert_eq!(faults(("mail.example.com", "mail.*.com")), [(35, F::BadPattern)]);
    assert_eq!(faults(("mail.example.com", "mail.example.com.")), [(35, F::TrailingDot)]);
    assert_eq!(faults(("mail.example.com", "*.Example.net")), [(54, F::SamePattern)]);
    assert_eq!(faults(("mode: enforce", "mode: enforce\r\nmode: none")), [(31, F::Duplicate("mode".into()))]);
    assert_eq!(faults(("mode: enforce", "mode: enforce\r\nx: y")), [(31, F::UnknownKey("x".into()))]);
    assert_eq!(faults(("mode: enforce", "mode: enforce\r\nhello")), [(31, F::NoColon)]);
    let bare = parse_policy(b"version: STSv1\nmode: testing\nmax_age: 86400\n");
    assert_eq!(bare.faults.iter().map(|fault| fault.kind.clone()).collect::<Vec<_>>(), [missing("mx")]);
    assert_eq!(parse_policy(b"version: STSv1\nmode: none\nmax_age: 86400\n").faults, []);
    let long = [POLICY.as_bytes(), &vec![b' '; MAX_POLICY]].concat();
    assert_eq!(parse_policy(&long).faults, [Fault::new(MAX_POLICY, F::LongPolicy)]);
    assert!(is_media_type("Text/Plain; charset=utf-8") && !is_media_type("text/html"));
    assert_eq!(line_of(POLICY.as_bytes(), 35), (3, 4));
}

prop_compose! {
    fn any_policy()(
        mode in prop_oneof![Just(Mode::Enforce), Just(Mode::Testing), Just(Mode::None)],
        mx in prop::collection::btree_map("[a-z]{1,8}\\.[a-z]{2,4}", any::<bool>(), 1..5),
        max_age in DAY..=MAX_AGE,
    ) -> StsPolicy {
        let mx = mx.into_iter().map(|(name, wildcard)| MxPattern { wildcard, name: name.parse().expect("a name") });
        StsPolicy { mode, mx: mx.collect(), max_age }
    }
}

proptest! {
    #[test]
    fn policies_read_back(policy in any_policy()) {
        let parsed = parse_policy(policy.to_string().as_bytes());
        prop_assert_eq!(parsed.value, policy);
        prop_assert_eq!(parsed.faults, []);
    }

    #[test]
    fn records_read_back(id in "[a-zA-Z0-9]{1,32}") {
        let record = StsRecord { id };
        let parsed = parse_record(record.to_string().as_bytes()).expect("a record");
        prop_assert_eq!(parsed.value, record);
        prop_assert_eq!(parsed.faults, []);
    }

    #[test]
    fn any_octets_are_read(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_policy(&octets).faults.iter().all(|fault| fault.at <= octets.len()));
        prop_assert!(parse_record(&octets).is_err() || octets.starts_with(b"v=STSv1"));
    }
}

//! The tree as it is shown.

use super::{grouped, spf, survey};
use crate::Options;
use crate::mail::{Spf, SpfState};
use crate::text::page::Page;
use ptrust_mail::spf::{CheckHost, check_host, passing_ipv4};
use ptrust_names::{Absence, AbsenceKind, CharString, Data, Name, Observed, Question, Record, RecordType, Records};
use std::collections::BTreeMap;

/// A world of texts: what every question of a test asks for.
type World = BTreeMap<Question, Observed<Records>>;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// Texts and addresses by name; everything else does not exist.
struct Answers(World);

impl ptrust_mail::Answers for Answers {
    fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        Some(match self.0.get(question) {
            Some(Observed::Present(records)) => Observed::Present(records),
            Some(Observed::Unknown(cause)) => Observed::Unknown(*cause),
            _ => Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa: None }),
        })
    }
}

fn world(texts: &[(&str, &str)]) -> Answers {
    let entry = |(owner, text): &(&str, &str)| {
        let data = Data::Txt(vec![CharString(text.as_bytes().to_vec())]);
        let record = Record { owner: name(owner), ttl: 300, data };
        let records = Records { aliases: Vec::new(), set: vec![record] };
        (Question::new(name(owner), RecordType::TXT), Observed::Present(records))
    };
    Answers(texts.iter().map(entry).collect())
}

fn shown(page: Page) -> String {
    let mut out = Vec::new();
    page.write(&mut out, false).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

/// The tree of `example.com` in a world.
fn surveyed(texts: &[(&str, &str)]) -> String {
    let tree = ptrust_mail::spf::survey(&name("example.com"), &world(texts)).done().expect("all is answered");
    let spf = Spf {
        state: SpfState::Present,
        record: None,
        lookups: tree.lookups,
        voids: tree.voids.v4,
        ipv4_addresses: passing_ipv4(&tree.allowed()),
        tree,
    };
    let mut page = Page::new(80);
    survey(&mut page, &spf);
    shown(page)
}

/// The evaluation of a client in a world.
fn evaluated(texts: &[(&str, &str)], ip: &str) -> String {
    let check = CheckHost::mail_from(ip.parse().expect("an address"), "a@example.com", "mail.example.com");
    let trace = check_host(&check, &world(texts)).done().expect("all is answered");
    let mut out = Vec::new();
    let options = Options { color: false, width: 80, ..Options::default() };
    spf(&check, &trace, &|_| Some(4_200), &mut out, &options).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn numbers_have_commas() {
    for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (4_294_967_296, "4,294,967,296")] {
        assert_eq!(grouped(number), text);
    }
}

const SERVICE: &str =
    "v=spf1 ip4:198.51.100.0/26 ip4:198.51.100.64/26 ip6:2001:db8:1::/48 ip4:192.0.2.128/25 ip4:192.0.2.7 -all";

#[test]
fn included_records_are_short_and_the_own_one_is_whole() {
    let texts =
        [("example.com", "v=spf1 ip4:203.0.113.64/28 include:spf.example.org ~all"), ("spf.example.org", SERVICE)];
    let expected = "  The record of example.com
  ├─ ip4:203.0.113.64/28                 16 addresses
  ├─ include:spf.example.org             lookup 1
  │  ├─ ip4:198.51.100.0/26 and 4 more   257 addresses
  │  └─ -all                             others fail
  └─ ~all                                others are suspicious (softfail)

  May send        273 IPv4 addresses; 203.0.113.64/28, 198.51.100.0/26,
                  198.51.100.64/26, 2001:db8:1::/48, 192.0.2.128/25 and
                  192.0.2.7
";
    assert_eq!(surveyed(&texts), expected);
}

#[test]
fn carets_stand_under_what_is_wrong() {
    let long = format!("v=spf1 {}a:203.0.113.25 ip4: -all", "ip4:203.0.113.0/24 ".repeat(3));
    let text = surveyed(&[("example.com", &long)]);
    let expected = "  The record of example.com   syntax error: receivers cannot use it
  │  v=spf1 ip4:203.0.113.0/24 ip4:203.0.113.0/24 ip4:203.0.113.0/24
  │  a:203.0.113.25 ip4: -all
  │    ^^^^^^^^^^^^     ^
  │  octet 67: an address stands where a domain belongs; ip4: and ip6: take
  │    addresses
  │  octet 84: not an IPv4 address
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn faults_of_included_records_are_drawn_below_them() {
    let texts = [("example.com", "v=spf1 include:a.example.org -all"), ("a.example.org", "v=spf1 ip5:1 -all")];
    let text = surveyed(&texts);
    assert!(text.contains("  │  │  v=spf1 ip5:1 -all\n  │  │         ^^^^^\n"), "{text}");
}

#[test]
fn what_is_missing_or_stray_is_said() {
    let text = surveyed(&[("example.com", " v=spf1 -all\u{1b}[31m")]);
    let expected = "  The record of example.com   no SPF record
  looks like a record, and is none: \" v=spf1 -all\\027[31m\"
";
    assert_eq!(text, expected);
    let text = surveyed(&[("example.com", "v=spf1 include:gone.example.org a:none.example.org -all ip4:192.0.2.1")]);
    for words in ["lookup 1, no SPF record, void", "leads to nothing (void)", "ip4:192.0.2.1              never tried"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn an_evaluation_tells_what_came_of_every_term() {
    let texts = [
        ("example.com", "v=spf1 a include:spf.example.org exists:%{l}.example.com ~all"),
        ("spf.example.org", SERVICE),
    ];
    let expected = "example.com from 192.0.2.7   PASS   include:spf.example.org matches, by
  ip4:192.0.2.7 in the record of spf.example.org

  Sender          a@example.com
  HELO            mail.example.com
  Counted         2 of 10 lookups, 1 of 2 voids

  The record of example.com
  ├─ a                                   no match, lookup 1, void, 4 ms
  ├─ include:spf.example.org             match, lookup 2, 4 ms
  │  ├─ ip4:198.51.100.0/26 and 3 more   no match, 256 addresses
  │  ├─ ip4:192.0.2.7                    match
  │  └─ -all                             not reached
  ├─ exists:%{l}.example.com             not reached
  └─ ~all                                not reached
";
    assert_eq!(evaluated(&texts, "192.0.2.7"), expected);
    let other = evaluated(&texts, "192.0.2.8");
    assert!(other.starts_with("example.com from 192.0.2.8   SOFTFAIL   only ~all matches\n"), "{other}");
    assert!(other.contains("no match, lookup 3, void,\n") && other.contains(" stands for a.example.com"), "{other}");
}

#[test]
fn lines_keep_the_width_whatever_the_record() {
    let long = format!("v=spf1 a:{} {} -all", "x".repeat(300), "include:a.example.org ".repeat(40));
    for text in [surveyed(&[("example.com", &long)]), evaluated(&[("example.com", &long)], "192.0.2.1")] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

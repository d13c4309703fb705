//! Table tests of reading answers, from zone text lines.

use super::*;
use crate::wire;
use proptest::prelude::*;
use ptrust_names::{NegativeSoa, Soa};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// A record of `OWNER TYPE DATA`.
fn record(line: &str) -> Record {
    let words: Vec<_> = line.split(' ').collect();
    let [owner, rtype, data] = *words.as_slice() else { panic!("three words in {line:?}") };
    let data = match rtype {
        "A" => Data::A(data.parse().expect("an address")),
        "CNAME" => Data::Cname(name(data)),
        "DNAME" => Data::Dname(name(data)),
        "PTR" => Data::Ptr(name(data)),
        "RRSIG" => Data::Other(RecordType::RRSIG, ptrust_names::Hex(vec![1])),
        "SOA" => Data::Soa(Soa { mname: name(data), rname: name(data), serial: 1, minimum: 60 }),
        other => panic!("type {other}"),
    };
    Record { owner: name(owner), ttl: 300, data }
}

fn reply(code: u16, answer: &[&str], authority: &[&str]) -> Reply {
    Reply {
        rcode: code,
        aa: true,
        tc: false,
        ra: false,
        ad: false,
        answer: answer.iter().map(|line| record(line)).collect(),
        authority: authority.iter().map(|line| record(line)).collect(),
        additional: Vec::new(),
        extended_errors: Vec::new(),
    }
}

fn read(code: u16, answer: &[&str], authority: &[&str]) -> Answer {
    let question = Question::new(name("1.2.0.192.in-addr.arpa"), RecordType::PTR);
    read_answer(&reply(code, answer, authority), &question)
}

fn negative_soa(zone: &str) -> NegativeSoa {
    NegativeSoa { zone: name(zone), mname: name("ns.example"), ttl: 60 }
}

const OWNER: &str = "1.2.0.192.in-addr.arpa";

#[test]
fn sets_keep_order_and_drop_repeats() {
    let Answer::Set(records) = read(
        0,
        &[
            "1.2.0.192.IN-ADDR.arpa PTR b.example",
            "1.2.0.192.in-addr.arpa PTR a.example",
            "1.2.0.192.in-addr.arpa PTR B.example",
            "1.2.0.192.in-addr.arpa RRSIG x",
            "other.example PTR c.example",
        ],
        &[],
    ) else {
        panic!("a set")
    };
    assert_eq!(records.ptr_names().map(ToString::to_string).collect::<Vec<_>>(), ["b.example", "a.example"]);
    assert!(records.aliases.is_empty());
}

#[test]
fn aliases_are_followed_in_any_record_order() {
    let Answer::Set(records) = read(
        0,
        &[
            "1.0/25.2.0.192.in-addr.arpa PTR mail.example",
            "1.2.0.192.in-addr.arpa RRSIG x",
            "1.2.0.192.in-addr.arpa CNAME 1.0/25.2.0.192.in-addr.arpa",
        ],
        &[],
    ) else {
        panic!("a set")
    };
    assert_eq!(records.set.len(), 1);
    assert_eq!(records.aliases, [record("1.2.0.192.in-addr.arpa CNAME 1.0/25.2.0.192.in-addr.arpa")]);
}

#[test]
fn an_alias_out_of_the_reply_leads_on() {
    let alias = "1.2.0.192.in-addr.arpa CNAME 1.rev.example";
    let leads_on = Answer::Alias { aliases: vec![record(alias)], target: name("1.rev.example") };
    assert_eq!(read(0, &[alias], &[]), leads_on);
    // A denial by the alias's own zone says nothing of the target.
    assert_eq!(read(3, &[alias], &["2.0.192.in-addr.arpa SOA ns.example"]), leads_on);
    let soa = Some(negative_soa("rev.example"));
    for (code, kind) in [(0, AbsenceKind::NoData), (3, AbsenceKind::NxDomain)] {
        assert_eq!(
            read(code, &[alias], &["rev.example SOA ns.example"]),
            Answer::Negative {
                aliases: vec![record(alias)],
                name: name("1.rev.example"),
                absence: Absence { kind, soa: soa.clone() },
            }
        );
    }
}

#[test]
fn denials_carry_only_an_soa_that_covers_them() {
    let negative = |kind, soa| Answer::Negative { aliases: vec![], name: name(OWNER), absence: Absence { kind, soa } };
    let soa = Some(negative_soa("2.0.192.in-addr.arpa"));
    assert_eq!(read(3, &[], &["2.0.192.in-addr.arpa SOA ns.example"]), negative(AbsenceKind::NxDomain, soa));
    assert_eq!(read(0, &[], &["other.example SOA ns.example"]), negative(AbsenceKind::NoData, None));
}

#[test]
fn conflicts_are_not_followed() {
    let two = ["1.2.0.192.in-addr.arpa CNAME a.example", "1.2.0.192.in-addr.arpa CNAME b.example"];
    assert!(matches!(read(0, &two, &[]), Answer::Conflict(records) if records.len() == 2));
    let mixed = [
        "1.2.0.192.in-addr.arpa PTR mail.example",
        "1.2.0.192.in-addr.arpa CNAME a.example",
        "a.example PTR mail.example",
    ];
    assert!(matches!(read(0, &mixed, &[]), Answer::Conflict(records) if records.len() == 2));
    // Also further down the chain, and for a question about the alias itself.
    let deep = ["1.2.0.192.in-addr.arpa CNAME a.example", "a.example CNAME b.example", "a.example CNAME c.example"];
    assert!(matches!(read(0, &deep, &[]), Answer::Conflict(_)));
    let question = Question::new(name(OWNER), RecordType::CNAME);
    assert!(matches!(read_answer(&reply(0, &two, &[]), &question), Answer::Conflict(_)));
    // The same alias twice is one alias.
    let same = ["1.2.0.192.in-addr.arpa CNAME a.example", "1.2.0.192.in-addr.arpa CNAME A.example"];
    assert!(matches!(read(0, &same, &[]), Answer::Alias { aliases, .. } if aliases.len() == 1));
}

#[test]
fn a_question_about_an_alias_is_answered_by_it() {
    let question = Question::new(name(OWNER), RecordType::CNAME);
    let answer = read_answer(&reply(0, &["1.2.0.192.in-addr.arpa CNAME a.example"], &[]), &question);
    assert!(matches!(answer, Answer::Set(records) if records.set.len() == 1 && records.aliases.is_empty()));
}

#[test]
fn dname_is_followed_with_or_without_its_cname() {
    let dname = "2.0.192.in-addr.arpa DNAME rev.example";
    let made = "1.2.0.192.in-addr.arpa CNAME 1.rev.example";
    let set = "1.rev.example PTR mail.example";
    for answer in [&[dname, set][..], &[dname, made, set], &[made, set, dname]] {
        let Answer::Set(records) = read(0, answer, &[]) else { panic!("a set of {answer:?}") };
        assert_eq!(records.aliases.first(), Some(&record(dname)));
        assert_eq!(records.aliases.len(), answer.len() - 1);
    }
    let lie = "1.2.0.192.in-addr.arpa CNAME 1.elsewhere.example";
    assert!(matches!(read(0, &[dname, lie], &[]), Answer::Conflict(_)));
    let other = "2.0.192.in-addr.arpa DNAME other.example";
    assert!(matches!(read(0, &[dname, other], &[]), Answer::Conflict(_)));
    // A DNAME does not rename its own owner.
    let own = "1.2.0.192.in-addr.arpa DNAME rev.example";
    assert!(matches!(read(0, &[own], &[]), Answer::Negative { .. }));
}

#[test]
fn a_dname_that_makes_an_overlong_name_ends_the_chain() {
    let long = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60), "example".into()].join(".");
    let dname = format!("2.0.192.in-addr.arpa DNAME {long}");
    let answer = read(0, &[&dname], &[]);
    assert!(matches!(answer, Answer::Set(_) | Answer::Alias { .. }), "251 octets still fit: {answer:?}");
    let long = format!("{}.{long}", "e");
    let dname = format!("192.in-addr.arpa DNAME {long}");
    assert_eq!(read(0, &[&dname], &[]), Answer::Loop { aliases: vec![record(&dname)] });
}

#[test]
fn loops_and_long_chains_end() {
    let pair = ["1.2.0.192.in-addr.arpa CNAME a.example", "a.example CNAME 1.2.0.192.in-addr.arpa"];
    assert!(matches!(read(0, &pair, &[]), Answer::Loop { aliases } if aliases.len() == 2));
    assert!(matches!(read(0, &["1.2.0.192.in-addr.arpa CNAME 1.2.0.192.in-addr.arpa"], &[]), Answer::Loop { .. }));
    let chain = |links: usize| {
        let mut lines = vec![format!("{OWNER} CNAME n1.example")];
        lines.extend((1..links).map(|n| format!("n{n}.example CNAME n{}.example", n + 1)));
        lines.push(format!("n{links}.example PTR mail.example"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        read(0, &lines, &[])
    };
    assert!(matches!(chain(MAX_ALIASES), Answer::Set(records) if records.aliases.len() == MAX_ALIASES));
    assert!(matches!(chain(MAX_ALIASES + 1), Answer::Loop { .. }));
}

proptest! {
    /// Any mixture of aliases over few names ends, and an answered set is at the end of its chain.
    #[test]
    fn any_aliases_end(links in prop::collection::vec((0u8..6, 0u8..6, any::<bool>()), 0..12), code in 0u16..4) {
        let node = |n: u8| format!("n{n}.example");
        let lines: Vec<_> = links
            .iter()
            .map(|(from, to, alias)| format!("{} {} {}", node(*from), if *alias { "CNAME" } else { "PTR" }, node(*to)))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let question = Question::new(name("n0.example"), RecordType::PTR);
        match read_answer(&reply(code, &lines, &[]), &question) {
            Answer::Set(records) => {
                prop_assert!(!records.set.is_empty() && records.aliases.len() <= MAX_ALIASES);
                let end = match records.aliases.last().map(|alias| &alias.data) {
                    Some(Data::Cname(end)) => end.clone(),
                    _ => question.name,
                };
                prop_assert!(records.set.iter().all(|record| record.owner == end));
            }
            Answer::Conflict(records) => prop_assert!(records.len() > 1),
            Answer::Alias { aliases, .. } => prop_assert!(!aliases.is_empty()),
            Answer::Negative { aliases, .. } => prop_assert!(aliases.is_empty()),
            Answer::Loop { aliases } => prop_assert!(!aliases.is_empty()),
        }
    }

    /// Whatever parses can be read.
    #[test]
    fn wild_messages_are_read(octets in prop::collection::vec(any::<u8>(), 12..200)) {
        if let Ok(reply) = wire::parse(&octets) {
            let _ = read_answer(&reply, &Question::new(Name::root(), RecordType::PTR));
        }
    }
}

//! Hostile records: everything that is made of one, with the invariants that any text has to keep.

use super::{
    CheckHost, MAX_LOOKUPS, MAX_QUESTIONS, MAX_RECORDS, MAX_TERMS, MAX_VOIDS, Record, SpfResult, Tree, check_host,
    is_spf, overlaps, passing_ipv4, read, survey,
};
use crate::{Answers, Step};
use ptrust_names::{Absence, AbsenceKind, CharString, Data, Name, Observed, Question, RecordType, Records};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A world in which every domain has the same record, so that it includes itself under every name it can make up.
struct Mirror {
    /// The answer for texts.
    texts: Records,
    /// For addresses.
    addresses: Records,
    /// For mail exchangers.
    exchangers: Records,
}

impl Mirror {
    /// The world of a record.
    fn new(text: &[u8]) -> Self {
        let records = |data: Vec<Data>| {
            let set = data.into_iter().map(|data| ptrust_names::Record { owner: Name::root(), ttl: 0, data });
            Records { aliases: Vec::new(), set: set.collect() }
        };
        let host = Name::from_labels(["mx", "example"]).unwrap_or_else(|_| Name::root());
        Self {
            texts: records(vec![Data::Txt(vec![CharString(text.to_vec())])]),
            addresses: records(vec![Data::A(Ipv4Addr::new(192, 0, 2, 1))]),
            exchangers: records(vec![Data::Mx(0, Name::root()), Data::Mx(1, host)]),
        }
    }
}

impl Answers for Mirror {
    fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        Some(match question.rtype {
            RecordType::TXT => Observed::Present(&self.texts),
            RecordType::A => Observed::Present(&self.addresses),
            RecordType::MX => Observed::Present(&self.exchangers),
            _ => Observed::Absent(Absence { kind: AbsenceKind::NoData, soa: None }),
        })
    }
}

/// Reads a text as a record, prints it, surveys a domain that has it and evaluates clients. For fuzzing and tests.
///
/// # Panics
/// When an invariant breaks.
pub fn exercise(text: &[u8]) {
    let reading = read(text);
    assert!(is_spf(text) || reading.is_err(), "only SPF records are read");
    if let Ok(reading) = &reading {
        let mut end = 0;
        for (span, term) in &reading.terms {
            assert!(span.start >= end && span.start < span.end && span.end <= text.len(), "terms follow each other");
            assert!(span.columns(text).1 > 0, "a caret can be drawn");
            let at = term.as_ref().err().map_or(span.start, |error| error.at);
            assert!((span.start..=span.end).contains(&at), "a fault lies in its term");
            end = span.end;
        }
    }
    if let Ok(record) = Record::parse(text) {
        let printed = record.to_string();
        let again = Record::parse(printed.as_bytes());
        let kinds = |record: Record| record.terms.into_iter().map(|term| term.kind).collect::<Vec<_>>();
        assert_eq!(again.map(kinds), Ok(kinds(record)), "what is printed reads back to the same terms");
    }
    let mirror = Mirror::new(text);
    let Ok(domain) = Name::from_labels(["a", "example"]) else { return };
    let Step::Done(tree) = survey(&domain, &mirror) else { panic!("a survey ends when all is answered") };
    exercise_tree(&tree);
    for ip in [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let check = CheckHost::mail_from(ip, "l@a.example", "h.example");
        let Step::Done(trace) = check_host(&check, &mirror) else { panic!("an evaluation ends when all is answered") };
        assert!(trace.lookups <= MAX_LOOKUPS + 1 && trace.voids <= MAX_VOIDS + 1, "the limits hold");
        assert!(trace.explanation.is_none() || trace.result == SpfResult::Fail, "only a fail is explained");
        assert_eq!(trace.result == SpfResult::None, !is_spf(text), "a record gives a result");
    }
}

/// The invariants of a tree.
fn exercise_tree(tree: &Tree) {
    let terms = || tree.nodes.iter().flat_map(|node| &node.terms);
    let asked = tree.nodes.iter().map(|node| &node.asked).chain(terms().flat_map(|term| &term.questions));
    let questions: BTreeSet<_> = asked.map(|asked| &asked.question).collect();
    assert!(questions.len() <= MAX_QUESTIONS, "questions are bounded");
    assert!(tree.nodes.len() <= MAX_RECORDS && terms().count() <= MAX_TERMS, "the tree is bounded");
    let numbered = terms().filter(|term| term.lookup.is_some());
    assert_eq!(numbered.count(), tree.lookups, "every lookup has a number");
    let allowed = tree.allowed();
    assert!(passing_ipv4(&allowed) <= 1 << 32, "addresses are counted once");
    for overlap in overlaps(&allowed) {
        let range = |number: usize| allowed.get(number).map(|allowed| allowed.range);
        assert!(range(overlap.outer).zip(range(overlap.inner)).is_some_and(|(o, i)| o.contains(&i)), "it overlaps");
    }
    let _ = (tree.duplicates(), tree.repeated());
}

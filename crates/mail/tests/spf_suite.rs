//! The public test suite for RFC 7208: every test of every scenario, from answers that all are there, and from answers
//! that arrive as they are asked for.

use ptrust_mail::spf::{CheckHost, Explanation, SpfResult, Trace, check_host};
use ptrust_mail::{Answers, Step};
use ptrust_names::{Absence, AbsenceKind, Cause, CharString, Data, Name, Observed, Question, RecordType, Records};
use saphyr::{LoadableYamlNode, Yaml};
use std::collections::BTreeMap;

/// The suite; its source and license stand beside it.
const SUITE: &str = include_str!("vectors/rfc7208-tests.yml");
/// Tests in the suite.
const TESTS: usize = 203;
/// Rounds of asking that an evaluation may take: a chain of ten records, each with exchangers, and an explanation.
const MAX_ROUNDS: usize = 24;

/// The zones of a scenario, closed: what is not in them does not exist.
struct Zones(BTreeMap<Question, Observed<Records>>);

impl Answers for Zones {
    fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        Some(self.0.answer(question).unwrap_or(Observed::Absent(absent(AbsenceKind::NxDomain))))
    }
}

/// An absence without its SOA.
fn absent(kind: AbsenceKind) -> Absence {
    Absence { kind, soa: None }
}

/// Octets of a string: the suite writes `\xEF` for the octet.
fn octets(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("the suite holds octets")).collect()
}

/// A name, whose labels may hold any octets.
fn name(text: &str) -> Name {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() { Name::root() } else { Name::from_labels(text.split('.')).expect("a name") }
}

/// A scalar as text.
fn text<'y>(value: &'y Yaml<'_>) -> &'y str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is text"))
}

/// The fields of a mapping.
fn fields<'y>(value: &'y Yaml<'y>) -> Vec<(&'y str, &'y Yaml<'y>)> {
    let mapping = value.as_mapping().expect("a mapping");
    mapping.iter().map(|(key, value)| (text(key), value)).collect()
}

/// A field of a mapping.
fn field<'y>(value: &'y Yaml<'y>, name: &str) -> Option<&'y Yaml<'y>> {
    fields(value).into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// One text, or each of several.
fn one_or_more<'y>(value: &'y Yaml<'y>) -> Vec<&'y str> {
    value.as_sequence().map_or_else(|| vec![text(value)], |list| list.iter().map(text).collect())
}

/// The data of a TXT record: one string, or each of several.
fn txt(value: &Yaml<'_>) -> Data {
    Data::Txt(one_or_more(value).into_iter().map(|string| CharString(octets(string))).collect())
}

/// What the suite says of one name.
#[derive(Default)]
struct Node {
    records: Vec<Data>,
    timeout: bool,
}

/// Reads the entries of a name. SPF records stand for TXT records too, unless the name has some of its own.
fn node(entries: &Yaml<'_>) -> Node {
    let mut node = Node::default();
    let (mut copies, mut own_texts) = (Vec::new(), false);
    for entry in entries.as_sequence().expect("a list") {
        if entry.as_str() == Some("TIMEOUT") {
            node.timeout = true;
            continue;
        }
        for (rtype, value) in fields(entry) {
            match rtype {
                "A" => node.records.push(Data::A(text(value).parse().expect("an address"))),
                "AAAA" => node.records.push(Data::Aaaa(text(value).parse().expect("an address"))),
                "CNAME" => node.records.push(Data::Cname(name(text(value)))),
                "MX" => {
                    let [preference, host] = value.as_sequence().expect("a list").as_slice() else { panic!("an MX") };
                    let preference = preference.as_integer().and_then(|number| number.try_into().ok());
                    node.records.push(Data::Mx(preference.expect("a preference"), name(text(host))));
                }
                "PTR" => node.records.push(Data::Ptr(name(text(value)))),
                "SPF" => copies.push(txt(value)),
                "TXT" => {
                    own_texts = true;
                    if value.as_str() != Some("NONE") {
                        node.records.push(txt(value));
                    }
                }
                other => panic!("{other}"),
            }
        }
    }
    if !own_texts {
        node.records.append(&mut copies);
    }
    node
}

/// The answer to a question, with aliases followed.
fn resolve(nodes: &BTreeMap<Name, Node>, question: &Question) -> Observed<Records> {
    let mut owner = question.name.clone();
    for _ in 0..nodes.len() {
        let Some(node) = nodes.get(&owner) else { return Observed::Absent(absent(AbsenceKind::NxDomain)) };
        let of_type = |rtype| node.records.iter().filter(move |data| data.rtype() == rtype);
        let set: Vec<_> = of_type(question.rtype)
            .map(|data| ptrust_names::Record { owner: owner.clone(), ttl: 300, data: data.clone() })
            .collect();
        match of_type(RecordType::CNAME).next() {
            _ if !set.is_empty() => return Observed::Present(Records { aliases: Vec::new(), set }),
            Some(Data::Cname(target)) => owner = target.clone(),
            _ if node.timeout => return Observed::Unknown(Cause::Timeout),
            _ => return Observed::Absent(absent(AbsenceKind::NoData)),
        }
    }
    Observed::Unknown(Cause::AliasLoop)
}

/// The zones of a scenario.
fn zones(scenario: &Yaml<'_>) -> Zones {
    let data = fields(field(scenario, "zonedata").expect("zones"));
    let nodes: BTreeMap<Name, Node> = data.into_iter().map(|(owner, entries)| (name(owner), node(entries))).collect();
    let types = [RecordType::A, RecordType::AAAA, RecordType::MX, RecordType::PTR, RecordType::TXT];
    let questions = nodes.keys().flat_map(|owner| types.map(|rtype| Question::new(owner.clone(), rtype)));
    Zones(questions.map(|question| (question.clone(), resolve(&nodes, &question))).collect())
}

/// Evaluates with answers that arrive round by round.
fn in_rounds(check: &CheckHost, zones: &Zones) -> Trace {
    let mut known: BTreeMap<Question, Observed<Records>> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        let step = check_host(check, &known);
        let asked: Vec<Question> = step.questions().cloned().collect();
        match step {
            Step::Done(trace) => return trace,
            Step::Ask { now, soon } => {
                assert!(!now.is_empty(), "an evaluation that waits says for what");
                assert!(now.is_disjoint(&soon));
            }
        }
        for question in asked {
            let answer = zones.answer(&question).expect("an answer").map(Clone::clone);
            assert!(known.insert(question, answer).is_none(), "asked once");
        }
    }
    panic!("too many rounds");
}

/// Whether an explanation is the one expected. The nibbles of `%{i}` are lower-case here, as in the examples of RFC 7208
/// section 7.4, and upper-case in the suite; names are compared without case.
fn explains(trace: &Trace, expected: &str) -> bool {
    match (&trace.explanation, expected) {
        (Some(Explanation::Text(text)), _) => {
            text == expected || (text.contains("ip6") && text.eq_ignore_ascii_case(expected))
        }
        (_, expected) => expected == "DEFAULT",
    }
}

#[test]
fn every_test_passes() {
    let documents = Yaml::load_from_str(SUITE).expect("YAML");
    let (mut count, mut failures) = (0, Vec::new());
    for scenario in &documents {
        let zones = zones(scenario);
        for (id, test) in fields(field(scenario, "tests").expect("tests")) {
            count += 1;
            let get = |key| text(field(test, key).unwrap_or_else(|| panic!("{id} has {key}")));
            let ip = get("host").parse().expect("an address");
            let check = CheckHost::mail_from(ip, get("mailfrom"), get("helo"));
            let Step::Done(trace) = check_host(&check, &zones) else { panic!("{id} asks though all is known") };
            assert_eq!(trace, in_rounds(&check, &zones), "{id}: the way the answers come makes no difference");
            let results = one_or_more(field(test, "result").expect("a result"));
            let explained = field(test, "explanation").is_none_or(|expected| explains(&trace, text(expected)));
            if !results.contains(&trace.result.to_string().as_str()) || !explained {
                failures.push(format!("{id}: {results:?}, got {}: {trace:?}", trace.result));
            }
            let limited = trace.lookups <= 11 && trace.voids <= 3;
            assert!(limited && (trace.result == SpfResult::Fail || trace.explanation.is_none()), "{id}");
        }
    }
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(count, TESTS);
}

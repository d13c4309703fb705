//! Tests of SPF, by topic; the public suite is `tests/spf_suite.rs`.

mod build;
mod check;
mod parse;
mod survey;

use ptrust_names::{
    Absence, AbsenceKind, Cause, CharString, Data, Name, Observed, Question, Record, RecordType, Records,
};
use std::collections::BTreeMap;

/// Answers that have all arrived.
type World = BTreeMap<Question, Observed<Records>>;

/// A name.
fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// A question.
fn question(owner: &str, rtype: RecordType) -> Question {
    Question::new(name(owner), rtype)
}

/// A TXT record of one string.
fn txt(text: &str) -> Data {
    Data::Txt(vec![CharString::from(text)])
}

/// An A record.
fn a(text: &str) -> Data {
    Data::A(text.parse().expect("an address"))
}

/// An MX record.
fn mx(preference: u16, host: &str) -> Data {
    Data::Mx(preference, name(host))
}

/// A world of records; what is asked for besides is answered with NXDOMAIN by [`closed`].
fn world(records: &[(&str, Data)]) -> World {
    let mut world = World::new();
    for (owner, data) in records {
        let record = Record { owner: name(owner), ttl: 300, data: data.clone() };
        let entry = world.entry(question(owner, data.rtype()));
        match entry.or_insert_with(|| Observed::Present(Records::default())) {
            Observed::Present(records) => records.set.push(record),
            _ => panic!("only records are added"),
        }
    }
    world
}

/// The answer of a world in which everything else does not exist.
fn closed(world: &World, question: &Question) -> Observed<Records> {
    world.get(question).cloned().unwrap_or(Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa: None }))
}

/// An answer that nobody could give.
fn unknown(world: &mut World, owner: &str, rtype: RecordType) {
    world.insert(question(owner, rtype), Observed::Unknown(Cause::ServFail));
}

/// Runs an evaluation to its end in a closed world: the result, the rounds of asking and every question asked.
fn run<T>(world: &World, step: impl Fn(&World) -> crate::Step<T>) -> (T, usize, Vec<Question>) {
    let (mut known, mut asked) = (World::new(), Vec::new());
    for round in 0..40 {
        let step = step(&known);
        let questions: Vec<_> = step.questions().cloned().collect();
        if let Some(done) = step.done() {
            return (done, round, asked);
        }
        assert!(!questions.is_empty(), "what waits says for what");
        for question in questions {
            assert!(known.insert(question.clone(), closed(world, &question)).is_none(), "asked once");
            asked.push(question);
        }
    }
    panic!("too many rounds");
}

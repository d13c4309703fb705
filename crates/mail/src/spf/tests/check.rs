//! Evaluations beyond the public suite: traces, order of questions, limits.

use super::{World, a, closed, mx, name, question, run, txt, unknown, world};
use crate::spf::{
    CheckHost, Explanation, Outcome, Reason, Selection, SpfErrorKind, SpfResult, Trace, check_host, spf_texts,
};
use crate::{Answers, Step};
use ptrust_names::{CharString, Data, RecordType};

/// The trace of a check, and the rounds it took.
fn check(world: &World, ip: &str, mail_from: &str) -> (Trace, usize) {
    let check = CheckHost::mail_from(ip.parse().expect("an address"), mail_from, "helo.example.org");
    let (trace, rounds, _) = run(world, |known| check_host(&check, known));
    (trace, rounds)
}

#[test]
fn the_trace_tells_everything() {
    let world = world(&[
        ("example.com", txt("v=spf1 a ip4:198.51.100.0/24 include:_spf.example.net mx -all exp=why.example.com")),
        ("example.com", Data::Txt(vec![CharString::from("something else")])),
        ("example.com", mx(10, "mx.example.com")),
        ("mx.example.com", a("192.0.2.25")),
        ("_spf.example.net", txt("v=spf1 ip4:203.0.113.0/24 ~all")),
        ("why.example.com", txt("%{i} is not one of ours")),
    ]);
    let (trace, rounds) = check(&world, "192.0.2.99", "user@example.com");
    assert_eq!((trace.result, trace.lookups, trace.voids), (SpfResult::Fail, 3, 1));
    assert_eq!(trace.explanation, Some(Explanation::Text("192.0.2.99 is not one of ours".into())));
    // The texts, then everything they name, then the exchanger's address, then the explanation.
    assert_eq!(rounds, 4);
    let record = trace.record.expect("a record");
    let text = record.text.expect("a text");
    let outcomes: Vec<_> = record.terms.iter().map(|term| (term.outcome, term.lookup, term.void)).collect();
    assert_eq!(
        outcomes,
        [
            (Outcome::NoMatch, Some(1), true),
            (Outcome::NoMatch, None, false),
            (Outcome::NoMatch, Some(2), false),
            (Outcome::NoMatch, Some(3), false),
            (Outcome::Match, None, false),
            (Outcome::Followed, None, false),
        ]
    );
    let Reason::Matched(at) = trace.reason else { panic!("a term matched") };
    assert_eq!((at.domain, at.span.of(&text.0)), (name("example.com"), &b"-all"[..]));
    let nested = record.terms[2].nested.as_ref().expect("a record");
    assert_eq!((nested.result, nested.terms[0].ranges.len()), (SpfResult::SoftFail, 1));
    assert_eq!(record.terms[3].ranges, ["192.0.2.25/32".parse().expect("a block")]);
    assert_eq!(record.terms[3].questions.len(), 2);
}

#[test]
fn time_is_the_depth_of_the_tree() {
    let mut records = vec![(
        "example.com",
        txt("v=spf1 include:a.example include:b.example include:c.example a:d.example mx:e.example -all"),
    )];
    for owner in ["a.example", "b.example", "c.example"] {
        records.push((owner, txt("v=spf1 a:h.example ~all")));
    }
    records.extend([("h.example", a("192.0.2.1")), ("d.example", a("192.0.2.1")), ("e.example", mx(1, "h.example"))]);
    let (trace, rounds) = check(&world(&records), "192.0.2.2", "x@example.com");
    assert_eq!((trace.result, trace.lookups, rounds), (SpfResult::Fail, 8, 3));
}

#[test]
fn now_is_what_evaluation_stands_at() {
    let answers = world(&[("example.com", txt("v=spf1 include:a.example include:b.example exists:%{p}.x.example"))]);
    let check = CheckHost::mail_from("192.0.2.1".parse().expect("an address"), "x@example.com", "h.example");
    let Step::Ask { now, soon } = check_host(&check, &answers) else { panic!("answers are missing") };
    assert_eq!(now.into_iter().collect::<Vec<_>>(), [question("a.example", RecordType::TXT)]);
    let expected = [question("b.example", RecordType::TXT), question("1.2.0.192.in-addr.arpa", RecordType::PTR)];
    assert_eq!(soon, expected.into_iter().collect());
}

#[test]
fn what_surely_matches_ends_looking_ahead() {
    let answers = world(&[("example.com", txt("v=spf1 a include:a.example ip4:192.0.2.0/24 include:b.example"))]);
    let check = CheckHost::mail_from("192.0.2.1".parse().expect("an address"), "x@example.com", "h.example");
    let step = check_host(&check, &answers);
    let asked: Vec<_> = step.questions().map(ToString::to_string).collect();
    assert_eq!(asked, ["example.com A", "a.example TXT"]);
}

#[test]
fn strings_are_joined_and_records_counted() {
    let split = Data::Txt(vec![CharString::from("v=spf1 ip4:192.0."), CharString::from("2.1 -all")]);
    let (trace, _) = check(&world(&[("example.com", split)]), "192.0.2.1", "x@example.com");
    assert_eq!(trace.result, SpfResult::Pass);

    let several = world(&[("example.com", txt("v=spf1 +all")), ("example.com", txt("V=SPF1 -all"))]);
    let (trace, _) = check(&several, "192.0.2.1", "x@example.com");
    assert_eq!(trace.result, SpfResult::PermError);
    assert_eq!(trace.reason, Reason::SeveralRecords { domain: name("example.com"), count: 2 });

    let (trace, _) = check(&world(&[("example.com", txt(" v=spf1 -all"))]), "192.0.2.1", "x@example.com");
    assert_eq!((trace.result, trace.reason), (SpfResult::None, Reason::NoRecord));
    let record = trace.record.expect("a look at the texts");
    assert_eq!((record.selection, record.lookalikes.len()), (Selection::Missing(None), 1));

    let (trace, _) = check(&world(&[("example.com", txt("v=spf1"))]), "192.0.2.1", "x@example.com");
    assert_eq!((trace.result, trace.reason), (SpfResult::Neutral, Reason::Default));
}

#[test]
fn octets_outside_ascii_are_faults() {
    let record = Data::Txt(vec![CharString(b"v=spf1 a:\xc3\xa9.example -all".to_vec())]);
    let (trace, _) = check(&world(&[("example.com", record)]), "192.0.2.1", "x@example.com");
    let Reason::Syntax { error, .. } = trace.reason else { panic!("a fault") };
    assert_eq!((trace.result, error.at, error.kind), (SpfResult::PermError, 9, SpfErrorKind::NonAscii));
    let record = trace.record.expect("a record");
    assert_eq!(record.terms[0].text.to_string(), "a:\\195\\169.example");
    assert_eq!((record.terms[0].outcome, record.terms[1].outcome), (Outcome::Error, Outcome::NotEvaluated));
}

#[test]
fn mapped_addresses_are_ipv4() {
    let records = world(&[("example.com", txt("v=spf1 ip4:192.0.2.1 ip6:::/0 -all"))]);
    let (trace, _) = check(&records, "::ffff:192.0.2.1", "x@example.com");
    let Reason::Matched(at) = trace.reason else { panic!("a term matched") };
    assert_eq!((trace.result, at.span.start), (SpfResult::Pass, 7));
    let (trace, _) = check(&records, "::ffff:192.0.2.2", "x@example.com");
    assert_eq!(trace.result, SpfResult::Fail);
}

#[test]
fn limits_are_errors_with_a_place() {
    let eleven = format!("v=spf1 {} -all", ["a"; 11].join(" "));
    let (trace, _) =
        check(&world(&[("example.com", txt(&eleven)), ("example.com", a("192.0.2.9"))]), "192.0.2.1", "x@example.com");
    let Reason::LookupLimit(at) = trace.reason else { panic!("too many lookups") };
    assert_eq!((trace.result, trace.lookups, at.span.start), (SpfResult::PermError, 11, 27));

    let three = world(&[("example.com", txt("v=spf1 a:a.example mx:b.example exists:c.example -all"))]);
    let (trace, _) = check(&three, "192.0.2.1", "x@example.com");
    let Reason::VoidLimit(at) = trace.reason else { panic!("too many void lookups") };
    assert_eq!((trace.result, trace.voids, at.span.start), (SpfResult::PermError, 3, 32));

    let mut records = vec![("example.com", txt("v=spf1 mx -all"))];
    records.extend((0..11).map(|preference| ("example.com", mx(preference, "mx.example.com"))));
    let (trace, _) = check(&world(&records), "192.0.2.1", "x@example.com");
    assert!(matches!(trace.reason, Reason::MxLimit(_)) && trace.result == SpfResult::PermError);
}

#[test]
fn silence_is_an_error_for_now() {
    let mut records = world(&[("example.com", txt("v=spf1 include:a.example +all"))]);
    unknown(&mut records, "a.example", RecordType::TXT);
    let (trace, _) = check(&records, "192.0.2.1", "x@example.com");
    let Reason::DnsFailure { at, question: asked, .. } = trace.reason else { panic!("a failure") };
    assert_eq!((trace.result, asked), (SpfResult::TempError, question("a.example", RecordType::TXT)));
    assert_eq!(at.expect("a term").span.start, 7);

    unknown(&mut records, "example.com", RecordType::TXT);
    assert_eq!(check(&records, "192.0.2.1", "x@example.com").0.result, SpfResult::TempError);
}

#[test]
fn a_match_before_a_silent_exchanger_counts() {
    let mut records = world(&[
        ("example.com", txt("v=spf1 mx -all")),
        ("example.com", mx(20, "silent.example.com")),
        ("example.com", mx(10, "mx.example.com")),
        ("mx.example.com", a("192.0.2.25")),
    ]);
    unknown(&mut records, "silent.example.com", RecordType::A);
    assert_eq!(check(&records, "192.0.2.25", "x@example.com").0.result, SpfResult::Pass);
    assert_eq!(check(&records, "192.0.2.26", "x@example.com").0.result, SpfResult::TempError);
}

#[test]
fn domains_that_are_none_give_no_result() {
    for mail_from in ["x@localhost", "x@[192.0.2.1]", "x@a..example", "x@", "x@."] {
        let (trace, rounds) = check(&World::new(), "192.0.2.1", mail_from);
        assert_eq!((trace.result, trace.reason, rounds), (SpfResult::None, Reason::MalformedDomain, 0), "{mail_from}");
    }
    let (trace, _) = check(&World::new(), "192.0.2.1", "");
    assert_eq!(trace.record.expect("a look").domain, name("helo.example.org"));
}

#[test]
fn explanations_are_safe_to_show() {
    let fail = ("example.com", txt("v=spf1 -all exp=why.example.com"));
    let sender = "a\u{1b}[31m\u{202e}@example.com";
    let (trace, _) = check(&world(&[fail.clone(), ("why.example.com", txt("no, %{l}"))]), "192.0.2.1", sender);
    assert_eq!(trace.explanation, Some(Explanation::Text("no, a\\027[31m\\226\\128\\174".into())));
    let (trace, _) = check(&world(&[fail.clone(), ("why.example.com", txt("50% off"))]), "192.0.2.1", sender);
    assert!(matches!(trace.explanation, Some(Explanation::Faulty(error)) if error.at == 2));
    let (trace, _) = check(&world(&[fail]), "192.0.2.1", sender);
    assert_eq!((trace.voids, trace.explanation), (0, Some(Explanation::Ignored)));
}

#[test]
fn traces_are_stored() {
    let records = world(&[
        ("example.com", txt("v=spf1 a include:b.example redirect=c.example")),
        ("b.example", txt("v=spf1 ?all")),
    ]);
    let (trace, _) = check(&records, "192.0.2.1", "x@example.com");
    assert_eq!(trace.result, SpfResult::PermError);
    let json = serde_json::to_string(&trace).expect("serializes");
    assert_eq!(serde_json::from_str::<Trace>(&json).expect("reads back"), trace);
}

#[test]
fn bombs_end() {
    // Ten includes at every level, under names made up as they are followed.
    let terms: Vec<_> = (0..10).map(|n| format!("include:{n}.%{{d}}")).collect();
    let bomb = txt(&format!("v=spf1 {} -all", terms.join(" ")));
    let check = CheckHost::mail_from("192.0.2.1".parse().expect("an address"), "x@example.com", "h.example");
    let (mut known, mut asked) = (World::new(), 0);
    let trace = loop {
        let step = check_host(&check, &known);
        let questions: Vec<_> = step.questions().cloned().collect();
        if let Some(trace) = step.done() {
            break trace;
        }
        asked += questions.len();
        assert!(asked <= 101, "every round asks no more than ten terms");
        for question in questions {
            let answer = world(&[(question.name.to_string().as_str(), bomb.clone())]);
            known.insert(question.clone(), closed(&answer, &question));
        }
    };
    assert!(matches!(trace.reason, Reason::LookupLimit(_)), "{:?}", trace.reason);
    assert!(known.answer(&question("example.com", RecordType::TXT)).is_some());
}

#[test]
fn servers_are_compared_by_their_records_alone() {
    let texts = |records: &[(&str, Data)]| {
        let world = world(records);
        let answer = world.answer(&question("example.com", RecordType::TXT)).expect("an answer");
        spf_texts(answer.present().expect("records"))
    };
    let one = texts(&[("example.com", txt("v=spf1 -all")), ("example.com", txt("one"))]);
    let two = texts(&[("example.com", txt("two")), ("example.com", txt("v=spf1 -all"))]);
    let three = texts(&[("example.com", txt("v=spf1 ~all"))]);
    assert_eq!(one, two);
    assert!(one != three && one.len() == 1);
}

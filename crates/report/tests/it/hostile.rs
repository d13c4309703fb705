//! Text from the network never reaches a terminal raw, and never breaks a page or a document.

use crate::situations as s;
use crate::{judged, rendered};
use proptest::prelude::*;
use ptrust_checks::Settings;
use ptrust_facts::{AnyFact, Class, Fact, Facts, Key, LameReason, Owner};
use ptrust_names::{Data, Name, Observed, Record};
use ptrust_report::{Format, Options, Report};

/// Facts in which every text that comes from outside is the given one, and the PTR name is made of the bytes.
fn facts(label: &[u8], text: &str) -> Facts {
    let mut facts = s::mismatch();
    let question = facts.ptr_question();
    let label = label.get(..label.len().min(63)).unwrap_or_default();
    let ptr = Name::from_labels([label, b"example", b"com"]).expect("a short name");
    let answer = s::set(vec![Record { owner: question.name.clone(), ttl: 60, data: Data::Ptr(ptr) }]);
    let mut walk = facts.walk(&question).present().copied().expect("a walk").clone();
    walk.answer = answer.clone();
    walk.alias_conflict = Vec::new();
    let servers = &mut walk.cuts[3].servers;
    servers[0].answer = Some(answer.clone());
    servers[1].class = Class::Lame(LameReason::Refused);
    servers[1].said = text.into();
    s::add_walk(&mut facts, walk);
    s::add_resolver(&mut facts, question, answer);
    facts.target.helo = Some(text.into());
    s::add_smtp(&mut facts, text);
    let owner = Owner { holder: Some(text.into()), block_name: Some(text.into()), ..Owner::default() };
    let key = Key::Owner(facts.target.address);
    facts.insert(key, AnyFact::Owner(Fact { observed: Observed::Present(owner), sources: Vec::new() }));
    facts
}

/// A report whose finding, too, is made of the text.
fn reports(label: &[u8], text: &str) -> Vec<Report> {
    let facts = facts(label, text);
    let mut failure = judged::mismatch_failure();
    failure.explanation = text.into();
    failure.subject = text.into();
    failure.evidence = vec![judged::evidence(text, text, text)];
    failure.remedy.steps = vec![text.into(), text.into()];
    failure.remedy.records = vec![text.into()];
    let by_hand = Report::from_judged(&facts, vec![judged::failed(&judged::MISMATCH, failure)]);
    vec![by_hand, Report::build(&facts, &Settings::default())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn hostile_text_stays_text(label in prop::collection::vec(any::<u8>(), 1..64), text in any::<String>(), width in 60usize..=120) {
        let reports = reports(&label, &text);
        for format in [Format::Text, Format::Github, Format::Nagios] {
            let out = rendered(format, &reports, &Options { width, ..Options::default() });
            prop_assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{format}: {out:?}");
        }
        let out = rendered(Format::Text, &reports, &Options { width, ..Options::default() });
        for line in out.lines() {
            prop_assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{line:?}");
        }
        let github = rendered(Format::Github, &reports[..1], &Options::default());
        prop_assert_eq!(github.lines().count(), 1);
        let nagios = rendered(Format::Nagios, &reports[..1], &Options::default());
        prop_assert_eq!((nagios.lines().count(), nagios.matches('|').count()), (1, 1));
        let junit = rendered(Format::Junit, &reports, &Options::default());
        prop_assert!(quick_junit::Report::deserialize_from_str(&junit).is_ok());
    }
}

#[test]
fn escape_sequences_and_direction_marks_are_shown() {
    let text = rendered(Format::Text, &reports(b"\x1b[31m<b>", "\x1b]0;title\x07\u{202e}"), &Options::default());
    assert!(text.contains("\\027[31m\\060b\\062.example.com"), "{text}");
    assert!(text.contains("\\027]0;title\\007"), "{text}");
}

//! The text output: what it looks like, and the laws that hold for every page.

use crate::situations as s;
use crate::{judged, rendered};
use ptrust_checks::Settings;
use ptrust_names::{Data, Question, RecordType};
use ptrust_report::{Format, Options, Report, Verdict, text};

/// Text at 80 columns without color.
fn plain(reports: &[Report]) -> String {
    rendered(Format::Text, reports, &Options::default())
}

#[test]
fn a_sound_address_is_short() {
    insta::assert_snapshot!("good", plain(&[judged::good()]));
}

#[test]
fn a_mismatch() {
    insta::assert_snapshot!("mismatch", plain(&[judged::mismatch()]));
}

#[test]
fn a_missing_delegation() {
    insta::assert_snapshot!("missing-delegation", plain(&[judged::missing_delegation()]));
}

#[test]
fn a_lame_zone() {
    insta::assert_snapshot!("lame", plain(&[judged::lame()]));
}

#[test]
fn a_missing_ptr_of_an_ipv6_address() {
    insta::assert_snapshot!("ptr-missing-v6", plain(&[judged::ptr_missing(&s::ptr_missing_v6())]));
}

#[test]
fn a_private_address() {
    insta::assert_snapshot!("special-use", plain(&[judged::special_use()]));
}

#[test]
fn silence() {
    insta::assert_snapshot!("silence", plain(&[judged::silence()]));
}

#[test]
fn a_classless_delegation() {
    insta::assert_snapshot!("classless", plain(&[judged::classless()]));
}

#[test]
fn several_addresses_start_with_a_table() {
    let all = plain(&[judged::good(), judged::mismatch(), judged::special_use(), judged::silence()]);
    let (table, details) = all.split_once("\n\n203.0.113.25   FAIL").expect("details of what does not pass");
    insta::assert_snapshot!("table", table);
    assert!(!details.contains("PASS"), "what passes has no details");
}

#[test]
fn walks_lookups_and_owners_have_pages_of_their_own() {
    let facts = s::classless();
    let question = facts.ptr_question();
    let walk = facts.walk(&question).present().copied().expect("a walk").clone();
    let owner = facts.owner().map(Clone::clone);
    let mut out = Vec::new();
    let options = Options::default();
    text::walk(&walk, &mut out, &options).expect("memory");
    out.extend_from_slice(b"----\n");
    text::lookup(&question, Some(&walk), facts.resolver(&question), &mut out, &options).expect("memory");
    out.extend_from_slice(b"----\n");
    text::owner(facts.target.address, &owner, None, &mut out, &options).expect("memory");
    out.extend_from_slice(b"----\n");
    let nothing = Question::new(s::name("nothing.example"), RecordType::A);
    text::lookup(&nothing, None, None, &mut out, &options).expect("memory");
    insta::assert_snapshot!("pages", String::from_utf8(out).expect("UTF-8"));
}

/// The reports of every situation, judged by hand and by the catalogue, alone and together.
fn pages() -> Vec<Vec<Report>> {
    let by_catalogue = s::all().into_iter().map(|(_, facts)| Report::build(&facts, &Settings::default()));
    let mut pages: Vec<Vec<Report>> = judged::all().into_iter().chain(by_catalogue).map(|one| vec![one]).collect();
    pages.push(judged::all());
    pages
}

#[test]
fn no_line_exceeds_the_width() {
    for reports in pages() {
        for width in [60, 80, 100, 120] {
            let text = rendered(Format::Text, &reports, &Options { width, ..Options::default() });
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width} columns: {line:?}");
                assert_eq!(line.trim_end(), line, "no spaces at the end");
            }
        }
    }
}

#[test]
fn color_only_adds() {
    for reports in pages() {
        let color = rendered(Format::Text, &reports, &Options { color: true, ..Options::default() });
        assert_ne!(color, plain(&reports));
        assert_eq!(strip(&color), plain(&reports));
    }
}

/// Text without SGR sequences.
fn strip(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').expect("an SGR sequence ends in m").1)
}

#[test]
fn sound_addresses_stay_within_twenty_lines() {
    let mut report = judged::good();
    assert_eq!(report.verdict, Verdict::Pass);
    let notice = report.findings[0].clone();
    report.findings.extend(std::iter::repeat_n(notice, 9));
    assert!(plain(&[report]).lines().count() <= 20);
}

#[test]
fn many_addresses_show_only_what_does_not_pass() {
    let reports: Vec<_> = std::iter::repeat_with(judged::good).take(99).chain([judged::mismatch()]).collect();
    let text = plain(&reports);
    assert!(text.starts_with("99 of 100 confirmed   1 fail, 99 pass\n"), "{text}");
    assert!(text.contains("99 more not listed"));
    assert!(!text.contains("PASS"));
}

#[test]
fn what_limits_the_view_is_said_once() {
    let mut facts = s::mismatch();
    facts.observations_mut().run.walk = ptrust_facts::WalkState::Intercepted;
    facts.observations_mut().run.ipv6 = ptrust_facts::Family::Unavailable;
    let report = Report::build(&facts, &Settings::default());
    for reports in [vec![report.clone()], vec![report.clone(), report]] {
        let text = plain(&reports).replace("\n  ", " ");
        assert_eq!(text.matches("port 53 is intercepted here").count(), 1, "{text}");
        assert_eq!(text.matches("IPv6 does not work here").count(), 1, "{text}");
        assert!(!text.contains("├─"), "no tree without a walk");
    }
}

#[test]
fn what_was_assumed_stands_at_the_top() {
    let mut facts = s::good();
    facts.observations_mut().run.assumed = vec![s::record("mail.example.com", 300, Data::A([203, 0, 113, 25].into()))];
    let text = plain(&[Report::build(&facts, &Settings::default())]);
    assert_eq!(text.lines().nth(2), Some("  Assumed         mail.example.com. 300 IN A 203.0.113.25"));
}

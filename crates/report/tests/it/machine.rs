//! Formats for machines, and exit codes.

use crate::situations as s;
use crate::{judged, rendered};
use ptrust_checks::{Judgement, Severity};
use ptrust_names::Cause;
use ptrust_report::{Format, Options, Report, Verdict, exit_code};
use serde_json::Value;

/// A report with one judgement.
fn with(check: &'static ptrust_checks::Check, judgement: Judgement) -> Report {
    Report::from_judged(&s::good(), vec![judged::other(check, judgement)])
}

#[test]
fn exit_codes() {
    use Severity::{Error, Notice, Warning};
    let (pass, fail, unknown, warn) = (judged::good, judged::mismatch, judged::silence, judged::classless);
    let clean = || with(&judged::MISMATCH, Judgement::Pass);
    let code = |reports: &[Report], fail_on| exit_code(reports, fail_on, Format::Text);
    assert_eq!(code(&[], Error), 0);
    assert_eq!(code(&[clean()], Notice), 0);
    assert_eq!(code(&[pass()], Error), 0);
    assert_eq!(code(&[pass()], Notice), 1, "a notice at the threshold");
    assert_eq!(code(&[warn()], Error), 0);
    assert_eq!(code(&[warn()], Warning), 1);
    assert_eq!(code(&[fail()], Error), 1);
    assert_eq!(code(&[unknown()], Error), 3);
    assert_eq!(code(&[pass(), unknown(), warn()], Error), 3, "unknown over clean");
    assert_eq!(code(&[unknown(), fail()], Error), 1, "findings over unknown");
    let nagios = |reports: &[Report]| exit_code(reports, Notice, Format::Nagios);
    assert_eq!([nagios(&[pass()]), nagios(&[warn()]), nagios(&[fail()]), nagios(&[unknown()])], [0, 1, 2, 3]);
    assert_eq!(nagios(&[unknown(), fail(), pass()]), 2);
    assert_eq!(nagios(&[warn(), unknown()]), 3);
}

#[test]
fn verdicts() {
    let missing = || Judgement::inconclusive("the PTR", Cause::Timeout);
    assert_eq!(with(&judged::MISMATCH, missing()).verdict, Verdict::Unknown);
    assert_eq!(with(&judged::SINGLE, missing()).verdict, Verdict::Pass, "a notice leaves the verdict alone");
    assert_eq!(with(&judged::MISMATCH, Judgement::Skipped).verdict, Verdict::Pass, "the PTR was seen");
    let blind = Report::from_judged(&s::facts(s::SENDER), vec![judged::other(&judged::MISMATCH, Judgement::Skipped)]);
    assert_eq!(blind.verdict, Verdict::Unknown, "no view of the PTR is left");
    assert_eq!(judged::special_use().verdict, Verdict::Fail);
    assert_eq!(judged::classless().verdict, Verdict::Warn);
}

#[test]
fn findings_stand_by_weight() {
    let severities: Vec<_> = judged::mismatch().findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Notice]);
}

#[test]
fn junit_reads_back() {
    let text = rendered(Format::Junit, &[judged::mismatch(), judged::good()], &Options::default());
    let junit = quick_junit::Report::deserialize_from_str(&text).expect("JUnit XML");
    assert_eq!((junit.tests, junit.failures, junit.errors), (4 + 3, 1, 0));
    let suite = &junit.test_suites[0];
    assert_eq!(suite.name.as_str(), "203.0.113.25");
    let names: Vec<_> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(
        names,
        ["delegation-missing", "delegation-single-nameserver", "delegation-partly-lame", "fcrdns-mismatch"],
        "checks that do not apply are no cases"
    );
    let fail_on = Options { fail_on: Severity::Notice, ..Options::default() };
    let text = rendered(Format::Junit, &[judged::mismatch()], &fail_on);
    let junit = quick_junit::Report::deserialize_from_str(&text).expect("JUnit XML");
    assert_eq!(junit.failures, 2, "notices at the threshold fail");
    assert!(text.contains("undetermined: the addresses of ns3.example.net, no answer"));
}

#[test]
fn sarif_is_well_formed() {
    let text = rendered(Format::Sarif, &[judged::mismatch(), judged::silence()], &Options::default());
    let log: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(result["message"]["text"].is_string());
        let places = result["locations"][0]["logicalLocations"].as_array().expect("places");
        assert_eq!(places[0]["fullyQualifiedName"], "203.0.113.25");
    }
    let mismatch = rules.iter().find(|rule| rule["id"] == "fcrdns-mismatch").expect("the rule");
    assert_eq!(mismatch["fullDescription"]["text"], "The first paragraph.");
    assert!(mismatch["helpUri"].as_str().expect("a URI").ends_with("/checks/src/fcrdns/mismatch.md"));
    let open = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    assert_eq!(open.len(), 1 + 4);
}

#[test]
fn github_has_a_command_per_finding() {
    let text = rendered(Format::Github, &[judged::mismatch(), judged::silence()], &Options::default());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("::error title=fcrdns-mismatch 203.0.113.25::203.0.113.25: The PTR"));
    assert!(lines[1].starts_with("::notice title="));
    assert!(lines[2].starts_with("::warning title=undetermined 203.0.113.25::"));
}

#[test]
fn nagios_has_one_status_line() {
    let options = Options::default();
    assert_eq!(
        rendered(Format::Nagios, &[judged::mismatch()], &options),
        "PTRUST CRITICAL - 203.0.113.25: the PTR name leads to another address | confirmed=0;;;0;1 errors=1;;0 \
         warnings=0 notices=1 undetermined=1\n"
    );
    let several = rendered(Format::Nagios, &[judged::good(), judged::silence()], &options);
    assert_eq!(
        several,
        "PTRUST UNKNOWN - 1 of 2 addresses confirmed | confirmed=1;;;0;2 errors=0;;0 warnings=0 notices=1 \
         undetermined=4\nUNKNOWN - 203.0.113.25: nobody could say what its name is: the limit of queries or time \
         was reached\n"
    );
}

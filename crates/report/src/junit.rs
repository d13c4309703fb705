//! JUnit XML: a suite per target, a case per check that applied.

use crate::{Options, Report};
use ptrust_checks::{Finding, Judged, Judgement, Severity};
use quick_junit::{NonSuccessKind, Property, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use std::io;

/// Writes all reports as one document.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut junit = Junit::new("ptrust");
    junit.add_test_suites(reports.iter().map(|report| suite(report, options.fail_on)));
    junit.serialize(out).map_err(io::Error::other)
}

/// The suite of one target.
fn suite(report: &Report, fail_on: Severity) -> TestSuite {
    let mut suite = TestSuite::new(report.subject.value.clone());
    suite.add_property(Property::new("observed-at", report.observed_at.to_string()));
    suite.add_property(Property::new("verdict", report.verdict.as_str()));
    suite.add_test_cases(report.judged().iter().filter_map(|judged| case(report, judged, fail_on)));
    suite
}

/// The case of one check; none where its question did not arise.
fn case(report: &Report, judged: &Judged, fail_on: Severity) -> Option<TestCase> {
    let finding = report.findings.iter().find(|finding| finding.id == judged.check.id);
    let status = match (&judged.judgement, finding) {
        (Judgement::NotApplicable, _) => return None,
        (Judgement::Fail(_), Some(finding)) if finding.severity >= fail_on => failure(report, finding),
        (Judgement::Pass | Judgement::Fail(_), _) => TestCaseStatus::success(),
        (Judgement::Inconclusive(missing), _) => {
            skipped(format!("undetermined: {}", crate::text::gap(&missing.missing, missing.cause)))
        }
        (Judgement::Skipped, _) => skipped("not possible in this run".into()),
    };
    let mut case = TestCase::new(judged.check.id, status);
    case.set_classname(format!("ptrust.{}", report.subject.value));
    if let Some(finding) = finding {
        // Findings below the threshold pass, and still say what they found.
        case.set_system_out(body(report, finding));
    }
    Some(case)
}

/// A finding at the threshold.
fn failure(report: &Report, finding: &Finding) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(finding.id).set_message(finding.explanation.clone()).set_description(body(report, finding));
    status
}

/// A case without a result.
fn skipped(message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// What was seen, who acts and what to do, as plain lines.
fn body(report: &Report, finding: &Finding) -> String {
    let mut lines = vec![finding.explanation.clone()];
    lines.extend(finding.evidence.iter().map(|one| format!("seen: {} -> {} ({})", one.asked, one.answer, one.server)));
    lines.push(format!("who: {}", crate::text::who(report, finding)));
    lines.extend(finding.remedy.steps.iter().map(|step| format!("do: {step}")));
    lines.extend(finding.remedy.records.iter().map(|record| format!("record: {record}")));
    lines.push(format!("why: {}", finding.authority.reference()));
    lines.iter().map(|line| ptrust_names::escape(line)).collect::<Vec<_>>().join("\n")
}

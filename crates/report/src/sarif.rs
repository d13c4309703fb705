//! SARIF 2.1.0 (OASIS): rules from the catalogue, a result per finding, a notification per check that is undetermined.

use crate::{Options, Report};
use ptrust_checks::{Check, Finding, Judged, Severity};
use serde::Serialize;
use std::io;

/// The schema that SARIF 2.1.0 files name.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where the project lives.
const HOME: &str = "https://github.com/ptrust/ptrust";

/// The document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

/// One run of the tool.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation<'a>; 1],
    results: Vec<SarifResult<'a>>,
}

/// The tool.
#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

/// The tool's description, with its rules.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

/// One check.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

/// Text without markup.
#[derive(Serialize)]
struct Text {
    text: String,
}

/// A page.
#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

/// What a rule weighs.
#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// What SARIF has no field for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    precision: &'static str,
    authority: &'static str,
    who: &'static str,
}

/// How the run went.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

/// A check that could not be judged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    level: &'static str,
    message: Text,
    associated_rule: RuleRef,
    locations: [Location<'a>; 1],
}

/// A rule by its id.
#[derive(Serialize)]
struct RuleRef {
    id: &'static str,
}

/// One finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location<'a>; 1],
    partial_fingerprints: Fingerprint,
}

/// A place that is no file: an address, and the name or zone that the finding is about.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    logical_locations: Vec<Logical<'a>>,
}

/// One logical place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

/// What makes a finding the same one in the next run.
#[derive(Serialize)]
struct Fingerprint {
    #[serde(rename = "ptrust/1")]
    one: String,
}

/// Writes all reports as one run.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let checks = checks(reports);
    let results = reports.iter().flat_map(|report| report.findings.iter().map(move |finding| (report, finding)));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ptrust",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: HOME,
                    rules: checks.iter().map(|check| rule(check)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: reports.iter().flat_map(notifications).collect(),
            }],
            results: results.map(|(report, finding)| result(report, finding, &checks)).collect(),
        }],
    };
    crate::json::value(&log, out, options.pretty)
}

/// The checks that were run for any target, in catalogue order.
fn checks(reports: &[Report]) -> Vec<&'static Check> {
    let mut checks: Vec<&'static Check> = Vec::new();
    for Judged { check, .. } in reports.iter().flat_map(Report::judged) {
        if !checks.iter().any(|known| known.id == check.id) {
            checks.push(check);
        }
    }
    checks
}

/// A check as a rule.
fn rule(check: &Check) -> Rule {
    Rule {
        id: check.id,
        short_description: Text { text: check.title.to_owned() },
        full_description: Text { text: description(check) },
        help: Help { text: check.page, markdown: check.page },
        help_uri: page_url(check.id),
        default_configuration: Configuration { level: level(check.severity) },
        properties: Properties {
            precision: match check.confidence {
                ptrust_checks::Confidence::Proven => "very-high",
                ptrust_checks::Confidence::Heuristic => "medium",
            },
            authority: check.authority.reference(),
            who: check.who.as_str(),
        },
    }
}

/// The first paragraph of the page's first section, "What it checks".
fn description(check: &Check) -> String {
    let body = check.page.split_once("What it checks").map_or("", |(_, rest)| rest);
    let lines = body.lines().skip(1).skip_while(|line| line.trim().is_empty());
    let lines: Vec<_> = lines.take_while(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    if lines.is_empty() { check.title.to_owned() } else { lines.join(" ") }
}

/// Where the page of a check can be read.
fn page_url(id: &str) -> String {
    let two_words = ["mta-sts-", "tls-rpt-"].into_iter().find_map(|family| Some((family, id.strip_prefix(family)?)));
    let (family, slug) = two_words.or_else(|| id.split_once('-')).unwrap_or((id, id));
    let (family, slug) = (family.trim_end_matches('-').replace('-', "_"), slug.replace('-', "_"));
    format!("{HOME}/blob/main/crates/checks/src/{family}/{slug}.md")
}

/// A finding as a result.
fn result<'a>(report: &'a Report, finding: &'a Finding, checks: &[&'static Check]) -> SarifResult<'a> {
    let mut text = finding.explanation.clone();
    if let Some(step) = finding.remedy.steps.first() {
        text.push(' ');
        text.push_str(step);
    }
    for record in finding.remedy.records.iter().take(crate::github::RECORDS) {
        text.push('\n');
        text.push_str(record);
    }
    SarifResult {
        rule_id: finding.id,
        rule_index: checks.iter().position(|check| check.id == finding.id),
        level: level(finding.severity),
        message: Text { text },
        locations: [location(report, Some(&finding.subject))],
        partial_fingerprints: Fingerprint {
            one: format!("{} {} {}", finding.id, report.subject.value, finding.subject),
        },
    }
}

/// What could not be judged for one target.
fn notifications(report: &Report) -> impl Iterator<Item = Notification<'_>> {
    report.coverage.inconclusive.iter().map(|one| Notification {
        level: "warning",
        message: Text { text: format!("undetermined: {}", crate::text::gap(&one.missing, one.cause)) },
        associated_rule: RuleRef { id: one.id },
        locations: [location(report, None)],
    })
}

/// Address, and subject where it is another thing.
fn location<'a>(report: &'a Report, subject: Option<&'a str>) -> Location<'a> {
    let address = report.subject.value.as_str();
    let subject = subject.filter(|subject| *subject != address);
    let places = std::iter::once((address, "address")).chain(subject.map(|subject| (subject, "name")));
    let logical = places.map(|(fully_qualified_name, kind)| Logical { fully_qualified_name, kind });
    Location { logical_locations: logical.collect() }
}

/// The level of a severity.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::page_url;

    #[test]
    fn pages_are_where_checks_are() {
        let path = |id| page_url(id).split_once("src/").map(|(_, path)| path.to_owned());
        assert_eq!(path("fcrdns-mismatch").as_deref(), Some("fcrdns/mismatch.md"));
        assert_eq!(path("mta-sts-policy-unavailable").as_deref(), Some("mta_sts/policy_unavailable.md"));
    }
}

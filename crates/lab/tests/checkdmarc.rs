//! The mail domains of the closed internet as checkdmarc sees them, and as we do: every difference is one that
//! `docs/compared.md` explains.
//!
//! These tests skip, aloud, without root.

use std::collections::BTreeMap;

#[path = "support/auditor.rs"]
mod auditor;
mod support;

use auditor::{audit, auditor};
use ptrust_lab::{DomainCase, checkdmarc, domain_cases};
use serde_json::Value;
use support::{assert_none, complaints, lab};

/// What can be compared, and its answer: a word (`valid`, `invalid`, `unknown`), a number or a list.
type Answers = BTreeMap<&'static str, String>;

/// Domains with which checkdmarc does not end.
const ENDLESS: [&str; 2] = ["endless-example.com", "drip-example.com"];

/// Domains with a mark whose authority is of the closed internet: no program knows its root, and what one says of such a
/// mark depends on the roots that it brings.
const OWN_MARKS: [&str; 3] = ["bimi-expired-example.com", "bimi-changed-example.com", "bimi-chain-example.com"];

/// What checkdmarc says of a domain where it is not what it says of the healthy one.
const THEIRS: &[(&str, &str, &str)] = &[
    ("spf-lookups-example.com", "spf", "invalid"),
    ("spf-lookups-example.com", "spf-lookups", "11"),
    ("spf-two-example.com", "spf", "invalid"),
    ("spf-broken-example.com", "spf", "invalid"),
    ("spf-gone-example.com", "spf", "invalid"),
    ("spf-loop-example.com", "spf", "invalid"),
    ("spf-bomb-example.com", "spf", "invalid"),
    ("spf-bomb-example.com", "spf-lookups", "10"),
    ("dmarc-none-example.com", "dmarc-policy", "none"),
    ("dmarc-two-example.com", "dmarc", "invalid"),
    ("mx-literal-example.com", "mta-sts", "invalid"),
    ("smtp-plain-example.com", "mta-sts", "invalid"),
    ("mta-sts-404-example.com", "mta-sts", "invalid"),
    ("mta-sts-certificate-example.com", "mta-sts", "invalid"),
    ("tls-rpt-example.com", "tls-rpt", "invalid"),
];

/// Domain, what is compared, our answer, theirs: the differences that `docs/compared.md` explains, by its headings.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[
    // RFC 7208 2.6.6 and 5.2.
    ("spf-broken-example.com", "spf", "unknown", "invalid"),
    // Absence is no fault.
    ("mx-literal-example.com", "mta-sts", "valid", "invalid"),
    ("smtp-plain-example.com", "mta-sts", "valid", "invalid"),
    // The SVG profile.
    ("bimi-script-example.com", "bimi", "invalid", "valid"),
];

/// The findings that make one of the compared things invalid.
const INVALID: [(&str, &[&str]); 5] = [
    ("spf", &["spf-missing", "spf-multiple", "spf-syntax", "spf-lookup-limit", "spf-void-limit", "spf-include-broken"]),
    ("dmarc", &["dmarc-missing", "dmarc-multiple", "dmarc-syntax"]),
    ("mta-sts", &["mta-sts-syntax", "mta-sts-policy-unavailable"]),
    ("tls-rpt", &["tls-rpt-syntax"]),
    ("bimi", &["bimi-syntax", "bimi-logo-profile"]),
];

/// A case as complaints name it.
fn name(case: &DomainCase) -> String {
    format!("{} ({})", case.domain, case.what)
}

/// checkdmarc's answers.
fn theirs(report: &Value) -> Answers {
    let mut answers = Answers::new();
    for (aspect, key) in [
        ("spf", "spf"),
        ("dmarc", "dmarc"),
        ("mta-sts", "mta_sts"),
        ("tls-rpt", "smtp_tls_reporting"),
        ("bimi", "bimi"),
    ] {
        let word = if report[key]["valid"] == true { "valid" } else { "invalid" };
        answers.insert(aspect, word.into());
    }
    if let Some(lookups) = report["spf"]["dns_lookups"].as_u64() {
        answers.insert("spf-lookups", lookups.to_string());
    }
    if let Some(policy) = report["dmarc"]["tags"]["p"]["value"].as_str() {
        answers.insert("dmarc-policy", policy.into());
    }
    let hosts = report["mx"]["hosts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let hosts: Vec<&str> = hosts.iter().filter_map(|host| host["hostname"].as_str()).collect();
    answers.insert("mx", hosts.join(" "));
    answers.insert("dnssec", if report["dnssec"] == true { "secure" } else { "insecure" }.into());
    answers
}

/// Our answers, of what the findings tell.
fn ours(report: &Value) -> Answers {
    let ids = |pointer: &str| -> Vec<String> {
        let list = report.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|entry| entry["id"].as_str()).map(String::from).collect()
    };
    let (found, missing) = (ids("/findings"), ids("/coverage/inconclusive"));
    let has = |list: &[String], ids: &[&str]| list.iter().any(|id| ids.contains(&id.as_str()));
    let word = |ids: &[&str]| match () {
        () if has(&found, ids) => "invalid",
        () if has(&missing, ids) => "unknown",
        () => "valid",
    };
    INVALID.into_iter().map(|(aspect, ids)| (aspect, word(ids).to_owned())).collect()
}

/// Asks checkdmarc; `None` where it does not end.
fn ask(case: &DomainCase) -> Option<Answers> {
    let text = checkdmarc::ask(&case.domain).ok()?;
    let mut answers = theirs(&serde_json::from_str(&text).expect("checkdmarc prints JSON"));
    if OWN_MARKS.contains(&case.domain.as_str()) {
        answers.remove("bimi");
    }
    Some(answers)
}

#[test]
fn checkdmarc_says_what_is_written() {
    if !lab() {
        return;
    }
    checkdmarc::install().expect("checkdmarc installs");
    let cases = domain_cases();
    let healthy = ask(&cases[0]).expect("checkdmarc ends with the healthy domain");
    assert_eq!(healthy["mx"], "mx1.healthy-example.com mx2.healthy-example.com");
    assert_eq!(healthy["dnssec"], "secure");
    assert_none(&complaints(&cases, name, |case| {
        let Some(answers) = ask(case) else {
            let told = ENDLESS.contains(&case.domain.as_str());
            return if told { Vec::new() } else { vec!["checkdmarc does not end".into()] };
        };
        let aspects = answers.iter().filter(|(aspect, _)| !["mx", "dnssec"].contains(*aspect));
        let differs = aspects.filter_map(|(aspect, answer)| {
            let row = THEIRS.iter().find(|(domain, other, _)| *domain == case.domain && other == aspect);
            let told = row.map_or(healthy[aspect].as_str(), |(.., word)| word);
            (told != answer).then(|| format!("{aspect} is {answer}, not {told}"))
        });
        differs.collect()
    }));
}

#[test]
fn differences_are_explained() {
    let Some(ptrust) = auditor() else {
        return;
    };
    checkdmarc::install().expect("checkdmarc installs");
    assert_none(&complaints(&domain_cases(), name, |case| {
        let output = audit(&ptrust, case).output().expect("ptrust runs");
        let report: Value = match serde_json::from_slice(&output.stdout) {
            Ok(report) => report,
            Err(error) => return vec![format!("no report ({error})")],
        };
        let (ours, theirs) = (ours(&report), ask(case).unwrap_or_default());
        let both = ours.iter().filter_map(|(aspect, own)| Some((*aspect, own, theirs.get(aspect)?)));
        let mut complaints = Vec::new();
        for (aspect, own, other) in both {
            let row = DIFFERENCES.iter().find(|(domain, what, ..)| *domain == case.domain && *what == aspect);
            match row {
                // A hostile domain may use up its budget first, on a busy machine: not knowing is then right.
                None if case.hostile && own == "unknown" => {}
                None if own != other => complaints.push(format!("{aspect}: {own} here, {other} there")),
                Some((_, _, our_word, their_word)) if (own.as_str(), other.as_str()) != (our_word, their_word) => {
                    complaints.push(format!("{aspect}: {own} here, {other} there, not {our_word} and {their_word}"));
                }
                _ => {}
            }
        }
        complaints
    }));
}

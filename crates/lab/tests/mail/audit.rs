//! The mail domains as `ptrust audit` sees them: the healthy one is clean, every other shows its fault, and those that are
//! made to wear it out do not.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use ptrust_lab::{DomainCase, domain_cases};
use serde_json::Value;

use super::auditor::{audit, auditor};
use super::support::{assert_none, complaints};

/// The program's own deadline for one target.
const DEADLINE: Duration = Duration::from_secs(10);
/// What starting, judging and printing may take besides, on a machine that does eight things at once.
const SLACK: Duration = Duration::from_secs(3);
/// The most memory that an audit may hold, in KiB.
const MEMORY: u64 = 200 * 1024;

/// One run of the program.
struct Run {
    /// The report, if it is one.
    report: Option<Value>,
    /// How long it took.
    took: Duration,
    /// The most memory it held, in KiB, as far as was seen.
    memory: u64,
}

/// Audits a domain and watches it.
fn run(ptrust: &Path, case: &DomainCase) -> Run {
    let start = Instant::now();
    let mut command = audit(ptrust, case);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("ptrust starts");
    let mut output = child.stdout.take().expect("its output is piped");
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        output.read_to_end(&mut text).map(|_| text)
    });
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    while child.try_wait().expect("the child is ours").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let seen = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
        memory = memory.max(seen.unwrap_or_default());
        thread::sleep(Duration::from_millis(10));
    }
    let took = start.elapsed();
    let text = reader.join().expect("the reader does not panic").expect("the output can be read");
    Run { report: serde_json::from_slice(&text).ok(), took, memory }
}

/// The ids of a report's findings, with their severities.
fn findings(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    findings.iter().filter_map(|finding| Some((finding["id"].as_str()?, finding["severity"].as_str()?))).collect()
}

#[test]
fn every_domain_shows_its_fault_within_its_budget() {
    let Some(ptrust) = auditor() else {
        return;
    };
    let name = |case: &DomainCase| format!("{} ({})", case.domain, case.what);
    assert_none(&complaints(&domain_cases(), name, |case| {
        let run = run(&ptrust, case);
        let Some(report) = run.report else {
            return vec!["no report".into()];
        };
        let found = findings(&report);
        let mut complaints = Vec::new();
        for id in &case.shows {
            if !found.iter().any(|(other, _)| other == id) {
                complaints.push(format!("no {id} in {found:?}, inconclusive {}", report["coverage"]["inconclusive"]));
            }
        }
        if run.took > DEADLINE + SLACK {
            complaints.push(format!("took {:.1} s", run.took.as_secs_f64()));
        }
        if run.memory > MEMORY {
            complaints.push(format!("held {} KiB", run.memory));
        }
        complaints
    }));
}

#[test]
fn the_healthy_domain_is_clean() {
    let Some(ptrust) = auditor() else {
        return;
    };
    let healthy = domain_cases().into_iter().next().expect("the healthy domain comes first");
    let report = run(&ptrust, &healthy).report.expect("a report");
    let grave: Vec<_> = findings(&report).into_iter().filter(|(_, severity)| *severity != "notice").collect();
    assert!(grave.is_empty(), "{grave:?}");
    assert_eq!(report["verdict"], "pass", "inconclusive {}", report["coverage"]["inconclusive"]);
}

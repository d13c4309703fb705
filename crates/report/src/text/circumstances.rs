//! What holds for a whole run, said once: what was assumed, and what could not be asked from here.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, LABEL, indent, words};
use crate::Report;
use ptrust_facts::{Family, Run, WalkState};
use ptrust_names::Cause;

/// Assumed records shown.
const FEW: usize = 4;

/// Writes the circumstances of the run that made the reports; nothing when all is as usual.
pub(super) fn of_run(page: &mut Page, reports: &[Report]) {
    let Some(run) = reports.first().map(|report| &report.run) else { return };
    let mut sentences = limits(run);
    if reports.iter().all(port_silent) {
        sentences.push(match reports {
            [_] => "Port 25 of the address stays silent: outbound port 25 seems blocked here, or by the host.",
            _ => "Port 25 of no address answers: outbound port 25 seems blocked here.",
        });
    }
    if run.assumed.is_empty() && sentences.is_empty() {
        return;
    }
    page.blank();
    let mut label = "Assumed";
    for record in run.assumed.iter().take(FEW) {
        let first = vec![indent(INDENT), Span::new(pad(label, LABEL), Style::Warning)];
        page.hang(first, INDENT + LABEL, &[Span::plain(record.to_string())]);
        label = "";
    }
    if let Some(more @ 1..) = run.assumed.len().checked_sub(FEW) {
        let first = vec![indent(INDENT + LABEL)];
        page.hang(first, INDENT + LABEL, &[Span::dim(format!("and {}", words::count(more, "more record")))]);
    }
    for sentence in sentences {
        page.hang(vec![indent(INDENT)], INDENT, &[Span::new(sentence, Style::Warning)]);
    }
}

/// What could not be asked.
fn limits(run: &Run) -> Vec<&'static str> {
    let mut all = Vec::new();
    match run.walk {
        WalkState::Open => {}
        WalkState::Off => all.push("There was no walk, as asked: this is the resolver's view."),
        WalkState::Closed => all.push(
            "There was no walk, since no root server answers: outbound port 53 seems closed here. This is the \
             resolver's view.",
        ),
        WalkState::Intercepted => all.push(
            "There was no walk, since something else answers for the root servers: port 53 is intercepted here. This \
             is the resolver's view.",
        ),
    }
    match (run.ipv4, run.ipv6) {
        (Family::Unavailable, Family::Available) => all.push("IPv4 does not work here: no server was asked over it."),
        (Family::Available, Family::Unavailable) => all.push("IPv6 does not work here: no server was asked over it."),
        _ => {}
    }
    all
}

/// Whether port 25 was tried and stayed silent.
fn port_silent(report: &Report) -> bool {
    report.source().is_some_and(|facts| facts.smtp().cause() == Some(Cause::Timeout))
}

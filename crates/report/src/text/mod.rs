//! Text for people: an explanation in the order of interest, at the width of a terminal.
//!
//! Words carry the meaning and color only adds. A report that passes is short; several targets start with a table.

mod bounce;
mod circumstances;
mod domain;
mod ends;
mod findings;
mod layers;
mod lookup;
mod mail;
mod message;
mod owner;
mod page;
mod receivers;
mod reports;
mod spf;
mod style;
mod table;
mod technical;
mod tree;
mod words;

use crate::{Body, Options, Report, Verdict};
use page::{Page, Span};
use ptrust_facts::Facts;
use std::io;
use style::Style;

pub use bounce::bounce;
pub use lookup::{lookup, walk};
pub use owner::owner;
pub use reports::{dmarc_reports, tls_reports};
pub use spf::spf;
pub use words::summary;
pub(crate) use words::{gap, who};

/// The narrowest page: less leaves no room for names.
pub const MIN_WIDTH: usize = 60;
/// The widest page: longer lines are hard to read.
pub const MAX_WIDTH: usize = 120;

/// Columns of indentation below a headline.
const INDENT: usize = 2;
/// Columns of the labels `Administrative`, `Technical`, `Holder` with the gap after them.
const LABEL: usize = 16;
/// Reports that are shown in full after the table of several; more are for JSON.
const MAX_DETAILS: usize = 25;

/// Writes all reports.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut page = new_page(options);
    match reports {
        [report] => one(&mut page, report, true),
        _ => several(&mut page, reports),
    }
    page.write(out, options.color)
}

/// An empty page of the width asked for.
fn new_page(options: &Options) -> Page {
    Page::new(options.width.clamp(MIN_WIDTH, MAX_WIDTH))
}

/// The table, then what does not pass. Who selects checks wants to see all that they find, notices too.
fn several(page: &mut Page, reports: &[Report]) {
    table::table(page, reports);
    circumstances::of_run(page, reports);
    let few = reports.len() <= table::MAX_ALL;
    let selected = |report: &Report| few && report.judged().len() < ptrust_checks::ALL.len();
    let shown = |report: &&Report| report.verdict != Verdict::Pass || (selected(report) && !report.findings.is_empty());
    let broken: Vec<_> = reports.iter().filter(shown).collect();
    for report in broken.iter().take(MAX_DETAILS) {
        page.blank();
        one(page, report, false);
    }
    if let Some(more @ 1..) = broken.len().checked_sub(MAX_DETAILS) {
        page.blank();
        let text = format!("{more} more are not shown; --format ndjson has every report in full.");
        page.hang(Vec::new(), 0, &[Span::plain(text)]);
    }
}

/// One report in full; what holds for the whole run is said here only when the report stands alone.
fn one(page: &mut Page, report: &Report, alone: bool) {
    headline(page, report);
    if alone {
        circumstances::of_run(page, std::slice::from_ref(report));
    }
    page.blank();
    match &report.body {
        Body::Address(body) => address(page, report, &body.source),
        Body::Domain(body) => domain::domain(page, report, body),
        Body::Message(body) => message::message(page, report, body),
    }
}

/// The report of an address below its headline.
fn address(page: &mut Page, report: &Report, facts: &Facts) {
    layers::layers(page, facts);
    if report.verdict == Verdict::Pass {
        if !report.findings.is_empty() {
            page.blank();
            findings::brief(page, &report.findings);
        }
        findings::not_decided(page, report);
    } else {
        page.blank();
        tree::section(page, facts);
        for finding in &report.findings {
            page.blank();
            findings::finding(page, report, finding);
        }
        findings::undetermined(page, report);
    }
    page.blank();
    receivers::receivers(page, report);
    findings::coverage(page, report);
}

/// Address, verdict and the sentence that sums it up.
fn headline(page: &mut Page, report: &Report) {
    let address = &report.subject.value;
    let name = match &report.host {
        Some(host) => format!("{host} ({address})"),
        None => address.clone(),
    };
    let style = words::verdict_style(report.verdict);
    let verdict = report.verdict.as_str().to_uppercase();
    let start = page::columns(&name) + 3 + verdict.len() + 3;
    let indent = if start <= page.width() / 2 { start } else { INDENT };
    let body = [
        Span::new(name, Style::Strong),
        Span::plain("   "),
        Span::new(verdict, style),
        Span::plain("   "),
        Span::new(words::summary(report), Style::Strong),
    ];
    page.hang(Vec::new(), indent, &body);
}

/// The spaces of an indent.
fn indent(columns: usize) -> Span {
    Span::plain(" ".repeat(columns))
}

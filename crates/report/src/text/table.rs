//! Several addresses: how many are confirmed, then a line for each.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, indent, words};
use crate::{Report, Verdict};

/// Rows listed with every verdict; of more addresses only those that do not pass.
pub(super) const MAX_ALL: usize = 64;
/// Rows listed at most.
const MAX_ROWS: usize = 512;

/// Writes the table.
pub(super) fn table(page: &mut Page, reports: &[Report]) {
    let confirmed = reports.iter().filter(|report| report.confirmed()).count();
    let told = if reports.iter().any(Report::looks_at_identity) {
        format!("{confirmed} of {} confirmed", reports.len())
    } else {
        words::count(reports.len(), "target")
    };
    let number = |verdict: Verdict| reports.iter().filter(|report| report.verdict == verdict).count();
    let mut body = vec![Span::new(told, Style::Strong)];
    let mut gap = "   ";
    for verdict in Verdict::ALL.into_iter().filter(|verdict| number(*verdict) > 0) {
        body.push(Span::plain(gap));
        body.push(Span::new(format!("{} {}", number(verdict), verdict.as_str()), words::verdict_style(verdict)));
        gap = ", ";
    }
    page.hang(Vec::new(), INDENT, &body);
    page.blank();
    let all = reports.len() <= MAX_ALL;
    let rows: Vec<_> = reports.iter().filter(|report| all || report.verdict != Verdict::Pass).collect();
    let wide = rows.iter().map(|report| columns(&report.subject.value)).max().unwrap_or(0) + 3;
    for report in rows.iter().take(MAX_ROWS) {
        row(page, report, wide);
    }
    let hidden = reports.len() - rows.len().min(MAX_ROWS);
    if hidden > 0 {
        let text = format!("{hidden} more not listed; --format ndjson has all");
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    }
}

/// One address.
fn row(page: &mut Page, report: &Report, wide: usize) {
    let word = report.verdict.as_str().to_uppercase();
    // "UNKNOWN" is the longest word.
    let start = INDENT + wide + 10;
    let indent_rest = if start <= page.width() / 2 { start } else { INDENT + 4 };
    let first = vec![
        indent(INDENT),
        Span::plain(pad(&report.subject.value, wide)),
        Span::new(pad(&word, 10), words::verdict_style(report.verdict)),
    ];
    page.hang(first, indent_rest, &[Span::plain(words::summary(report))]);
}

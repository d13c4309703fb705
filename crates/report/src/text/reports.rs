//! `ptrust dmarc-report` and `ptrust tls-report`: tables of what receivers reported.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, indent, new_page, words};
use crate::Options;
use crate::reports::{DmarcFile, DmarcSummary, TlsFile, TlsSummary, period};
use ptrust_mail::report::aggregate::SourceSummary;
use ptrust_mail::report::tls::TlsFailure;
use std::io;

/// Rows of a table; the JSON has all.
const MAX_ROWS: usize = 40;
/// Reports that are named; the JSON has all.
const MAX_REPORTS: usize = 8;
/// Columns of a number.
const NUMBER: usize = 9;
/// What the result types of TLS reports say (RFC 8460 4.3).
const RESULTS: [(&str, &str); 11] = [
    ("starttls-not-supported", "the server did not offer STARTTLS"),
    ("certificate-host-mismatch", "the certificate is for another name"),
    ("certificate-expired", "the certificate had expired"),
    ("certificate-not-trusted", "the certificate leads to no trusted authority"),
    ("validation-failure", "the certificate could not be validated"),
    ("tlsa-invalid", "the TLSA records did not fit"),
    ("dnssec-invalid", "the DNSSEC chain did not hold"),
    ("dane-required", "DANE was wanted, and there were no TLSA records"),
    ("sts-policy-fetch-error", "the MTA-STS policy could not be fetched"),
    ("sts-policy-invalid", "the MTA-STS policy has faults"),
    ("sts-webpki-invalid", "the certificate of the MTA-STS policy host did not hold"),
];

/// Writes DMARC aggregate reports.
pub fn dmarc_reports(summary: &DmarcSummary, out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut page = new_page(options);
    let total = &summary.total;
    let style = if total.passed == total.messages { Style::Good } else { Style::Warning };
    let domains = summary.domains();
    let body = [
        Span::new(words::list(&domains, 3), Style::Strong),
        Span::plain("   "),
        Span::new(format!("{} of {} pass DMARC", total.passed, messages(total.messages)), style),
        Span::dim(format!("   {}", words::count(summary.reports.len(), "report"))),
    ];
    page.hang(Vec::new(), INDENT, &body);
    page.blank();
    for report in summary.reports.iter().take(MAX_REPORTS) {
        dmarc_report(&mut page, report);
    }
    more(&mut page, summary.reports.len().saturating_sub(MAX_REPORTS), "more report");
    page.blank();
    let wide =
        total.sources.iter().take(MAX_ROWS).map(|one| columns(&one.source.to_string())).max().unwrap_or(0).max(6);
    let head = ["messages", "SPF", "DKIM"].map(|word| right(word, NUMBER)).concat();
    page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(format!("{}{head}   result", pad("source", wide)))]);
    for source in total.sources.iter().take(MAX_ROWS) {
        source_row(&mut page, source, wide);
    }
    more(&mut page, total.sources.len().saturating_sub(MAX_ROWS), "more source");
    page.blank();
    let text = format!(
        "SPF and DKIM count messages with an aligned pass. {} refused, {} quarantined.",
        total.rejected, total.quarantined
    );
    page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    page.write(out, options.color)
}

/// Who reports, about when, and the policy found.
fn dmarc_report(page: &mut Page, report: &DmarcFile) {
    let metadata = &report.metadata;
    let reporter = metadata.org_name.as_deref().or(metadata.email.as_deref()).unwrap_or("an unnamed reporter");
    let when = period(metadata.begin, metadata.end).map(|when| format!("   {when}")).unwrap_or_default();
    let policy = &report.policy;
    let tags =
        [("p", &policy.p), ("sp", &policy.sp), ("np", &policy.np), ("adkim", &policy.adkim), ("aspf", &policy.aspf)];
    let tags = tags.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
    let mut details = vec![
        Span::plain(reporter),
        Span::plain(when),
        Span::dim(format!("   {}", tags.collect::<Vec<_>>().join(" "))),
        Span::plain(format!("   {}", messages(report.summary.messages))),
    ];
    if report.partial {
        details.push(Span::new("   read in part", Style::Warning));
    }
    page.hang(vec![indent(INDENT)], INDENT + 2, &details);
}

/// One source.
fn source_row(page: &mut Page, source: &SourceSummary, wide: usize) {
    let numbers = [source.messages, source.spf, source.dkim].map(|number| right(&number.to_string(), NUMBER)).concat();
    let failed = source.messages.saturating_sub(source.passed);
    let (mut result, style) = match (failed, source.passed) {
        (0, _) => ("pass".to_owned(), Style::Good),
        (_, 0) => ("fail".to_owned(), Style::Error),
        (failed, _) => (format!("{failed} fail"), Style::Warning),
    };
    for (number, word) in
        [(source.rejected, "refused"), (source.quarantined, "quarantined"), (source.overridden, "overridden")]
    {
        if number > 0 {
            result = format!("{result}, {number} {word}");
        }
    }
    let from: Vec<String> = source.header_from.iter().cloned().collect();
    let from = format!("   {}", words::list(&from, 2).replace(' ', "\u{a0}"));
    let start = INDENT + wide + 3 * NUMBER + 3;
    let first = vec![indent(INDENT), Span::plain(pad(&source.source.to_string(), wide)), Span::plain(numbers)];
    page.hang(first, start, &[Span::plain("   "), Span::new(result, style), Span::dim(from)]);
}

/// Writes TLS reports.
pub fn tls_reports(summary: &TlsSummary, out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut page = new_page(options);
    let style = if summary.failures == 0 { Style::Good } else { Style::Warning };
    let text = format!("{} sessions succeeded, {} failed", summary.successes, summary.failures);
    let body = [Span::new(text, style), Span::dim(format!("   {}", words::count(summary.reports.len(), "report")))];
    page.hang(Vec::new(), INDENT, &body);
    for report in summary.reports.iter().take(MAX_REPORTS) {
        page.blank();
        tls_report(&mut page, report);
    }
    more(&mut page, summary.reports.len().saturating_sub(MAX_REPORTS), "more report");
    page.write(out, options.color)
}

/// One TLS report.
fn tls_report(page: &mut Page, file: &TlsFile) {
    let report = &file.report;
    let reporter = report.organization.as_deref().or(report.contact.as_deref()).unwrap_or("an unnamed reporter");
    let when = period(report.begin, report.end).map(|when| format!("   {when}")).unwrap_or_default();
    let cut = if report.truncated { "   read in part" } else { "" };
    page.hang(
        vec![indent(INDENT)],
        INDENT + 2,
        &[Span::new(reporter, Style::Strong), Span::plain(when), Span::new(cut, Style::Warning)],
    );
    for policy in report.policies.iter().take(MAX_ROWS) {
        let kind = match policy.kind.as_deref() {
            Some("sts") => "MTA-STS",
            Some("tlsa") => "DANE",
            Some("no-policy-found") | None => "no policy",
            Some(other) => other,
        };
        let domain = policy.domain.as_deref().unwrap_or("an unnamed domain");
        let text = format!("{domain}, {kind}: {} succeeded, {} failed", policy.successes, policy.failures);
        page.hang(vec![indent(INDENT)], INDENT + 2, &[Span::plain(text)]);
        for detail in policy.details.iter().take(MAX_ROWS) {
            failure(page, detail);
        }
        more(page, policy.details.len().saturating_sub(MAX_ROWS), "more failure");
    }
    more(page, report.policies.len().saturating_sub(MAX_ROWS), "more policy");
}

/// Failures of one kind.
fn failure(page: &mut Page, detail: &TlsFailure) {
    let result = detail.result.as_deref().unwrap_or("unknown");
    let known = RESULTS.iter().find(|(word, _)| *word == result).map_or("", |(_, meaning)| *meaning);
    let mut text = if known.is_empty() { result.to_owned() } else { format!("{result}: {known}") };
    let receiving = detail.receiving_host.clone().or(detail.receiving.map(|address| address.to_string()));
    if let Some(host) = receiving {
        text = format!("{text}, at {host}");
    }
    if let Some(sending) = detail.sending {
        text = format!("{text}, from {sending}");
    }
    if let Some(reason) = &detail.reason {
        text = format!("{text} ({reason})");
    }
    let first = vec![indent(INDENT), Span::new(right(&detail.sessions.to_string(), NUMBER), Style::Warning)];
    page.hang(first, INDENT + NUMBER + 2, &[Span::plain(format!("  {text}"))]);
}

/// How many are not shown.
fn more(page: &mut Page, count: usize, noun: &str) {
    if count > 0 {
        let text = format!("{}; --format json has all", words::count(count, noun));
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    }
}

/// `1 message`, `2 messages`.
fn messages(count: u64) -> String {
    format!("{count} message{}", if count == 1 { "" } else { "s" })
}

/// A text at the right of a column.
fn right(text: &str, wide: usize) -> String {
    format!("{}{text}", " ".repeat(wide.saturating_sub(columns(text))))
}

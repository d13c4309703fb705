//! One status line with performance data, as Nagios, Icinga and their kin read it.

use crate::{Report, Verdict};
use ptrust_checks::Severity;
use std::io;

/// Writes the status line; of several targets, then one line for each that does not pass.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    let worst = worst(reports);
    let sum = |f: fn(&Report) -> usize| reports.iter().map(f).sum::<usize>();
    let confirmed = sum(|report| usize::from(report.confirmed()));
    let summary = match reports {
        [report] => line(report),
        all if !all.iter().any(Report::looks_at_identity) => format!("{} targets", reports.len()),
        _ => format!("{confirmed} of {} addresses confirmed", reports.len()),
    };
    writeln!(
        out,
        "PTRUST {} - {summary} | confirmed={confirmed};;;0;{} errors={};;0 warnings={} notices={} undetermined={}",
        word(worst),
        reports.len(),
        sum(|report| report.count(Severity::Error)),
        sum(|report| report.count(Severity::Warning)),
        sum(|report| report.count(Severity::Notice)),
        sum(|report| report.coverage.inconclusive.len()),
    )?;
    if reports.len() > 1 {
        for report in reports.iter().filter(|report| report.verdict != Verdict::Pass) {
            writeln!(out, "{} - {}", word(report.verdict), line(report))?;
        }
    }
    Ok(())
}

/// Address and summary, without the sign that starts performance data.
fn line(report: &Report) -> String {
    let text = format!("{}: {}", report.subject.value, crate::text::summary(report));
    ptrust_names::escape(&text).replace('|', "/")
}

/// The gravest verdict.
fn worst(reports: &[Report]) -> Verdict {
    reports.iter().map(|report| report.verdict).min().unwrap_or(Verdict::Pass)
}

/// The status word.
const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "OK",
        Verdict::Warn => "WARNING",
        Verdict::Fail => "CRITICAL",
        Verdict::Unknown => "UNKNOWN",
    }
}

/// The plugin's exit code.
pub(crate) fn code(reports: &[Report]) -> u8 {
    match worst(reports) {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Fail => 2,
        Verdict::Unknown => 3,
    }
}

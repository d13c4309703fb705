//! Workflow commands of GitHub Actions: one annotation per finding.

use crate::{Report, Verdict};
use ptrust_checks::Severity;
use std::io;

/// Records of a message at most; the JSON has all.
pub(crate) const RECORDS: usize = 8;

/// Writes one command per finding, and one where the verdict is unknown.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    for report in reports {
        let address = &report.subject.value;
        for finding in &report.findings {
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Notice => "notice",
            };
            let text = match finding.remedy.steps.first() {
                Some(step) => format!("{address}: {} {step}", finding.explanation),
                None => format!("{address}: {}", finding.explanation),
            };
            let records = finding.remedy.records.iter().take(RECORDS);
            let lines: Vec<_> = std::iter::once(&text).chain(records).map(String::as_str).collect();
            command(out, level, &format!("{} {address}", finding.id), &lines)?;
        }
        if report.verdict == Verdict::Unknown {
            let open = &report.coverage.inconclusive;
            let why = open.first().map(|one| crate::text::gap(&one.missing, one.cause)).unwrap_or_default();
            let text = format!("{address}: {} checks could not be judged: {why}", open.len());
            command(out, "warning", &format!("undetermined {address}"), &[&text])?;
        }
    }
    Ok(())
}

/// One command. A text from the network must not end it, nor start another: line ends and the property separators are
/// escaped as the runner's own toolkit does.
fn command(out: &mut dyn io::Write, level: &str, title: &str, lines: &[&str]) -> io::Result<()> {
    let lines: Vec<_> = lines.iter().map(|line| data(line)).collect();
    writeln!(out, "::{level} title={}::{}", property(title), lines.join("%0A"))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    ptrust_names::escape(text).replace('%', "%25")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn hostile_text_stays_one_command() {
        let mut out = Vec::new();
        command(&mut out, "error", "a:b,c", &["50%\n::set-env name=X::y", "z"]).expect("memory");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, "::error title=a%3Ab%2Cc::50%25\\010::set-env name=X::y%0Az\n");
    }
}

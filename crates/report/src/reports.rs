//! Reports that receivers send, summed up over files: DMARC aggregate and TLS.

use jiff::Timestamp;
use ptrust_mail::report::aggregate::{Metadata, PolicyPublished, Summary};
use ptrust_mail::report::{Aggregate, TlsReport};
use schemars::JsonSchema;
use serde::Serialize;

/// DMARC aggregate reports, summed up.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct DmarcSummary {
    /// All reports together.
    pub total: Summary,
    /// The reports, one a file.
    pub reports: Vec<DmarcFile>,
}

/// One DMARC aggregate report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DmarcFile {
    /// The file.
    pub file: String,
    /// Who reports, and about when.
    pub metadata: Metadata,
    /// The policy that the reporter found.
    pub policy: PolicyPublished,
    /// Its numbers.
    pub summary: Summary,
    /// Whether a part of it could not be read, or there was more than is read.
    pub partial: bool,
}

/// TLS reports, summed up.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct TlsSummary {
    /// Sessions that succeeded.
    pub successes: u64,
    /// Sessions that failed.
    pub failures: u64,
    /// The reports, one a file.
    pub reports: Vec<TlsFile>,
}

/// One TLS report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TlsFile {
    /// The file.
    pub file: String,
    /// The report.
    #[serde(flatten)]
    pub report: TlsReport,
}

impl DmarcSummary {
    /// Adds a report.
    pub fn add(&mut self, file: impl Into<String>, report: Aggregate) {
        let summary = report.summary();
        self.total.merge(&summary);
        self.reports.push(DmarcFile {
            file: file.into(),
            partial: report.truncated || report.unread_records > 0 || !report.faults.is_empty(),
            metadata: report.metadata,
            policy: report.policy,
            summary,
        });
    }

    /// The domains reported on, each once.
    pub(crate) fn domains(&self) -> Vec<String> {
        let domains: std::collections::BTreeSet<_> =
            self.reports.iter().filter_map(|report| report.policy.domain.clone()).collect();
        domains.into_iter().collect()
    }
}

impl TlsSummary {
    /// Adds a report.
    pub fn add(&mut self, file: impl Into<String>, report: TlsReport) {
        let (successes, failures) = report.totals();
        self.successes = self.successes.saturating_add(successes);
        self.failures = self.failures.saturating_add(failures);
        self.reports.push(TlsFile { file: file.into(), report });
    }
}

/// A time span in days: `2026-11-20`, or `2026-11-20 to 2026-11-22`. A span that ends at midnight ends the day before.
pub(crate) fn period(begin: Option<Timestamp>, end: Option<Timestamp>) -> Option<String> {
    let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
    let begin = day(begin?);
    let end = end.map(|end| day(end.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(end)));
    Some(match end {
        Some(end) if end > begin => format!("{begin} to {end}"),
        _ => begin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_days() {
        let time = |text: &str| Some(text.parse::<Timestamp>().expect("a time"));
        let day = period(time("2026-11-20T00:00:00Z"), time("2026-11-21T00:00:00Z"));
        assert_eq!(day.as_deref(), Some("2026-11-20"));
        let days = period(time("2026-11-20T00:00:00Z"), time("2026-11-22T23:59:59Z"));
        assert_eq!(days.as_deref(), Some("2026-11-20 to 2026-11-22"));
        assert_eq!(period(None, time("2026-11-22T23:59:59Z")), None);
    }
}

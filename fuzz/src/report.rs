//! Reports of receivers: DMARC aggregate and TLS, plain, packed, or in a message.

use crate::invariant::{check_json, check_text};
use ptrust_mail::report::aggregate::{MAX_RECORDS, Summary};
use ptrust_mail::report::{Report, read};

/// The input is a file as it came.
pub fn report(bytes: &[u8]) {
    match read(bytes) {
        Ok(report) => {
            check_json(&report);
            match report {
                Report::DmarcReport(report) => {
                    assert!(report.records.len() <= MAX_RECORDS, "too many records");
                    check_summary(&report.summary());
                }
                Report::TlsReport(report) => {
                    let (successes, failures) = report.totals();
                    for policy in &report.policies {
                        assert!(policy.successes <= successes && policy.failures <= failures, "a part is more than all");
                    }
                }
            }
        }
        Err(error) => check_text(&error.to_string()),
    }
}

/// No source has more than all, and the same report twice has twice as much.
fn check_summary(summary: &Summary) {
    check_json(summary);
    for source in &summary.sources {
        let parts = [source.passed, source.dkim, source.spf, source.rejected, source.quarantined, source.overridden];
        assert!(parts.iter().all(|part| *part <= source.messages), "{}: a part is more than all", source.source);
        assert!(source.messages <= summary.messages, "{}: more than all", source.source);
    }
    let mut twice = summary.clone();
    twice.merge(summary);
    assert_eq!(twice.messages, summary.messages.saturating_mul(2));
    assert_eq!(twice.sources.len(), summary.sources.len());
}

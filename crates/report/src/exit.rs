//! Exit codes.

use crate::{Format, Report, Verdict};
use ptrust_checks::Severity;

/// Nothing at the threshold.
const CLEAN: u8 = 0;
/// Findings at the threshold.
const FINDINGS: u8 = 1;
/// Nothing at the threshold, and a verdict is `unknown`.
const UNDETERMINED: u8 = 3;

/// Exit codes from the gravest to the mildest: a bug, findings, usage, undetermined, clean.
const BY_GRAVITY: [u8; 5] = [70, FINDINGS, 2, UNDETERMINED, CLEAN];

/// The exit code of some reports: that of the gravest. Nagios has its own codes, which the threshold does not change.
pub fn exit_code(reports: &[Report], fail_on: Severity, format: Format) -> u8 {
    if format == Format::Nagios {
        return crate::nagios::code(reports);
    }
    gravest(reports.iter().map(|report| one(report, fail_on)))
}

/// The exit code of one report.
fn one(report: &Report, fail_on: Severity) -> u8 {
    if report.findings.iter().any(|finding| finding.severity >= fail_on) {
        FINDINGS
    } else if report.verdict == Verdict::Unknown {
        UNDETERMINED
    } else {
        CLEAN
    }
}

/// The gravest of several exit codes: 70 > 1 > 2 > 3 > 0. A code outside that list is a bug of the caller's.
pub fn gravest(codes: impl IntoIterator<Item = u8>) -> u8 {
    let rank = |code: &u8| BY_GRAVITY.iter().position(|known| known == code).unwrap_or(0);
    codes.into_iter().min_by_key(rank).unwrap_or(CLEAN)
}

#[cfg(test)]
mod tests {
    use super::gravest;

    #[test]
    fn the_gravest_code_wins() {
        assert_eq!(gravest([]), 0);
        assert_eq!(gravest([0, 3]), 3);
        assert_eq!(gravest([3, 2, 0]), 2);
        assert_eq!(gravest([0, 1, 2, 3]), 1);
        assert_eq!(gravest([1, 70, 2]), 70);
    }
}

//! Counts of tests, read from the closing lines of the runners.

use std::fmt;
use std::ops::AddAssign;

/// How many tests went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Tests that held.
    pub(crate) passed: usize,
    /// Tests that did not, were too slow, or could not be started.
    pub(crate) failed: usize,
    /// Tests that were not run.
    pub(crate) skipped: usize,
}

impl Count {
    /// One failure.
    pub(super) fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// The count of a runner that ended well or not; if it did not, at least one failure is counted.
    pub(super) fn checked(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// Nextest's closing line: `Summary [ 0.1s] 3 tests run: 2 passed (1 slow), 1 failed, 0 skipped`.
pub(super) fn nextest(line: &str) -> Option<Count> {
    let line = plain(line);
    let (_, counts) = line.trim_start().strip_prefix("Summary [")?.split_once(" run: ")?;
    let mut count = Count::default();
    // Parentheses say more about the passed ones, and hold commas of their own.
    for part in without_parentheses(counts).split(',') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: usize = number.parse().ok()?;
        match word.trim() {
            "passed" => count.passed += number,
            "skipped" => count.skipped += number,
            // `failed`, `exec failed`, `timed out`, and whatever comes next.
            _ => count.failed += number,
        }
    }
    Some(count)
}

/// Libtest's closing line: `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
pub(super) fn libtest(line: &str) -> Option<Count> {
    let line = plain(line);
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let mut count = Count::default();
    for part in counts.split(';') {
        let mut words = part.split_whitespace();
        let number: usize = words.next()?.parse().ok()?;
        match words.next()? {
            "passed" => count.passed += number,
            "failed" => count.failed += number,
            "ignored" => count.skipped += number,
            "filtered" => return Some(count),
            _ => {}
        }
    }
    Some(count)
}

/// The line without its color codes.
fn plain(line: &str) -> String {
    let mut result = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            let _ = chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            result.push(c);
        }
    }
    result
}

/// The text without what stands in parentheses.
fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = text.chars().filter(|c| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    outside.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A count for comparison.
    fn count(passed: usize, failed: usize, skipped: usize) -> Count {
        Count { passed, failed, skipped }
    }

    #[test]
    fn nextest_summaries_are_read() {
        for (line, expected) in [
            ("     Summary [   0.005s] 3 tests run: 3 passed, 0 skipped", Some(count(3, 0, 0))),
            ("     Summary [   0.005s] 1 test run: 1 passed, 12 skipped", Some(count(1, 0, 12))),
            (
                "     Summary [   9.1s] 9 tests run: 5 passed (1 slow, 1 leaky), 2 failed, \
                 1 exec failed, 1 timed out, 3 skipped",
                Some(count(5, 4, 3)),
            ),
            ("     Summary [   0.1s] 2/5 tests run: 1 passed, 1 failed, 0 skipped", Some(count(1, 1, 0))),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.0s] \u{1b}[1m2\u{1b}[0m tests run: \
                 \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
                Some(count(2, 0, 0)),
            ),
            ("        PASS [   0.003s] ptrust-names it::works", None),
            ("error: test run failed", None),
        ] {
            assert_eq!(nextest(line), expected, "{line}");
        }
    }

    #[test]
    fn libtest_summaries_are_read() {
        for (line, expected) in [
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; \
                 finished in 0.00s",
                Some(count(3, 0, 1)),
            ),
            ("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", Some(count(1, 2, 0))),
            ("all doctests ran in 0.5s", None),
            ("test result: whatever", None),
        ] {
            assert_eq!(libtest(line), expected, "{line}");
        }
    }

    #[test]
    fn a_runner_that_fails_counts_at_least_once() {
        let none = Count::default();
        assert_eq!(none.checked(true).failed, 0);
        assert_eq!(none.checked(false).failed, 1);
        let two = Count { failed: 2, ..none };
        assert_eq!(two.checked(false).failed, 2);
    }
}

//! `test`: every test of the repository, with one count at the end.
//!
//! Three parts: the workspace under nextest (unit, page and scenario tests), the doctests, and the
//! closed internet, which runs the release binary against real servers and needs root.

mod install;
mod summary;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::process::{self, Stream, cargo, watch};
use crate::workspace::Metadata;
pub(crate) use summary::Count;

/// The package whose integration tests are the closed internet.
const LAB: &str = "ptrust-lab";

/// What selects the closed internet's integration tests.
const LAB_TESTS: [&str; 4] = ["-p", LAB, "--test", "*"];

/// Runs the tests; the count is the last line, and decides the exit code.
pub(crate) fn run(root: &Path, arguments: &[OsString]) -> Result<ExitCode> {
    let count = count(root, arguments)?;
    let selected = count.passed + count.failed > 0;
    if !selected {
        println!("no test was run: the arguments select none");
    }
    println!("{count}");
    Ok(if selected && count.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the tests and counts them. A part that cannot be built or started counts as one failure.
pub(crate) fn count(root: &Path, arguments: &[OsString]) -> Result<Count> {
    install::nextest(root)?;
    let mut count = Count::default();
    count += part("workspace", || workspace(root, arguments));
    // Arguments select tests of nextest's; doctests know nothing of them.
    if arguments.is_empty() {
        count += part("doctests", || doctests(root));
    }
    if wants_lab(arguments) {
        count += part("closed internet", || closed_internet(root, arguments));
    }
    Ok(count)
}

/// Runs one part and says how it went.
fn part(name: &str, run: impl FnOnce() -> Result<Count>) -> Count {
    println!("\n-- {name}");
    let count = run().unwrap_or_else(|error| {
        println!("{name} could not run: {error:#}");
        Count::failure()
    });
    println!("-- {name}: {count}");
    count
}

/// The tests of all packages but the closed internet's integration tests.
fn workspace(root: &Path, arguments: &[OsString]) -> Result<Count> {
    let mut command = nextest(root);
    if !names_package(arguments) {
        command.args(["--workspace", "--exclude", LAB]);
    }
    let mut count = watch_nextest(command.args(arguments))?;
    if arguments.is_empty() {
        // What the lab can test of itself without root.
        count += watch_nextest(nextest(root).args(["-p", LAB, "--lib", "--bins"]))?;
    }
    Ok(count)
}

/// The examples in doc comments.
fn doctests(root: &Path) -> Result<Count> {
    let mut command = cargo(root, ["test", "--locked", "--doc", "--workspace"]);
    let mut count = Count::default();
    let mut saw = |line: &str| count += summary::libtest(line).unwrap_or_default();
    let status = watch(command.arg("--no-fail-fast"), Stream::Out, &mut saw)?;
    Ok(count.checked(status.success()))
}

/// The tests against real servers: the release binary, unmodified, in the closed internet.
fn closed_internet(root: &Path, arguments: &[OsString]) -> Result<Count> {
    let selected = lab_tests(root, arguments);
    if matches!(selected, Ok(0)) && !arguments.is_empty() {
        println!("none of its tests is selected");
        return Ok(Count::default());
    }
    if !ptrust_lab::is_possible() {
        let skipped = selected?;
        println!("WARNING: the closed internet needs root; its {skipped} tests are SKIPPED");
        return Ok(Count { skipped, ..Count::default() });
    }
    install::servers(root)?;
    let release = ["build", "--locked", "--release", "-p", "ptrust-cli"];
    process::run(&mut cargo(root, release))?;
    let binary = Metadata::load(root)?.target.join("release").join("ptrust");
    let _lab = Lab;
    let mut command = nextest(root);
    if !names_package(arguments) {
        command.args(LAB_TESTS);
    }
    watch_nextest(command.args(arguments).env("PTRUST_BIN", binary))
}

/// Takes the closed internet down when the tests are over, however they ended.
struct Lab;

impl Drop for Lab {
    fn drop(&mut self) {
        if let Err(error) = ptrust_lab::down() {
            println!("WARNING: the closed internet could not be taken down: {error:#}");
        }
    }
}

/// How many tests the closed internet would run. Fails where an argument only fits a run.
fn lab_tests(root: &Path, arguments: &[OsString]) -> Result<usize> {
    let list = ["nextest", "list", "--locked", "--message-format", "oneline"];
    let mut command = cargo(root, list);
    if !names_package(arguments) {
        command.args(LAB_TESTS);
    }
    let names = process::quiet_output(command.args(arguments))?;
    Ok(names.lines().filter(|line| !line.trim().is_empty()).count())
}

/// Nextest, to the end even if a test fails. No test to run is fine: every part is counted.
fn nextest(root: &Path) -> Command {
    let mut command = cargo(root, ["nextest", "run", "--locked", "--no-fail-fast"]);
    command.args(["--no-tests", "pass", "--color", process::color()]);
    command
}

/// Runs nextest and reads its summary.
fn watch_nextest(command: &mut Command) -> Result<Count> {
    let mut count = Count::default();
    let mut saw = |line: &str| count += summary::nextest(line).unwrap_or_default();
    let status = watch(command, Stream::Err, &mut saw)?;
    Ok(count.checked(status.success()))
}

/// Whether the arguments choose packages themselves.
fn names_package(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .filter_map(|word| word.to_str())
        .any(|word| word == "--package" || word.starts_with("--package=") || word.starts_with("-p"))
}

/// Whether the arguments leave room for the closed internet.
fn wants_lab(arguments: &[OsString]) -> bool {
    !names_package(arguments) || arguments.iter().any(|word| word.to_string_lossy().contains(LAB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_name_packages_leave_the_others_out() {
        for (arguments, names, lab) in [
            (&[][..], false, true),
            (&["-E", "test(x)"], false, true),
            (&["-p", "ptrust-names"], true, false),
            (&["-pptrust-lab"], true, true),
            (&["--package=ptrust-lab"], true, true),
        ] {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            assert_eq!(names_package(&arguments), names, "{arguments:?}");
            assert_eq!(wants_lab(&arguments), lab, "{arguments:?}");
        }
    }
}

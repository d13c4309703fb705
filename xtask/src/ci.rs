//! `ci`: all that must hold, step by step.
//!
//! A failed step does not end the run: whoever reads the result wants to see everything at once.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::deps::edges;
use crate::process::{cargo, run as command};
use crate::test::Count;
use crate::{catalogue, deps, docs, test};

/// One finished step.
struct Step {
    /// Its name.
    name: &'static str,
    /// How long it took.
    took: Duration,
    /// Whether it held.
    held: bool,
}

/// Runs every step, then prints the table and, as the last line, the count of tests.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut steps = Vec::new();
    step(&mut steps, "format", || command(&mut cargo(root, ["fmt", "--all", "--check"])));
    step(&mut steps, "pure crates alone", || pure_crates(root));
    step(&mut steps, "clippy", || {
        let args = "clippy --locked --workspace --all-targets -- -D warnings";
        command(&mut cargo(root, args.split(' ')))
    });
    step(&mut steps, "dependencies", || deps::run(root));
    step(&mut steps, "catalogue", || catalogue::run(root, true));
    step(&mut steps, "documents", || {
        // The binary is asked which commands exist.
        command(&mut cargo(root, ["build", "--locked", "-p", "ptrust-cli"]))?;
        docs::run(root, true)
    });
    let mut count = Count::default();
    step(&mut steps, "tests", || {
        count = test::count(root, &[])?;
        ensure!(count.failed == 0, "{} tests failed", count.failed);
        Ok(())
    });

    println!();
    for step in &steps {
        let held = if step.held { "ok" } else { "FAILED" };
        println!("{:>7.1} s  {:<18} {held}", step.took.as_secs_f64(), step.name);
    }
    println!("{count}");
    let held = steps.iter().all(|step| step.held);
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one step and prints its seconds.
fn step(steps: &mut Vec<Step>, name: &'static str, run: impl FnOnce() -> Result<()>) {
    println!("\n== {name}");
    let start = Instant::now();
    let result = run();
    let took = start.elapsed();
    if let Err(error) = &result {
        println!("{name} FAILED: {error:#}");
    }
    println!("== {name}: {:.1} s", took.as_secs_f64());
    let held = result.is_ok();
    steps.push(Step { name, took, held });
}

/// Checks each pure crate alone, so that no feature that another crate turns on hides a mistake.
fn pure_crates(root: &Path) -> Result<()> {
    let pure = edges::TABLE.iter().filter(|row| row.kind == edges::Kind::Pure);
    for row in pure.filter(|row| root.join("crates").join(row.name).is_dir()) {
        let package = format!("ptrust-{}", row.name);
        command(&mut cargo(root, ["check", "--locked", "-p", &package]))?;
    }
    Ok(())
}

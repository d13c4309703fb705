//! The tasks of this repository: `cargo xtask COMMAND`.
//!
//! Nothing here is shipped. Each command is one module with one `run` function; generated files go
//! through [`generated`], so that writing and `--check` can never disagree.
#![expect(clippy::print_stdout, reason = "a task runner talks to its user on standard output")]

mod catalogue;
mod ci;
mod deps;
mod docs;
mod generated;
mod lab;
mod new_check;
mod process;
#[cfg(test)]
mod scratch;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The tasks of this repository.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The task to run.
    #[command(subcommand)]
    task: Task,
}

/// One task; the doc comments are what `cargo xtask --help` shows.
#[derive(Subcommand)]
enum Task {
    /// Write the lists of checks: the `mod.rs` files, the catalogue and docs/checks.md
    Catalogue {
        /// Write nothing; fail when a list is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// Write the two files of a new check, with placeholders that fail its page test
    NewCheck {
        /// The id, `<family>-<defect>`, such as `ptr-generic-name`
        id: String,
    },
    /// Hold the dependency rules: crate arrows, purity, licenses, lints
    Deps,
    /// Write the crate table of docs/architecture.md; verify paths, links and commands in all docs
    Docs {
        /// Write nothing; fail when the table is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// Run every test: workspace, doctests and, as root, the closed internet
    Test {
        /// Arguments for `cargo nextest run`, such as a filter; doctests are then left out
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        nextest: Vec<OsString>,
    },
    /// The closed internet: real servers in one network namespace (needs root)
    Lab {
        /// What to do with it.
        #[command(subcommand)]
        action: lab::Action,
    },
    /// Everything that must hold before a change is merged, with the seconds of each step
    Ci,
}

/// Runs the task: exit code 0 if all held, 1 otherwise, 2 for a wrong command line.
fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(code) => code,
        // Without a backtrace: what failed is a task, and the message says which.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task.
fn run(task: Task) -> anyhow::Result<ExitCode> {
    let root = workspace::root()?;
    match task {
        Task::Catalogue { check } => catalogue::run(&root, check)?,
        Task::NewCheck { id } => new_check::run(&root, &id)?,
        Task::Deps => deps::run(&root)?,
        Task::Docs { check } => docs::run(&root, check)?,
        Task::Test { nextest } => return test::run(&root, &nextest),
        Task::Lab { action } => return lab::run(&action),
        Task::Ci => return Ok(ci::run(&root)),
    }
    Ok(ExitCode::SUCCESS)
}

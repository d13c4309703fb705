//! `lab`: the closed internet of `crates/lab`, by hand.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// What to do with the closed internet.
#[derive(Subcommand)]
pub(crate) enum Action {
    /// Start the servers; they stay until `down`
    Up,
    /// Run a command inside, with the world's addresses and its resolver
    Run {
        /// The command with its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Install checkdmarc, which the tests and benchmarks compare with, and print where it is
    Checkdmarc,
    /// Stop the servers and remove the namespace
    Down,
}

/// Does it; `run` passes the command's exit code on.
pub(crate) fn run(action: &Action) -> Result<ExitCode> {
    match action {
        Action::Up => {
            ptrust_lab::up()?;
        }
        Action::Run { command } => {
            let status = ptrust_lab::run(command)?;
            // A command that a signal ended has no code.
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            return Ok(ExitCode::from(code.unwrap_or(1)));
        }
        Action::Checkdmarc => println!("{}", ptrust_lab::checkdmarc::install()?.display()),
        Action::Down => ptrust_lab::down()?,
    }
    Ok(ExitCode::SUCCESS)
}

//! The command line: reads the arguments, runs one command, and ends with its exit code.
//!
//! `main.rs` only calls [`start`]; everything is here, so that tests and fuzz targets reach it.

mod args;
mod command;
mod config;
mod output;
mod page;
mod setup;
mod suggest;
mod targets;
mod usage;

use args::{Args, Command};
use clap::{CommandFactory, FromArgMatches};
use setup::Setup;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use usage::{BUG, USAGE};

/// Whether anything panicked, tasks included.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Runs ptrust with the arguments of this process.
pub fn start() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::Relaxed);
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let message = ptrust_names::escape(panic.payload_as_str().unwrap_or("unknown"));
        anstream::eprintln!("ptrust: this is a bug, please report it: {message}{place}");
    }));
    // rustls has no built-in choice of cryptography; a second installation would be refused, and there is none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let code = std::panic::catch_unwind(run).unwrap_or(BUG);
    ExitCode::from(if PANICKED.load(Ordering::Relaxed) { BUG } else { code })
}

/// Checks the text of a configuration file; paths in it are relative to `path`.
///
/// # Errors
/// The complaint, in one line that names the file, the line and the key.
pub fn check_config(text: &str, path: &Path) -> Result<(), String> {
    config::read(text, path).map(drop).map_err(|usage| usage.to_string())
}

/// Parses and runs; errors become one line.
fn run() -> u8 {
    let parsed = Args::command().try_get_matches();
    let parsed = parsed.and_then(|matches| {
        let mut args = Args::from_arg_matches(&matches)?;
        if matches!(args.command, Command::Demo) {
            args.global.world = Some(setup::DEMO.to_owned());
        }
        args.global.leave_environment(&matches);
        Ok(args)
    });
    let Args { global, command } = match parsed {
        Ok(args) => args,
        Err(error) => return usage::report(&error),
    };
    match dispatch(global, &command) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("ptrust: {error:#}");
            USAGE
        }
    }
}

/// Runs a command.
fn dispatch(global: args::Global, command: &Command) -> anyhow::Result<u8> {
    let setup = Setup::new(global)?;
    match command {
        Command::Check(args) => command::check::run(&setup, args),
        Command::Walk(args) => command::walk::run(&setup, args),
        Command::Owner(args) => command::owner::run(&setup, args),
        Command::Lookup(args) => command::lookup::run(&setup, args),
        Command::Explain(args) => command::explain::run(&setup, args),
        Command::Checks => command::checks::run(&setup),
        Command::Schema => command::schema::run(&setup),
        Command::Demo => command::demo::run(&setup),
        Command::Completions(args) => command::completions::run(&setup, args),
        Command::Man(args) => command::man::run(&setup, args),
    }
}

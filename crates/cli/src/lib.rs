//! The command line: reads the arguments, runs one command, and ends with its exit code.
//!
//! `main.rs` only calls [`start`]; everything is here, so that tests and fuzz targets reach it.

mod args;
mod command;
mod config;
mod files;
mod lookup;
mod output;
mod page;
mod setup;
mod suggest;
mod targets;
mod usage;

use args::{Args, Command};
use clap::{CommandFactory, FromArgMatches};
use command::audit::Part;
use ptrust_report::Format;
use setup::Setup;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use usage::{BUG, UNDETERMINED, USAGE, Unwritten, Usage};

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
        let mut own = Ok(());
        if matches!(args.command, Command::Demo) {
            own = args.global.own_world(&matches);
        }
        args.global.leave_environment(&matches);
        Ok((args, own))
    });
    let (Args { global, command }, own) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage::report(&error),
    };
    let monitor = global.format == Format::Nagios && matches!(command, Command::Check(_) | Command::Demo);
    match own.map_err(anyhow::Error::from).and_then(|()| dispatch(global, &command)) {
        Ok(code) => code,
        Err(error) if error.is::<Unwritten>() => {
            anstream::eprintln!("ptrust: {error:#}");
            BUG
        }
        // A monitor reads standard output, and takes 2 for critical.
        Err(error) if monitor && error.is::<Usage>() => {
            let line = format!("PTRUST {}\n", usage::word(&format!("{error:#}")));
            // There is nobody else to tell.
            let _ = std::io::stdout().write_all(line.as_bytes());
            UNDETERMINED
        }
        Err(error) => {
            anstream::eprintln!("ptrust: {error:#}");
            USAGE
        }
    }
}

/// Runs a command.
fn dispatch(global: args::Global, command: &Command) -> anyhow::Result<u8> {
    let setup = Setup::new(global)?;
    let code = match command {
        Command::Check(args) => command::check::run(&setup, args),
        Command::Audit(args) => command::audit::run(&setup, Part::AUDIT, args),
        Command::Pool(args) => command::audit::run(&setup, Part::POOL, args),
        Command::Spf(args) => command::spf::run(&setup, args),
        Command::Dkim(args) => command::audit::run(&setup, Part::DKIM, args),
        Command::Dmarc(args) => command::audit::run(&setup, Part::DMARC, args),
        Command::Blocklists(args) => command::audit::run(&setup, Part::BLOCKLISTS, args),
        Command::Bimi(args) => command::audit::run(&setup, Part::BIMI, args),
        Command::Mx(args) => command::audit::run(&setup, Part::MX, args),
        Command::MtaSts(args) => command::audit::run(&setup, Part::MTA_STS, args),
        Command::TlsRpt(args) => command::audit::run(&setup, Part::TLS_RPT, args),
        Command::Dane(args) => command::audit::run(&setup, Part::DANE, args),
        Command::Smtp(args) => command::audit::run(&setup, Part::SMTP, args),
        Command::Imap(args) => command::audit::run(&setup, Part::IMAP, args),
        Command::Headers(args) => command::headers::run(&setup, args),
        Command::Bounce(args) => command::bounce::run(&setup, args),
        Command::DmarcReport(args) => command::reports::dmarc(&setup, args),
        Command::TlsReport(args) => command::reports::tls(&setup, args),
        Command::Walk(args) => command::walk::run(&setup, args),
        Command::Owner(args) => command::owner::run(&setup, args),
        Command::Lookup(args) => command::lookup::run(&setup, args),
        Command::Port(args) => command::port::run(&setup, args),
        Command::Generate(args) => command::generate::run(&setup, args),
        Command::Explain(args) => command::explain::run(&setup, args),
        Command::Checks => command::checks::run(&setup),
        Command::Schema => command::schema::run(&setup),
        Command::Demo => command::demo::run(&setup),
        Command::Completions(args) => command::completions::run(&setup, args),
        Command::Man(args) => command::man::run(&setup, args),
    }?;
    setup.name_unmet();
    Ok(code)
}

//! The closed internet: real servers in one network namespace.
//!
//! The namespace has only `lo`, which carries every address of the world: the real root servers, registries, holders,
//! customers, mail servers. So the unmodified program works in it with its default settings, and no packet can leave.
//! Each operator is a process of its own, so that each zone cut is a real one. The scenarios are tables in
//! `scenarios/`; [`cases()`] says what must be found.
//!
//! Two roots share one tree below them. The plain one, at the real addresses, is unsigned, since nobody here has the
//! real root's key and a program with the real trust anchor must not call the whole world bogus. The signed one serves
//! the same data under the world's own key: start there with [`signed_root_hints`] and [`trust_anchor`], and ask
//! [`VALIDATOR`].
//!
//! This crate needs root and a few Debian packages; [`up`] names those that are missing. It is not a twin of the world
//! in memory (`ptrust-world`), and nothing shipped depends on it.

use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail, ensure};

mod cases;
pub mod checkdmarc;
mod daemons;
mod host;
pub mod liar;
mod mail;
mod operators;
mod scenario;
mod scenarios;
mod sign;
mod zones;

pub use cases::{ANY, Case, Root, cases};
pub use mail::{DomainCase, domain_cases};

/// The address of the resolver in the namespace's `resolv.conf`.
pub const RESOLVER: &str = daemons::RESOLVER;
/// The address of the validating resolver, which starts at the signed root.
pub const VALIDATOR: &str = daemons::VALIDATOR;

/// Starts the world, or does nothing where it runs already; returns when every server answers.
pub fn up() -> Result<()> {
    host::require(true)?;
    let liar = match std::env::var_os("PTRUST_LAB_LIAR") {
        Some(path) => path.into(),
        None => build_liar()?,
    };
    up_with(&liar)
}

/// [`up`] with a lying server (`lab-liar`) that is built already.
pub fn up_with(liar: &Path) -> Result<()> {
    host::require(true)?;
    ensure!(liar.is_file(), "no lying server at {}", liar.display());
    let _lock = host::lock()?;
    let state = host::state_dir();
    let zones = zones::all();
    let (daemons, drafts) = daemons::plan(&state, &zones, liar)?;
    let stamp = stamp(&zones, &drafts, liar)?;
    if is_running(&state, &stamp) {
        return Ok(());
    }
    host::remove().context("failed to remove what an earlier lab left")?;
    if state.exists() {
        fs::remove_dir_all(&state).with_context(|| format!("failed to clear {}", state.display()))?;
    }
    daemons::write(&state, &zones, &drafts)?;
    let resolver = RESOLVER.parse().context("the resolver has an address")?;
    host::create(&daemons::addresses(), resolver).context("failed to make the namespace")?;
    host::approach_from_loopback(&mail::imap_addresses()).context("failed to set routes")?;
    let started =
        daemons::start(&state, &daemons).and_then(|processes| daemons::wait(&state, &daemons).map(|()| processes));
    match started {
        Ok(processes) => {
            let list: Vec<String> = processes.iter().map(u32::to_string).collect();
            fs::write(running_file(&state), format!("{stamp}\n{}\n", list.join(" ")))
                .context("failed to note the processes")
        }
        Err(error) => {
            // Half a world would only puzzle the next command; the logs stay.
            drop(host::remove());
            Err(error)
        }
    }
}

/// Runs a command inside the namespace, with its `resolv.conf`, and waits for it.
pub fn run(command: &[OsString]) -> Result<ExitStatus> {
    let [program, arguments @ ..] = command else { bail!("no command to run in the lab") };
    inside(program)?.args(arguments).status().context("failed to start ip")
}

/// A command inside the namespace, to be given arguments and run. It trusts the world's authority alone, if it heeds
/// `SSL_CERT_FILE`, as OpenSSL and rustls do.
pub fn inside(program: impl AsRef<std::ffi::OsStr>) -> Result<Command> {
    host::require(false)?;
    ensure!(host::exists(), "the lab is not up: cargo xtask lab up");
    let mut command = host::inside(program);
    command.env("SSL_CERT_FILE", authority());
    Ok(command)
}

/// Ends every process of the world and removes the namespace; nothing to do is no error.
pub fn down() -> Result<()> {
    host::require(false)?;
    let _lock = host::lock()?;
    host::remove()?;
    let running = running_file(&host::state_dir());
    if running.exists() {
        fs::remove_file(&running).with_context(|| format!("failed to remove {}", running.display()))?;
    }
    Ok(())
}

/// Whether this process may start the lab: tests skip, aloud, where it may not.
pub fn is_possible() -> bool {
    host::is_root()
}

/// Root hints of the plain root, the same as the real ones.
pub fn root_hints() -> PathBuf {
    host::state_dir().join("root.hints")
}

/// Root hints of the signed root.
pub fn signed_root_hints() -> PathBuf {
    host::state_dir().join("signed-root.hints")
}

/// The signed root's DS record, in zone-file form.
pub fn trust_anchor() -> PathBuf {
    host::state_dir().join("trust-anchor.zone")
}

/// The certificate of the world's authority, in PEM; [`run`] and [`inside`] make programs trust it.
pub fn authority() -> PathBuf {
    mail::authority(&host::state_dir())
}

/// The note of what runs.
fn running_file(state: &Path) -> PathBuf {
    state.join("running")
}

/// A value that changes with anything that would make another world.
fn stamp(zones: &[zones::Zone], drafts: &[daemons::Draft], liar: &Path) -> Result<String> {
    let program = fs::metadata(liar).with_context(|| format!("failed to look at {}", liar.display()))?;
    let mut hasher = DefaultHasher::new();
    drafts.hash(&mut hasher);
    for zone in zones {
        (zone.server.folder(), &zone.origin, &zone.lines, format!("{:?}", zone.signing)).hash(&mut hasher);
    }
    program.modified().ok().hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// Whether the same world runs, with none of its processes lost.
fn is_running(state: &Path, stamp: &str) -> bool {
    let Ok(note) = fs::read_to_string(running_file(state)) else {
        return false;
    };
    let Some((noted, processes)) = note.split_once('\n') else {
        return false;
    };
    if noted != stamp || !host::exists() {
        return false;
    }
    let alive = host::processes().unwrap_or_default();
    let mut processes = processes.split_whitespace().map(str::parse);
    processes.all(|process| process.is_ok_and(|process| alive.contains(&process)))
}

/// Builds the lying server beside the program that runs this; Cargo knows whether there is anything to do.
fn build_liar() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--bin", "lab-liar", "--manifest-path"]).arg(manifest);
    host::output(&mut build).context("failed to build the lying server")?;
    Ok(host::target_dir().join("debug/lab-liar"))
}

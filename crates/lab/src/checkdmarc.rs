//! checkdmarc, the peer that judges the same worlds: a Python package in a virtual environment of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::host::{self, command, output};

/// The version whose answers `docs/compared.md` explains.
pub const VERSION: &str = "6.0.4";
/// Seconds that it may take with one domain; a greeting without end holds it up for as long as it is let.
const PATIENCE: &str = "20";
/// Seconds that it waits for one DNS answer: its default of two is short for a cold resolver.
const DNS_TIMEOUT: &str = "5";

/// The environment's folder, which outlives the world: installing takes longer than starting the world.
fn environment() -> PathBuf {
    host::target_dir().join(format!("checkdmarc-{VERSION}"))
}

/// The program, installed from the package index unless it is there; call it outside the namespace.
pub fn install() -> Result<PathBuf> {
    let folder = environment();
    let program = folder.join("bin/checkdmarc");
    let done = folder.join("installed");
    if done.exists() {
        return Ok(program);
    }
    let _lock = host::lock()?;
    if !done.exists() {
        output(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            .context("failed to make an environment: apt-get install python3-venv")?;
        let mut pip = Command::new(folder.join("bin/python"));
        output(pip.args(["-m", "pip", "install", "--quiet", &format!("checkdmarc=={VERSION}")]))
            .context("failed to install checkdmarc")?;
        fs::write(&done, "").with_context(|| format!("failed to write {}", done.display()))?;
    }
    Ok(program)
}

/// What it says about a domain, in JSON: under the signed root, with the servers of the world as they are. An error where
/// it gives up, or does not end.
pub fn ask(domain: &str) -> Result<String> {
    let program = install()?;
    let mut command = crate::inside("timeout")?;
    command.arg(PATIENCE).arg(program).args(["-n", crate::VALIDATOR, "-t", DNS_TIMEOUT, "--check-mx-tls", domain]);
    // Its HTTP client asks another variable than OpenSSL does.
    command.env("REQUESTS_CA_BUNDLE", crate::authority());
    output(&mut command).with_context(|| format!("checkdmarc gave up on {domain}"))
}

//! What the tests need besides cargo: nextest, and the servers of the closed internet.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, program, quiet_output, run, succeeds};

/// The Debian packages of the closed internet.
const SERVERS: [&str; 12] = [
    "bind9-dnsutils",
    "dovecot-imapd",
    "iproute2",
    "knot",
    "ldnsutils",
    "nginx",
    "nsd",
    "openssl",
    "postfix",
    "python3-venv",
    "rbldnsd",
    "unbound",
];

/// Debian's switch for services that packages start when they are installed.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs cargo-nextest unless it is there.
pub(super) fn nextest(root: &Path) -> Result<()> {
    if succeeds(&mut cargo(root, ["nextest", "--version"])) {
        return Ok(());
    }
    println!("cargo-nextest is not installed; building it takes some minutes");
    let args = "install cargo-nextest --locked --no-default-features --features default-no-update";
    run(&mut cargo(root, args.split(' ')))
}

/// Installs the packages that are missing. Needs root and Debian.
pub(super) fn servers(root: &Path) -> Result<()> {
    let missing: Vec<&str> = SERVERS.into_iter().filter(|package| !installed(root, package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(", "));
    // The lab starts its own servers: one of the system's would only take ports and addresses.
    let _policy = Policy::set()?;
    leave_postfix_alone(root)?;
    for args in [&["update"][..], &["install", "-y", "--no-install-recommends"]] {
        let mut command = program(root, "apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        if args.len() > 1 {
            command.args(&missing);
        }
        run(command.arg("-q"))?;
    }
    Ok(())
}

/// Whether dpkg knows the package as installed.
fn installed(root: &Path, package: &str) -> bool {
    let mut query = program(root, "dpkg-query");
    query.args(["-W", "-f", "${Status}", package]);
    // A package that dpkg does not know makes it fail; one that was removed has another status.
    quiet_output(&mut query).is_ok_and(|status| status.ends_with("ok installed"))
}

/// Answers postfix's question about the kind of site, so that it installs without a configuration.
fn leave_postfix_alone(root: &Path) -> Result<()> {
    let mut child = program(root, "debconf-set-selections")
        .stdin(Stdio::piped())
        .spawn()
        .context("failed to start debconf-set-selections")?;
    let mut input = child.stdin.take().context("no standard input to write")?;
    input.write_all(b"postfix postfix/main_mailer_type select No configuration\n")?;
    drop(input);
    ensure!(child.wait()?.success(), "debconf-set-selections failed");
    Ok(())
}

/// Keeps packages from starting services while it lives.
struct Policy(Option<PathBuf>);

impl Policy {
    /// Sets the policy, unless the system has one of its own.
    fn set() -> Result<Self> {
        let path = PathBuf::from(POLICY);
        if path.exists() {
            return Ok(Self(None));
        }
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(&path)
            .and_then(|mut file| {
                // 101 is "action forbidden by policy".
                file.write_all(b"#!/bin/sh\nexit 101\n")?;
                file.set_permissions(fs::Permissions::from_mode(0o755))
            })
            .with_context(|| format!("failed to write {POLICY}"))?;
        Ok(Self(Some(path)))
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = fs::remove_file(&path)
        {
            println!("WARNING: remove {POLICY} by hand: {error}");
        }
    }
}

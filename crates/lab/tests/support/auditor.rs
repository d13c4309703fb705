//! The program under test where it audits, and how it is asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ptrust_lab::DomainCase;

use super::support::{lab, ptrust, skipped, with_signed_root};

/// The program, where it audits; says aloud why not.
pub(crate) fn auditor() -> Option<PathBuf> {
    let ptrust = ptrust().filter(|_| lab())?;
    let help = ptrust_lab::inside(&ptrust).expect("the lab is up").args(["audit", "--help"]).output();
    if help.is_ok_and(|help| help.status.success()) {
        return Some(ptrust);
    }
    skipped("needs a ptrust that audits");
    None
}

/// The audit of a domain under the signed root.
pub(crate) fn audit(ptrust: &Path, case: &DomainCase) -> Command {
    let mut command = ptrust_lab::inside(ptrust).expect("the lab is up");
    command.args(["audit", &case.domain, "--format", "json"]).stdin(Stdio::null());
    with_signed_root(&mut command);
    command
}

//! `catalogue`: the lists of checks, written from the folders that hold them.
//!
//! A check is two files, `crates/checks/src/<family>/<defect>.rs` and `.md`; everything that must
//! name all checks is generated here, so that adding one never means editing a list.

mod entry;
mod families;
mod render;

use std::path::Path;

use anyhow::{Context, Result};

use crate::generated::Files;
pub(crate) use entry::Entry;
pub(crate) use families::{Family, folder_of, scan};

/// The folder of the family folders.
pub(crate) const SOURCE: &str = "crates/checks/src";

/// How to bring the lists up to date.
const COMMAND: &str = "cargo xtask catalogue";

/// Writes the lists or, with `check`, fails when they are not what would be written.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    files(root)?.settle(root, check, COMMAND)
}

/// Everything the command writes.
fn files(root: &Path) -> Result<Files> {
    let families = scan(root)?;
    let library = std::fs::read_to_string(root.join(SOURCE).join("lib.rs"))
        .with_context(|| format!("failed to read {SOURCE}/lib.rs"))?;
    render::files(root, &families, &library)
}

/// All checks, in the order of the catalogue.
#[cfg(test)]
fn ids(families: &[Family]) -> Vec<&str> {
    families.iter().flat_map(Family::checks).map(|(_, entry)| entry.id.as_str()).collect()
}

#[cfg(test)]
mod tests;

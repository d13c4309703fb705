//! `lab-liar FOLDER`: the lying server as a process of the closed internet.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// Serves the folder given as the only argument until killed.
fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("usage: lab-liar FOLDER")?;
    ptrust_lab::liar::serve(&folder)
}

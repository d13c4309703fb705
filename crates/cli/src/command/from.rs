//! Sending addresses from files: lists, logs, messages, reports.

use ptrust_facts::Sighting;
use std::path::PathBuf;

/// The addresses in the files.
pub(crate) fn sightings(_command: &str, _files: &[PathBuf]) -> anyhow::Result<Vec<Sighting>> {
    Ok(Vec::new())
}

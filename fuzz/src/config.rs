//! Configuration files.

use crate::invariant::check_text;
use ptrust_cli::check_config;
use std::path::Path;

/// Octets of an error besides what it quotes.
const MAX_ERROR: usize = 400;

/// The input is the text of a file.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(complaint) = check_config(&text, Path::new("config.toml")) {
        check_text(&complaint);
        assert!(complaint.starts_with("config.toml"), "{complaint}: which file?");
        let longest = text.lines().map(str::len).max().unwrap_or(0);
        assert!(complaint.len() <= MAX_ERROR + 8 * longest, "a complaint longer than its line");
    }
}

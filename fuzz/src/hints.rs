//! Root hints and trust anchors.

use crate::invariant::{check_name, check_text};
use ptrust_names::RecordType;
use ptrust_observe::chain::check_anchors;
use ptrust_observe::net::hints::parse_root_hints;
use std::fmt::Write;

/// Octets of a hints file at most, as `hints` says.
const MAX_TEXT: usize = 64 * 1024;
/// Addresses at most, as `hints` says.
const MAX_HINTS: usize = 64;

/// The input is the text of a file.
pub fn hints(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match parse_root_hints(&text) {
        Ok(hints) => {
            assert!(!hints.is_empty() && hints.len() <= MAX_HINTS, "too many hints");
            assert!(text.len() <= MAX_TEXT, "a long file was read");
            for hint in &hints {
                check_name(&hint.name);
            }
            // What was read can be written and read again.
            let mut again = String::new();
            for hint in &hints {
                let (name, rtype) = (hint.name.absolute(), RecordType::address_of(hint.address));
                let written = writeln!(again, ". NS {name}\n{name} {rtype} {}", hint.address);
                written.expect("strings take everything");
            }
            // A name with an escaped semicolon is legal, and hints take the semicolon for a comment.
            if !again.contains("\\;") {
                assert_eq!(parse_root_hints(&again).as_ref(), Ok(&hints));
            }
        }
        Err(error) => check_text(&error.to_string()),
    }
    let _ = check_anchors(&text);
}

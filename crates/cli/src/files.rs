//! Files named on the command line, read within a limit.

use crate::usage::Usage;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Octets of a file that are read at most: what large receivers take for a message with its attachments, and weeks of a
/// small server's log.
const MAX_FILE: u64 = 64 << 20;

/// The octets of a file, or of standard input for `-`; `what` is the command or option that names it.
pub(crate) fn read(what: &str, path: &Path) -> Result<Vec<u8>, Usage> {
    let error = |error: &dyn std::fmt::Display| Usage(format!("{what} {}: {error}", path.display()));
    let mut octets = Vec::new();
    let limited = |input: &mut dyn Read, octets: &mut Vec<u8>| input.take(MAX_FILE + 1).read_to_end(octets);
    let read = if path == Path::new("-") {
        limited(&mut io::stdin().lock(), &mut octets)
    } else {
        File::open(path).and_then(|mut file| limited(&mut file, &mut octets))
    };
    read.map_err(|fault| error(&fault))?;
    if octets.len() as u64 > MAX_FILE {
        return Err(error(&format!("larger than {} MiB", MAX_FILE >> 20)));
    }
    Ok(octets)
}

/// An error with its causes, in one line: `failed to unpack the report: the packed data is damaged`.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

//! Errors of usage and configuration: one line that names the option and the fix, exit code 2.

use clap::error::ErrorKind;

/// Exit code of usage and configuration errors.
pub(crate) const USAGE: u8 = 2;
/// Exit code where something could not be determined.
pub(crate) const UNDETERMINED: u8 = 3;
/// Exit code of a bug, and of output that could not be written (EX_SOFTWARE of sysexits.h).
pub(crate) const BUG: u8 = 70;

/// Standard output could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write")]
pub(crate) struct Unwritten(#[from] pub(crate) std::io::Error);

/// What is wrong with how ptrust was called, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", ptrust_names::escape(.0))]
pub(crate) struct Usage(pub(crate) String);

/// A line as a monitor reads it: UNKNOWN, without the sign that starts performance data.
pub(crate) fn word(line: &str) -> String {
    format!("UNKNOWN - {}", ptrust_names::escape(line).replace('|', "/"))
}

/// Writes what clap says: help and version as they are, errors in one line. Returns the exit code.
pub(crate) fn report(error: &clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Help into a closed pipe is no error.
            let _ = error.print();
            0
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            anstream::eprintln!("ptrust: no command given; try ptrust check ADDRESS, ptrust demo or ptrust --help");
            USAGE
        }
        _ => {
            anstream::eprintln!("ptrust: {}", ptrust_names::escape(&one_line(&error.to_string())));
            USAGE
        }
    }
}

/// Clap's message without its usage text, in one line.
fn one_line(text: &str) -> String {
    let useful = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let mut said = String::new();
    for line in useful.filter(|line| !line.is_empty() && !line.starts_with("For more information")) {
        let line = line.trim_start_matches("error: ");
        let line = line.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(line);
        if !said.is_empty() {
            said.push_str(if said.ends_with(':') { " " } else { "; " });
        }
        said.push_str(line);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn messages_of_clap_become_one_line() {
        let text = "error: invalid value 'xml' for '--format <FORMAT>'\n  [possible values: text, json]\n\n  \
                    tip: some\n\nUsage: ptrust\n\nFor more information, try '--help'.\n";
        assert_eq!(
            one_line(text),
            "invalid value 'xml' for '--format <FORMAT>'; possible values: text, json; tip: some"
        );
        let text = "error: the following required arguments were not provided:\n  <ID>\n\nUsage: x\n";
        assert_eq!(one_line(text), "the following required arguments were not provided: <ID>");
    }
}

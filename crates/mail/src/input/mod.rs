//! Any file that names addresses mail was sent from: what it is, and which addresses those are.

mod sources;

pub use sources::{Evidence, InputFault, Options, Source, Sources, sending_addresses};

use crate::log::{LogKind, is_line_of, list};
use crate::message::{Header, split};
use crate::report::{Format, format, unpack};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Octets at the start of a file that tell its kind.
const HEAD: usize = 64 << 10;
/// Lines at the start of a file that tell its kind: logs of a whole system have much else in them.
const LINES: usize = 500;
/// Fields at the start of a header that tell a message.
const FIELDS: usize = 64;
/// Fields of which one stands in every message, also in a part that somebody pasted.
const KNOWN: [&str; 12] = [
    "arc-seal",
    "authentication-results",
    "date",
    "delivered-to",
    "dkim-signature",
    "from",
    "message-id",
    "received",
    "received-spf",
    "return-path",
    "subject",
    "to",
];

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A plain list of addresses, or a table with them in the first column.
    AddressList,
    /// A DMARC aggregate report.
    DmarcReport,
    /// A main log of Exim.
    EximLog,
    /// A message.
    Message,
    /// A log with lines of Postfix.
    PostfixLog,
    /// A TLS report.
    TlsReport,
    /// Something else.
    Unknown,
}

/// Tells what a file is, by what it starts with; of a packed one, by what is in it. A report in a message is a message
/// here.
pub fn sniff(bytes: &[u8]) -> Kind {
    unpack(bytes).map_or(Kind::Unknown, |content| sniff_content(&content))
}

/// Tells what an unpacked content is.
fn sniff_content(content: &[u8]) -> Kind {
    match format(content) {
        Some(Format::Xml) => return Kind::DmarcReport,
        Some(Format::Json) => return Kind::TlsReport,
        None => {}
    }
    let head = content.get(..HEAD).unwrap_or(content);
    // Names of fields stand in front of colons, where times of logs and IPv6 addresses have numbers.
    if split(head).is_ok_and(|header| is_message(&header)) {
        return Kind::Message;
    }
    let text = String::from_utf8_lossy(head);
    let (mut entries, mut others) = (0usize, 0usize);
    for line in text.lines().take(LINES) {
        if is_line_of(LogKind::Postfix, line) {
            return Kind::PostfixLog;
        }
        if is_line_of(LogKind::Exim, line) {
            return Kind::EximLog;
        }
        match list::is_entry(line) {
            Some(true) => entries += 1,
            Some(false) => others += 1,
            None => {}
        }
    }
    // A table has a heading, and a list may have a slip; most lines of it are addresses.
    if entries > 0 && entries >= others { Kind::AddressList } else { Kind::Unknown }
}

/// Whether a header is one of mail.
fn is_message(header: &Header<'_>) -> bool {
    header.fields.iter().take(FIELDS).any(|field| KNOWN.iter().any(|known| field.is(known)))
}

#[cfg(test)]
mod tests;

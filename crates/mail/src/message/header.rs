//! The header of a message, split into fields with their places (RFC 5322 2.2).
//!
//! The octets are the truth: nothing is decoded or unfolded here, so a signature can be checked over what was read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Octets of a header that are read. No mail server takes more than a few hundred KiB; 1 MiB leaves room for ARC chains.
pub const MAX_HEADER: usize = 1 << 20;
/// Fields of a header that are read: a hundred hops (RFC 5321 6.3) with a dozen fields each.
pub const MAX_FIELDS: usize = 2_000;
/// Octets of a field name: a line at most (RFC 5322 2.1.1).
const MAX_NAME: usize = 998;
/// Faults that are kept; the rest says nothing new.
pub(super) const MAX_FAULTS: usize = 100;

/// What is wrong with a header, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("at octet {at}: {kind}")]
pub struct MessageFault {
    /// Octets from the start of the file.
    pub at: usize,
    /// What is wrong there.
    pub kind: MessageFaultKind,
}

/// What can be wrong with a message that is still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MessageFaultKind {
    /// A value that is not what its field defines.
    #[error("the field's value cannot be read")]
    BadValue,
    /// A line that is neither a field nor the continuation of one.
    #[error("the line is not a header field")]
    NotField,
    /// A field that may stand once stands again (RFC 5322 3.6).
    #[error("the field stands more than once")]
    Repeated,
    /// The header is longer than what is read of it.
    #[error("the header is longer than {MAX_HEADER} octets")]
    TooLong,
    /// More fields than are read.
    #[error("the header has more than {MAX_FIELDS} fields")]
    TooManyFields,
}

/// Text that is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no header field at octet {at}: not a message")]
pub struct NotMessage {
    /// Octets from the start of the file.
    pub at: usize,
}

/// One header field as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Octets from the start of the file to the name.
    pub at: usize,
    /// The name as written: printable ASCII without a colon.
    pub name: &'a str,
    /// Everything after the colon, folds included, without the line end.
    pub value: &'a [u8],
    /// Octets from the start of the file to the value.
    pub value_at: usize,
    /// The whole field with its line ends, as a signature covers it.
    pub raw: &'a [u8],
}

impl Field<'_> {
    /// Whether the field has this name; names are compared without case (RFC 5322 1.2.2).
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Where the whole field stands in the file.
    pub fn span(&self) -> Range<usize> {
        self.at..self.at + self.raw.len()
    }

    /// The value on one line (RFC 5322 2.2.3): line ends removed, octets that are no UTF-8 replaced, ends trimmed. The
    /// text is as hostile as before and is escaped where it is shown.
    pub fn unfolded(&self) -> String {
        let text = String::from_utf8_lossy(self.value);
        text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect::<String>().trim().to_owned()
    }
}

/// The fields of a header, from top to bottom, and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// The fields.
    pub fields: Vec<Field<'a>>,
    /// Octets from the start of the file to the body; the length of the file when there is none.
    pub body_at: usize,
    /// Lines that could not be read, and limits that were met.
    pub faults: Vec<MessageFault>,
}

impl<'a> Header<'a> {
    /// The fields of this name, from top to bottom.
    pub fn named<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h Field<'a>> + use<'h, 'a> {
        let name = name.to_owned();
        self.fields.iter().filter(move |field| field.is(&name))
    }

    /// Notes a fault, while there is room.
    fn fault(&mut self, at: usize, kind: MessageFaultKind) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(MessageFault { at, kind });
        }
    }
}

/// Splits a message into header fields. Lines may end in CRLF or LF; a byte order mark, empty lines and the "From " line
/// of a mailbox file (RFC 4155) may stand in front.
///
/// # Errors
/// When the first line is not a header field.
pub fn split(bytes: &[u8]) -> Result<Header<'_>, NotMessage> {
    let mut header = Header { body_at: bytes.len(), ..Header::default() };
    let mut at = preamble(bytes);
    while let Some(line) = line_at(bytes, at) {
        let text = trim_line_end(line);
        if text.is_empty() {
            header.body_at = at + line.len();
            break;
        }
        if at + line.len() > MAX_HEADER {
            header.fault(at, MessageFaultKind::TooLong);
            break;
        }
        let start = at;
        at += line.len();
        while let Some(more) = line_at(bytes, at).filter(|more| is_continuation(more) && at < MAX_HEADER) {
            at += more.len();
        }
        let raw = bytes.get(start..at).unwrap_or_default();
        match field(start, raw) {
            Some(_) if header.fields.len() >= MAX_FIELDS => {
                header.fault(start, MessageFaultKind::TooManyFields);
                break;
            }
            Some(field) => header.fields.push(field),
            None if header.fields.is_empty() => return Err(NotMessage { at: start }),
            None => header.fault(start, MessageFaultKind::NotField),
        }
    }
    if header.fields.is_empty() { Err(NotMessage { at }) } else { Ok(header) }
}

/// How many octets stand before the first field: byte order mark, empty lines, "From " line.
fn preamble(bytes: &[u8]) -> usize {
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while let Some(line) = line_at(bytes, at)
        && at < MAX_HEADER
        && (trim_line_end(line).is_empty() || line.starts_with(b"From ") || line.starts_with(b">From "))
    {
        at += line.len();
    }
    at
}

/// The line that starts at an offset, with its end; `None` at the end of the file.
fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    rest.get(..end)
}

/// A line without CR and LF at its end.
fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line continues the field above it. A line of white space alone does too (RFC 5322 4.2 obs-FWS).
fn is_continuation(line: &[u8]) -> bool {
    line.first().is_some_and(|first| matches!(first, b' ' | b'\t')) && !trim_line_end(line).is_empty()
}

/// Reads the lines of one field; `None` when they are none. White space before the colon is old syntax (RFC 5322 4.5).
fn field(at: usize, raw: &[u8]) -> Option<Field<'_>> {
    let colon = raw.iter().take(MAX_NAME).position(|byte| *byte == b':')?;
    let (name, rest) = raw.split_at_checked(colon)?;
    let name = std::str::from_utf8(name).ok()?.trim_end_matches([' ', '\t']);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let value = trim_line_end(rest.get(1..)?);
    Some(Field { at, name, value, value_at: at + colon + 1, raw })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_keep_their_places() {
        let bytes = b"From mbox Mon\nSubject: a\n b\r\nX: \xff\r\nbroken line\nTo : c\r\n\r\nbody: no";
        let header = split(bytes).expect("a message");
        let read: Vec<_> = header.fields.iter().map(|field| (field.name, field.unfolded())).collect();
        let expected = [("Subject", "a b"), ("X", "\u{fffd}"), ("To", "c")];
        assert_eq!(read, expected.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(header.faults, [MessageFault { at: 35, kind: MessageFaultKind::NotField }]);
        assert_eq!(&bytes[header.body_at..], b"body: no");
        for field in &header.fields {
            assert_eq!(&bytes[field.span()], field.raw);
            assert!(bytes[field.value_at..].starts_with(field.value));
        }
    }

    #[test]
    fn limits_are_told() {
        let many = b"A: b\n".repeat(MAX_FIELDS + 1);
        let header = split(&many).expect("a message");
        assert_eq!(header.fields.len(), MAX_FIELDS);
        assert_eq!(header.faults.last().map(|fault| fault.kind), Some(MessageFaultKind::TooManyFields));
        let mut long = b"A: b\nB:".to_vec();
        long.resize(MAX_HEADER + 10, b'x');
        assert_eq!(split(&long).expect("a message").faults[0].kind, MessageFaultKind::TooLong);
    }

    #[test]
    fn other_text_is_no_message() {
        assert_eq!(split(b""), Err(NotMessage { at: 0 }));
        assert_eq!(split(b"203.0.113.5\n"), Err(NotMessage { at: 0 }));
        assert_eq!(split(b"\n\n: x\n"), Err(NotMessage { at: 2 }));
    }

    proptest! {
        #[test]
        fn fields_lie_in_the_file_in_order(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(header) = split(&bytes) {
                let mut end = 0;
                for field in &header.fields {
                    prop_assert!(field.at >= end);
                    prop_assert_eq!(bytes.get(field.span()), Some(field.raw));
                    end = field.span().end;
                }
                prop_assert!(header.body_at <= bytes.len());
            }
        }
    }
}

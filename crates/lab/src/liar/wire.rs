//! Just enough of the DNS wire format, by hand: a library would not let us write what must not be written.

use anyhow::{Context, Result, bail};

/// Response bit.
pub(super) const QR: u16 = 0x8000;
/// Authoritative answer.
pub(super) const AA: u16 = 0x0400;
/// Recursion desired, copied from the query.
pub(super) const RD: u16 = 0x0100;
/// Recursion available.
pub(super) const RA: u16 = 0x0080;
/// Server failure.
pub(super) const SERVFAIL: u16 = 2;
/// Name error.
pub(super) const NXDOMAIN: u16 = 3;
/// Refused.
pub(super) const REFUSED: u16 = 5;

/// Record types the lab writes.
const TYPES: [(&str, u16); 7] = [("A", 1), ("NS", 2), ("CNAME", 5), ("SOA", 6), ("PTR", 12), ("TXT", 16), ("AAAA", 28)];
/// Size of a message header.
const HEADER: usize = 12;

/// A query, as far as we read it.
#[derive(Debug)]
pub(super) struct Query {
    /// Message id.
    pub(super) id: u16,
    /// Header flags.
    pub(super) flags: u16,
    /// The question's name in wire form, as asked.
    pub(super) name: Vec<u8>,
    /// The question's type.
    pub(super) kind: u16,
}

impl Query {
    /// The first question of a message; `None` for anything that is no query.
    pub(super) fn parse(message: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
        if word(2)? & QR != 0 || word(4)? == 0 {
            return None;
        }
        let mut at = HEADER;
        loop {
            let length = usize::from(*message.get(at)?);
            // A question starts the message, so no pointer can stand in it.
            if length > 63 {
                return None;
            }
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
        Some(Self { id: word(0)?, flags: word(2)?, name: message[HEADER..at].to_vec(), kind: word(at)? })
    }
}

/// A record in wire form.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Owner, wire form, lower case.
    pub(super) owner: Vec<u8>,
    /// Type.
    pub(super) kind: u16,
    /// Data, wire form, uncompressed.
    pub(super) data: Vec<u8>,
}

impl Record {
    /// One line `OWNER TYPE DATA`, names absolute.
    pub(super) fn parse(line: &str) -> Result<Self> {
        let mut words = line.split_whitespace();
        let mut word = || words.next().with_context(|| format!("record is cut short: {line}"));
        let owner = name(word()?)?.to_ascii_lowercase();
        let kind = kind(word()?)?;
        let data = match kind {
            1 => word()?.parse::<std::net::Ipv4Addr>()?.octets().to_vec(),
            28 => word()?.parse::<std::net::Ipv6Addr>()?.octets().to_vec(),
            6 => {
                let mut data = name(word()?)?;
                data.extend(name(word()?)?);
                for _ in 0..5 {
                    data.extend(word()?.parse::<u32>()?.to_be_bytes());
                }
                data
            }
            16 => {
                let text = word()?.trim_matches('"').as_bytes();
                let mut data = vec![u8::try_from(text.len())?];
                data.extend(text);
                data
            }
            _ => name(word()?)?,
        };
        Ok(Self { owner, kind, data })
    }

    /// Appends the record with its owner in full.
    pub(super) fn write(&self, message: &mut Vec<u8>) {
        self.write_as(&self.owner, message);
    }

    /// Appends the record under other bytes for its owner.
    pub(super) fn write_as(&self, owner: &[u8], message: &mut Vec<u8>) {
        message.extend(owner);
        message.extend(self.kind.to_be_bytes());
        message.extend(1_u16.to_be_bytes());
        message.extend(300_u32.to_be_bytes());
        // Data are parsed from short text lines, far below the limit.
        message.extend(u16::try_from(self.data.len()).unwrap_or(u16::MAX).to_be_bytes());
        message.extend(&self.data);
    }
}

/// The number of a type's name.
pub(super) fn kind(word: &str) -> Result<u16> {
    let row = TYPES.iter().find(|(name, _)| *name == word);
    row.map(|(_, kind)| *kind).with_context(|| format!("type {word} is not known to the lying server"))
}

/// An absolute presentation name without escapes, in wire form.
pub(super) fn name(text: &str) -> Result<Vec<u8>> {
    let Some(text) = text.strip_suffix('.') else { bail!("name {text} is not absolute") };
    let mut wire = Vec::with_capacity(text.len() + 2);
    for label in text.split('.').filter(|label| !label.is_empty()) {
        wire.push(u8::try_from(label.len()).ok().filter(|length| *length <= 63).context("label is too long")?);
        wire.extend(label.as_bytes());
    }
    wire.push(0);
    Ok(wire)
}

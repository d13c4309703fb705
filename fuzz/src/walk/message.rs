//! Replies, put together record by record.

use ptrust_names::{Name, RecordType};

/// Octets of the header.
const HEADER: usize = 12;
/// Octets of type and class behind a question's name.
const TYPE_AND_CLASS: usize = 4;
/// A message's size at most.
const MAX_SIZE: usize = 65_535;

/// Flag bits of the header's second word.
pub(super) mod flag {
    /// Response.
    pub(in crate::walk) const QR: u16 = 0x8000;
    /// Authoritative answer.
    pub(in crate::walk) const AA: u16 = 0x0400;
    /// Truncated.
    pub(in crate::walk) const TC: u16 = 0x0200;
    /// Recursion available.
    pub(in crate::walk) const RA: u16 = 0x0080;
}

/// Sections of records.
#[derive(Clone, Copy, Debug)]
pub(super) enum Section {
    /// What was asked for.
    Answer,
    /// Name servers, or the SOA of a denial.
    Authority,
    /// Addresses of name servers.
    Additional,
}

impl Section {
    /// All of them, in order.
    pub(super) const ALL: [Self; 3] = [Self::Answer, Self::Authority, Self::Additional];
}

/// A reply under construction.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    flags: u16,
    /// Id and question section of the query.
    id: [u8; 2],
    question: Vec<u8>,
    sections: [(u16, Vec<u8>); 3],
}

impl Draft {
    /// A reply to a query of ours, whose name is not compressed.
    pub(super) fn new(query: &[u8], flags: u16) -> Self {
        let section = query.get(HEADER..).unwrap_or_default();
        let mut end = 0;
        while let Some(length) = section.get(end).filter(|length| **length > 0) {
            end += 1 + usize::from(*length);
        }
        Self {
            flags: flags | flag::QR,
            id: query.first_chunk().copied().unwrap_or_default(),
            question: section.get(..=end + TYPE_AND_CLASS).unwrap_or_default().to_vec(),
            sections: Default::default(),
        }
    }

    /// The name that was asked for.
    pub(super) fn name(&self) -> Name {
        let end = self.question.len().saturating_sub(TYPE_AND_CLASS);
        Name::from_wire(self.question.get(..end).unwrap_or_default()).expect("our names")
    }

    /// The type that was asked for.
    pub(super) fn rtype(&self) -> RecordType {
        let at = self.question.len().saturating_sub(TYPE_AND_CLASS);
        let octets = self.question.get(at..at + 2).unwrap_or_default();
        RecordType(u16::from_be_bytes(octets.try_into().unwrap_or_default()))
    }

    /// Adds a record, unless the message is full.
    pub(super) fn record(&mut self, section: Section, owner: &[u8], rtype: RecordType, ttl: u32, rdata: &[u8]) {
        let full: usize = self.sections.iter().map(|(_, octets)| octets.len()).sum();
        let more = owner.len() + 10 + rdata.len();
        if HEADER + self.question.len() + full + more > MAX_SIZE {
            return;
        }
        let Some((count, octets)) = self.sections.get_mut(section as usize) else {
            return;
        };
        *count += 1;
        octets.extend(owner);
        octets.extend(rtype.0.to_be_bytes());
        octets.extend(1u16.to_be_bytes());
        octets.extend(ttl.to_be_bytes());
        octets.extend(u16::try_from(rdata.len()).unwrap_or(0).to_be_bytes());
        octets.extend(rdata);
    }

    /// The message in wire form.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut message = self.head([1, self.sections[0].0, self.sections[1].0, self.sections[2].0]);
        for (_, octets) in &self.sections {
            message.extend(octets);
        }
        message
    }

    /// A message with these counts and octets behind the question, whatever they are.
    pub(super) fn raw(self, counts: [u16; 3], rest: &[u8]) -> Vec<u8> {
        let mut message = self.head([1, counts[0], counts[1], counts[2]]);
        message.extend(rest);
        message
    }

    /// Header and question.
    fn head(&self, counts: [u16; 4]) -> Vec<u8> {
        let mut message = Vec::with_capacity(512);
        message.extend(self.id);
        message.extend(self.flags.to_be_bytes());
        for count in counts {
            message.extend(count.to_be_bytes());
        }
        message.extend(&self.question);
        message
    }
}

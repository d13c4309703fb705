//! DNS messages as a server reads and writes them.

use crate::rr::Rr;
use domain::base::Message;
use domain::base::iana::{Class, Opcode};
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::wire::{EDNS_SIZE, rcode};
use std::collections::BTreeMap;

/// A UDP answer at most, without EDNS (RFC 1035 2.3.4).
const PLAIN_SIZE: usize = 512;
/// A message over TCP at most.
const TCP_SIZE: usize = 65_535;
/// Octets before the question.
pub(crate) const HEADER: usize = 12;
/// The OPT record that answers a query with one: root name, type, class, TTL, no options.
const OPT_SIZE: usize = 11;

/// A query, read.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Its id.
    pub(crate) id: u16,
    /// RD.
    pub(crate) recurse: bool,
    /// CD.
    pub(crate) unchecked: bool,
    /// UDP size of its OPT record, when it has one.
    pub(crate) edns: Option<u16>,
    /// DO.
    pub(crate) dnssec: bool,
    /// The question.
    pub(crate) question: Question,
    /// The question section as it came, since letters are echoed in their case.
    pub(crate) octets: Vec<u8>,
    /// What is wrong with it, as a response code.
    pub(crate) fault: Option<u16>,
}

/// A response, not yet written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    /// Response code.
    pub(crate) rcode: u16,
    /// AA.
    pub(crate) aa: bool,
    /// TC.
    pub(crate) tc: bool,
    /// RA.
    pub(crate) ra: bool,
    /// Answer section.
    pub(crate) answer: Vec<Rr>,
    /// Authority section.
    pub(crate) authority: Vec<Rr>,
    /// Additional section.
    pub(crate) additional: Vec<Rr>,
}

impl Query {
    /// Reads a query; `None` when there is nothing to answer to.
    pub(crate) fn parse(octets: &[u8]) -> Option<Self> {
        let message = Message::from_octets(octets).ok()?;
        let header = message.header();
        if header.qr() {
            return None;
        }
        let asked = message.sole_question().ok()?;
        let labels = asked.qname().iter().filter(|label| !label.is_root());
        let name = Name::from_labels(labels.map(domain::base::name::Label::as_slice)).ok()?;
        let opt = message.opt();
        let version = opt.as_ref().map_or(0, domain::base::opt::OptRecord::version);
        let fault = if header.opcode() != Opcode::QUERY {
            Some(rcode::NOTIMP)
        } else if version != 0 {
            Some(rcode::BADVERS)
        } else {
            (asked.qclass() != Class::IN).then_some(rcode::REFUSED)
        };
        // A query's only name cannot be compressed, so its section is as long as the name and four octets.
        let end = HEADER + name.wire().len() + 4;
        Some(Self {
            id: header.id(),
            recurse: header.rd(),
            unchecked: header.cd(),
            edns: opt.as_ref().map(domain::base::opt::OptRecord::udp_payload_size),
            dnssec: opt.as_ref().is_some_and(domain::base::opt::OptRecord::dnssec_ok),
            question: Question::new(name, RecordType(asked.qtype().to_int())),
            octets: octets.get(HEADER..end)?.to_vec(),
            fault,
        })
    }

    /// A query of our own resolver.
    pub(crate) fn internal(question: Question, dnssec: bool) -> Self {
        Self {
            id: 0,
            recurse: false,
            unchecked: false,
            edns: Some(EDNS_SIZE),
            dnssec,
            question,
            octets: Vec::new(),
            fault: None,
        }
    }

    /// How long an answer over UDP may be.
    fn udp_size(&self) -> usize {
        self.edns.map_or(PLAIN_SIZE, |size| usize::from(size.min(EDNS_SIZE)).max(PLAIN_SIZE))
    }
}

impl Response {
    /// A response with a code alone.
    pub(crate) fn code(rcode: u16) -> Self {
        Self { rcode, ..Self::default() }
    }

    /// Writes the response, as much of it as fits. What is only convenient goes first, then TC says that more is there.
    pub(crate) fn encode(&self, query: &Query, udp: bool) -> Vec<u8> {
        let limit = if udp { query.udp_size() } else { TCP_SIZE };
        let limit = limit - query.edns.map_or(0, |_| OPT_SIZE);
        let negative = self.answer.is_empty();
        if let Some(octets) = self.write(query, limit, [true, true, true], false) {
            return octets;
        }
        // Glue belongs to a referral (RFC 9471 2); the NS set of a positive answer is only convenient.
        let kept = [true, negative, false];
        let referral = negative && !self.aa && !self.additional.is_empty();
        let whole = if referral { None } else { self.write(query, limit, kept, false) };
        whole.or_else(|| self.write(query, limit, [false; 3], true)).unwrap_or_default()
    }

    /// Writes the sections that are wanted; `None` when they do not fit.
    fn write(&self, query: &Query, limit: usize, wanted: [bool; 3], cut: bool) -> Option<Vec<u8>> {
        let mut writer = Writer { octets: Vec::with_capacity(512), names: BTreeMap::new() };
        let flags = [
            (0x8000, true),
            (0x0400, self.aa),
            (0x0200, self.tc || cut),
            (0x0100, query.recurse),
            (0x0080, self.ra),
            (0x0010, query.unchecked),
        ];
        let flags = flags.iter().filter(|(_, set)| *set).fold(self.rcode & 15, |all, (bit, _)| all | bit);
        let sections = [&self.answer, &self.authority, &self.additional];
        let sections: Vec<&[Rr]> = sections
            .iter()
            .zip(wanted)
            .map(|(section, wanted)| if wanted { section.as_slice() } else { &[] })
            .collect();
        writer.u16(query.id);
        writer.u16(flags);
        writer.u16(1);
        for (index, section) in sections.iter().enumerate() {
            let opt = usize::from(index == 2 && query.edns.is_some());
            writer.u16(u16::try_from(section.len() + opt).ok()?);
        }
        writer.question(&query.question.name, &query.octets);
        for record in sections.iter().copied().flatten() {
            writer.record(record);
            if writer.octets.len() > limit {
                return None;
            }
        }
        if query.edns.is_some() {
            writer.octets.push(0);
            writer.u16(41);
            writer.u16(EDNS_SIZE);
            writer.u16((self.rcode >> 4) << 8);
            writer.u16(if query.dnssec { 0x8000 } else { 0 });
            writer.u16(0);
        }
        Some(writer.octets)
    }
}

/// Octets being written, and where names stand in them (RFC 1035 4.1.4).
struct Writer {
    octets: Vec<u8>,
    names: BTreeMap<Vec<u8>, u16>,
}

impl Writer {
    /// Writes two octets.
    fn u16(&mut self, value: u16) {
        self.octets.extend(value.to_be_bytes());
    }

    /// Writes the question as it came.
    fn question(&mut self, name: &Name, octets: &[u8]) {
        self.remember(name.wire());
        self.octets.extend(octets);
    }

    /// Remembers where the suffixes of a name that is written next will stand.
    fn remember(&mut self, wire: &[u8]) {
        let start = self.octets.len();
        let mut at = 0;
        while let Some(&len) = wire.get(at)
            && len > 0
        {
            // A pointer has 14 bits.
            if let Some(offset) = u16::try_from(start + at).ok().filter(|o| *o < 0x4000)
                && let Some(suffix) = wire.get(at..)
            {
                self.names.entry(suffix.to_vec()).or_insert(offset);
            }
            at += 1 + usize::from(len);
        }
    }

    /// Writes a name, with a pointer to where its longest suffix stands already.
    fn name(&mut self, wire: &[u8]) {
        let mut at = 0;
        while let Some(&len) = wire.get(at)
            && len > 0
        {
            if let Some(&offset) = wire.get(at..).and_then(|suffix| self.names.get(suffix)) {
                let head = wire.get(..at).unwrap_or_default();
                self.heads(wire, head.len());
                self.octets.extend(head);
                self.u16(0xc000 | offset);
                return;
            }
            at += 1 + usize::from(len);
        }
        self.remember(wire);
        self.octets.extend(wire);
    }

    /// Remembers the suffixes that start within the first `head` octets of a name.
    fn heads(&mut self, wire: &[u8], head: usize) {
        let start = self.octets.len();
        let mut at = 0;
        while at < head
            && let Some(&len) = wire.get(at)
        {
            if let Some(offset) = u16::try_from(start + at).ok().filter(|o| *o < 0x4000)
                && let Some(suffix) = wire.get(at..)
            {
                self.names.entry(suffix.to_vec()).or_insert(offset);
            }
            at += 1 + usize::from(len);
        }
    }

    /// Writes a record.
    fn record(&mut self, record: &Rr) {
        self.name(record.owner.wire());
        self.u16(record.rtype.0);
        self.u16(1);
        self.octets.extend(record.ttl.to_be_bytes());
        let length_at = self.octets.len();
        self.u16(0);
        let start = self.octets.len();
        // Only types of RFC 1035 may be compressed (RFC 3597 4), and raw data keep the case of their letters.
        let compressed = matches!(record.rtype, RecordType::NS | RecordType::CNAME | RecordType::PTR);
        let name = Name::from_wire(&record.rdata).ok();
        match name {
            Some(name) if compressed && name.wire() == record.rdata => self.name(name.wire()),
            _ => self.octets.extend(&record.rdata),
        }
        let len = u16::try_from(self.octets.len() - start).unwrap_or(u16::MAX);
        if let Some(slot) = self.octets.get_mut(length_at..length_at + 2) {
            slot.copy_from_slice(&len.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptrust_names::Data;
    use ptrust_observe::wire::{self, Flags};

    fn name(text: &str) -> Name {
        text.parse().expect("a name")
    }

    fn response(records: usize) -> Response {
        let owner = name("25.113.0.203.in-addr.arpa");
        let record = |i: usize| {
            let target = name(&format!("host{i}.example.com"));
            Rr::of_name(owner.clone(), RecordType::PTR, &target)
        };
        Response { aa: true, answer: (0..records).map(record).collect(), ..Response::default() }
    }

    fn query(flags: Flags) -> (Vec<u8>, Query) {
        let question = Question::new(name("25.113.0.203.in-addr.arpa"), RecordType::PTR);
        let octets = wire::query(&question, 7, flags);
        let query = Query::parse(&octets).expect("a query");
        (octets, query)
    }

    #[test]
    fn what_is_written_can_be_read() {
        let (asked, query) = query(Flags { recurse: true, ..Flags::default() });
        assert_eq!((query.id, query.recurse, query.edns), (7, true, Some(1232)));
        let octets = response(3).encode(&query, true);
        assert!(wire::is_reply_to(&asked, &octets));
        let reply = wire::parse(&octets).expect("a reply");
        assert!(reply.aa && !reply.tc && !reply.ra);
        let expected = Data::Ptr(name("host2.example.com"));
        assert_eq!(reply.answer.get(2).map(|r| &r.data), Some(&expected));
    }

    #[test]
    fn what_does_not_fit_is_cut_over_udp_only() {
        let (_, plain) = query(Flags { plain: true, ..Flags::default() });
        let (_, edns) = query(Flags::default());
        let read = |query: &Query, count, udp| {
            let reply = wire::parse(&response(count).encode(query, udp)).expect("a reply");
            (reply.tc, reply.answer.len())
        };
        assert_eq!(read(&plain, 30, true), (true, 0));
        assert_eq!(read(&edns, 30, true), (false, 30));
        assert_eq!(read(&edns, 100, true), (true, 0));
        assert_eq!(read(&edns, 1000, false), (false, 1000));
    }
}

//! DNS messages: built from questions, parsed into our words, nothing trusted.
//!
//! A thin wrapper over `domain`'s wire types. Parsing never panics and never loops (compression pointers go backwards
//! only), and holds at most [`MAX_RECORDS`] records a message.

use domain::base::iana::Rtype;
use domain::base::message_builder::MessageBuilder;
use domain::base::name::{Name as WireName, ToLabelIter};
use domain::base::opt::{AllOptData, Opt};
use domain::base::record::ParsedRecord;
use domain::base::{Message, ParsedName};
use domain::rdata;
use ptrust_names::{CharString, Data, Name, NegativeSoa, Question, Record, RecordType, Soa, escape};

/// EDNS UDP payload size: no fragments on any sane path (RFC 9715, DNS flag day 2020).
pub const EDNS_SIZE: u16 = 1232;
/// Records read of one message: as many as 65,535 octets can hold, each a pointer to its owner (2 octets), type, class, TTL
/// and length (10). None may be left out: an SPF record behind a thousand other texts is there all the same.
pub const MAX_RECORDS: usize = 5_461;

/// What to ask for besides the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are the header's bits")]
pub struct Flags {
    /// RD: ask for recursion. Only for resolvers.
    pub recurse: bool,
    /// DO: send DNSSEC records along (RFC 3225).
    pub dnssec: bool,
    /// CD: leave validation to us (RFC 4035 3.2.2).
    pub unchecked: bool,
    /// Leave EDNS out, for servers that answer it with FORMERR (RFC 6891 7).
    pub plain: bool,
}

/// A parsed message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are the header's bits")]
pub struct Reply {
    /// Response code with the extended bits (RFC 6891 6.1.3).
    pub rcode: u16,
    /// Authoritative answer.
    pub aa: bool,
    /// Truncated.
    pub tc: bool,
    /// Recursion available.
    pub ra: bool,
    /// Authenticated data.
    pub ad: bool,
    /// Answer section.
    pub answer: Vec<Record>,
    /// Authority section.
    pub authority: Vec<Record>,
    /// Additional section without OPT.
    pub additional: Vec<Record>,
    /// Extended DNS errors: code and escaped text (RFC 8914).
    pub extended_errors: Vec<(u16, String)>,
}

/// The message cannot be read up to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed DNS message")]
pub struct WireError;

/// Response codes that ptrust tells apart (IANA DNS RCODEs).
pub mod rcode {
    /// No error.
    pub const NOERROR: u16 = 0;
    /// Format error.
    pub const FORMERR: u16 = 1;
    /// Server failure.
    pub const SERVFAIL: u16 = 2;
    /// The name does not exist.
    pub const NXDOMAIN: u16 = 3;
    /// Not implemented.
    pub const NOTIMP: u16 = 4;
    /// Refused.
    pub const REFUSED: u16 = 5;
    /// Not authoritative.
    pub const NOTAUTH: u16 = 9;
    /// Bad EDNS version.
    pub const BADVERS: u16 = 16;
}

/// Builds a query in wire form.
pub fn query(question: &Question, id: u16, flags: Flags) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec();
    let header = builder.header_mut();
    header.set_id(id);
    header.set_rd(flags.recurse);
    header.set_cd(flags.unchecked);
    let mut builder = builder.question();
    let name = WireName::from_octets(question.name.wire()).expect("our names are wire form");
    builder.push((name, Rtype::from_int(question.rtype.0))).expect("one question fits");
    let mut builder = builder.additional();
    if !flags.plain {
        let opt = builder.opt(|opt| {
            opt.set_udp_payload_size(EDNS_SIZE);
            opt.set_dnssec_ok(flags.dnssec);
            Ok(())
        });
        opt.expect("one OPT fits");
    }
    builder.finish()
}

/// Whether `reply` answers `query`: both are DNS messages, QR set, same id, same single question (names without case).
/// An error reply without question section counts, as some servers send FORMERR and REFUSED so.
pub fn is_reply_to(query: &[u8], reply: &[u8]) -> bool {
    let (Ok(query), Ok(reply)) = (Message::from_octets(query), Message::from_octets(reply)) else {
        return false;
    };
    if !reply.header().qr() || reply.header().id() != query.header().id() {
        return false;
    }
    match (query.sole_question(), reply.sole_question()) {
        (Ok(asked), Ok(answered)) => asked == answered,
        (Ok(_), Err(_)) => reply.header_counts().qdcount() == 0 && reply.header().rcode().to_int() != 0,
        _ => false,
    }
}

/// Parses a reply.
///
/// # Errors
/// When header, question or answer section cannot be read. Damage behind the answer section only cuts what follows.
pub fn parse(octets: &[u8]) -> Result<Reply, WireError> {
    let message = Message::from_octets(octets).map_err(|_| WireError)?;
    let header = message.header();
    let mut reply = Reply {
        rcode: u16::from(header.rcode().to_int()),
        aa: header.aa(),
        tc: header.tc(),
        ra: header.ra(),
        ad: header.ad(),
        answer: Vec::new(),
        authority: Vec::new(),
        additional: Vec::new(),
        extended_errors: Vec::new(),
    };
    let mut budget = MAX_RECORDS;
    let mut section = message.answer().map_err(|_| WireError)?;
    for parsed in section.by_ref() {
        // A truncated message may end inside its answer: what came counts, the rest follows over TCP.
        let Ok(parsed) = parsed else {
            return if reply.tc { Ok(reply) } else { Err(WireError) };
        };
        if !keep(&mut reply.answer, &parsed, &mut budget) {
            return Err(WireError);
        }
    }
    let Ok(Some(mut section)) = section.next_section() else {
        return Ok(reply);
    };
    for parsed in section.by_ref() {
        let Ok(parsed) = parsed else { return Ok(reply) };
        let _ = keep(&mut reply.authority, &parsed, &mut budget);
    }
    let Ok(Some(section)) = section.next_section() else {
        return Ok(reply);
    };
    for parsed in section {
        let Ok(parsed) = parsed else { return Ok(reply) };
        if parsed.rtype() == Rtype::OPT {
            read_opt(&mut reply, &parsed);
        } else {
            let _ = keep(&mut reply.additional, &parsed, &mut budget);
        }
    }
    Ok(reply)
}

/// Adds a record of class IN to a section, within the budget; other classes are left out. `false` for data that does
/// not fit its type: leaving such a record out of an answer would make an absence of it.
fn keep(section: &mut Vec<Record>, parsed: &ParsedRecord<'_, &[u8]>, budget: &mut usize) -> bool {
    if *budget == 0 || parsed.class() != domain::base::iana::Class::IN {
        return true;
    }
    let Some(record) = record(parsed) else { return false };
    *budget -= 1;
    section.push(record);
    true
}

/// Takes the extended RCODE bits and the extended errors out of OPT.
fn read_opt(reply: &mut Reply, parsed: &ParsedRecord<'_, &[u8]>) {
    let high = parsed.ttl().as_secs() >> 24;
    reply.rcode |= u16::try_from(high << 4).unwrap_or(0);
    let Ok(Some(opt)) = parsed.to_record::<Opt<&[u8]>>() else {
        return;
    };
    for option in opt.data().iter::<AllOptData<&[u8], WireName<&[u8]>>>().flatten() {
        if let AllOptData::ExtendedError(error) = option {
            let text = error.text_slice().map(|text| escape(&String::from_utf8_lossy(text))).unwrap_or_default();
            reply.extended_errors.push((error.code().to_int(), text));
        }
    }
}

/// Our record of a parsed one; `None` for data that does not fit its type.
fn record(parsed: &ParsedRecord<'_, &[u8]>) -> Option<Record> {
    Some(Record {
        owner: name(&parsed.owner())?,
        // A TTL with the top bit set counts as zero (RFC 2181 8).
        ttl: Some(parsed.ttl().as_secs()).filter(|ttl| *ttl <= 0x7fff_ffff).unwrap_or(0),
        data: data(parsed)?,
    })
}

/// The data of the types ptrust reads; others as octets with embedded names uncompressed by nobody.
fn data(parsed: &ParsedRecord<'_, &[u8]>) -> Option<Data> {
    type Compressed<'a> = ParsedName<&'a [u8]>;
    macro_rules! typed {
        ($type:ty) => {
            parsed.to_record::<$type>().ok().flatten()?.into_data()
        };
    }
    Some(match parsed.rtype() {
        Rtype::A => Data::A(typed!(rdata::A).addr()),
        Rtype::AAAA => Data::Aaaa(typed!(rdata::Aaaa).addr()),
        Rtype::CNAME => Data::Cname(name(typed!(rdata::Cname<Compressed<'_>>).cname())?),
        Rtype::DNAME => Data::Dname(name(typed!(rdata::Dname<Compressed<'_>>).dname())?),
        Rtype::NS => Data::Ns(name(typed!(rdata::Ns<Compressed<'_>>).nsdname())?),
        Rtype::PTR => Data::Ptr(name(typed!(rdata::Ptr<Compressed<'_>>).ptrdname())?),
        Rtype::MX => {
            let mx = typed!(rdata::Mx<Compressed<'_>>);
            Data::Mx(mx.preference(), name(mx.exchange())?)
        }
        Rtype::SOA => {
            let soa = typed!(rdata::Soa<Compressed<'_>>);
            Data::Soa(Soa {
                mname: name(soa.mname())?,
                rname: name(soa.rname())?,
                serial: soa.serial().into_int(),
                minimum: soa.minimum().as_secs(),
            })
        }
        Rtype::TXT => {
            let txt = typed!(rdata::Txt<&[u8]>);
            Data::Txt(txt.iter().map(|text| CharString(text.to_vec())).collect())
        }
        rtype => {
            let raw = typed!(domain::base::rdata::UnknownRecordData<&[u8]>);
            Data::Other(RecordType(rtype.to_int()), ptrust_names::Hex(raw.data().to_vec()))
        }
    })
}

/// Our name of a parsed one.
fn name(parsed: &impl ToLabelIter) -> Option<Name> {
    Name::from_labels(parsed.iter_labels().filter(|label| !label.is_root()).map(domain::base::name::Label::as_slice))
        .ok()
}

impl Reply {
    /// The SOA of a negative answer, from the authority section (RFC 2308 3 and 5).
    pub fn negative_soa(&self) -> Option<NegativeSoa> {
        self.authority.iter().find_map(|record| match &record.data {
            Data::Soa(soa) => Some(NegativeSoa {
                zone: record.owner.clone(),
                mname: soa.mname.clone(),
                ttl: record.ttl.min(soa.minimum),
            }),
            _ => None,
        })
    }

    /// The NS sets of the authority section: owner and server names, in order.
    pub fn authority_ns(&self) -> Option<(&Name, Vec<Name>)> {
        let owner =
            self.authority.iter().find(|record| matches!(record.data, Data::Ns(_))).map(|record| &record.owner)?;
        let servers = self.authority.iter().filter_map(|record| match &record.data {
            Data::Ns(name) if record.owner == *owner => Some(name.clone()),
            _ => None,
        });
        Some((owner, servers.collect()))
    }
}

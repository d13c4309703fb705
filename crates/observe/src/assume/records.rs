//! Assumed records: read from the command line, written into messages.

use ptrust_names::{CharString, Data, Name, NameError, Question, Record, RecordType, reverse_name};
use std::net::IpAddr;

/// TTL of an assumed record, in seconds: what the remedies of reports suggest.
const TTL: u32 = 300;
/// A TTL at most (RFC 2181 8).
const MAX_TTL: u32 = i32::MAX.cast_unsigned();
/// A TXT record's strings at most; more would not fit any record.
const MAX_TEXT: usize = 4_096;
/// Octets of a message header.
const HEADER: usize = 12;
/// The bits of the flags that a changed reply keeps: QR, opcode, AA, RD, RA, AD and CD. TC and the response code go.
const KEPT_FLAGS: [u8; 2] = [0b1111_1101, 0b1111_0000];

/// Why a text is no record that can be assumed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssumeError {
    /// The data does not fit the type.
    #[error("{data:?} is no data of type {rtype}")]
    Data {
        /// The type.
        rtype: RecordType,
        /// The text given.
        data: String,
    },
    /// NS or DS: what the parent says is not the zone's to change.
    #[error("{0} cannot be assumed, since referrals stay as they are")]
    Delegation(RecordType),
    /// The owner is no name.
    #[error("the owner is no domain name")]
    Owner(#[source] NameError),
    /// Not three words.
    #[error("not of the form 'OWNER TYPE DATA'")]
    Shape,
    /// A TTL that no record can have.
    #[error("the TTL is more than {MAX_TTL} seconds")]
    Ttl,
    /// Words behind the data.
    #[error("{0:?} stands behind the data")]
    Trailing(String),
    /// A type that is not supported.
    #[error("type {0} cannot be assumed; A, AAAA, CNAME, MX, PTR and TXT can")]
    Type(String),
}

/// Reads `OWNER TYPE DATA`, or the line of a zone file, `OWNER TTL IN TYPE DATA`, with TTL and class in either order
/// and each left out at will. The owner of a PTR may be the address itself.
///
/// # Errors
/// When it is not of that form, or NS or DS.
pub fn parse(text: &str) -> Result<Record, AssumeError> {
    let (owner, rest) = word(text).ok_or(AssumeError::Shape)?;
    let (mut rtype, mut data) = word(rest).ok_or(AssumeError::Shape)?;
    let (mut ttl, mut class) = (None, false);
    loop {
        if ttl.is_none() && rtype.bytes().all(|octet| octet.is_ascii_digit()) {
            ttl = Some(rtype.parse().ok().filter(|ttl| *ttl <= MAX_TTL).ok_or(AssumeError::Ttl)?);
        } else if !class && rtype.eq_ignore_ascii_case("IN") {
            class = true;
        } else {
            break;
        }
        (rtype, data) = word(data).ok_or(AssumeError::Shape)?;
    }
    if data.is_empty() {
        return Err(AssumeError::Shape);
    }
    let known: RecordType = rtype.parse().map_err(|_| AssumeError::Type(rtype.to_owned()))?;
    let owner = match owner.parse::<IpAddr>() {
        Ok(address) if known == RecordType::PTR => reverse_name(address.to_canonical()),
        _ => owner.parse().map_err(AssumeError::Owner)?,
    };
    // Only text has spaces; elsewhere they are a second record, or a comment.
    let (words, behind) = match known {
        RecordType::A | RecordType::AAAA | RecordType::CNAME | RecordType::PTR => {
            word(data).ok_or(AssumeError::Shape)?
        }
        RecordType::MX => {
            let end = word(data).and_then(|(_, host)| word(host)).map_or("", |(_, behind)| behind);
            (data, end)
        }
        _ => (data, ""),
    };
    if !behind.is_empty() {
        return Err(AssumeError::Trailing(behind.to_owned()));
    }
    let data = words;
    let wrong = || AssumeError::Data { rtype: known, data: data.to_owned() };
    let name = || data.parse::<Name>().map_err(|_| wrong());
    let data = match known {
        RecordType::NS | RecordType::DS => return Err(AssumeError::Delegation(known)),
        RecordType::A => Data::A(data.parse().map_err(|_| wrong())?),
        RecordType::AAAA => Data::Aaaa(data.parse().map_err(|_| wrong())?),
        RecordType::CNAME => Data::Cname(name()?),
        RecordType::PTR => Data::Ptr(name()?),
        RecordType::MX => {
            let (preference, host) = word(data).ok_or_else(wrong)?;
            Data::Mx(preference.parse().map_err(|_| wrong())?, host.parse().map_err(|_| wrong())?)
        }
        RecordType::TXT if data.len() <= MAX_TEXT => Data::Txt(strings(data)),
        RecordType::TXT => return Err(wrong()),
        _ => return Err(AssumeError::Type(rtype.to_owned())),
    };
    Ok(Record { owner, ttl: ttl.unwrap_or(TTL), data })
}

/// The character strings of a TXT record's data: each in quotes, or the whole as one.
fn strings(data: &str) -> Vec<CharString> {
    let inner = data.strip_prefix('"').and_then(|data| data.strip_suffix('"'));
    match inner {
        Some(inner) => inner.split("\" \"").map(CharString::from_presentation).collect(),
        None => vec![CharString::from_presentation(data)],
    }
}

/// The first word, and the rest without the space between.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (!word.is_empty()).then_some((word, rest.trim_start()))
}

/// Whether a query has the RD flag.
pub(super) fn asks_recursion(query: &[u8]) -> bool {
    query.get(2).is_some_and(|flags| flags & 1 != 0)
}

/// The question of a query of ours.
pub(super) fn question(query: &[u8]) -> Option<Question> {
    let octets = question_octets(query)?;
    let (name, tail) = octets.split_at_checked(octets.len().checked_sub(4)?)?;
    let rtype = u16::from_be_bytes(tail.get(..2)?.try_into().ok()?);
    Some(Question::new(Name::from_wire(name).ok()?, RecordType(rtype)))
}

/// The octets of the question section: name, type, class. Our queries compress nothing.
fn question_octets(query: &[u8]) -> Option<&[u8]> {
    let mut at = HEADER;
    while let length @ 1.. = *query.get(at)? {
        at += 1 + usize::from(length);
    }
    query.get(HEADER..at + 5)
}

/// The reply with another answer section, and nothing behind it. `None` when it would not fit a message.
pub(super) fn message(query: &[u8], reply: &[u8], answer: &[Record]) -> Option<Vec<u8>> {
    let mut octets = reply.get(..2)?.to_vec();
    let flags = reply.get(2..4)?;
    octets.extend(flags.iter().zip(KEPT_FLAGS).map(|(flags, kept)| flags & kept));
    for count in [1, u16::try_from(answer.len()).ok()?, 0, 0] {
        octets.extend(count.to_be_bytes());
    }
    octets.extend(question_octets(query)?);
    for record in answer {
        octets.extend(record.owner.wire());
        octets.extend(record.data.rtype().0.to_be_bytes());
        octets.extend([0, 1]);
        octets.extend(record.ttl.to_be_bytes());
        let data = rdata(&record.data);
        octets.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        octets.extend(data);
    }
    u16::try_from(octets.len()).is_ok().then_some(octets)
}

/// The reply with NOERROR for its response code.
pub(super) fn without_rcode(reply: &[u8]) -> Option<Vec<u8>> {
    let mut octets = reply.to_vec();
    *octets.get_mut(3)? &= KEPT_FLAGS[1];
    Some(octets)
}

/// Data in wire form.
fn rdata(data: &Data) -> Vec<u8> {
    match data {
        Data::A(address) => address.octets().to_vec(),
        Data::Aaaa(address) => address.octets().to_vec(),
        Data::Cname(name) | Data::Dname(name) | Data::Ns(name) | Data::Ptr(name) => name.wire().to_vec(),
        Data::Mx(preference, name) => [&preference.to_be_bytes(), name.wire()].concat(),
        Data::Other(_, octets) => octets.0.clone(),
        Data::Soa(soa) => {
            let mut octets = [soa.mname.wire(), soa.rname.wire()].concat();
            // Refresh, retry and expire are read by secondaries only, and our words do not hold them.
            for number in [soa.serial, 0, 0, 0, soa.minimum] {
                octets.extend(number.to_be_bytes());
            }
            octets
        }
        Data::Txt(strings) => {
            strings.iter().flat_map(|text| text.0.chunks(255)).fold(Vec::new(), |mut octets, chunk| {
                octets.push(u8::try_from(chunk.len()).unwrap_or(u8::MAX));
                octets.extend(chunk);
                octets
            })
        }
    }
}

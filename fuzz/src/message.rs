//! The message parser, and what its replies say to a question.

use crate::invariant::{check_json, check_name, check_record, check_text};
use ptrust_names::{Data, Name, Question, Record, RecordType, Records};
use ptrust_observe::answer::{Answer, MAX_ALIASES, read_answer};
use ptrust_observe::wire::{self, Flags, MAX_RECORDS, Reply};

/// Types that are asked for.
const TYPES: [RecordType; 6] =
    [RecordType::PTR, RecordType::A, RecordType::AAAA, RecordType::CNAME, RecordType::SOA, RecordType::TXT];
/// Octets of the header.
const HEADER: usize = 12;
/// A link that a DNAME makes comes with the CNAME made of it.
const RECORDS_OF_LINK: usize = 2;
/// Records that go through JSON, which is slow.
const MAX_JSON: usize = 32;

/// The input is one DNS message.
pub fn message(bytes: &[u8]) {
    let fixed: Name = "25.113.0.203.in-addr.arpa".parse().expect("a name");
    let asked = question_of(bytes);
    check_reply_to(bytes, asked.as_ref());
    let Ok(reply) = wire::parse(bytes) else {
        return;
    };
    check_reply(&reply);
    let names = asked
        .map(|question| question.name)
        .into_iter()
        .chain(reply.answer.first().map(|record| record.owner.clone()))
        .chain([fixed]);
    for name in names {
        for rtype in TYPES {
            let question = Question::new(name.clone(), rtype);
            check_answer(&reply, &question, &read_answer(&reply, &question));
        }
    }
}

/// The first question, when its name is not compressed, as our queries are.
fn question_of(bytes: &[u8]) -> Option<Question> {
    let section = bytes.get(HEADER..)?;
    let mut end = 0;
    while let Some(length) = section.get(end).filter(|length| **length > 0) {
        end += 1 + usize::from(*length);
    }
    let name = Name::from_wire(section.get(..=end)?).ok()?;
    let rtype = section.get(end + 1..end + 3)?;
    Some(Question::new(name, RecordType(u16::from_be_bytes(rtype.try_into().ok()?))))
}

/// Only a message with QR set, the same id and the same question is a reply.
fn check_reply_to(bytes: &[u8], asked: Option<&Question>) {
    let Some((id, flags)) = bytes.first_chunk::<4>().map(|[a, b, c, _]| (u16::from_be_bytes([*a, *b]), *c)) else {
        return;
    };
    let other = Question::new("other.example".parse().expect("a name"), RecordType::TXT);
    let question = asked.unwrap_or(&other);
    let query = wire::query(question, id, Flags::default());
    assert!(!wire::is_reply_to(&query, &query), "a query is a reply to itself");
    if wire::is_reply_to(&query, bytes) {
        assert!(flags & 0x80 != 0, "a reply without QR");
        let wrong_id = wire::query(question, id ^ 1, Flags::default());
        assert!(!wire::is_reply_to(&wrong_id, bytes), "a reply to any id");
        let strange = Question::new(Name::root().prepend(b"strange").expect("a name"), question.rtype);
        let strange = wire::query(&strange, id, Flags::default());
        let without_question = bytes.get(4..6) == Some(&[0, 0]);
        assert!(without_question || asked.is_none() || !wire::is_reply_to(&strange, bytes), "a reply to any name");
    }
}

/// A parsed reply is bounded and escaped.
fn check_reply(reply: &Reply) {
    assert!(reply.rcode < 1 << 12, "a response code has twelve bits");
    let sections = [&reply.answer, &reply.authority, &reply.additional];
    let records = || sections.iter().copied().flatten();
    assert!(records().count() <= MAX_RECORDS, "too many records");
    records().for_each(check_record);
    records().take(MAX_JSON).for_each(check_json);
    for (_, text) in &reply.extended_errors {
        check_text(text);
    }
    if let Some(soa) = reply.negative_soa() {
        check_json(&soa);
    }
    if let Some((owner, servers)) = reply.authority_ns() {
        check_name(owner);
        assert!(!servers.is_empty(), "an NS set without servers");
    }
}

/// An answer is about the question, and its aliases lead from the question to it.
fn check_answer(reply: &Reply, question: &Question, answer: &Answer) {
    match answer {
        Answer::Set(Records { aliases, set }) => {
            let end = follow(aliases, &question.name);
            assert!(!set.is_empty(), "an empty set");
            for record in set {
                assert_eq!(record.owner, end, "data of another name");
                assert_eq!(record.data.rtype(), question.rtype, "data of another type");
            }
        }
        Answer::Alias { aliases, target } => {
            assert!(!aliases.is_empty(), "an alias without records");
            assert_eq!(follow(aliases, &question.name), *target);
            assert_ne!(*target, question.name, "an alias of itself");
        }
        Answer::Negative { aliases, name, absence } => {
            assert_eq!(follow(aliases, &question.name), *name);
            let covered = absence.soa.as_ref().is_some_and(|soa| name.is_at_or_below(&soa.zone));
            assert!(covered || (absence.soa.is_none() && aliases.is_empty()), "a denial by nobody");
        }
        Answer::Conflict(records) => {
            assert!(records.len() > 1, "a conflict of one record");
        }
        Answer::Loop { aliases } => {
            assert!(!aliases.is_empty(), "a loop of nothing");
            // The link that closes the loop is kept.
            assert!(aliases.len() <= RECORDS_OF_LINK * (MAX_ALIASES + 1), "a long loop");
        }
    }
    // Reading again gives the same.
    assert_eq!(&read_answer(reply, question), answer);
}

/// Follows an alias chain from a name; every link has to start where the one before ends.
fn follow(aliases: &[Record], from: &Name) -> Name {
    assert!(aliases.len() <= RECORDS_OF_LINK * MAX_ALIASES, "too many aliases");
    let mut name = from.clone();
    // The CNAME that a DNAME made, which follows it.
    let mut made: Option<Name> = None;
    for record in aliases {
        match &record.data {
            Data::Dname(to) => {
                let next = name.replace_suffix(&record.owner, to);
                made = Some(name);
                name = next.expect("a DNAME over the name");
            }
            Data::Cname(to) if made.as_ref() == Some(&record.owner) => {
                assert_eq!(*to, name, "a CNAME that its DNAME did not make");
                made = None;
            }
            Data::Cname(to) => {
                assert_eq!(record.owner, name, "a link from elsewhere");
                name = to.clone();
                made = None;
            }
            other => panic!("{} is no alias", other.rtype()),
        }
    }
    name
}

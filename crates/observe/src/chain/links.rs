//! Aliases of a reply, each as a message of its own: what the validator can judge of a chain that leads on.

use crate::answer::Answer;
use domain::base::iana::{Rcode, Rtype};
use domain::base::message_builder::MessageBuilder;
use domain::base::name::{Name as WireName, ToName};
use domain::base::{Message, ParsedName};
use domain::rdata::AllRecordData;
use ptrust_names::{Data, Name, RecordType};

/// Owner and type of each alias in an answer that ends in an alias; empty for sets and denials, which the validator
/// follows to their end by itself.
pub(super) fn links(answer: &Answer) -> Vec<(Name, RecordType)> {
    let records = match answer {
        Answer::Alias { aliases, .. } | Answer::Loop { aliases } => aliases,
        Answer::Conflict(records) => records,
        Answer::Set(_) | Answer::Negative { .. } => return Vec::new(),
    };
    let mut links = Vec::new();
    for record in records {
        // The CNAME made of a DNAME has no signature: the DNAME's own stands for it (RFC 6672 5.3.1).
        let made = matches!(record.data, Data::Cname(_))
            && records.iter().any(|other| matches!(other.data, Data::Dname(_)) && record.owner.is_below(&other.owner));
        let link = (record.owner.clone(), record.data.rtype());
        if !made && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// One set of a reply as the answer to a question for it, with its signatures and the proofs beside it. Name servers in
/// the authority section go: behind an alias they are a referral, which nobody signs (RFC 4035 2.2). `None` when a
/// record cannot be read.
pub(super) fn part(octets: &[u8], owner: &Name, rtype: RecordType) -> Option<Vec<u8>> {
    let message = Message::from_octets(octets).ok()?;
    let owner = WireName::from_octets(owner.wire()).ok()?;
    let rtype = Rtype::from_int(rtype.0);
    let mut builder = MessageBuilder::new_vec();
    *builder.header_mut() = message.header();
    // The response code is that of the end of the chain (RFC 6604 2).
    builder.header_mut().set_rcode(Rcode::NOERROR);
    let mut builder = builder.question();
    builder.push((&owner, rtype)).ok()?;
    let counts = message.header_counts();
    let answers = usize::from(counts.ancount());
    let proofs = answers + usize::from(counts.nscount());
    let (mut place, mut unread) = (0, false);
    let copied = message.copy_records(builder, |parsed| {
        let here = place;
        place += 1;
        let Ok(Some(record)) = parsed.into_record::<AllRecordData<_, ParsedName<_>>>() else {
            unread = true;
            return None;
        };
        let about = match record.data() {
            AllRecordData::Rrsig(signature) => signature.type_covered(),
            _ => record.rtype(),
        };
        let kept = if here < answers {
            about == rtype && record.owner().name_eq(&owner)
        } else {
            here < proofs && about != Rtype::NS
        };
        kept.then_some(record)
    });
    copied.ok().filter(|_| !unread).map(domain::base::message_builder::AdditionalBuilder::finish)
}

//! What a reply means coming from a server of a given zone. Pure.

use crate::answer::{Answer, read_answer};
use crate::ask::cause_of_rcode;
use crate::wire::{Reply, rcode};
use ptrust_facts::LameReason;
use ptrust_names::{Cause, Data, Name, Question, RecordType};
use std::net::IpAddr;

/// A referral to a zone further down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Referral {
    /// The child zone.
    pub(super) zone: Name,
    /// Its servers as the parent lists them, in order, each once.
    pub(super) servers: Vec<Name>,
    /// Addresses sent along for servers within the parent's bailiwick.
    pub(super) glue: Vec<(Name, IpAddr)>,
    /// Whether a DS set came along.
    pub(super) signed: bool,
    /// Seconds the referral may be kept.
    pub(super) ttl: u32,
}

/// What a server of a zone says to a question in that zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// An authoritative answer.
    Answer(Answer),
    /// The name is further down.
    Referral(Referral),
    /// It does not serve the zone.
    Lame(LameReason),
    /// It cannot answer.
    Failing(Cause),
}

/// Classifies a reply from a server that is listed for `zone`.
pub(super) fn classify(reply: &Reply, zone: &Name, question: &Question) -> Said {
    match reply.rcode {
        rcode::NOERROR | rcode::NXDOMAIN => {}
        rcode::REFUSED => return Said::Lame(LameReason::Refused),
        rcode::NOTAUTH => return Said::Lame(LameReason::NotAuth),
        other => return Said::Failing(cause_of_rcode(other).unwrap_or(Cause::UnexpectedRcode)),
    }
    if let Some(said) = referral(reply, zone, question) {
        return said;
    }
    if !reply.aa {
        return Said::Lame(LameReason::NoAuthority);
    }
    let answer = read_answer(reply, question);
    // A denial by a zone above the one the server is listed for: it serves the parent, and not the zone.
    if let Answer::Negative { aliases, absence, .. } = &answer
        && aliases.is_empty()
        && absence.soa.as_ref().is_some_and(|soa| !soa.zone.is_at_or_below(zone))
    {
        return Said::Lame(LameReason::ApexDenied);
    }
    Said::Answer(answer)
}

/// A referral: no answer, and name servers of another zone in the authority section. Downward it leads on; upward, or
/// to the zone itself without authority, the server is lame.
fn referral(reply: &Reply, zone: &Name, question: &Question) -> Option<Said> {
    let answered = reply.answer.iter().any(|record| !is_signature(record.data.rtype()));
    if answered || reply.rcode != rcode::NOERROR {
        return None;
    }
    let (owner, servers) = reply.authority_ns()?;
    let denied = reply.authority.iter().any(|record| matches!(record.data, Data::Soa(_)));
    if denied {
        return None;
    }
    let leads_on = owner.is_below(zone) && question.name.is_at_or_below(owner);
    if !leads_on {
        // Above the zone it is an upward referral whatever AA says; beside an empty answer of the zone itself it is not.
        let upward = !reply.aa || zone.is_below(owner);
        return upward.then_some(Said::Lame(LameReason::UpwardReferral));
    }
    let mut names: Vec<Name> = Vec::new();
    for name in servers {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(Said::Referral(Referral {
        zone: owner.clone(),
        glue: glue(reply, zone, &names),
        signed: reply.authority.iter().any(|record| record.owner == *owner && record.data.rtype() == RecordType::DS),
        servers: names,
        ttl: reply.authority.iter().filter(|record| record.owner == *owner).map(|record| record.ttl).min().unwrap_or(0),
    }))
}

/// Addresses in the additional section that the parent may speak for: of listed servers at or below its own zone.
fn glue(reply: &Reply, zone: &Name, servers: &[Name]) -> Vec<(Name, IpAddr)> {
    let mut all: Vec<(Name, IpAddr)> = Vec::new();
    for record in &reply.additional {
        if let Some(address) = record.data.address()
            && record.owner.is_at_or_below(zone)
            && servers.contains(&record.owner)
            && !all.iter().any(|(name, known)| *name == record.owner && *known == address)
        {
            all.push((record.owner.clone(), address));
        }
    }
    all
}

/// RRSIG and NSEC: they accompany answers, and are none.
const fn is_signature(rtype: RecordType) -> bool {
    matches!(rtype, RecordType::RRSIG | RecordType(47 | 50))
}

/// How a reply reads in a few words: `NOERROR AA`, `REFUSED`.
pub(super) fn words(reply: &Reply) -> String {
    let code = match reply.rcode {
        rcode::NOERROR => "NOERROR".into(),
        rcode::NXDOMAIN => "NXDOMAIN".into(),
        rcode::REFUSED => "REFUSED".into(),
        rcode::NOTAUTH => "NOTAUTH".into(),
        rcode::SERVFAIL => "SERVFAIL".into(),
        rcode::FORMERR => "FORMERR".into(),
        rcode::NOTIMP => "NOTIMP".into(),
        rcode::BADVERS => "BADVERS".into(),
        other => format!("RCODE {other}"),
    };
    let aa = if reply.aa { " AA" } else { "" };
    let recursion = if reply.ra { " RA" } else { "" };
    format!("{code}{aa}{recursion}")
}

//! What a reply says to a question: the set, an alias that leads on, a denial, or aliases that nobody can follow.
//!
//! Pure, and shared by the resolver's view and the walk. Reads only NOERROR and NXDOMAIN replies that are complete;
//! other response codes, truncation and referrals are the caller's to see first. An answer never mixes two owners'
//! data, and a denial counts only for a name that its SOA covers.

use crate::wire::{Reply, rcode};
use ptrust_names::{Absence, AbsenceKind, Data, Name, Question, Record, RecordType, Records};

/// Links of an alias chain that are followed; more count as a loop. Unbound stops at 11, BIND at 16, and hosts of
/// mail have one or two.
pub const MAX_ALIASES: usize = 8;

/// NSEC, which with RRSIG is the only data that may stand beside a CNAME (RFC 4034 4, RFC 2181 10.1).
const NSEC: RecordType = RecordType(47);

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The set asked for, with the aliases that led to it.
    Set(Records),
    /// Aliases that lead out of the reply: `target` is to be asked next.
    Alias {
        /// CNAME and DNAME records followed, in order; not empty.
        aliases: Vec<Record>,
        /// The name that the last one leads to.
        target: Name,
    },
    /// The name, or the end of its aliases, is denied.
    Negative {
        /// CNAME and DNAME records followed, in order; mostly none.
        aliases: Vec<Record>,
        /// The name that is denied: the one asked for, or the last target.
        name: Name,
        /// How.
        absence: Absence,
    },
    /// Two aliases, or an alias and other data, at one name (RFC 2181 10.1): the records that disagree. None of them
    /// may be followed.
    Conflict(Vec<Record>),
    /// The aliases come back to themselves, are more than [`MAX_ALIASES`], or make an overlong name.
    Loop {
        /// The aliases followed until then.
        aliases: Vec<Record>,
    },
}

/// One step from a name.
enum Link {
    /// The name has no alias here.
    End,
    /// The records of the alias (a DNAME with the CNAME made of it, or one of them), and the next name.
    To(Vec<Record>, Name),
    /// Records that exclude each other.
    Conflict(Vec<Record>),
    /// The DNAME's result is no name (RFC 6672 2.2, YXDOMAIN).
    Overlong(Record),
}

/// Reads the reply to a question. See the module's description for what the caller checks before.
pub fn read_answer(reply: &Reply, question: &Question) -> Answer {
    let mut aliases = Vec::new();
    let mut names = vec![question.name.clone()];
    let mut name = question.name.clone();
    loop {
        let set = set_of(reply, &name, question.rtype);
        let link = match question.rtype {
            RecordType::CNAME if set.len() > 1 => Link::Conflict(set.clone()),
            RecordType::CNAME if !set.is_empty() => Link::End,
            _ => link_of(reply, &name),
        };
        match link {
            Link::Conflict(records) => return Answer::Conflict(records),
            Link::End if set.is_empty() => return without_set(reply, aliases, name),
            Link::End => return Answer::Set(Records { aliases, set }),
            Link::Overlong(record) => {
                aliases.push(record);
                return Answer::Loop { aliases };
            }
            Link::To(records, next) => {
                aliases.extend(records);
                // `names` holds the links so far and the name asked for.
                if names.len() > MAX_ALIASES || names.contains(&next) {
                    return Answer::Loop { aliases };
                }
                names.push(next.clone());
                name = next;
            }
        }
    }
}

/// The answer when the chain ends in a name without records of the type.
///
/// Behind an alias only an SOA around the target denies it: the server that holds the alias often does not hold the
/// target, and then its response code says nothing of it.
fn without_set(reply: &Reply, aliases: Vec<Record>, name: Name) -> Answer {
    let soa = reply.negative_soa().filter(|soa| name.is_at_or_below(&soa.zone));
    if !aliases.is_empty() && soa.is_none() {
        return Answer::Alias { aliases, target: name };
    }
    let kind = if reply.rcode == rcode::NXDOMAIN { AbsenceKind::NxDomain } else { AbsenceKind::NoData };
    Answer::Negative { aliases, name, absence: Absence { kind, soa } }
}

/// The records of one owner and type in the answer section, in the server's order, each datum once.
fn set_of(reply: &Reply, owner: &Name, rtype: RecordType) -> Vec<Record> {
    distinct(reply.answer.iter().filter(|record| record.owner == *owner && record.data.rtype() == rtype))
}

/// Records without repeated data.
fn distinct<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Record> {
    let mut kept: Vec<Record> = Vec::new();
    for record in records {
        if !kept.iter().any(|known| known.owner == record.owner && known.data == record.data) {
            kept.push(record.clone());
        }
    }
    kept
}

/// The alias at a name, if any.
fn link_of(reply: &Reply, name: &Name) -> Link {
    let cnames = set_of(reply, name, RecordType::CNAME);
    let made = match dname_over(reply, name) {
        None => None,
        Some(dnames) => match dnames.as_slice() {
            [record] => Some(record.clone()),
            _ => return Link::Conflict(dnames),
        },
    };
    if let Some(dname) = made {
        let Data::Dname(to) = &dname.data else {
            return Link::End;
        };
        let Some(next) = name.replace_suffix(&dname.owner, to) else {
            return Link::Overlong(dname);
        };
        // The CNAME made of a DNAME has to say the same (RFC 6672 3.1).
        let consistent = cnames.iter().all(|cname| cname.data == Data::Cname(next.clone()));
        let records = std::iter::once(dname.clone()).chain(cnames).collect();
        return if consistent { Link::To(records, next) } else { Link::Conflict(records) };
    }
    let Some(Data::Cname(target)) = cnames.first().map(|cname| cname.data.clone()) else {
        return Link::End;
    };
    let at_name = distinct(
        reply
            .answer
            .iter()
            .filter(|record| record.owner == *name && !matches!(record.data.rtype(), RecordType::RRSIG | NSEC)),
    );
    if at_name.len() > 1 { Link::Conflict(at_name) } else { Link::To(cnames, target) }
}

/// The DNAME records of the topmost owner above a name: what lies below a DNAME does not exist (RFC 6672 2.4).
fn dname_over(reply: &Reply, name: &Name) -> Option<Vec<Record>> {
    let above = |record: &&Record| matches!(record.data, Data::Dname(_)) && name.is_below(&record.owner);
    let owner = reply.answer.iter().filter(above).map(|record| &record.owner).min_by_key(|owner| owner.wire().len())?;
    Some(set_of(reply, owner, RecordType::DNAME))
}

#[cfg(test)]
mod tests;

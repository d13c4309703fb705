//! What the lying server says: the answer an honest one would give, bent.

use anyhow::Result;

use super::Behavior;
use super::wire::{self, AA, NXDOMAIN, QR, Query, RA, RD, REFUSED, Record, SERVFAIL};

/// All records, of all zones; a zone is where there is a SOA.
#[derive(Debug, Default)]
pub(super) struct Records(Vec<Record>);

/// The sections of an answer before it is written.
#[derive(Debug, Default)]
struct Draft {
    /// AA, RA and the response code.
    flags: u16,
    /// Answer section.
    answer: Vec<Record>,
    /// Authority section.
    authority: Vec<Record>,
}

impl Records {
    /// One record per line; empty lines and `$` directives are skipped.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('$'));
        Ok(Self(lines.map(Record::parse).collect::<Result<_>>()?))
    }

    /// The answer of an honest server; `deny_ents` makes it deny empty non-terminals.
    fn honest(&self, query: &Query, deny_ents: bool) -> Draft {
        let name = query.name.to_ascii_lowercase();
        let Some(soa) = self.zone_of(&name) else {
            return Draft { flags: REFUSED, ..Draft::default() };
        };
        let owned: Vec<&Record> = self.0.iter().filter(|record| record.owner == name).collect();
        let matching =
            |kind: u16| owned.iter().filter(move |record| record.kind == kind).map(|record| (*record).clone());
        let mut answer: Vec<Record> = matching(query.kind).collect();
        let aliases: Vec<Record> = matching(5).collect();
        if query.kind != 5 {
            answer.extend(aliases);
        }
        if !answer.is_empty() {
            return Draft { flags: AA, answer, authority: Vec::new() };
        }
        let exists = !owned.is_empty() || (!deny_ents && self.0.iter().any(|record| is_below(&record.owner, &name)));
        let code = if exists { 0 } else { NXDOMAIN };
        Draft { flags: AA | code, answer, authority: vec![soa.clone()] }
    }

    /// The SOA of the deepest zone that holds a name.
    fn zone_of(&self, name: &[u8]) -> Option<&Record> {
        let soas = self.0.iter().filter(|record| record.kind == 6);
        soas.filter(|soa| soa.owner == name || is_below(name, &soa.owner)).max_by_key(|soa| soa.owner.len())
    }
}

/// Whether a wire name is strictly below another, at a label boundary.
fn is_below(name: &[u8], ancestor: &[u8]) -> bool {
    let mut rest = name;
    while let Some((&length, tail)) = rest.split_first() {
        let Some(next) = tail.get(usize::from(length)..).filter(|_| length > 0) else {
            return false;
        };
        if next == ancestor {
            return true;
        }
        rest = next;
    }
    false
}

/// The reply to a message, or silence.
pub(super) fn reply(message: &[u8], behavior: Behavior, records: &Records) -> Option<Vec<u8>> {
    let query = Query::parse(message)?;
    let draft = match behavior {
        Behavior::Silent | Behavior::Tarpit | Behavior::Endless => return None,
        Behavior::Refused => Draft { flags: REFUSED, ..Draft::default() },
        Behavior::ServFail => Draft { flags: SERVFAIL, ..Draft::default() },
        Behavior::NotAuthoritative => Draft::default(),
        Behavior::Upward => {
            let root = ["a", "b", "c"].map(|letter| Record::parse(&format!(". NS {letter}.root-servers.net.")));
            Draft { authority: root.into_iter().flatten().collect(), ..Draft::default() }
        }
        Behavior::Recursive => {
            let mut draft = records.honest(&query, false);
            draft.flags = draft.flags & !AA | RA;
            draft
        }
        Behavior::EntDenied => records.honest(&query, true),
        _ => records.honest(&query, false),
    };
    let question = match behavior {
        Behavior::WrongQuestion => wire::name("elsewhere.example.").ok()?,
        _ => query.name.clone(),
    };
    let mut reply = Vec::new();
    let id = if behavior == Behavior::WrongId { query.id.wrapping_add(1) } else { query.id };
    let promised = if behavior == Behavior::Garbage { 7 } else { draft.answer.len() };
    for word in [id, QR | query.flags & RD | draft.flags, 1, count(promised), count(draft.authority.len()), 0] {
        reply.extend(word.to_be_bytes());
    }
    reply.extend(&question);
    reply.extend(query.kind.to_be_bytes());
    reply.extend(1_u16.to_be_bytes());
    if behavior == Behavior::Garbage {
        // The message ends in the middle of the first of the promised records.
        reply.extend([0xc0, 0x0c, 0x00, 0x0c, 0x00]);
        return Some(reply);
    }
    for record in draft.answer.iter().chain(&draft.authority) {
        if behavior == Behavior::PointerLoop {
            let here = 0xc000 | count(reply.len());
            record.write_as(&here.to_be_bytes(), &mut reply);
        } else {
            record.write(&mut reply);
        }
    }
    Some(reply)
}

/// A section's count; drafts hold a handful of records.
fn count(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "z.example. SOA a.example. b.example. 1 1 1 1 1\n\
                        z.example. NS a.example.\n\
                        x.y.z.example. CNAME one.example.\n\
                        x.y.z.example. CNAME two.example.\n";

    /// Asks for a PTR in a given way.
    fn ask(name: &str, behavior: Behavior) -> Vec<u8> {
        let mut query = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        query.extend(wire::name(name).expect("test name"));
        query.extend([0, 12, 0, 1]);
        let records = Records::parse(ZONE).expect("test zone");
        reply(&query, behavior, &records).unwrap_or_default()
    }

    #[test]
    fn two_aliases_stand_in_one_answer() {
        let reply = ask("x.y.z.example.", Behavior::Honest);
        assert_eq!(reply[2..4], (QR | AA).to_be_bytes());
        assert_eq!(reply[6..8], [0, 2]);
    }

    #[test]
    fn empty_nonterminals_are_denied_on_demand_only() {
        assert_eq!(ask("y.z.example.", Behavior::Honest)[3] & 15, 0);
        assert_eq!(ask("y.z.example.", Behavior::EntDenied)[3] & 15, 3);
        assert_eq!(ask("q.z.example.", Behavior::Honest)[3] & 15, 3);
    }

    #[test]
    fn lies_are_as_announced() {
        assert!(ask("x.y.z.example.", Behavior::Silent).is_empty());
        assert_eq!(ask("x.y.z.example.", Behavior::Refused)[3] & 15, 5);
        assert_eq!(ask("x.y.z.example.", Behavior::WrongId)[..2], [0x12, 0x35]);
        assert_eq!(ask("x.y.z.example.", Behavior::Recursive)[2..4], (QR | RA).to_be_bytes());
        let looped = ask("x.y.z.example.", Behavior::PointerLoop);
        let owner = 12 + 15 + 4;
        assert_eq!(looped[owner..owner + 2], [0xc0, u8::try_from(owner).expect("small")]);
    }
}

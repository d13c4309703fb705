//! A zone and the answers it gives (RFC 1034 4.3.2, RFC 4592, RFC 6672).

use crate::dnssec::Key;
use crate::rr::Rr;
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::wire::rcode;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Aliases followed inside one zone at most; a loop of two ends here.
const MAX_ALIASES: usize = 16;
/// The query type that asks for all (RFC 1035 3.2.3).
const ANY: RecordType = RecordType(255);

/// The record sets of one name.
pub(crate) type Node = BTreeMap<RecordType, Vec<Rr>>;

/// One zone, with the delegations to its children.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    /// Its name.
    pub(crate) apex: Name,
    /// Its names in canonical order, so that the names below one follow it directly.
    pub(crate) nodes: BTreeMap<Name, Node>,
    /// Its key, when it is signed.
    pub(crate) key: Option<Key>,
}

/// What a zone says to a question.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Response code.
    pub(crate) rcode: u16,
    /// Whether it is an answer and not a referral.
    pub(crate) aa: bool,
    /// Answer section.
    pub(crate) answer: Vec<Rr>,
    /// Authority section.
    pub(crate) authority: Vec<Rr>,
    /// What DNSSEC has to prove besides (RFC 4035 3.1.3).
    pub(crate) proofs: Vec<Proof>,
    /// Owners made from a wildcard, with the wildcard.
    pub(crate) wild: Vec<(Name, Name)>,
}

/// An absence that a signed zone proves by NSEC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The name does not exist.
    NoName(Name),
    /// The name has no record of the type.
    NoData(Name),
}

/// Where the search for one name ended.
enum Place<'a> {
    /// Below a zone cut: its name and NS set.
    Cut(&'a Name, &'a [Rr]),
    /// Below a DNAME.
    Dname(&'a Rr),
    /// At a name with records.
    Node(&'a Node),
    /// At a name made from a wildcard.
    Wild(Name, &'a Node),
    /// At a name without records that has names below it.
    Empty,
    /// Nowhere.
    Nothing,
}

impl Zone {
    /// A zone without records.
    pub(crate) fn new(apex: Name) -> Self {
        Self { apex, nodes: BTreeMap::new(), key: None }
    }

    /// Adds a record.
    pub(crate) fn insert(&mut self, record: Rr) {
        let node = self.nodes.entry(record.owner.clone()).or_default();
        node.entry(record.rtype).or_default().push(record);
    }

    /// One record set.
    pub(crate) fn set(&self, owner: &Name, rtype: RecordType) -> &[Rr] {
        let set = self.nodes.get(owner).and_then(|node| node.get(&rtype));
        set.map_or(&[], Vec::as_slice)
    }

    /// The SOA as the authority section of a negative answer has it.
    pub(crate) fn negative_soa(&self) -> Option<Rr> {
        self.set(&self.apex, RecordType::SOA).first().cloned()
    }

    /// Whether the name has records or names below it.
    pub(crate) fn exists(&self, name: &Name) -> bool {
        let below = (Bound::Included(name), Bound::Unbounded);
        let next = self.nodes.range::<Name, _>(below).next();
        next.is_some_and(|(found, _)| found.is_at_or_below(name))
    }

    /// Whether the name lies at a zone cut or below one.
    pub(crate) fn cut_above(&self, name: &Name) -> Option<&Name> {
        let mut cut = None;
        for at in std::iter::once(name.clone()).chain(name.ancestors()) {
            if !at.is_below(&self.apex) {
                break;
            }
            if let Some((at, node)) = self.nodes.get_key_value(&at)
                && node.contains_key(&RecordType::NS)
            {
                cut = Some(at);
            }
        }
        cut
    }

    /// Finds the place of a name.
    fn place(&self, name: &Name, rtype: RecordType) -> Place<'_> {
        let mut path: Vec<Name> = std::iter::once(name.clone())
            .chain(name.ancestors())
            .take_while(|at| at.is_at_or_below(&self.apex))
            .collect();
        path.reverse();
        for at in &path {
            let Some((at, node)) = self.nodes.get_key_value(at) else {
                continue;
            };
            // The DS set lies on the parent's side of the cut (RFC 4035 3.1.4.1).
            let own = at == name && rtype == RecordType::DS;
            if let Some(servers) = node.get(&RecordType::NS)
                && *at != self.apex
                && !own
            {
                return Place::Cut(at, servers);
            }
            if let Some(dname) = node.get(&RecordType::DNAME).and_then(|set| set.first())
                && at != name
            {
                return Place::Dname(dname);
            }
        }
        if let Some(node) = self.nodes.get(name) {
            return Place::Node(node);
        }
        if self.exists(name) {
            return Place::Empty;
        }
        let encloser = path.iter().rev().find(|at| self.exists(at));
        let star = encloser.and_then(|encloser| encloser.prepend(b"*").ok());
        match star.and_then(|star| self.nodes.get(&star).map(|node| (star, node))) {
            Some((star, node)) => Place::Wild(star, node),
            None => Place::Nothing,
        }
    }

    /// Answers a question about a name at or below the apex.
    pub(crate) fn find(&self, question: &Question) -> Found {
        let mut found = Found { aa: true, ..Found::default() };
        let mut name = question.name.clone();
        for _ in 0..MAX_ALIASES {
            let place = self.place(&name, question.rtype);
            let Some(target) = self.step(&mut found, &name, question.rtype, place) else {
                return found;
            };
            if !target.is_at_or_below(&self.apex) {
                return found;
            }
            name = target;
        }
        found
    }

    /// Takes one step of an answer; returns the target of an alias that has to be followed.
    fn step(&self, found: &mut Found, name: &Name, rtype: RecordType, place: Place<'_>) -> Option<Name> {
        let node = match place {
            Place::Cut(cut, servers) => {
                // Behind an alias of ours the answer stays ours (RFC 1034 4.3.2, step 3b).
                found.aa = !found.answer.is_empty();
                found.authority.extend_from_slice(servers);
                let signers = self.set(cut, RecordType::DS);
                found.authority.extend_from_slice(signers);
                if signers.is_empty() {
                    found.proofs.push(Proof::NoData(cut.clone()));
                }
                return None;
            }
            Place::Dname(dname) => {
                found.answer.push(dname.clone());
                let target = dname.target()?;
                let Some(target) = name.replace_suffix(&dname.owner, &target) else {
                    found.rcode = YXDOMAIN;
                    return None;
                };
                let mut alias = Rr::of_name(name.clone(), RecordType::CNAME, &target);
                alias.ttl = dname.ttl;
                found.answer.push(alias);
                return Some(target);
            }
            Place::Nothing => {
                found.rcode = rcode::NXDOMAIN;
                found.authority.extend(self.negative_soa());
                found.proofs.push(Proof::NoName(name.clone()));
                return None;
            }
            Place::Empty => {
                found.authority.extend(self.negative_soa());
                found.proofs.push(Proof::NoData(name.clone()));
                return None;
            }
            Place::Node(node) => node,
            Place::Wild(star, node) => {
                found.wild.push((name.clone(), star));
                found.proofs.push(Proof::NoName(name.clone()));
                node
            }
        };
        let matching = node.iter().filter(|(held, _)| **held == rtype || rtype == ANY).flat_map(|(_, set)| set);
        // Types that stand beside an alias by rule are no conflict (RFC 4034 2.5).
        let aliases = node.get(&RecordType::CNAME).map_or(&[][..], Vec::as_slice);
        let alias = aliases
            .iter()
            .filter(|_| rtype != RecordType::CNAME && rtype != ANY && rtype != RecordType::DS && rtype.0 != 47);
        let records: Vec<Rr> =
            alias.chain(matching).map(|record| Rr { owner: name.clone(), ..record.clone() }).collect();
        if records.is_empty() {
            found.authority.extend(self.negative_soa());
            found.proofs.push(Proof::NoData(name.clone()));
            return None;
        }
        let followed = match records.as_slice() {
            // A second record makes the alias a broken one, which nobody may follow.
            [only] if only.rtype == RecordType::CNAME && rtype != RecordType::CNAME => {
                only.target().filter(|_| rtype != ANY)
            }
            _ => None,
        };
        found.answer.extend(records);
        if followed.is_none() {
            found.authority.extend_from_slice(self.set(&self.apex, RecordType::NS));
        }
        followed
    }
}

/// The name made from a DNAME is too long (RFC 6672 2.2).
const YXDOMAIN: u16 = 6;

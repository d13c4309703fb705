//! The world's resolver: iterates from the root over the same servers that everybody asks, faults included.

use crate::message::{Query, Response};
use crate::rr::{NSEC, Rr};
use crate::server::{Inner, Reaction, Twist};
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::ports::Channel;
use ptrust_observe::wire::rcode;
use std::net::IpAddr;

/// Questions asked for one answer at most.
const MAX_QUERIES: u32 = 500;
/// Aliases followed at most, as the walk does.
const MAX_ALIASES: usize = 8;
/// Server names looked up within each other at most.
const MAX_DEPTH: u32 = 6;
/// Zone cuts on one way at most: a name has 128 labels, each cut needs one.
const MAX_CUTS: usize = 128;

/// Resolves a query.
pub(crate) fn resolve(world: &Inner, query: &Query) -> Response {
    let mut run = Run { world, dnssec: query.dnssec, budget: MAX_QUERIES };
    let mut response = run
        .answer(&query.question, 0)
        .filter(|response| query.unchecked || !run.is_bogus(&query.question, response))
        .unwrap_or_else(|| Response::code(rcode::SERVFAIL));
    response.aa = false;
    response.ra = true;
    response
}

/// One resolution.
struct Run<'a> {
    world: &'a Inner,
    dnssec: bool,
    budget: u32,
}

/// Servers of a zone: those with known addresses first, then names to look up.
#[derive(Default)]
struct Servers {
    addresses: Vec<IpAddr>,
    names: Vec<Name>,
}

impl Run<'_> {
    /// Answers a question, aliases followed; `None` is failure.
    fn answer(&mut self, question: &Question, depth: u32) -> Option<Response> {
        let mut answer: Vec<Rr> = Vec::new();
        let mut proofs: Vec<Rr> = Vec::new();
        let mut name = question.name.clone();
        loop {
            let asked = Question::new(name.clone(), question.rtype);
            let mut part = self.iterate(&asked, depth)?;
            answer.append(&mut part.answer);
            proofs.extend(part.authority.iter().filter(|r| is_proof(r)).cloned());
            let (end, links) = follow(&answer, &question.name, question.rtype)?;
            let complete = answer.iter().any(|record| record.owner == end && record.rtype == question.rtype);
            let denied = part.rcode == rcode::NXDOMAIN || has_soa(&part);
            if complete || denied || end == name {
                return Some(Response {
                    rcode: part.rcode,
                    answer,
                    authority: if complete { proofs } else { part.authority },
                    ..Response::default()
                });
            }
            if links > MAX_ALIASES {
                return None;
            }
            name = end;
        }
    }

    /// Asks from the root down until a server answers with authority.
    fn iterate(&mut self, question: &Question, depth: u32) -> Option<Response> {
        let mut zone = Name::root();
        let mut servers =
            Servers { addresses: self.world.hints.iter().map(|(_, address)| *address).collect(), names: Vec::new() };
        for _ in 0..MAX_CUTS {
            let response = self.ask_any(&servers, &zone, question, depth)?;
            if response.aa {
                return Some(response);
            }
            (zone, servers) = referral(&response, &zone, &question.name)?;
        }
        None
    }

    /// Asks one server after another until one gives an answer or a referral that can be used.
    fn ask_any(&mut self, servers: &Servers, zone: &Name, question: &Question, depth: u32) -> Option<Response> {
        for address in &servers.addresses {
            if let Some(response) = self.ask(*address, zone, question) {
                return Some(response);
            }
        }
        if depth >= MAX_DEPTH {
            return None;
        }
        for name in &servers.names {
            for rtype in [RecordType::A, RecordType::AAAA] {
                let found = self.answer(&Question::new(name.clone(), rtype), depth + 1);
                let records = found.map(|response| response.answer).unwrap_or_default();
                for address in records.iter().filter_map(Rr::address) {
                    if let Some(response) = self.ask(address, zone, question) {
                        return Some(response);
                    }
                }
            }
        }
        None
    }

    /// Asks one server, over TCP where it must; `None` unless the response can be used.
    fn ask(&mut self, server: IpAddr, zone: &Name, question: &Question) -> Option<Response> {
        let mut query = Query::internal(question.clone(), self.dnssec);
        let mut channel = Channel::Udp;
        for _ in 0..3 {
            self.budget = self.budget.checked_sub(1)?;
            // A resolver is never an authoritative server; asking it here could go round in circles.
            if self.world.is_resolver(server) {
                return None;
            }
            let reaction = self.world.respond(server, channel, &query);
            let Some(Reaction::Reply(response, Twist::None)) = reaction else {
                return None;
            };
            let refused_edns = response.rcode == rcode::FORMERR && query.edns.is_some();
            if refused_edns {
                query.edns = None;
            } else if response.tc && channel == Channel::Udp {
                channel = Channel::Tcp;
            } else {
                let code = matches!(response.rcode, rcode::NOERROR | rcode::NXDOMAIN);
                let refers = || referral(&response, zone, &question.name).is_some();
                return (code && (response.aa || refers())).then_some(response);
            }
        }
        None
    }

    /// Whether validation would refuse an answer: a validating resolver answers SERVFAIL then.
    fn is_bogus(&self, question: &Question, response: &Response) -> bool {
        let owners = response.answer.iter().map(|record| &record.owner);
        let soa = response.authority.iter().map(|record| &record.owner);
        let mut names = owners.chain(soa).chain(std::iter::once(&question.name));
        names.any(|name| {
            let mut zones = self.world.bogus.iter();
            zones.any(|zone| name.is_at_or_below(zone))
        })
    }
}

/// Where the alias chain from a name ends, and how many links it has. `None` for a loop, or when an alias is not alone at
/// its name.
fn follow(records: &[Rr], from: &Name, rtype: RecordType) -> Option<(Name, usize)> {
    let mut name = from.clone();
    for links in 0..=MAX_ALIASES {
        let here = records.iter().filter(|r| r.owner == name);
        let mut aliases = here.clone().filter(|r| r.rtype == RecordType::CNAME);
        let Some(alias) = aliases.next().filter(|_| rtype != RecordType::CNAME) else {
            return Some((name, links));
        };
        let other = here
            .filter(|r| r.rtype != RecordType::CNAME && r.rtype != RecordType::RRSIG)
            .any(|r| r.rtype != RecordType::DNAME);
        if aliases.any(|other| other.rdata != alias.rdata) || other {
            return None;
        }
        name = alias.target()?;
    }
    None
}

/// Whether a record belongs to a proof by NSEC: wildcard answers need one as well (RFC 4035 3.1.3.3).
fn is_proof(record: &Rr) -> bool {
    let covers = record.rdata.first_chunk().map(|type_covered| u16::from_be_bytes(*type_covered));
    record.rtype == NSEC || (record.rtype == RecordType::RRSIG && covers == Some(NSEC.0))
}

/// Whether a response denies something.
fn has_soa(response: &Response) -> bool {
    let mut authority = response.authority.iter();
    authority.any(|record| record.rtype == RecordType::SOA)
}

/// The zone and servers that a response refers to, when that leads down.
fn referral(response: &Response, zone: &Name, name: &Name) -> Option<(Name, Servers)> {
    let set = |record: &&Rr| record.rtype == RecordType::NS;
    let owner = &response.authority.iter().find(set)?.owner;
    if !owner.is_below(zone) || !name.is_at_or_below(owner) {
        return None;
    }
    let mut servers = Servers::default();
    for record in response.authority.iter().filter(set) {
        let Some(server) = record.target() else {
            continue;
        };
        let glue = response.additional.iter().filter(|r| r.owner == server);
        let before = servers.addresses.len();
        servers.addresses.extend(glue.filter_map(Rr::address));
        if servers.addresses.len() == before {
            servers.names.push(server);
        }
    }
    Some((owner.clone(), servers))
}

//! Servers: which zones an address hosts, what it answers, and how it misbehaves.

use crate::draft::{Fault, Kind, Loss, Network};
use crate::message::{Query, Response};
use crate::rdap::Registration;
use crate::rr::Rr;
use crate::smtp::{Listener, Script};
use crate::state::State;
use crate::tls::{self, Authorities};
use crate::zone::Zone;
use crate::{Audit, Check, dnssec, https, resolver};
use ipnet::IpNet;
use jiff::Timestamp;
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::ports::Channel;
use ptrust_observe::wire::rcode;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Ports on which IMAP is spoken.
const IMAP_PORTS: [u16; 2] = [143, 993];
/// Ports on which TLS begins with the connection.
const IMPLICIT_PORTS: [u16; 2] = [465, 993];

/// A world put together. All but `state` never changes.
#[derive(Debug)]
pub(crate) struct Inner {
    /// Zones by apex.
    pub(crate) zones: BTreeMap<Name, Zone>,
    /// Zones that one server holds in another version.
    pub(crate) variants: BTreeMap<(IpAddr, Name), Zone>,
    /// Zones by the address of each server.
    pub(crate) hosts: BTreeMap<IpAddr, BTreeSet<Name>>,
    /// Addresses by name.
    pub(crate) addresses: BTreeMap<Name, Vec<IpAddr>>,
    /// Glue that differs.
    pub(crate) glue: BTreeMap<Name, Vec<IpAddr>>,
    /// Names without an address.
    pub(crate) no_address: BTreeSet<Name>,
    /// Faults, with whom they strike.
    pub(crate) faults: Vec<(Who, Fault)>,
    /// Round trip times.
    pub(crate) latency: Vec<(Who, Duration)>,
    /// Losses.
    pub(crate) loss: Vec<(Who, Loss)>,
    /// Zones whose chain of trust is broken.
    pub(crate) bogus: BTreeSet<Name>,
    /// Root servers.
    pub(crate) hints: Vec<(Name, IpAddr)>,
    /// Resolvers.
    pub(crate) resolvers: Vec<SocketAddr>,
    /// What is wrong with the way out.
    pub(crate) network: Network,
    /// SMTP listeners.
    pub(crate) smtp: BTreeMap<(IpAddr, Option<u16>), Script>,
    /// IMAP listeners.
    pub(crate) imap: BTreeMap<(IpAddr, Option<u16>), Script>,
    /// TLS of listeners.
    pub(crate) tls: BTreeMap<(IpAddr, Option<u16>), tls::Script>,
    /// The world's authorities; none where no listener has TLS.
    pub(crate) authorities: Option<Arc<Authorities>>,
    /// Documents by URL.
    pub(crate) https: BTreeMap<String, https::Document>,
    /// Registrations.
    pub(crate) rdap: BTreeMap<IpNet, Registration>,
    /// Zones that are a registry's by decree.
    pub(crate) registry: Vec<Name>,
    /// What to audit.
    pub(crate) audits: Vec<Audit>,
    /// What to check.
    pub(crate) checks: Vec<Check>,
    /// Where the clock starts.
    pub(crate) now: Timestamp,
    /// What changes.
    pub(crate) state: State,
}

/// Whom a directive strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Every server that is not a resolver.
    Servers,
    /// These addresses.
    Addresses(BTreeSet<IpAddr>),
}

/// What a server does with a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing.
    Silence,
    /// It refuses the connection.
    Refusal,
    /// It answers.
    Reply(Response, Twist),
}

/// How a written response is damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Twist {
    /// Not at all.
    #[default]
    None,
    /// Another id.
    Id,
    /// Another question.
    Question,
    /// Octets that are no records.
    Garbage,
    /// A compression pointer to itself.
    Loop,
}

impl Fault {
    /// Whether the fault concerns a question.
    fn concerns(&self, question: &Question) -> bool {
        let name = self.name.as_ref().is_none_or(|name| *name == question.name);
        let below = self.below.as_ref();
        let below = below.is_none_or(|zone| question.name.is_at_or_below(zone));
        name && below && self.rtype.is_none_or(|rtype| rtype == question.rtype)
    }
}

impl Inner {
    /// Whether an address is a resolver's.
    pub(crate) fn is_resolver(&self, address: IpAddr) -> bool {
        self.resolvers.iter().any(|resolver| resolver.ip() == address)
    }

    /// Whether a directive strikes an address.
    pub(crate) fn strikes(&self, who: &Who, address: IpAddr) -> bool {
        match who {
            Who::Servers => !self.is_resolver(address),
            Who::Addresses(addresses) => addresses.contains(&address),
        }
    }

    /// The listener at an address and port.
    pub(crate) fn listener(&self, address: SocketAddr, rtt: Duration) -> Option<Listener> {
        let at = |port| (address.ip(), port);
        let imap = IMAP_PORTS.contains(&address.port());
        let scripts = if imap { &self.imap } else { &self.smtp };
        let script = scripts.get(&at(Some(address.port()))).or_else(|| scripts.get(&at(None)))?.clone();
        let tls = self.tls.get(&at(Some(address.port()))).or_else(|| self.tls.get(&at(None)));
        let implicit = IMPLICIT_PORTS.contains(&address.port());
        // Nobody listens for TLS without a certificate.
        if implicit && tls.is_none() {
            return None;
        }
        let tls = tls.cloned().zip(self.authorities.clone());
        Some(Listener { script, tls, implicit, imap, rtt })
    }

    /// The addresses of a name, its aliases followed as far as a world does.
    pub(crate) fn addresses_of(&self, name: &Name) -> Vec<IpAddr> {
        self.addresses.get(name).cloned().unwrap_or_default()
    }

    /// The addresses that the glue of a server has.
    pub(crate) fn glue_of(&self, server: &Name) -> &[IpAddr] {
        let glue = self.glue.get(server).or_else(|| self.addresses.get(server));
        glue.map_or(&[], Vec::as_slice)
    }

    /// The deepest zone that a server hosts and that holds a name.
    fn hosted(&self, server: IpAddr, question: &Question) -> Option<&Zone> {
        let held = self.hosts.get(&server)?;
        let names = std::iter::once(question.name.clone()).chain(question.name.ancestors());
        let mut zones = names.filter(|name| held.contains(name));
        let deepest = zones.next()?;
        // The parent answers for DS, when it is here as well (RFC 4035 3.1.4.1).
        let above = zones.next();
        let apex = match above {
            Some(above) if deepest == question.name && question.rtype == RecordType::DS => above,
            _ => deepest,
        };
        let key = (server, apex);
        self.variants.get(&key).or_else(|| self.zones.get(&key.1))
    }

    /// The deepest zone of the world that holds a name.
    fn zone_of(&self, name: &Name) -> Option<&Zone> {
        let mut names = std::iter::once(name.clone()).chain(name.ancestors());
        names.find_map(|name| self.zones.get(&name))
    }

    /// What a server does with a query. `None` when there is no server at the address.
    pub(crate) fn respond(&self, server: IpAddr, channel: Channel, query: &Query) -> Option<Reaction> {
        let resolves = self.is_resolver(server);
        if !resolves && !self.hosts.contains_key(&server) {
            return None;
        }
        let question = &query.question;
        let struck = self.faults.iter().filter(|(who, fault)| self.strikes(who, server) && fault.concerns(question));
        let kinds: Vec<&Kind> = struck.map(|(_, fault)| &fault.kind).collect();
        let has = |kind: &Kind| kinds.contains(&kind);
        let udp = channel == Channel::Udp;
        if has(&Kind::Timeout) || (udp && has(&Kind::UdpTimeout)) {
            return Some(Reaction::Silence);
        }
        if !udp && has(&Kind::TcpRefused) {
            return Some(Reaction::Refusal);
        }
        let twist = kinds.iter().find_map(|kind| match kind {
            Kind::WrongId => Some(Twist::Id),
            Kind::WrongQuestion => Some(Twist::Question),
            Kind::Garbage => Some(Twist::Garbage),
            Kind::Loop => Some(Twist::Loop),
            _ => None,
        });
        if udp && has(&Kind::Truncate) {
            let response = Response { aa: !resolves, tc: true, ra: resolves, ..Response::default() };
            return Some(Reaction::Reply(response, Twist::None));
        }
        let mut response =
            self.misled(server, query, &kinds).unwrap_or_else(|| self.honest(server, query, has(&Kind::Recursive)));
        if has(&Kind::NoAa) {
            response.aa = false;
        }
        if has(&Kind::Recursive) || resolves {
            response.ra = true;
        }
        Some(Reaction::Reply(response, twist.unwrap_or_default()))
    }

    /// What a fault makes a server answer.
    fn misled(&self, server: IpAddr, query: &Query, kinds: &[&Kind]) -> Option<Response> {
        let question = &query.question;
        if let Some(fault) = query.fault {
            return Some(Response::code(fault));
        }
        let resolves = self.is_resolver(server);
        let negative = |rcode| {
            let zone = self.hosted(server, question).or_else(|| self.zone_of(&question.name));
            Response {
                rcode,
                aa: !resolves,
                authority: zone.and_then(Zone::negative_soa).into_iter().collect(),
                ..Response::default()
            }
        };
        let answers: Vec<Rr> = kinds
            .iter()
            .filter_map(|kind| match kind {
                Kind::Answer(record) => Some(record.clone()),
                _ => None,
            })
            .collect();
        let code = kinds.iter().find_map(|kind| match kind {
            Kind::Rcode(rcode) => Some(Response::code(*rcode)),
            Kind::NoEdns if query.edns.is_some() => Some(Response::code(rcode::FORMERR)),
            _ => None,
        });
        if code.is_some() {
            return code;
        }
        if !answers.is_empty() {
            return Some(Response { aa: !resolves, answer: answers, ..Response::default() });
        }
        kinds.iter().find_map(|kind| match kind {
            Kind::NxDomain => Some(negative(rcode::NXDOMAIN)),
            Kind::NoData => Some(negative(rcode::NOERROR)),
            Kind::Upward => {
                let root = self.zones.get(&Name::root())?;
                let servers = root.set(&Name::root(), RecordType::NS);
                Some(Response { authority: servers.to_vec(), ..Response::default() })
            }
            _ => None,
        })
    }

    /// What a server answers by what it knows.
    fn honest(&self, server: IpAddr, query: &Query, recursive: bool) -> Response {
        if self.is_resolver(server) {
            return if query.recurse { resolver::resolve(self, query) } else { Response::code(rcode::REFUSED) };
        }
        let Some(zone) = self.hosted(server, &query.question) else {
            return if recursive && query.recurse {
                resolver::resolve(self, query)
            } else {
                Response::code(rcode::REFUSED)
            };
        };
        let mut found = zone.find(&query.question);
        let targets: Vec<Name> = found
            .authority
            .iter()
            .chain(&found.answer)
            .filter(|record| matches!(record.rtype, RecordType::NS | RecordType::MX))
            .filter_map(Rr::target)
            .collect();
        if query.dnssec {
            dnssec::sign(zone, &mut found);
        } else {
            found.authority.retain(|record| record.rtype != RecordType::DS);
        }
        let mut additional = Vec::new();
        for target in targets {
            // Addresses that this zone knows, by its data or as glue (RFC 9471).
            if !target.is_at_or_below(&zone.apex) || self.no_address.contains(&target) {
                continue;
            }
            let below = zone.cut_above(&target).is_some();
            let known =
                if below { self.glue_of(&target) } else { self.addresses.get(&target).map_or(&[][..], Vec::as_slice) };
            for address in known {
                let record = Rr::of_address(target.clone(), *address);
                if !additional.contains(&record) {
                    additional.push(record);
                }
            }
        }
        Response {
            rcode: found.rcode,
            aa: found.aa,
            answer: found.answer,
            authority: found.authority,
            additional,
            ..Response::default()
        }
    }
}

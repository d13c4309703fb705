//! What a world's text says, read but not yet put together.

use crate::rdap::Registration;
use crate::rr::Rr;
use crate::smtp::Script;
use crate::{Audit, Check, WorldError, https, mark, tls};
use ipnet::IpNet;
use jiff::Timestamp;
use ptrust_names::{Name, RecordType};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Everything the text says.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Zones in the text, by apex.
    pub(crate) zones: BTreeMap<Name, ZoneDraft>,
    /// Their names in the order of the text, so that addresses are given in a stable order.
    pub(crate) order: Vec<Name>,
    /// `!audit` lines.
    pub(crate) audits: Vec<Audit>,
    /// `!check` lines.
    pub(crate) checks: Vec<Check>,
    /// `!resolver` lines; `None` when there is none, so that the default holds.
    pub(crate) resolvers: Option<Vec<SocketAddr>>,
    /// Zones that the parent does not know, with their lines.
    pub(crate) undelegated: BTreeMap<Name, usize>,
    /// Name servers at the parent instead of the zone's own.
    pub(crate) delegate: BTreeMap<Name, Vec<Name>>,
    /// Other delegation data on one server of the parent.
    pub(crate) delegate_at: Vec<(usize, ServerRef, Name, Vec<Name>)>,
    /// Glue that differs from the zone's own addresses.
    pub(crate) glue: BTreeMap<Name, Vec<IpAddr>>,
    /// Names that exist nowhere.
    pub(crate) no_address: BTreeSet<Name>,
    /// Give both families to servers without an address.
    pub(crate) dual: bool,
    /// Zones that are a registry's by decree.
    pub(crate) registry: Vec<Name>,
    /// Fault lines.
    pub(crate) faults: Vec<FaultLine>,
    /// Round trip times.
    pub(crate) latency: Vec<(usize, ServerRef, Duration)>,
    /// Losses in percent, with their seeds.
    pub(crate) loss: Vec<(usize, ServerRef, Loss)>,
    /// Records put into the zone that holds their owner, with their lines.
    pub(crate) extra: Vec<(usize, Rr)>,
    /// What is wrong with the way out.
    pub(crate) network: Network,
    /// Zones whose chain of trust is broken.
    pub(crate) bogus: BTreeMap<Name, (usize, Bogus)>,
    /// SMTP servers; without a port they listen on all.
    pub(crate) smtp: BTreeMap<(IpAddr, Option<u16>), Script>,
    /// IMAP listeners.
    pub(crate) imap: BTreeMap<(IpAddr, Option<u16>), Script>,
    /// TLS of listeners.
    pub(crate) tls: BTreeMap<(IpAddr, Option<u16>), tls::Script>,
    /// Documents by URL.
    pub(crate) https: BTreeMap<String, https::Document>,
    /// Certificates of marks that are put at their URLs.
    pub(crate) marks: Vec<mark::Script>,
    /// Registrations of address blocks.
    pub(crate) rdap: BTreeMap<IpNet, Registration>,
    /// Where the clock starts.
    pub(crate) now: Option<Timestamp>,
}

/// What is wrong with the way out, for everybody but the resolvers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    /// Ports that nothing outside answers on.
    pub(crate) closed: BTreeSet<u16>,
    /// Whether something else answers for port 53.
    pub(crate) intercepted: bool,
    /// Whether there is no route for IPv4.
    pub(crate) no_ipv4: bool,
    /// Whether there is no route for IPv6.
    pub(crate) no_ipv6: bool,
}

/// One `zone` line and the records below it.
#[derive(Debug, Default)]
pub(crate) struct ZoneDraft {
    /// Line that opened it; 0 for zones that were not in the text.
    pub(crate) line: usize,
    /// Name servers, for the parent and for the apex unless it has NS records of its own.
    pub(crate) servers: Vec<Name>,
    /// Whether it is signed.
    pub(crate) signed: bool,
    /// Its records.
    pub(crate) records: Vec<Rr>,
}

/// A server as named in a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerRef {
    /// All servers that are not resolvers.
    All,
    /// All resolvers.
    Resolvers,
    /// All addresses of a name.
    Name(Name),
    /// One address.
    Address(IpAddr),
}

/// One fault line.
#[derive(Clone, Debug)]
pub(crate) struct FaultLine {
    /// Its line number.
    pub(crate) line: usize,
    /// Who misbehaves.
    pub(crate) server: ServerRef,
    /// The fault.
    pub(crate) fault: Fault,
}

/// A fault, and the questions that it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Only this name.
    pub(crate) name: Option<Name>,
    /// Only names at or below this one.
    pub(crate) below: Option<Name>,
    /// Only this type.
    pub(crate) rtype: Option<RecordType>,
    /// What happens.
    pub(crate) kind: Kind,
}

/// What a faulty server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Says nothing.
    Timeout,
    /// Says nothing over UDP.
    UdpTimeout,
    /// Refuses connections.
    TcpRefused,
    /// Answers with this code and nothing else.
    Rcode(u16),
    /// Answers queries with EDNS by FORMERR.
    NoEdns,
    /// Refers to the root.
    Upward,
    /// Denies the name.
    NxDomain,
    /// Says that the name has no such records.
    NoData,
    /// Gives this record.
    Answer(Rr),
    /// Leaves the AA flag out.
    NoAa,
    /// Sends only what fits nowhere: TC over UDP.
    Truncate,
    /// Answers under another id.
    WrongId,
    /// Answers another question.
    WrongQuestion,
    /// Sends octets that are no records.
    Garbage,
    /// Sends a compression pointer to itself.
    Loop,
    /// Resolves for strangers.
    Recursive,
}

/// How often datagrams are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Percent of the queries.
    pub(crate) percent: u64,
    /// Start of the pseudo-random sequence.
    pub(crate) seed: u64,
}

/// How a chain of trust is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bogus {
    /// The parent's DS fits no key.
    Ds,
    /// The signatures do not verify.
    Rrsig,
}

/// An error at a line.
pub(crate) fn at(line: usize, message: impl Into<String>) -> WorldError {
    // Messages quote words of the line.
    WorldError { line, message: ptrust_names::escape(&message.into()) }
}

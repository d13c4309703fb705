//! Servers that say what the input says: whatever is asked, the next octets of the script decide what comes back.

use super::message::{Draft, Section, flag};
use crate::bytes::Bytes;
use ptrust_names::{Name, RecordType};
use ptrust_observe::ports::{BoxFuture, Channel, Exchange, PathError};
use ptrust_observe::wire::{is_reply_to, rcode};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The IPv4 address whose PTR is walked to.
pub(super) const V4: &str = "203.0.113.25";
/// The IPv6 address.
pub(super) const V6: &str = "2001:db8::25";
/// Queries after which all servers fall silent, so that a machine without bounds ends in time and is seen.
const MAX_ASKED: u32 = 50_000;
/// The longest wait that is asked of a server at once.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// Octets of a raw reply.
const MAX_RAW: usize = 200;
/// DNS over UDP and TCP.
const PORT: u16 = 53;

/// Types in replies of any kind.
const TYPES: [RecordType; 16] = [
    RecordType::A,
    RecordType::NS,
    RecordType::CNAME,
    RecordType::SOA,
    RecordType::PTR,
    RecordType::MX,
    RecordType::TXT,
    RecordType::AAAA,
    RecordType::DNAME,
    // OPT, DS, RRSIG, NSEC, DNSKEY, NSEC3, and one that nobody knows.
    RecordType(41),
    RecordType(43),
    RecordType(46),
    RecordType(47),
    RecordType(48),
    RecordType(50),
    RecordType(65_280),
];

/// The servers' side.
pub(super) struct Internet {
    state: Mutex<State>,
    script: Vec<u8>,
    pace: u8,
    /// Whether the roots' own NS set is made up too.
    roots: bool,
    /// Where replies come from that the script only damages.
    inner: Option<Arc<dyn Exchange>>,
}

/// Where the script is.
#[derive(Debug, Default)]
struct State {
    at: usize,
    asked: u32,
}

/// What becomes of a query.
enum Fate {
    /// This comes back.
    Reply(Vec<u8>),
    /// Nothing comes back.
    Silence,
    /// The path fails.
    Failure(PathError),
}

impl Internet {
    /// Servers over a script. `pace` stretches their round trip times.
    pub(super) fn new(script: Vec<u8>, pace: u8, roots: bool, inner: Option<Arc<dyn Exchange>>) -> Self {
        Self { state: Mutex::default(), script, pace, roots, inner }
    }

    /// Queries so far.
    pub(super) fn asked(&self) -> u32 {
        self.lock().asked
    }

    /// The state.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a query, and after which time.
    fn decide(&self, query: &[u8]) -> (Duration, Fate) {
        let mut state = self.lock();
        state.asked += 1;
        if state.asked > MAX_ASKED {
            return (Duration::ZERO, Fate::Silence);
        }
        let draft = Draft::new(query, 0);
        if !self.roots && draft.name().is_root() && draft.rtype() == RecordType::NS {
            return (Duration::ZERO, Fate::Reply(roots_of(query)));
        }
        let mut bytes = Bytes::resume(&self.script, state.at);
        let time = Duration::from_millis(u64::from(self.pace) * bytes.below(16) as u64);
        let fate = fate(query, &mut bytes);
        state.at = bytes.position();
        (time, fate)
    }
}

impl Internet {
    /// A reply of the servers behind, damaged or not.
    async fn damaged(
        &self,
        inner: &dyn Exchange,
        server: SocketAddr,
        channel: Channel,
        query: &[u8],
        timeout: Duration,
    ) -> Result<Vec<u8>, PathError> {
        let mut reply = inner.exchange(server, channel, query, timeout).await?;
        let mut state = self.lock();
        state.asked += 1;
        let mut bytes = Bytes::resume(&self.script, state.at);
        // Most replies stay as they are: a chain that breaks at its first link shows nothing.
        let changes = bytes.below(8).saturating_sub(4);
        let spared = query.len().min(reply.len());
        for _ in 0..changes {
            let at = spared + usize::from(bytes.u16()) % (reply.len() - spared).max(1);
            let octet = bytes.octet();
            match (bytes.below(4), reply.get_mut(at)) {
                (0, _) => reply.truncate(at),
                (1, Some(slot)) => *slot = octet,
                (2, Some(slot)) => *slot = slot.wrapping_add(1),
                (_, Some(slot)) => *slot ^= 1 << (octet % 8),
                (_, None) => {}
            }
        }
        state.at = bytes.position();
        if is_reply_to(query, &reply) { Ok(reply) } else { Err(PathError::Closed) }
    }
}

impl Exchange for Internet {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        if let Some(inner) = &self.inner {
            return Box::pin(self.damaged(&**inner, server, channel, query, timeout));
        }
        Box::pin(async move {
            assert_eq!(server.port(), PORT, "another port");
            assert!(timeout <= MAX_WAIT, "{timeout:?} for one exchange");
            let (time, fate) = self.decide(query);
            // Strangers' datagrams are ignored, as the port promises.
            let fate = match fate {
                Fate::Reply(reply) if !is_reply_to(query, &reply) => Fate::Silence,
                fate => fate,
            };
            if time >= timeout || matches!(fate, Fate::Silence) {
                tokio::time::sleep(timeout).await;
                return Err(PathError::Timeout);
            }
            if !time.is_zero() {
                tokio::time::sleep(time).await;
            }
            match fate {
                Fate::Reply(reply) => Ok(reply),
                Fate::Failure(error) => Err(error),
                Fate::Silence => Err(PathError::Timeout),
            }
        })
    }
}

/// What roots say of themselves.
fn roots_of(query: &[u8]) -> Vec<u8> {
    let mut draft = Draft::new(query, flag::AA);
    for letter in ["a", "b"] {
        let server: Name = format!("{letter}.root-servers.net").parse().expect("a name");
        let root = Name::root();
        draft.record(Section::Answer, root.wire(), RecordType::NS, 518_400, server.wire());
    }
    draft.finish()
}

/// The next reply of the script.
fn fate(query: &[u8], bytes: &mut Bytes<'_>) -> Fate {
    let kind = bytes.below(16);
    let flags = match kind {
        5..=9 | 15 => flag::AA,
        _ => 0,
    };
    let mut draft = Draft::new(query, flags);
    let asked = draft.name();
    match kind {
        0 => {
            let flags = bytes.u16() & !flag::TC;
            let counts = [bytes.below(8), bytes.below(8), bytes.below(8)];
            let counts = counts.map(|count| u16::try_from(count).unwrap_or(0));
            let length = bytes.below(MAX_RAW);
            let rest = bytes.take(length);
            return Fate::Reply(Draft::new(query, flags).raw(counts, &rest));
        }
        1..=3 => {
            // Down from the root, one to three labels at once, seldom to the name itself.
            let depth = 1 + bytes.below(asked.label_count());
            let zone = suffix(&asked, depth);
            let count = 1 + bytes.below(4);
            refer(&mut draft, &zone, count, true, bytes);
        }
        4 => {
            let depth = 1 + bytes.below(asked.label_count());
            let zone = suffix(&asked, depth);
            let count = 100 * (1 + bytes.below(10));
            refer(&mut draft, &zone, count, false, bytes);
        }
        5 | 15 => {
            let count = if kind == 5 { 1 + bytes.below(4) } else { 50 * (1 + bytes.below(20)) };
            for _ in 0..count {
                let rtype = draft.rtype();
                let rdata = data(rtype, &asked, bytes);
                draft.record(Section::Answer, asked.wire(), rtype, bytes.octet().into(), &rdata);
            }
        }
        6 | 7 => {
            let code = if kind == 6 { rcode::NXDOMAIN } else { rcode::NOERROR };
            draft = Draft::new(query, flag::AA | code);
            let zone = suffix(&asked, bytes.below(1 + asked.label_count()));
            let rdata = data(RecordType::SOA, &asked, bytes);
            draft.record(Section::Authority, zone.wire(), RecordType::SOA, 300, &rdata);
        }
        8 => {
            let mut owner = asked.clone();
            for _ in 0..=bytes.below(12) {
                let target = name(&asked, bytes);
                draft.record(Section::Answer, owner.wire(), RecordType::CNAME, 300, target.wire());
                owner = target;
            }
        }
        9 => {
            let owner = suffix(&asked, bytes.below(asked.label_count()));
            let target = name(&asked, bytes);
            draft.record(Section::Answer, owner.wire(), RecordType::DNAME, 300, target.wire());
        }
        10 => {
            let flags = bytes.u16() & (flag::AA | flag::RA | 0x3f);
            draft = Draft::new(query, flags);
            for _ in 0..bytes.below(12) {
                anything(&mut draft, &asked, bytes);
            }
        }
        11 => draft = Draft::new(query, u16::from(bytes.octet() & 15)),
        12 => {
            return match bytes.below(8) {
                0 => Fate::Failure(PathError::Local),
                1 => Fate::Failure(PathError::Refused),
                2 => Fate::Failure(PathError::Closed),
                _ => Fate::Silence,
            };
        }
        13 => draft = Draft::new(query, flag::TC | flag::AA),
        _ => {
            // Upward, or sideways.
            let zone = name(&asked, bytes);
            let count = 1 + bytes.below(3);
            refer(&mut draft, &zone, count, true, bytes);
        }
    }
    Fate::Reply(draft.finish())
}

/// A referral to a zone, with some glue.
fn refer(draft: &mut Draft, zone: &Name, count: usize, glued: bool, bytes: &mut Bytes<'_>) {
    let asked = draft.name();
    for index in 0..count {
        let server =
            if glued { name(&asked, bytes) } else { format!("ns{index}.glueless.example").parse().expect("a name") };
        draft.record(Section::Authority, zone.wire(), RecordType::NS, 86_400, server.wire());
        for _ in 0..if glued { bytes.below(3) } else { 0 } {
            let (rtype, rdata) = match address(bytes) {
                IpAddr::V4(v4) => (RecordType::A, v4.octets().to_vec()),
                IpAddr::V6(v6) => (RecordType::AAAA, v6.octets().to_vec()),
            };
            draft.record(Section::Additional, server.wire(), rtype, 86_400, &rdata);
        }
    }
}

/// A record of any kind in any section.
fn anything(draft: &mut Draft, asked: &Name, bytes: &mut Bytes<'_>) {
    let section = Section::ALL[bytes.below(Section::ALL.len())];
    let rtype = TYPES[bytes.below(TYPES.len())];
    let rdata = data(rtype, asked, bytes);
    let ttl = u32::from(bytes.u16()) << 16;
    // A pointer to the question's name, or a name.
    if bytes.below(2) == 0 {
        draft.record(section, &[0xc0, 12], rtype, ttl, &rdata);
    } else {
        let owner = name(asked, bytes);
        draft.record(section, owner.wire(), rtype, ttl, &rdata);
    }
}

/// Data of a type: mostly well-formed.
fn data(rtype: RecordType, asked: &Name, bytes: &mut Bytes<'_>) -> Vec<u8> {
    match rtype {
        RecordType::A => bytes.take(4),
        RecordType::AAAA => bytes.take(16),
        RecordType::NS | RecordType::CNAME | RecordType::DNAME | RecordType::PTR => name(asked, bytes).wire().to_vec(),
        RecordType::SOA => {
            let mut rdata = name(asked, bytes).wire().to_vec();
            rdata.extend(name(asked, bytes).wire());
            rdata.extend(bytes.take(20));
            rdata
        }
        RecordType::MX => [&[0, 10], name(asked, bytes).wire()].concat(),
        _ => {
            let length = bytes.below(64);
            bytes.take(length)
        }
    }
}

/// A name that may lead somewhere.
fn name(asked: &Name, bytes: &mut Bytes<'_>) -> Name {
    const FIXED: [&str; 8] = [
        "mail.example.com",
        "example.com",
        "a.root-servers.net",
        "host.25.in-addr.arpa",
        "25.0/25.113.0.203.in-addr.arpa",
        "\\027[31m<script>.\\000.example",
        "localhost",
        ".",
    ];
    let up = suffix(asked, bytes.below(1 + asked.label_count()));
    let label = format!("ns{}", bytes.below(16));
    match bytes.below(8) {
        0 | 1 => up,
        2 | 3 => up.prepend(label.as_bytes()).unwrap_or(up),
        4 => format!("{label}.example").parse().expect("a name"),
        5 => {
            let length = 1 + bytes.below(63);
            let label = bytes.take(length);
            up.prepend(&label).unwrap_or(up)
        }
        6 => FIXED[bytes.below(FIXED.len())].parse().expect("a name"),
        // As long as names get.
        _ => {
            let mut long = up;
            while let Ok(longer) = long.prepend(&[b'x'; 40]) {
                long = longer;
            }
            long
        }
    }
}

/// The last labels of a name.
fn suffix(name: &Name, labels: usize) -> Name {
    let skip = name.label_count().saturating_sub(labels);
    Name::from_labels(name.labels().skip(skip)).expect("a part of a name")
}

/// An address of a server: mostly one that may be asked.
fn address(bytes: &mut Bytes<'_>) -> IpAddr {
    let last = bytes.octet();
    match bytes.below(8) {
        0..=3 => [203, 0, 113, last].into(),
        4 | 5 => [0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(last)].into(),
        6 => [198, 41, 0, 4].into(),
        _ => [127, 0, 0, last].into(),
    }
}

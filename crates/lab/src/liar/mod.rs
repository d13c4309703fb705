//! The lying server: what real name servers refuse to do.
//!
//! One process binds every address of its configuration and answers there in that address's way. It knows records only as
//! text lines `OWNER TYPE DATA`, all names absolute, and serves them without asking whether they may stand together.

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

mod answer;
mod wire;

use answer::Records;

/// The file that the process writes beside its configuration once every socket is bound.
pub(crate) const READY: &str = "ready";
/// How long a TCP peer may take; long enough for any client's own patience, short enough not to hold threads for ever.
const PEER_PATIENCE: Duration = Duration::from_mins(1);

/// A way of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behavior {
    /// As a server should, but with records that no real server would load.
    Honest,
    /// Bound over UDP and TCP, never says a word.
    Silent,
    /// REFUSED to everything.
    Refused,
    /// SERVFAIL to everything.
    ServFail,
    /// A referral to the root for everything.
    Upward,
    /// An empty answer without AA for everything.
    NotAuthoritative,
    /// The right records without AA and with RA, as a forgotten resolver in the list of servers would.
    Recursive,
    /// NXDOMAIN for names that have names below them (RFC 8020).
    EntDenied,
    /// The right answer under another id.
    WrongId,
    /// The right answer to another question.
    WrongQuestion,
    /// A header that promises records which are not there.
    Garbage,
    /// An owner name whose compression pointer leads to itself.
    PointerLoop,
    /// A TCP server, of mail for instance, that accepts and never greets.
    Tarpit,
    /// A mail server whose greeting has no last line.
    Endless,
}

impl Behavior {
    /// Every way, in the order that the address plan numbers them.
    pub const ALL: [Self; 14] = [
        Self::Honest,
        Self::Silent,
        Self::Refused,
        Self::ServFail,
        Self::Upward,
        Self::NotAuthoritative,
        Self::Recursive,
        Self::EntDenied,
        Self::WrongId,
        Self::WrongQuestion,
        Self::Garbage,
        Self::PointerLoop,
        Self::Tarpit,
        Self::Endless,
    ];

    /// The word for it in configurations and host names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::ServFail => "servfail",
            Self::Upward => "upward",
            Self::NotAuthoritative => "not-authoritative",
            Self::Recursive => "recursive",
            Self::EntDenied => "ent-denied",
            Self::WrongId => "wrong-id",
            Self::WrongQuestion => "wrong-question",
            Self::Garbage => "garbage",
            Self::PointerLoop => "pointer-loop",
            Self::Tarpit => "tarpit",
            Self::Endless => "endless",
        }
    }

    /// Whether it stands where a name server is looked for.
    pub(crate) const fn is_name_server(self) -> bool {
        !matches!(self, Self::Tarpit | Self::Endless)
    }

    /// The way that a word names.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|behavior| behavior.word() == word)
    }
}

/// Serves every line `ADDRESS PORT BEHAVIOR` of `FOLDER/addresses` with the records of `FOLDER/records`, for ever.
pub fn serve(folder: &Path) -> Result<()> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    };
    let records = Arc::new(Records::parse(&read("records")?)?);
    let mut threads = Vec::new();
    for line in read("addresses")?.lines() {
        let (address, behavior) = parse_line(line).with_context(|| format!("not an address line: {line}"))?;
        let listener = TcpListener::bind(address).with_context(|| format!("failed to listen on {address}"))?;
        if behavior.is_name_server() {
            let socket = UdpSocket::bind(address).with_context(|| format!("failed to bind {address}"))?;
            let records = Arc::clone(&records);
            threads.push(thread::spawn(move || {
                serve_udp(&socket, behavior, &records);
            }));
        }
        let records = Arc::clone(&records);
        threads.push(thread::spawn(move || {
            serve_tcp(&listener, behavior, &records);
        }));
    }
    fs::write(folder.join(READY), "").context("failed to say ready")?;
    for thread in threads {
        if thread.join().is_err() {
            bail!("a server thread panicked");
        }
    }
    Ok(())
}

/// `ADDRESS PORT BEHAVIOR`.
fn parse_line(line: &str) -> Option<(SocketAddr, Behavior)> {
    let mut words = line.split_whitespace();
    let address: IpAddr = words.next()?.parse().ok()?;
    let port = words.next()?.parse().ok()?;
    Some((SocketAddr::new(address, port), Behavior::from_word(words.next()?)?))
}

/// One datagram in, at most one out.
fn serve_udp(socket: &UdpSocket, behavior: Behavior, records: &Records) {
    let mut buffer = [0; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        if let Some(reply) = answer::reply(&buffer[..length], behavior, records) {
            // A reply that cannot be sent is a lost packet, which every client must survive anyway.
            drop(socket.send_to(&reply, peer));
        }
    }
}

/// One thread per connection: the lab has few clients, and a silent peer must not hold up the next.
fn serve_tcp(listener: &TcpListener, behavior: Behavior, records: &Arc<Records>) {
    for stream in listener.incoming().flatten() {
        let records = Arc::clone(records);
        thread::spawn(move || converse(stream, behavior, &records));
    }
}

/// Greets for ever (RFC 5321 4.2: a hyphen promises another line), at most a megabyte a second.
fn babble(mut stream: TcpStream) -> Option<()> {
    let lines = "220-mx.endless-example.com and one line more\r\n".repeat(90);
    loop {
        stream.write_all(lines.as_bytes()).ok()?;
        thread::sleep(Duration::from_millis(4));
    }
}

/// Answers framed messages until the peer leaves.
fn converse(mut stream: TcpStream, behavior: Behavior, records: &Records) -> Option<()> {
    stream.set_read_timeout(Some(PEER_PATIENCE)).ok()?;
    if behavior == Behavior::Endless {
        return babble(stream);
    }
    loop {
        let mut frame = [0; 2];
        stream.read_exact(&mut frame).ok()?;
        let mut query = vec![0; usize::from(u16::from_be_bytes(frame))];
        stream.read_exact(&mut query).ok()?;
        if let Some(reply) = answer::reply(&query, behavior, records) {
            let length = u16::try_from(reply.len()).ok()?;
            stream.write_all(&length.to_be_bytes()).ok()?;
            stream.write_all(&reply).ok()?;
        }
    }
}

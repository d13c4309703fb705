//! Conversations that look at TLS: IMAP's lines, and whole sessions over a server that says the input.

use crate::invariant::{check_json, check_text};
use crate::talker::{Talker, pieces};
use crate::world::paused;
use ptrust_facts::session::{Depth, Injection, Protocol, StartTls};
use ptrust_facts::{Party, Service, Session};
use ptrust_names::Observed;
use ptrust_observe::ports::Ports;
use ptrust_observe::session::imap::{Lines, MAX_LINE, MAX_TOTAL, NotImap, capabilities};
use ptrust_observe::session::probe;
use ptrust_observe::smtp::reply::MAX_LINES;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Octets that escaping makes of one that is not UTF-8 and so becomes U+FFFD, or of a control character: `\255`.
const ESCAPED: usize = 4;
/// Commands of a session at most, with the greeting before them.
const ANSWERS: usize = 5;
/// A session's virtual time at most: greeting, three commands, the handshake, and the goodbye.
const MAX_TIME: Duration = Duration::from_secs(10 + 3 * 5 + 5 + 1);
/// Everything that is ever sent.
const SENT: [&str; 7] =
    ["a1 CAPABILITY", "a2 STARTTLS", "a3 CAPABILITY", "a4 LOGOUT", "EHLO probe.example", "STARTTLS", "QUIT"];

/// The first octet says which protocol and how deep, the second how the rest is cut into pieces; the rest is what the
/// server says on every connection.
pub fn session(bytes: &[u8]) {
    let (kind, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let (seed, said) = rest.split_first().unwrap_or((&0, &[]));
    check_lines(*seed, said);
    let protocol =
        Protocol::ALL.get(usize::from(*kind & 0x7f) % Protocol::ALL.len()).copied().unwrap_or(Protocol::Imap);
    let depth = if kind & 0x80 == 0 { Depth::One } else { Depth::Full };
    check_session(protocol, depth, *seed, said);
}

/// The lines of a conversation, fed in pieces; whether it went out of bounds is behind them.
fn lines(mut rest: &[u8], piece: impl Fn(usize) -> usize) -> (Vec<String>, bool) {
    let (mut reader, mut lines, mut at) = (Lines::default(), Vec::new(), 0);
    while !rest.is_empty() {
        let length = piece(at).clamp(1, rest.len());
        let (head, tail) = rest.split_at(length);
        reader.feed(head);
        loop {
            match reader.line() {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => break,
                Err(NotImap) => return (lines, true),
            }
        }
        (rest, at) = (tail, at + length);
    }
    (lines, false)
}

/// Lines are bounded and escaped, however they come, and nothing of them is lost.
fn check_lines(seed: u8, said: &[u8]) {
    let whole = lines(said, |_| said.len().max(1));
    assert!(said.len() > MAX_TOTAL || lines(said, pieces(seed)) == whole, "pieces matter");
    let (lines, over) = whole;
    // What stands behind the last end is no line yet.
    let ends = said.split(|octet| *octet == b'\n').count() - 1;
    assert!(over || lines.len() == ends, "{} lines of {ends}", lines.len());
    for line in lines {
        check_text(&line);
        assert!(line.len() <= MAX_LINE * ESCAPED, "a long line");
        let words = capabilities(&line).unwrap_or_default();
        assert!(words.iter().all(|word| !word.is_empty() && line.contains(word.as_str())), "a capability of nowhere");
    }
}

/// The whole session ends in time and keeps within bounds.
fn check_session(protocol: Protocol, depth: Depth, seed: u8, said: &[u8]) {
    let said = said.to_vec();
    paused(async move {
        let world = crate::world::small();
        let mut settings = world.settings();
        settings.helo = "probe.example".into();
        let ports = Ports { dial: Arc::new(Talker { seed, said }), ..world.ports() };
        let service = Service {
            protocol,
            name: "mail.example.com".parse().expect("a name"),
            address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 25)),
            port: protocol.port(),
            depth,
        };
        let begun = Instant::now();
        let fact = probe(&ports, &settings, &service).await;
        assert!(begun.elapsed() <= MAX_TIME, "a long conversation: {:?}", begun.elapsed());
        check_json(&fact);
        if let Observed::Present(session) = &fact.observed {
            check_told(protocol, session);
        }
    });
}

/// What is told of a session fits its parts.
fn check_told(protocol: Protocol, session: &Session) {
    assert!(session.transcript.len() <= ANSWERS * (MAX_LINES + 2), "a long transcript");
    for line in session.transcript.iter().filter(|line| line.party == Party::Client) {
        assert!(SENT.contains(&line.text.as_str()), "{} is sent", line.text);
        assert_eq!(line.text.starts_with('a'), protocol.is_imap(), "{} in another protocol", line.text);
    }
    // The input cannot agree on a key: it was written before our share of one was.
    assert_eq!(session.tls, None);
    assert_eq!(session.tls_offers, [] as [String; 0]);
    assert_eq!((session.versions.len(), session.weak_cipher, session.injection), (0, None, Injection::NotTested));
    match &session.starttls {
        StartTls::Done | StartTls::Implicit => panic!("TLS with an input"),
        StartTls::NotOffered => assert!(!protocol.is_implicit(), "TLS comes first"),
        StartTls::Refused(why) => assert!(!protocol.is_implicit() && !why.is_empty(), "refused without a word"),
        StartTls::Failed(why) => assert!(!why.is_empty(), "failed without a word"),
    }
    if protocol.is_implicit() {
        assert!(session.transcript.is_empty() && session.offers.is_empty(), "something said without TLS");
    }
}

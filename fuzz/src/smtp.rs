//! SMTP: the reply decoder, and the probe over a server that says the input.

use crate::invariant::{check_json, check_text};
use crate::talker::{Talker, pieces};
use crate::world::paused;
use ptrust_facts::Party;
use ptrust_names::Observed;
use ptrust_observe::ports::Ports;
use ptrust_observe::smtp::probe;
use ptrust_observe::smtp::reply::{Decoder, Event, Fault, MAX_LINE, MAX_LINES, MAX_TOTAL, MAX_WORD, Progress};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Octets that escaping makes of one: `\255`.
const ESCAPED: usize = 4;
/// Replies that a probe reads at most: greeting, EHLO, HELO, QUIT.
const REPLIES: usize = 4;
/// A probe's virtual time at most: connection, greeting, two commands and QUIT, written and read.
const MAX_TIME: Duration = Duration::from_mins(1);

/// The first octet says how the rest is cut into pieces; the rest is what the server says.
pub fn smtp(bytes: &[u8]) {
    let (seed, said) = bytes.split_first().unwrap_or((&0, &[]));
    let whole = events(said, |_| said.len().max(1));
    let pieces = pieces(*seed);
    assert_eq!(events(said, &pieces), whole, "pieces matter");
    check_events(said, &whole);
    check_probe(*seed, said);
}

/// All events of the bytes, fed in pieces; the function gives the next piece's length for an offset.
fn events(mut rest: &[u8], piece: impl Fn(usize) -> usize) -> Vec<Event> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    let mut at = 0;
    while !rest.is_empty() {
        let length = piece(at).clamp(1, rest.len());
        let (head, tail) = rest.split_at(length);
        decoder.feed(head);
        events.extend(std::iter::from_fn(|| decoder.event()));
        (rest, at) = (tail, at + length);
    }
    events
}

/// Limits hold, text is escaped, and a fault ends the reading.
fn check_events(said: &[u8], events: &[Event]) {
    let mut lines = 0;
    for (index, event) in events.iter().enumerate() {
        check_text(&event.text);
        assert!(event.text.len() <= MAX_LINE * ESCAPED, "a long line");
        lines += 1;
        match &event.progress {
            Progress::Complete(reply) => {
                assert!((200..600).contains(&reply.code), "code {}", reply.code);
                assert!(lines <= MAX_LINES, "a long reply");
                lines = 0;
                if let Some(word) = &reply.word {
                    check_text(word);
                    assert!(word.len() <= MAX_WORD * ESCAPED, "a long word");
                    assert!(!word.is_empty(), "an empty word");
                    assert!(!word.contains([' ', '\t', '\r', '\n']), "a word of several words");
                }
            }
            Progress::Malformed(fault) => {
                assert_eq!(index + 1, events.len(), "something after a fault");
                match fault {
                    Fault::Total => assert!(said.len() > MAX_TOTAL, "too much, too early"),
                    Fault::Lines => assert_eq!(lines, MAX_LINES + 1, "too many, too early"),
                    Fault::LongLine => assert!(said.len() > MAX_LINE, "too long, too early"),
                    Fault::Code => {}
                }
            }
            Progress::More => assert!(lines <= MAX_LINES, "a long reply"),
        }
    }
}

/// The whole probe ends in time and keeps within bounds.
fn check_probe(seed: u8, said: &[u8]) {
    let said = said.to_vec();
    paused(async move {
        let world = crate::world::small();
        let ports = Ports { dial: Arc::new(Talker { seed, said }), ..world.ports() };
        let begun = Instant::now();
        let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 25));
        let fact = probe(&ports, &world.settings(), address, 25).await;
        assert!(begun.elapsed() <= MAX_TIME, "a long conversation");
        if let Observed::Present(smtp) = &fact.observed {
            check_json(smtp);
            assert!((200..600).contains(&smtp.code), "code {}", smtp.code);
            let lines = &smtp.transcript;
            assert!(lines.len() <= REPLIES * (MAX_LINES + 2), "a long transcript");
            let sent = lines.iter().filter(|line| line.party == Party::Client);
            for line in sent {
                let verb = line.text.split(' ').next().unwrap_or_default();
                assert!(["EHLO", "HELO", "QUIT"].contains(&verb), "{} is sent", line.text);
            }
        }
    });
}

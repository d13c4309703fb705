//! TLS without a library: the hellos that are sent, and the first words of the answer.

use ptrust_facts::session::{Accepted, TlsVersion};
use ptrust_observe::session::hello::{Hello, MAX_HEARD};

/// Octets of a ServerHello up to its suite at most: heads, version, random, session id with its length (RFC 5246 7.4.1.3).
const TO_SUITE: usize = 5 + 4 + 2 + 32 + 1 + 255;
/// Octets of a ClientHello in front of its session id: heads, version, random.
const TO_SESSION_ID: usize = 5 + 4 + 2 + 32;

/// The input is what the server says; its start is also a server's name.
pub fn hello(bytes: &[u8]) {
    let hellos = [Hello::version(TlsVersion::V1_0), Hello::version(TlsVersion::V1_1), Hello::weak()];
    let name = String::from_utf8_lossy(bytes.get(..bytes.len().min(64)).unwrap_or_default()).into_owned();
    for hello in &hellos {
        check_answer(hello, bytes);
        check_sent(&hello.encode(&name), &name);
    }
}

/// An answer that can be told is told from its first octets, and stays what it is.
fn check_answer(hello: &Hello, bytes: &[u8]) {
    let mut told = None;
    for end in 0..=bytes.len().min(MAX_HEARD) {
        let now = hello.read(bytes.get(..end).unwrap_or_default());
        assert!(told.is_none() || now == told, "{end} octets say {now:?} after {told:?}");
        if told.is_none() && now == Some(Accepted::Yes) {
            check_agreed(hello, bytes.get(..end).unwrap_or_default());
        }
        told = now;
        if told.is_some() && end > 2 * TO_SUITE {
            break;
        }
    }
}

/// What counts as agreed is a version and a suite that were offered, and nothing stands behind the suite yet.
fn check_agreed(hello: &Hello, heard: &[u8]) {
    let (_, suite) = heard.split_at(heard.len().saturating_sub(2));
    let sent = hello.encode("");
    let suites = sent.get(TO_SESSION_ID + 1..).unwrap_or_default();
    let (length, suites) = suites.split_at(2);
    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
    let offered = suites.get(..length).unwrap_or_default();
    assert!(offered.chunks(2).any(|offer| offer == suite), "{suite:?} was not offered");
    let version = sent.get(9..11).unwrap_or_default();
    assert!(heard.windows(2).any(|octets| octets == version), "a version that nobody said");
}

/// Every length in a hello is that of what follows.
fn check_sent(sent: &[u8], name: &str) {
    let number = |octets: &[u8]| octets.iter().fold(0usize, |sum, octet| sum << 8 | usize::from(*octet));
    let take = |rest: &mut &[u8], count: usize| -> Vec<u8> {
        let (head, tail) = rest.split_at_checked(count).expect("a hello ends early");
        *rest = tail;
        head.to_vec()
    };
    let mut rest = sent;
    assert_eq!(take(&mut rest, 3), [22, 3, 1]);
    assert_eq!(number(&take(&mut rest, 2)), rest.len(), "the record's length");
    assert_eq!(take(&mut rest, 1), [1]);
    assert_eq!(number(&take(&mut rest, 3)), rest.len(), "the message's length");
    take(&mut rest, 2 + 32);
    for prefix in [1, 2, 1] {
        let length = number(&take(&mut rest, prefix));
        take(&mut rest, length);
    }
    assert_eq!(number(&take(&mut rest, 2)), rest.len(), "the extensions' length");
    let mut named = false;
    while !rest.is_empty() {
        let kind = number(&take(&mut rest, 2));
        let length = number(&take(&mut rest, 2));
        let data = take(&mut rest, length);
        named |= kind == 0 && data.ends_with(name.as_bytes());
    }
    assert!(named, "no server name");
}

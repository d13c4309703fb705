//! Logs as servers write them.

use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

/// Private addresses of the samples.
fn is_public(address: IpAddr) -> bool {
    let text = address.to_string();
    !text.starts_with("10.") && !text.starts_with("127.")
}

/// Reads a log for a domain.
fn of(kind: LogKind, text: &str, domain: Option<&str>) -> Log {
    let mut reader = Reader::new(kind, domain.map(|domain| domain.parse().expect("a name")), &is_public);
    reader.text(text.as_bytes());
    reader.finish()
}

/// Addresses by role in short.
fn short(log: &Log) -> Vec<String> {
    log.addresses.iter().map(|one| format!("{:?} {} {}", one.role, one.address, one.count)).collect()
}

/// A log of Postfix: mail of example.com from a user and from a client, mail of another domain, a refusal.
const POSTFIX: &str = include_str!("samples/postfix.log");
/// A main log of Exim.
const EXIM: &str = include_str!("samples/exim.log");

#[test]
fn postfix_lines_give_addresses_their_roles() {
    let log = of(LogKind::Postfix, POSTFIX, Some("example.com"));
    let expected = [
        "Client 192.0.2.44 1",
        "Remote 198.51.100.1 1",
        "Submitter 198.51.100.7 1",
        "Quoted 203.0.113.25 1",
        "Remote 2001:db8:1::26 1",
    ];
    assert_eq!(short(&log), expected);
    let sending: Vec<_> = log.sending().into_keys().map(|address| address.to_string()).collect();
    assert_eq!(sending, ["192.0.2.44", "203.0.113.25"]);
    // The client on the loopback, and the client and remote host of the other domain's message.
    assert_eq!((log.not_public, log.other_domain, log.unknown_sender), (1, 2, 0));
    let reply = &log.replies[0];
    assert_eq!((reply.status.as_str(), reply.host.as_deref(), reply.line), ("bounced", Some("mx.example.net"), 7));
    assert_eq!(reply.reply.code, Some(550));
    assert_eq!(log.replies.len(), 1);
}

#[test]
fn without_a_domain_clients_do_not_count_as_sending() {
    let log = of(LogKind::Postfix, POSTFIX, None);
    assert!(short(&log).contains(&"Client 192.0.2.45 1".to_owned()));
    let sending: Vec<_> = log.sending().into_keys().map(|address| address.to_string()).collect();
    assert_eq!(sending, ["203.0.113.25"]);
    assert_eq!(log.replies.len(), 2);
}

#[test]
fn exim_lines_give_the_outgoing_interface() {
    let log = of(LogKind::Exim, EXIM, Some("example.com"));
    let expected = [
        "Submitter 192.0.2.7 1",
        "Remote 198.51.100.1 2",
        "Sender 203.0.113.25 1",
        "Quoted 203.0.113.26 1",
        "Sender 203.0.113.26 1",
    ];
    let mut read = short(&log);
    read.sort_by_key(|line| line.split(' ').nth(1).map(str::to_owned));
    assert_eq!(read, expected);
    assert_eq!(log.replies[0].reply.enhanced.map(String::from).as_deref(), Some("5.7.25"));
    assert!(log.replies[0].reply.text.starts_with("SMTP error from remote mail server"));
    assert!(log.replies[0].reply.text.ends_with("does not have a PTR record"));
    assert_eq!(log.other_domain, 3, "client, local and remote address of the other domain's message");
}

#[test]
fn memory_is_bounded() {
    let line = |at: usize| {
        format!("Mar 12 10:11:12 mx postfix/smtpd[1]: 4Tv{at:07}: client=x[2001:db8::{:x}:{:x}]", at >> 16, at & 0xffff)
    };
    let many = (0..book::MAX_ADDRESSES + 10).map(line).collect::<Vec<_>>().join("\n");
    let log = of(LogKind::Postfix, &many, None);
    assert_eq!(log.addresses.len(), book::MAX_ADDRESSES);
    assert!(log.addresses_capped);
    let waiting = of(LogKind::Postfix, &many, Some("example.com"));
    assert_eq!(waiting.addresses, []);
    assert_eq!(waiting.unknown_sender, u64::try_from(book::MAX_ADDRESSES + 10).expect("small"));
    let refusal = |at: usize| {
        format!(
            "Mar 12 10:11:12 mx postfix/smtp[1]: 4Tv{at:07}: to=<b@example.net>, relay=none, dsn=5.0.0, status=bounced (550 no)"
        )
    };
    let refusals = (0..3_000).map(refusal).collect::<Vec<_>>().join("\n");
    let told =
        (0..3_000).map(|at| format!("Mar 12 10:11:13 mx postfix/qmgr[1]: 4Tv{at:07}: from=<a@example.com>, size=1"));
    let both =
        of(LogKind::Postfix, &format!("{refusals}\n{}", told.collect::<Vec<_>>().join("\n")), Some("example.com"));
    assert_eq!((both.replies.len(), both.replies_capped, both.unknown_sender), (book::MAX_REPLIES, true, 1_000));
    let endless = of(LogKind::Exim, &"x".repeat(MAX_LINE + 1), None);
    assert_eq!((endless.lines, endless.unread_lines), (1, 1));
}

#[test]
fn lines_are_told_apart() {
    for (text, kind, other) in [(POSTFIX, LogKind::Postfix, LogKind::Exim), (EXIM, LogKind::Exim, LogKind::Postfix)] {
        for line in text.lines() {
            assert!(is_line_of(kind, line), "{line}");
            assert!(!is_line_of(other, line), "{line}");
        }
    }
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..3_000, cut in 0usize..3_000, byte in any::<u8>()) {
        for (kind, sample) in [(LogKind::Postfix, POSTFIX), (LogKind::Exim, EXIM)] {
            let mut changed = sample.as_bytes()[..cut.min(sample.len())].to_vec();
            if let Some(place) = changed.get_mut(at) {
                *place = byte;
            }
            let mut reader = Reader::new(kind, "example.com".parse().ok(), &is_public);
            reader.text(&bytes);
            reader.text(&changed);
            prop_assert!(reader.finish().lines >= 2);
        }
    }
}

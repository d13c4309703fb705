//! Files of each kind.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::Write;
use std::net::IpAddr;

/// Every kind of file, with a name.
const FILES: [(&str, &str, Kind); 9] = [
    ("postfix.eml", include_str!("../message/samples/postfix.eml"), Kind::Message),
    ("gmail.eml", include_str!("../message/samples/gmail.eml"), Kind::Message),
    ("bounce.eml", include_str!("../message/samples/bounce.eml"), Kind::Message),
    ("postfix.log", include_str!("../log/samples/postfix.log"), Kind::PostfixLog),
    ("exim.log", include_str!("../log/samples/exim.log"), Kind::EximLog),
    ("rfc7489.xml", include_str!("../report/samples/rfc7489.xml"), Kind::DmarcReport),
    ("rfc9990.xml", include_str!("../report/samples/rfc9990.xml"), Kind::DmarcReport),
    ("tls.json", include_str!("../report/samples/tls.json"), Kind::TlsReport),
    ("list", "# ours\n203.0.113.25\n2001:db8:1::7\n10.0.0.1\nnothing\n203.0.113.25\n", Kind::AddressList),
];

/// Private addresses of the samples.
fn is_public(address: IpAddr) -> bool {
    let text = address.to_string();
    !text.starts_with("10.") && !text.starts_with("127.")
}

/// Reads a file for a domain; addresses and evidence in short.
fn of(bytes: &[u8], domain: Option<&str>) -> (Sources, Vec<String>) {
    let domain = domain.map(|domain| domain.parse().expect("a name"));
    let sources = sending_addresses(bytes, &Options { domain, is_public: &is_public });
    let short = |source: &Source| format!("{} {:?}", source.address, source.evidence);
    let read = sources.addresses.iter().map(short).collect();
    (sources, read)
}

#[test]
fn kinds_are_told_apart_packed_or_not() {
    for (name, text, kind) in FILES {
        assert_eq!(sniff(text.as_bytes()), kind, "{name}");
        assert_eq!(sniff(text.replace('\n', "\r\n").as_bytes()), kind, "{name}");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).expect("memory");
        assert_eq!(sniff(&encoder.finish().expect("memory")), kind, "{name}");
    }
    let others = ["", "hello", "Note: buy milk\n", "<html></html>", "{}", "\u{1f}\u{8b}", "a\nb\n203.0.113.5\n"];
    for text in others {
        assert_eq!(sniff(text.as_bytes()), Kind::Unknown, "{text}");
    }
    assert_eq!(sniff(b"2001:db8::1\n2001:db8::2\n"), Kind::AddressList);
    assert_eq!(sniff(b"ip,host\n203.0.113.5,mail\n"), Kind::AddressList);
}

#[test]
fn each_kind_gives_the_addresses_that_send() {
    let cases: [(usize, &[&str]); 9] = [
        (0, &["203.0.113.25 {Received: 1}"]),
        (1, &["203.0.113.25 {Received: 1}"]),
        (2, &["203.0.113.25 {Quoted: 1}"]),
        (3, &["192.0.2.44 {Client: 1}", "203.0.113.25 {Quoted: 1}"]),
        (4, &["203.0.113.25 {Outgoing: 1}", "203.0.113.26 {Outgoing: 1, Quoted: 1}"]),
        (5, &["203.0.113.25 {SpfAligned: 12}", "2001:db8:1::7 {Unauthenticated: 3}"]),
        (6, &["203.0.113.25 {DkimAligned: 123}"]),
        (7, &[]),
        (8, &["203.0.113.25 {Listed: 2}", "2001:db8:1::7 {Listed: 1}"]),
    ];
    for (at, expected) in cases {
        let (name, text, _) = FILES[at];
        let (sources, read) = of(text.as_bytes(), Some("example.com"));
        // The user's client of the Exim sample is quoted nowhere, and the mapped order is that of addresses.
        assert_eq!(read, expected, "{name}: {:?}", sources.faults);
    }
    let (report, _) = of(FILES[5].1.as_bytes(), None);
    let confirmed: Vec<_> = report.addresses.iter().map(|source| (source.is_confirmed(), source.count())).collect();
    assert_eq!(confirmed, [(true, 12), (false, 3)]);
}

#[test]
fn mail_of_other_domains_does_not_count() {
    for (name, text, kind) in FILES {
        let (sources, read) = of(text.as_bytes(), Some("nobody.example"));
        match kind {
            Kind::AddressList => assert_eq!(read.len(), 2, "{name}: a list says so itself"),
            Kind::TlsReport => assert_eq!(sources.faults, [InputFault::TlsReport]),
            _ => {
                assert_eq!(read, Vec::<String>::new(), "{name}");
                assert!(sources.other_domain > 0, "{name}");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let (list, _) = of(FILES[8].1.as_bytes(), None);
    assert_eq!((list.not_public, list.faults), (1, vec![InputFault::Lines { first: 5, count: 1 }]));
    assert_eq!(of(b"hello", None).0.faults, [InputFault::Unrecognized]);
    assert!(matches!(of(b"\x1f\x8bxx", None).0.faults[..], [InputFault::Unpack(_)]));
    assert_eq!(of(b"From: a@example.com\n\nhi", None).0.faults, [InputFault::NoSendingAddress]);
    assert!(matches!(of(b"<!DOCTYPE x><feedback/>", None).0.faults[..], [InputFault::Report(_)]));
}

#[test]
fn a_report_in_a_message_is_the_report() {
    let message = format!("From: r@receiver.example\nContent-Type: text/xml\n\n{}", FILES[5].1);
    let (sources, read) = of(message.as_bytes(), Some("example.com"));
    assert_eq!((sources.kind, read.len()), (Kind::DmarcReport, 2));
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), which in 0usize..9, cut in 0usize..4_000, at in 0usize..4_000, byte in any::<u8>()) {
        let mut changed = FILES[which].1.as_bytes().to_vec();
        changed.truncate(cut.max(1));
        if let Some(place) = changed.get_mut(at) {
            *place = byte;
        }
        for bytes in [&bytes, &changed] {
            let (sources, _) = of(bytes, Some("example.com"));
            prop_assert!(!sources.faults.contains(&InputFault::Unrecognized) || sources.addresses.is_empty());
        }
    }
}

//! Whole messages: the boundary of each receiver, bounces, hostile headers.

use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

/// The documentation prefixes stand for the internet here, everything else for private networks.
fn is_public(address: IpAddr) -> bool {
    let text = address.to_string();
    ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "2603:10b6:"].iter().any(|prefix| text.starts_with(prefix))
}

/// Reads a message.
fn of(text: &str) -> Message {
    parse(text.as_bytes(), &is_public).expect("a message")
}

/// The sending address and why, in short.
fn sending(text: &str) -> (String, String) {
    match of(text).boundary.sending {
        Some(sending) => (
            format!("{} {}", sending.address, sending.helo.unwrap_or_default()),
            format!("{:?} {:?}", sending.why, sending.cross_check),
        ),
        None => ("none".into(), String::new()),
    }
}

/// A message as Postfix at the recipient has it: a filter on the same host, the hop from outside, the submission.
const POSTFIX: &str = include_str!("samples/postfix.eml");
/// A message in a mailbox of Exchange Online.
const EXCHANGE: &str = include_str!("samples/exchange.eml");
/// A message in a mailbox of Gmail.
const GMAIL: &str = include_str!("samples/gmail.eml");
/// A notification of Postfix about a refusal by Gmail.
const BOUNCE: &str = include_str!("samples/bounce.eml");

#[test]
fn the_sending_address_is_found_at_each_receiver() {
    let cases = [
        (POSTFIX, "203.0.113.25 mail.example.com", "FirstOutside NotRecorded"),
        (EXCHANGE, "203.0.113.25 mail.example.com", "Evaluated Agrees"),
        (GMAIL, "203.0.113.25 mail.example.com", "Evaluated Agrees"),
    ];
    for (text, address, why) in cases {
        assert_eq!(sending(text), (address.to_owned(), why.to_owned()));
    }
}

#[test]
fn the_walk_stops_where_the_recipient_s_side_ends() {
    let date = "Tue, 12 Mar 2024 10:11:12 +0100";
    let hop = |from: &str, by: &str, with: &str| {
        format!("Received: from {from} by {by} (Postfix) with {with} id 1; {date}\n")
    };
    let outside = hop("mail.example.com (mail.example.com [203.0.113.25])", "mx.example.net", "ESMTPS");
    let own = hop("mx.example.net (mx.example.net [198.51.100.9])", "store.example.net", "ESMTP");
    let forged = hop("mail.example.org (mail.example.org [192.0.2.66])", "mx.example.com", "ESMTPS");
    let submission = hop("laptop (dsl.example.org [192.0.2.7])", "mail.example.com", "ESMTPSA");
    let spf = "Received-SPF: pass client-ip=203.0.113.25; helo=mail.example.com;\n";
    let cases = [
        // What stands below the boundary is the sender's word.
        (format!("{outside}{forged}"), "203.0.113.25 mail.example.com", "FirstOutside NotRecorded"),
        (format!("{own}{outside}{forged}"), "203.0.113.25 mail.example.com", "FirstOutside NotRecorded"),
        // The name greeted with is not enough to be taken for the recipient's own host.
        (
            format!("{}{forged}", hop("mx2.example.net (unknown [203.0.113.25])", "mx.example.net", "ESMTP")),
            "203.0.113.25 mx2.example.net",
            "FirstOutside NotRecorded",
        ),
        // A user who submits to the recipient's own provider: the relay inside counts, the user's line does not.
        (
            format!("{own}{}", hop("laptop (dsl.example.org [192.0.2.7])", "mx.example.net", "ESMTPSA")),
            "198.51.100.9 mx.example.net",
            "OwnRelay NotRecorded",
        ),
        (submission.clone(), "none", ""),
        // The receiver evaluated a host of its own organization: it stands at the boundary all the same.
        (
            format!("Received-SPF: pass client-ip=198.51.100.9\n{own}{forged}"),
            "198.51.100.9 mx.example.net",
            "Evaluated Agrees",
        ),
        // A field below the next older hop was there before: it neither confirms nor contradicts.
        (format!("{outside}{submission}{spf}"), "203.0.113.25 mail.example.com", "FirstOutside NotRecorded"),
        (
            format!("Received-SPF: pass client-ip=192.0.2.1\n{outside}"),
            "203.0.113.25 mail.example.com",
            "FirstOutside Differs([192.0.2.1])",
        ),
        (format!("{spf}Subject: pasted\n"), "203.0.113.25 mail.example.com", "ClaimOnly Agrees"),
        ("Subject: nothing\n".to_owned(), "none", ""),
    ];
    for (text, address, why) in cases {
        assert_eq!(sending(&text), (address.to_owned(), why.to_owned()), "{text}");
    }
}

#[test]
fn hops_are_in_order_of_travel_with_delays() {
    let message = of(POSTFIX);
    let by: Vec<_> = message.hops.iter().map(|hop| (hop.by.as_deref().unwrap_or_default(), hop.delay)).collect();
    assert_eq!(by, [("mail.example.com", Some(2)), ("mx.example.net", Some(-1)), ("localhost", None)]);
    let passed: Vec<_> = message.boundary.passed.iter().map(|passed| (passed.hop, passed.why)).collect();
    assert_eq!(passed, [(2, PassedWhy::NotPublic)]);
}

#[test]
fn fields_of_the_header_are_read() {
    let message = of(POSTFIX);
    assert_eq!(message.from[0].address, "news@example.com");
    assert!(!message.has_several_authors());
    assert_eq!(message.subject.as_deref(), Some("Grüße aus Example"));
    assert_eq!(message.return_path.as_deref(), Some("bounce@example.com"));
    assert_eq!(message.message_id.as_deref(), Some("<20240312@example.com>"));
    assert_eq!(message.date.map(|date| date.to_string()).as_deref(), Some("2024-03-12T09:11:08Z"));
    assert_eq!(message.precedence.as_deref(), Some("bulk"));
    assert_eq!(message.feedback_id.as_deref(), Some("1:news:example"));
    assert!(message.unsubscribe.is_complete());
    assert_eq!(message.signatures[0].domain.as_deref(), Some("example.com"));
    assert_eq!(message.faults, []);
    assert_eq!(of(EXCHANGE).authentication_results[0].method("dmarc").map(|dmarc| dmarc.result.as_str()), Some("pass"));
    assert_eq!(of(GMAIL).arc.complete, Some(true));
}

#[test]
fn several_authors_and_bad_dates_are_told() {
    let message = of("From: a@example.com\nSubject: x\nFrom: b@example.org\nDate: soon\n\n");
    assert!(message.has_several_authors());
    let faults: Vec<_> = message.faults.iter().map(|fault| (fault.at, fault.kind)).collect();
    assert_eq!(faults, [(31, MessageFaultKind::Repeated), (51, MessageFaultKind::BadValue)]);
    assert!(of("From: a@example.com, b@example.com\n").has_several_authors());
}

#[test]
fn a_bounce_tells_the_reply_and_the_original() {
    let message = of(BOUNCE);
    let status = message.delivery_status.expect("a notification");
    assert_eq!(status.reporting_mta.as_deref(), Some("mail.example.com"));
    let recipient = &status.recipients[0];
    assert_eq!(recipient.recipient.as_deref(), Some("bob@example.net"));
    assert_eq!(recipient.action.as_deref(), Some("failed"));
    assert_eq!(recipient.status.map(String::from).as_deref(), Some("5.7.25"));
    assert_eq!(recipient.remote_mta.as_deref(), Some("mx.example.net"));
    let reply = recipient.reply.as_ref().expect("a reply");
    assert_eq!((reply.code, reply.addresses[0].to_string()), (Some(550), "203.0.113.25".into()));
    assert!(
        reply
            .text
            .ends_with("PTR record setup, or the corresponding forward DNS entry does not point to the sending IP.")
    );
    let original = message.original.expect("the original's header");
    assert_eq!(original.message_id.as_deref(), Some("<20240312@example.com>"));
}

#[test]
fn hostile_headers_are_bounded() {
    let many = "Received: from a (b [203.0.113.1]) by c with SMTP id 1; x\n".repeat(MAX_HOPS + 5);
    let message = of(&many);
    assert_eq!(message.hops.len(), MAX_HOPS);
    assert_eq!(message.hops.last().map(|hop| hop.at), Some(0), "the newest is kept");
    assert_eq!(message.faults[0].kind, MessageFaultKind::TooManyFields);
    let deep = format!("Received: from a {}203.0.113.1\n", "(".repeat(500_000));
    assert_eq!(of(&deep).hops.len(), 1);
    let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
    assert!(of(&nested).original.is_none());
    let wide = format!("From: {}\nTo: {}\n", "a@example.com,".repeat(50_000), "<".repeat(100_000));
    assert!(of(&wide).from.len() <= 50);
}

#[test]
fn json_keeps_everything() {
    for text in [POSTFIX, EXCHANGE, GMAIL, BOUNCE] {
        let message = of(text);
        let json = serde_json::to_string(&message).expect("JSON");
        assert_eq!(serde_json::from_str::<Message>(&json).expect("the same"), message);
    }
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes, &is_public);
    }

    #[test]
    fn samples_cut_and_changed_never_panic(which in 0usize..4, cut in 0usize..4_000, at in 0usize..4_000, byte in any::<u8>()) {
        let sample = [POSTFIX, EXCHANGE, GMAIL, BOUNCE][which];
        let mut bytes = sample.as_bytes()[..cut.min(sample.len())].to_vec();
        if let Some(changed) = bytes.get_mut(at) {
            *changed = byte;
        }
        let _ = parse(&bytes, &is_public);
    }
}

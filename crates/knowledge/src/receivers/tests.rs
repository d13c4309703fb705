//! Tests of the receiver table

use std::net::Ipv4Addr;

use super::*;

const WHENS: [When; 9] = [
    When::NoPtr,
    When::PtrFailure,
    When::Mismatch,
    When::NoAddress,
    When::ForwardFailure,
    When::FirstNameUnconfirmed,
    When::Generic,
    When::Confirmed,
    When::NotJudged,
];

fn outcome(id: &str, whens: &[When], v6: bool) -> Outcome {
    receiver(id).expect("known id").rule(whens, v6).expect("some rule").outcome
}

#[test]
fn table_is_complete() {
    let ids: Vec<&str> = receivers().iter().map(|r| r.id.as_str()).collect();
    let wanted = [
        "gmail",
        "yahoo",
        "microsoft",
        "microsoft-365",
        "gmx",
        "t-online",
        "postfix-reverse",
        "postfix-client",
        "opensmtpd",
        "exim",
        "rspamd",
        "spamassassin",
    ];
    assert_eq!(ids, wanted);
    for r in receivers() {
        assert!(r.short.chars().count() <= 14 && !r.short.is_empty(), "{}", r.id);
        for when in WHENS {
            for v6 in [false, true] {
                assert!(r.rule(&[when], v6).is_some(), "{} {when:?}", r.id);
            }
        }
        assert!(r.rule(&[], false).is_none());
    }
}

#[test]
fn outcomes_and_reply_codes_agree() {
    for r in receivers() {
        for rule in &r.rules {
            let code = rule.reply.as_deref().and_then(|t| t.chars().next());
            match (rule.outcome, code) {
                (Outcome::Reject, Some(c)) => assert_eq!(c, '5', "{}", r.id),
                (Outcome::Defer, Some(c)) => assert_eq!(c, '4', "{}", r.id),
                (Outcome::Penalize, Some(c)) => assert!(c.is_ascii_uppercase(), "{}", r.id),
                (Outcome::Accept | Outcome::Unknown, reply) => assert_eq!(reply, None, "{}", r.id),
                (_, None) => assert!(rule.note.is_some(), "{} {:?} needs a note", r.id, rule.when),
            }
        }
    }
}

#[test]
fn replies_are_known_to_the_bounce_table() {
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 5));
    for r in receivers() {
        for rule in r.rules.iter().filter(|rule| matches!(rule.outcome, Outcome::Reject | Outcome::Defer)) {
            if let Some(reply) = rule.reply_for(address, None) {
                assert!(!reply.contains('{'), "{reply}");
                let known = crate::replies::explain(&reply).expect("known reply");
                assert!(known.cause.contains("ptr"), "{}: {}", r.id, known.id);
            }
        }
    }
}

#[test]
fn documented_semantics() {
    use Outcome::{Accept, Defer, Penalize, Reject, Unknown};
    use When::{Confirmed, FirstNameUnconfirmed, ForwardFailure, Generic, Mismatch, NoPtr, PtrFailure};
    assert_eq!(outcome("postfix-reverse", &[NoPtr], false), Defer);
    assert_eq!(outcome("postfix-reverse", &[Mismatch, Generic], false), Accept);
    assert_eq!(outcome("postfix-client", &[Mismatch], false), Defer);
    assert_eq!(outcome("postfix-client", &[FirstNameUnconfirmed, Confirmed], false), Defer);
    assert_eq!(outcome("postfix-client", &[ForwardFailure, Confirmed], false), Accept);
    assert_eq!(outcome("opensmtpd", &[PtrFailure], false), Reject);
    assert_eq!(outcome("exim", &[FirstNameUnconfirmed, Confirmed], false), Accept);
    assert_eq!(outcome("exim", &[ForwardFailure, Confirmed], false), Defer);
    assert_eq!(outcome("spamassassin", &[Generic, Confirmed], false), Penalize);
    assert_eq!(outcome("microsoft-365", &[NoPtr], true), Reject);
    assert_eq!(outcome("microsoft-365", &[NoPtr], false), Unknown);
    assert_eq!(outcome("gmail", &[Mismatch], true), Reject);
    let failed = receiver("rspamd").and_then(|r| r.rule(&[PtrFailure], false)).and_then(|r| r.reply.as_deref());
    assert_eq!(failed, Some("RDNS_DNSFAIL 0.0, RDNS_NONE +2.0"));
}

#[test]
fn markers_are_replaced_once() {
    let rule = Rule {
        when: When::NoPtr,
        family: None,
        unless: None,
        outcome: Outcome::Reject,
        reply: Some("{name} [{address}] {x} {".to_owned()),
        note: None,
    };
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert_eq!(rule.reply_for(address, Some("{address}")).as_deref(), Some("{address} [127.0.0.1] {x} {"));
    assert_eq!(rule.reply_for(address, None).as_deref(), Some("unknown [127.0.0.1] {x} {"));
}

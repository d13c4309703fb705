//! Mail messages: the header, the signatures, and replies in bounces.

use crate::invariant::check_json;
use jiff::Timestamp;
use ptrust_mail::Answers;
use ptrust_mail::message::{MAX_HOPS, Message, parse, reply};
use ptrust_names::{CharString, Data, Observed, Question, Record, Records};
use ptrust_observe::verify::{MAX_VERIFIED, key_questions, verify};

/// A key that every selector has: that of RFC 8463 A.2.
const KEY: &[u8] = b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// Keys that are asked for: those of signatures, and those of both signed fields of an ARC set.
const MAX_QUESTIONS: usize = 3 * MAX_VERIFIED;

/// The input is a message as it was received.
pub fn letter(bytes: &[u8]) {
    check_json(&reply::parse(&String::from_utf8_lossy(bytes)));
    let questions = key_questions(bytes);
    assert!(questions.len() <= MAX_QUESTIONS, "more keys than signatures");
    let now = Timestamp::UNIX_EPOCH;
    let verified = verify(bytes, &Keys::new(), now, now);
    check_json(&verified);
    let Ok(message) = parse(bytes, &|address| address.is_ipv4()) else {
        assert!(verified.signatures.is_empty() && questions.is_empty(), "signatures without a message");
        return;
    };
    check_json(&message);
    check_message(&message);
    assert!(verified.signatures.len() + verified.not_looked_at >= message.signatures.len(), "a signature is lost");
}

/// What the message tells is bounded, and its parts fit each other.
fn check_message(message: &Message) {
    assert!(message.hops.len() <= MAX_HOPS, "too many hops");
    if let Some(sending) = &message.boundary.sending {
        let address = sending.hop.and_then(|hop| message.hops.get(hop)?.address);
        assert!(sending.hop.is_none() || address == Some(sending.address), "the sending address is of no hop");
        assert!(sending.address.is_ipv4(), "the sending address cannot be reached");
    }
    let covered = &message.unsubscribe.covered_by;
    assert!(covered.iter().all(|at| *at < message.signatures.len()), "covered by a signature that is not there");
    if let Some(original) = &message.original {
        assert!(original.original.is_none(), "a bounce in a bounce");
        check_message(original);
    }
}

/// Every name has the same key.
struct Keys(Records);

impl Keys {
    fn new() -> Self {
        let owner = "key.example".parse().expect("a name");
        let data = Data::Txt(vec![CharString(KEY.to_vec())]);
        Self(Records { aliases: Vec::new(), set: vec![Record { owner, ttl: 300, data }] })
    }
}

impl Answers for Keys {
    fn answer(&self, _: &Question) -> Option<Observed<&Records>> {
        Some(Observed::Present(&self.0))
    }
}

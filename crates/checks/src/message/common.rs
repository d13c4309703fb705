//! What the checks of a message share: its parts as evidence and in words.

use crate::Evidence;
use crate::evidence;
use crate::letter::{Letter, Signed, SpfCheck};
use ptrust_mail::message::SignatureOutcome;
use ptrust_mail::spf::{Reason, RecordTrace, SpfResult, Trace};
use ptrust_names::{Question, RecordType};

/// Who says what stands in the message.
const MESSAGE: &str = "the message";

/// A field of the message as evidence.
pub(super) fn field(letter: &Letter, name: &str, value: impl Into<String>) -> Evidence {
    evidence::by(letter.facts, name, MESSAGE, value)
}

/// The author as evidence.
pub(super) fn from(letter: &Letter) -> Evidence {
    let from: Vec<&str> = letter.facts.message.from.iter().map(|one| one.address.as_str()).collect();
    field(letter, "From", from.join(", "))
}

/// The signature's domain and selector: `example.com, selector s1`.
pub(super) fn signer(signed: &Signed) -> String {
    let signature = &signed.verified.signature;
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
    format!("{}, selector {}", word(&signature.domain), word(&signature.selector))
}

/// What came of a signature, in words.
pub(super) fn outcome(signed: &Signed) -> String {
    match &signed.verified.outcome {
        SignatureOutcome::Pass => "it verifies".into(),
        SignatureOutcome::Fail(failure) => failure.to_string(),
        SignatureOutcome::Unknown(gap) => gap.to_string(),
    }
}

/// A signature as evidence, with the key that decided about it.
pub(super) fn signature(letter: &Letter, signed: &Signed) -> Vec<Evidence> {
    let answer = format!("{}: {}", signer(signed), outcome(signed));
    let mut all = vec![field(letter, "DKIM-Signature", answer)];
    all.extend(signed.verified.key.iter().flat_map(|key| evidence::answers(letter.facts, key)));
    all
}

/// The SPF record that decided, as evidence.
pub(super) fn spf(letter: &Letter, spf: &SpfCheck) -> Vec<Evidence> {
    let domain = spf.trace.record.as_ref().map(|record| record.domain.clone());
    let question = domain.map(|domain| Question::new(domain, RecordType::TXT));
    question.map(|question| evidence::answers(letter.facts, &question)).unwrap_or_default()
}

/// The result of SPF with its reason: `fail, by -all of example.com`.
pub(super) fn spf_text(trace: &Trace) -> String {
    let reason = match &trace.reason {
        Reason::Matched(place) => match trace.record.as_ref().and_then(|record| term(record, place)) {
            Some(text) => format!("by {text} of {}", place.domain),
            None => format!("by the record of {}", place.domain),
        },
        Reason::Default => "no term names the address".into(),
        Reason::NoRecord => "there is no SPF record".into(),
        Reason::MalformedDomain => "the envelope sender has no domain that could have a record".into(),
        Reason::SeveralRecords { domain, count } => format!("{domain} has {count} SPF records"),
        Reason::Syntax { domain, .. } => format!("the record of {domain} has a syntax error"),
        Reason::LookupLimit(_) => "the record needs more than ten lookups".into(),
        Reason::VoidLimit(_) => "more than two terms lead to nothing".into(),
        Reason::MxLimit(_) => "a term has more than ten mail exchangers".into(),
        Reason::IncludeMissing(place) => format!("{} includes a domain without a record", place.domain),
        Reason::RedirectMissing(place) => format!("{} redirects to a domain without a record", place.domain),
        Reason::DnsFailure { question, cause, .. } => format!("{question}: {cause}"),
    };
    format!("{}, {reason}", trace.result)
}

/// The term at a place, as written.
fn term(record: &RecordTrace, place: &ptrust_mail::spf::Location) -> Option<String> {
    let own = record.terms.iter().find(|term| record.domain == place.domain && term.span == place.span);
    let nested = || record.terms.iter().filter_map(|term| term.nested.as_deref()).find_map(|inner| term(inner, place));
    own.map(|term| term.text.to_string()).or_else(nested)
}

/// Whether SPF says neither yes nor that it could not be asked.
pub(super) const fn is_refusal(result: SpfResult) -> bool {
    !matches!(result, SpfResult::Pass | SpfResult::TempError)
}

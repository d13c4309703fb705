//! Bulk mail cannot be left with one click.

use super::common;
use crate::letter::{Signed, gap_cause};
use crate::prelude::*;
use ptrust_mail::message::SignatureOutcome;

/// A message that looks like bulk mail does not offer one-click unsubscription.
pub const CHECK: Check = Check {
    id: "message-unsubscribe-missing",
    title: "The recipient cannot leave the list with one click",
    severity: Severity::Notice,
    confidence: Confidence::Heuristic,
    authority: Authority::Standard("RFC 8058 3.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("unsubscribe_missing.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let unsubscribe = &letter.facts.message.unsubscribe;
    if !is_bulk(letter) {
        return Judgement::NotApplicable;
    }
    if !unsubscribe.is_complete() {
        return Judgement::fail(failure(letter));
    }
    let covering = || unsubscribe.covered_by.iter().filter_map(|at| letter.signed().get(*at));
    if covering().any(|signed| signed.verified.outcome.is_pass()) {
        return Judgement::Pass;
    }
    let open = |signed: &Signed| match signed.verified.outcome {
        SignatureOutcome::Unknown(gap) => Some((common::signer(signed), gap_cause(gap))),
        _ => None,
    };
    match covering().find_map(open) {
        Some((signer, cause)) => Judgement::inconclusive(format!("whether the signature of {signer}, verifies"), cause),
        None => Judgement::fail(failure(letter)),
    }
}

/// Whether the header has marks of bulk mail.
fn is_bulk(letter: &Letter) -> bool {
    let message = &letter.facts.message;
    let precedence = matches!(message.precedence.as_deref(), Some("bulk" | "list"));
    let unsubscribe = &message.unsubscribe;
    precedence || message.feedback_id.is_some() || !unsubscribe.uris.is_empty() || unsubscribe.post.is_some()
}

fn failure(letter: &Letter) -> Failure {
    let unsubscribe = &letter.facts.message.unsubscribe;
    let missing = if !unsubscribe.https {
        "List-Unsubscribe has no https address"
    } else if !unsubscribe.one_click {
        "List-Unsubscribe-Post does not say List-Unsubscribe=One-Click"
    } else if unsubscribe.covered_by.is_empty() {
        "no DKIM signature covers both fields"
    } else {
        "the DKIM signature that covers both fields does not verify"
    };
    let value = |value: String| if value.is_empty() { "none".into() } else { value };
    Failure {
        subject: "List-Unsubscribe".into(),
        explanation: format!(
            "The message looks like bulk mail, and its recipients cannot leave with one click: {missing}. Gmail and Yahoo \
             want that of bulk senders."
        ),
        evidence: vec![
            common::field(letter, "List-Unsubscribe", value(unsubscribe.uris.join(", "))),
            common::field(letter, "List-Unsubscribe-Post", value(unsubscribe.post.clone().unwrap_or_default())),
        ],
        remedy: Remedy {
            steps: vec![
                "Add `List-Unsubscribe: <https://…>` with an address of its own for each recipient, and \
                 `List-Unsubscribe-Post: List-Unsubscribe=One-Click`."
                    .into(),
                "Name both fields in h= of the DKIM signature, and take a POST to the address without asking again."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

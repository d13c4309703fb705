//! A signature does not verify.

use super::common;
use crate::letter::{Signed, gap_cause};
use crate::prelude::*;
use ptrust_mail::message::{SignatureFailure, SignatureOutcome};

/// A DKIM signature of the message is proven not to verify.
pub const CHECK: Check = Check {
    id: "message-dkim-broken",
    title: "A DKIM signature of the message does not verify",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 6.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("dkim_broken.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let failed = |signed: &&Signed| matches!(signed.verified.outcome, SignatureOutcome::Fail(_));
    let broken: Vec<&Signed> = letter.signed().iter().filter(failed).collect();
    if !broken.is_empty() {
        return Judgement::fail(failure(letter, &broken));
    }
    let open = letter.signed().iter().find_map(|signed| match signed.verified.outcome {
        SignatureOutcome::Unknown(gap) => Some((signed, gap)),
        _ => None,
    });
    match open {
        Some((signed, gap)) => {
            let what = match &signed.verified.key {
                Some(key) if matches!(gap, ptrust_mail::message::SignatureGap::Key(_)) => format!("the key at {key}"),
                _ => format!("the body that {} signed", common::signer(signed)),
            };
            Judgement::inconclusive(what, gap_cause(gap))
        }
        None if letter.signed().is_empty() => Judgement::NotApplicable,
        None => Judgement::Pass,
    }
}

fn failure(letter: &Letter, broken: &[&Signed]) -> Failure {
    let told = broken.iter().map(|signed| {
        format!("The signature of {}, does not verify: {}.", common::signer(signed), common::outcome(signed))
    });
    let mut steps: Vec<String> = Vec::new();
    for step in broken.iter().filter_map(|signed| step(signed)) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    let mut seen: Vec<Evidence> = broken.iter().flat_map(|signed| common::signature(letter, signed)).collect();
    seen.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: remedy::joined(broken.iter().filter_map(|signed| signed.verified.signature.domain.as_ref())),
        explanation: told.collect::<Vec<_>>().join(" "),
        evidence: seen,
        remedy: Remedy { steps, records: Vec::new() },
    }
}

/// What to do about one signature.
fn step(signed: &Signed) -> Option<String> {
    let SignatureOutcome::Fail(failure) = &signed.verified.outcome else { return None };
    let at = signed.verified.key.as_ref().map_or_else(|| "the selector's name".into(), |key| key.name.to_string());
    Some(match failure {
        SignatureFailure::BodyHash | SignatureFailure::Header => {
            "Find out what changes the message after it is signed, such as a footer, a virus scanner or a list, and sign \
             after it. A file that was opened and saved by a mail program may be changed too: use the original source."
                .into()
        }
        SignatureFailure::KeyMissing => {
            format!("Publish the key at {at}, or sign with a selector that has one. The key of an old message may be gone on purpose.")
        }
        SignatureFailure::KeyRevoked => format!("Sign with another selector: the key at {at} was withdrawn."),
        SignatureFailure::SeveralKeys => format!("Leave one key record at {at}."),
        SignatureFailure::Expired => "Give signatures more time (x=), or deliver sooner.".into(),
        SignatureFailure::Key(_) | SignatureFailure::KeyType | SignatureFailure::Identity => {
            format!("Correct the key record at {at}, so that it fits the signatures.")
        }
        _ => "Correct the configuration of the signing software: the field itself is faulty.".into(),
    })
}

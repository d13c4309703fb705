//! Nothing authenticates the author.

use super::common;
use crate::letter::{Authenticated, Signed};
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, Policy};
use ptrust_mail::message::SignatureOutcome;
use ptrust_mail::spf::SpfResult;

/// Neither SPF nor a signature passes for a domain that is aligned with that of From.
pub const CHECK: Check = Check {
    id: "message-unaligned",
    title: "Neither SPF nor DKIM speaks for the domain in From",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.4"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("unaligned.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let Some(author) = letter.author() else { return Judgement::NotApplicable };
    let Authenticated { tree_walk, suffix_list } = letter.authenticated();
    match (tree_walk, suffix_list) {
        // Who is aligned for one kind of reader only is so for the others when the domain is repaired; that is another
        // defect, of the policy.
        (Determined::Known(true), _) | (_, Determined::Known(true)) => Judgement::Pass,
        (Determined::Undetermined(cause), _) | (_, Determined::Undetermined(cause)) => {
            let missing = match letter.spf() {
                None => format!("the envelope sender or the sending address, which SPF for {author} needs"),
                Some(_) => format!("what authenticates {author}"),
            };
            Judgement::inconclusive(missing, cause)
        }
        _ => Judgement::fail(failure(letter, author)),
    }
}

fn failure(letter: &Letter, author: &Name) -> Failure {
    let mut seen = vec![common::from(letter)];
    let mut parts = Vec::new();
    if let Some(spf) = letter.spf() {
        seen.extend(common::spf(letter, spf));
        parts.push(match spf.trace.result {
            SpfResult::Pass => format!("SPF passes for {}, which is another domain", spf.domain),
            _ => format!("SPF for {} says {}", spf.domain, common::spf_text(&spf.trace)),
        });
    }
    for signed in letter.signed() {
        seen.extend(common::signature(letter, signed));
        parts.push(signature_text(signed));
    }
    if letter.signed().is_empty() {
        parts.push("the message is not signed".into());
    }
    seen.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: author.to_string(),
        explanation: format!("Nothing shows that {author} sent this message: {}. {}", parts.join("; "), effect(letter)),
        evidence: seen,
        remedy: Remedy {
            steps: vec![
                format!("Have the sending system sign with DKIM as {author} (d={author}), and publish its key there."),
                format!(
                    "Or use an envelope sender at {author} or below, and let its SPF record name the sending address."
                ),
            ],
            records: Vec::new(),
        },
    }
}

/// What came of a signature for the author.
fn signature_text(signed: &Signed) -> String {
    let domain = common::signer(signed);
    match signed.verified.outcome {
        SignatureOutcome::Pass => format!("the signature of {domain}, verifies, but is of another domain"),
        _ => format!("the signature of {domain}, does not count: {}", common::outcome(signed)),
    }
}

/// What receivers do with it.
fn effect(letter: &Letter) -> String {
    let policy = letter.dmarc().map(ptrust_mail::dmarc::Discovery::effective);
    match policy.as_ref().and_then(Determined::known).copied().flatten() {
        Some(Policy::Reject) => "The domain asks receivers to refuse such mail.".into(),
        Some(Policy::Quarantine) => "The domain asks receivers to treat such mail as suspicious.".into(),
        Some(Policy::None) => {
            "The domain asks for nothing to be done about it, and large receivers still want one of both.".into()
        }
        None => "Large receivers want at least one of both.".into(),
    }
}

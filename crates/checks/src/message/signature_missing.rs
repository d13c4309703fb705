//! The message is not signed.

use super::common;
use crate::prelude::*;

/// There is no DKIM-Signature field.
pub const CHECK: Check = Check {
    id: "message-signature-missing",
    title: "The message has no DKIM signature",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, https://support.google.com/a/answer/81126 (2026-03-21)"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("signature_missing.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    if !letter.facts.message.signatures.is_empty() {
        return Judgement::Pass;
    }
    let author = letter.author().map_or_else(|| "the author's domain".into(), Name::to_string);
    Judgement::fail(Failure {
        subject: author.clone(),
        explanation:
            "The message is not signed, so nothing but the sending address speaks for it: once it is forwarded, \
                      nothing does. Gmail, Yahoo and Microsoft want bulk mail to be signed."
                .into(),
        evidence: vec![common::from(letter), common::field(letter, "DKIM-Signature", "")],
        remedy: Remedy {
            steps: vec![format!(
                "Have the sending system sign every message as {author}, and publish its key; `ptrust dkim {author} \
                 --selector NAME` looks at it."
            )],
            records: Vec::new(),
        },
    })
}

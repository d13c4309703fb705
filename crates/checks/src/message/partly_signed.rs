//! A signature leaves the end of the body open.

use super::common;
use crate::letter::Signed;
use crate::prelude::*;

/// A signature covers a number of octets of the body only (`l=`).
pub const CHECK: Check = Check {
    id: "message-partly-signed",
    title: "A DKIM signature covers a part of the body only",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 8.2"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("partly_signed.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let partly: Vec<&Signed> = letter.signed().iter().filter(|signed| signed.verified.length.is_some()).collect();
    if letter.signed().is_empty() {
        return Judgement::NotApplicable;
    }
    if partly.is_empty() {
        return Judgement::Pass;
    }
    let who = remedy::joined(partly.iter().map(|signed| common::signer(signed)));
    let length = |signed: &&Signed| {
        let length = signed.verified.length.map(|octets| format!("l={octets}")).unwrap_or_default();
        common::field(letter, "DKIM-Signature", format!("{}: {length}", common::signer(signed)))
    };
    Judgement::fail(Failure {
        subject: remedy::joined(partly.iter().filter_map(|signed| signed.verified.signature.domain.as_ref())),
        explanation: format!(
            "The signature of {who}, has a length (l=): anybody can add text behind the signed part, even what is shown \
             in its place, and the signature still verifies."
        ),
        evidence: partly.iter().map(length).take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec!["Configure the signing software to sign the whole body: leave out the tag l=.".into()],
            records: Vec::new(),
        },
    })
}

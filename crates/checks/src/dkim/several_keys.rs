//! There are several DKIM keys at one selector.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;
use ptrust_mail::dkim::KeyAnswer;

/// A selector has more than one key record, and what verifiers do is undefined.
pub const CHECK: Check = Check {
    id: "dkim-several-keys",
    title: "There are several DKIM keys at one selector",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 3.6.2.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("several_keys.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    match selector.answer {
        KeyAnswer::Several { .. } => Some(true),
        KeyAnswer::Present { .. } => Some(false),
        _ => None,
    }
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!(
            "There are several DKIM keys at {names}. Verifiers take one of them, or none, so signatures fail by chance."
        ),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy {
            steps: vec![
                "Keep the key that is used for signing, and remove the others; a new key gets a selector of its own."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

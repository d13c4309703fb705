//! There is no DKIM key at a selector that the domain uses.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;
use ptrust_mail::dkim::KeyAnswer;

/// A selector that was named has no key record.
pub const CHECK: Check = Check {
    id: "dkim-key-missing",
    title: "There is no DKIM key at a selector that the domain uses",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 3.6.2.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("key_missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    if !selector.named {
        return None;
    }
    match selector.answer {
        KeyAnswer::Absent(_) | KeyAnswer::OtherTexts { .. } => Some(true),
        KeyAnswer::Unknown(_) => None,
        KeyAnswer::Present { .. } | KeyAnswer::Several { .. } => Some(false),
    }
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!("There is no DKIM key at {names}, so every signature with it fails."),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy {
            steps: vec!["Publish the public key at this name, or sign with a selector that has one.".into()],
            records: Vec::new(),
        },
    }
}

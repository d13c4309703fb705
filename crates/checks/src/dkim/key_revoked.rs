//! A DKIM key is revoked.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;
use ptrust_mail::dkim::{KeyAnswer, KeyState};

/// A selector that was named has an empty key, which says that it must no longer be used.
pub const CHECK: Check = Check {
    id: "dkim-key-revoked",
    title: "A DKIM key is revoked",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 3.6.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("key_revoked.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    match &selector.answer {
        KeyAnswer::Present { key, .. } if selector.named => Some(key.state() == KeyState::Revoked),
        _ => None,
    }
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!("The DKIM key at {names} is revoked: signatures with it fail."),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy {
            steps: vec!["Sign with another selector; if nothing signs with this one any more, all is well.".into()],
            records: Vec::new(),
        },
    }
}

//! A DKIM key record cannot be used.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;
use ptrust_mail::dkim::{KeyAnswer, KeyState};

/// A key record has a fault that makes every signature with it fail.
pub const CHECK: Check = Check {
    id: "dkim-key-syntax",
    title: "A DKIM key record cannot be used",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 3.6.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("key_syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    match &selector.answer {
        // A key that is only too short has a check of its own.
        KeyAnswer::Present { .. } if common::bits(selector).is_some_and(|bits| bits < 1024) => Some(false),
        KeyAnswer::Present { key, .. } => Some(key.state() == KeyState::Broken),
        _ => None,
    }
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!("The DKIM key at {names} cannot be used: {}.", common::faults(selectors)),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy { steps: vec!["Publish the record again exactly as the signing server shows it, in one TXT record of several strings.".into()], records: Vec::new() },
    }
}

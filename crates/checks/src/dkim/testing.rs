//! A DKIM key is marked as a test.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;
use ptrust_mail::dkim::KeyAnswer;

/// A key record has the flag `t=y`.
pub const CHECK: Check = Check {
    id: "dkim-testing",
    title: "A DKIM key is marked as a test",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6376 3.6.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("testing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    match &selector.answer {
        KeyAnswer::Present { key, .. } => Some(key.value.testing),
        _ => None,
    }
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!(
            "The DKIM key at {names} is marked as a test (t=y): receivers may treat its mail as unsigned."
        ),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy { steps: vec!["Remove `t=y` from the record when signing works.".into()], records: Vec::new() },
    }
}

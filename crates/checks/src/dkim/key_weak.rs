//! A DKIM key has fewer than 2048 bits.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;

/// An RSA key has at least 1024 bits, and fewer than 2048.
pub const CHECK: Check = Check {
    id: "dkim-key-weak",
    title: "A DKIM key has fewer than 2048 bits",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8301 3.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("key_weak.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    common::bits(selector).map(|bits| (1024..2048).contains(&bits))
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!("The DKIM key at {names} has fewer than 2048 bits, which signers should no longer use."),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy { steps: vec!["Make a new key of 2048 bits under a new selector (`ptrust generate dkim`), publish it, sign with it, and remove the old one after a week.".into()], records: Vec::new() },
    }
}

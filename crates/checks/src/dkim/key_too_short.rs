//! A DKIM key is shorter than receivers accept.

use super::common;
use crate::posture::dkim::Selector;
use crate::prelude::*;

/// An RSA key has fewer than 1024 bits.
pub const CHECK: Check = Check {
    id: "dkim-key-too-short",
    title: "A DKIM key is shorter than receivers accept",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8301 3.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dkim, Need::Mx, Need::Spf],
    page: include_str!("key_too_short.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::each(posture, faulty, |selectors| failure(posture, selectors))
}

/// Whether a selector has the defect; nothing where the question does not arise.
fn faulty(selector: &Selector) -> Option<bool> {
    common::bits(selector).map(|bits| bits < 1024)
}

fn failure(posture: &Posture, selectors: &[&Selector]) -> Failure {
    let names = common::names(selectors);
    Failure {
        subject: names.clone(),
        explanation: format!("The DKIM key at {names} has fewer than 1024 bits: receivers must not accept it."),
        evidence: common::evidence(posture, selectors),
        remedy: Remedy { steps: vec!["Make a new key of 2048 bits under a new selector (`ptrust generate dkim`), publish it, sign with it, and remove the old one after a week.".into()], records: Vec::new() },
    }
}

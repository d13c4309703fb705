//! The certificate of the BIMI mark is for another domain.

use super::common;
use crate::prelude::*;
use ptrust_mail::bimi::mark::MarkFault;

/// No alternative name of the certificate is the domain, its organizational domain, or the selector below one of them.
pub const CHECK: Check = Check {
    id: "bimi-certificate-name",
    title: "The certificate of the BIMI mark is for another domain",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("draft-fetch-validation-vmc-wchuang"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("certificate_name.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (url, mark) = match common::mark(posture) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    if mark.domain.is_some() {
        return Judgement::Pass;
    }
    if !mark.faults.contains(&MarkFault::DomainMismatch) {
        let missing = format!("whether one of the many names of the certificate at {url} is {}", posture.domain());
        return Judgement::inconclusive(missing, Cause::Budget);
    }
    let domain = posture.domain();
    Judgement::fail(Failure {
        explanation: format!(
            "The certificate of the mark is neither for {domain} nor for its organizational domain, and not for the selector \
             {} of one of them either.",
            posture.bimi_selector()
        ),
        evidence: common::seen(posture, &url, mark),
        subject: url,
        remedy: Remedy {
            steps: vec![format!(
                "Ask the mark authority for a certificate that has {domain} among its alternative names, or name the certificate \
                 of this domain in the record."
            )],
            records: Vec::new(),
        },
    })
}

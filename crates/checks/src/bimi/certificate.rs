//! The BIMI evidence is no certificate of a mark.

use super::common;
use crate::posture::bimi::EvidenceState;
use crate::prelude::*;

/// The file that the record names as evidence cannot be read, or its certificate is not one of a mark.
pub const CHECK: Check = Check {
    id: "bimi-certificate",
    title: "The BIMI evidence is no certificate of a mark",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("Minimum Security Requirements for Issuance of Mark Certificates, BIMI group"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("certificate.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (url, state) = match common::published(posture) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let (why, seen) = match state {
        EvidenceState::Examined(mark) => (common::unfit(mark), common::seen(posture, &url, mark)),
        EvidenceState::Unreadable(why) => {
            (vec![why.clone().into()], vec![evidence::by(posture.facts, url.clone(), "HTTPS", why)])
        }
        EvidenceState::NotSought | EvidenceState::Unknown(..) => return Judgement::NotApplicable,
    };
    if why.is_empty() {
        return Judgement::Pass;
    }
    Judgement::fail(Failure {
        explanation: format!(
            "The BIMI record of {} names a file as evidence that is no certificate of a mark: {}.",
            posture.domain(),
            remedy::joined(&why)
        ),
        subject: url,
        evidence: seen,
        remedy: Remedy {
            steps: vec![
                "Publish the PEM file that the mark authority delivered, unchanged: the certificate of the mark, then its issuers. \
                 Where it delivered this one, ask it for another."
                    .into(),
            ],
            records: Vec::new(),
        },
    })
}

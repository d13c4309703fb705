//! The certificates of the BIMI mark are no chain.

use super::common;
use crate::prelude::*;
use ptrust_mail::bimi::mark::{Links, Path};

/// The leaf is not first, a certificate is not signed by the next, or the end is none of the roots that are configured.
pub const CHECK: Check = Check {
    id: "bimi-certificate-chain",
    title: "The certificates of the BIMI mark are no chain",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5280 6.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("certificate_chain.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (url, mark) = match common::mark(posture) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let issuer = &mark.certificate.issuer;
    let why = match (&mark.links, &mark.path) {
        (Links::OutOfOrder, _) => "the certificate of the mark is not the first".to_owned(),
        (Links::Broken { reason }, _) | (_, Path::Invalid { reason }) => reason.clone(),
        (Links::Followed, _) | (_, Path::Valid) => return Judgement::Pass,
        (Links::Alone, Path::NotJudged) => {
            let missing = format!("who vouches for the certificate at {url}: its issuer, {issuer}, is not in the file");
            return Judgement::inconclusive(missing, Cause::Unavailable);
        }
        (Links::NotJudged { reason }, Path::NotJudged) => {
            let missing = format!("whether the certificates at {url} are a chain: {reason}");
            return Judgement::inconclusive(missing, Cause::Unavailable);
        }
    };
    Judgement::fail(Failure {
        explanation: format!("The file with the certificate of the mark of {} is no chain: {why}.", posture.domain()),
        evidence: common::seen(posture, &url, mark),
        subject: url,
        remedy: Remedy {
            steps: vec![
                "Put the certificates of the mark authority into one PEM file in this order: that of the mark, then the one that \
                 signed it, and so on up to the last below the root."
                    .into(),
            ],
            records: Vec::new(),
        },
    })
}

//! The BIMI logo is not the one in its certificate.

use super::common;
use crate::posture::bimi::LogoState;
use crate::prelude::*;

/// The SVG of the certificate is not, octet by octet, the one at the address of the logo.
pub const CHECK: Check = Check {
    id: "bimi-certificate-logotype",
    title: "The BIMI logo is not the one in its certificate",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("validators compare the two files, such as Mail::BIMI (ERR_SVG_MISMATCH)"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("certificate_logotype.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (url, mark) = match common::mark(posture) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let Some(location) = posture.bimi().and_then(|record| record.location) else {
        return Judgement::NotApplicable;
    };
    let Some(logo) = &mark.logo else { return Judgement::NotApplicable };
    match (logo.same_as_published, posture.bimi_logo()) {
        (Some(true), _) => return Judgement::Pass,
        (Some(false), _) => {}
        (None, LogoState::Unknown(cause)) => {
            return Judgement::inconclusive(format!("the logo at {location}"), cause);
        }
        (None, LogoState::Unavailable(why)) => {
            return Judgement::inconclusive(format!("the logo at {location} ({why})"), Cause::Unavailable);
        }
        // A file that is no logo at all is told by `bimi-logo-profile`.
        (None, LogoState::NotSought | LogoState::Fetched(_)) => return Judgement::NotApplicable,
    }
    let mut seen = common::seen(posture, &url, mark);
    seen.push(evidence::by(
        posture.facts,
        url.clone(),
        "HTTPS",
        format!("a logo of {} octets inside, SHA-256 {}", logo.size, logo.sha256),
    ));
    Judgement::fail(Failure {
        explanation: format!(
            "The logo at {location} differs from the one in the certificate of the mark: receivers that compare them show none.",
        ),
        subject: location.clone(),
        evidence: seen,
        remedy: Remedy {
            steps: vec![format!(
                "Publish at {location} exactly the SVG file that the certificate was issued for; for a new logo, ask the mark \
                 authority for a new certificate first."
            )],
            records: Vec::new(),
        },
    })
}

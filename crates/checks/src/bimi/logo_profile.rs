//! The BIMI logo breaks its profile.

use crate::posture::bimi::LogoState;
use crate::prelude::*;
use ptrust_mail::bimi::svg;
use ptrust_mail::tags::OneRecord;

/// The logo cannot be fetched, or is not of the profile SVG Tiny Portable/Secure.
pub const CHECK: Check = Check {
    id: "bimi-logo-profile",
    title: "The BIMI logo breaks its profile",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("SVG Tiny Portable/Secure, draft-svg-tiny-ps-abrotman"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("logo_profile.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let Some(url) = posture.bimi().and_then(|record| record.location) else {
        return match posture.bimi_record() {
            Some(OneRecord::Unknown(cause)) => {
                Judgement::inconclusive(format!("the BIMI record of {}", posture.domain()), cause)
            }
            _ => Judgement::NotApplicable,
        };
    };
    let faults = match posture.bimi_logo() {
        LogoState::NotSought => return Judgement::NotApplicable,
        LogoState::Unknown(cause) => return Judgement::inconclusive(url, cause),
        LogoState::Unavailable(why) => vec![format!("receivers cannot fetch it: {why}")],
        LogoState::Fetched(file) => match svg::examine(file) {
            Err(error) => vec![error.to_string()],
            Ok(logo) => {
                let breaks = logo.violations.iter().filter(|violation| !violation.kind.is_advice());
                breaks
                    .map(|violation| format!("line {}: {} ({})", violation.line, violation.kind, violation.what))
                    .collect()
            }
        },
    };
    if faults.is_empty() {
        return Judgement::Pass;
    }
    Judgement::fail(Failure {
        subject: url.clone(),
        explanation: format!("The logo of {} breaks the profile that receivers ask for: {}.", posture.domain(), remedy::joined(&faults)),
        evidence: faults.iter().take(8).map(|fault| evidence::by(posture.facts, url.clone(), "HTTPS", fault)).collect(),
        remedy: Remedy {
            steps: vec![
                "Export the logo as SVG Tiny P/S: version 1.2, baseProfile tiny-ps, a title, a square viewBox, and no scripts, \
                 images, links or animation."
                    .into(),
            ],
            records: Vec::new(),
        },
    })
}

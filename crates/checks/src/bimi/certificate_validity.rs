//! The certificate of the BIMI mark is not valid now.

use super::common;
use crate::prelude::*;
use ptrust_mail::bimi::mark::MarkFault;

/// The time of the observation lies outside the validity of the certificate.
pub const CHECK: Check = Check {
    id: "bimi-certificate-validity",
    title: "The certificate of the BIMI mark is not valid now",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5280 4.1.2.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("certificate_validity.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (url, mark) = match common::mark(posture) {
        Ok(found) => found,
        Err(judgement) => return judgement,
    };
    let day = |time: &jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
    let told = mark.faults.iter().find_map(|fault| match fault {
        MarkFault::Expired { not_after } => Some((
            format!("has expired on {}", day(not_after)),
            "Renew the certificate at the mark authority, and publish the new file in time before each end.",
        )),
        MarkFault::NotYetValid { not_before } => Some((
            format!("is valid from {} only", day(not_before)),
            "Publish the certificate that is valid now until then.",
        )),
        _ => None,
    });
    let Some((why, step)) = told else { return Judgement::Pass };
    Judgement::fail(Failure {
        explanation: format!("The certificate of the mark of {} {why}.", posture.domain()),
        evidence: common::seen(posture, &url, mark),
        subject: url,
        remedy: Remedy { steps: vec![step.into()], records: Vec::new() },
    })
}

//! TLSA records stand in an unsigned zone.

use crate::posture::dane::Dane;
use crate::prelude::*;

/// A mail exchanger has TLSA records, and the MX, address or TLSA records are not signed, so that senders ignore them.
pub const CHECK: Check = Check {
    id: "dane-insecure",
    title: "TLSA records stand in an unsigned zone",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7672 2.1.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dane],
    page: include_str!("insecure.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (mut judged, mut open, mut faulty) = (false, None, Vec::new());
    for dane in posture.dane() {
        match (&dane.records, dane.published().is_some(), &dane.secure) {
            (Observed::Unknown(cause), ..) => open = open.or(Some((dane.question.to_string(), *cause))),
            // A host of others may well serve domains that are not signed.
            (_, true, Observed::Present(false)) if foreign(posture, &dane) => {}
            (_, true, Observed::Present(false)) => faulty.push(dane),
            (_, true, Observed::Unknown(cause)) => {
                open = open.or(Some((format!("whether {} is signed", dane.question.name), *cause)));
            }
            (_, true, _) => judged = true,
            (_, false, _) => {}
        }
    }
    match open {
        _ if !faulty.is_empty() => Judgement::fail(failure(posture, &faulty)),
        Some((missing, cause)) => Judgement::inconclusive(missing, cause),
        None if judged => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

/// Whether the records are a provider's, and signed: only the domain's own zone is not.
fn foreign(posture: &Posture, dane: &Dane) -> bool {
    dane.signed == Observed::Present(true) && !dane.host.is_at_or_below(posture.domain())
}

fn failure(posture: &Posture, faulty: &[Dane]) -> Failure {
    let names = evidence::names_text(faulty.iter().map(|dane| &dane.host));
    Failure {
        subject: names.clone(),
        explanation: format!(
            "{names} {} TLSA records, but not everything on the way to them is signed by DNSSEC, so senders ignore them.",
            remedy::for_count(faulty.len(), "has", "have")
        ),
        evidence: evidence::several(posture.facts, faulty.iter().map(|dane| dane.question.clone())),
        remedy: Remedy {
            steps: vec![
                format!(
                    "Sign the zone of {} and that of the host, and publish the DS records at their parents.",
                    posture.domain()
                ),
                "Or remove the TLSA records: they protect nothing.".into(),
            ],
            records: Vec::new(),
        },
    }
}

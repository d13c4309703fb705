//! A null MX has another preference than 0.

use super::common;
use crate::prelude::*;
use crate::remedy::TTL;

/// The null MX stands alone, and its preference is not 0.
pub const CHECK: Check = Check {
    id: "mx-null-preference",
    title: "The null MX has another preference than 0",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7505 3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("null_preference.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let exchangers = posture.exchangers();
    if let Exchange::Unknown(_) = exchangers.kind {
        return common::any(posture).err().unwrap_or(Judgement::NotApplicable);
    }
    match exchangers.null_preference {
        Some(0) if exchangers.refuses_mail() => Judgement::Pass,
        Some(preference) if exchangers.refuses_mail() => Judgement::fail(failure(posture, preference)),
        // Beside other records the null MX itself is wrong: mx-null-mixed.
        _ => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, preference: u16) -> Failure {
    let domain = posture.domain();
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "The null MX of {domain} has the preference {preference}; the standard fixes it at 0. Most senders do not \
             look at it, and some may not take the record for a null MX."
        ),
        evidence: evidence::answers(posture.facts, &posture.question(RecordType::MX)),
        remedy: Remedy {
            steps: vec!["Publish the record below as the only MX record.".into()],
            records: vec![format!("{} {TTL} IN MX 0 .", domain.absolute())],
        },
    }
}

//! The BIMI record cannot be used.

use crate::prelude::*;
use ptrust_mail::tags::{Effect, OneRecord};

/// The record has faults, or there are several.
pub const CHECK: Check = Check {
    id: "bimi-syntax",
    title: "The BIMI record cannot be used",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("draft-brand-indicators-for-message-identification 4"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi],
    page: include_str!("syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.bimi_question(), posture.bimi_record()) else {
        return Judgement::NotApplicable;
    };
    let why = match found {
        OneRecord::Unknown(cause) => return Judgement::inconclusive(question.to_string(), cause),
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => return Judgement::NotApplicable,
        OneRecord::Several { count, .. } => format!("there are {count} of them"),
        OneRecord::Present { record, .. } => {
            let faults: Vec<String> = record
                .faults_from(Effect::PartIgnored)
                .map(|fault| format!("{} at octet {}", fault.kind, fault.at))
                .collect();
            if faults.is_empty() {
                return Judgement::Pass;
            }
            remedy::joined(&faults)
        }
    };
    Judgement::fail(Failure {
        subject: question.name.to_string(),
        explanation: format!("Receivers show no logo for {}: its BIMI record cannot be used, {why}.", posture.domain()),
        evidence: evidence::answers(posture.facts, &question),
        remedy: Remedy {
            steps: vec![
                "Publish one record with the https address of the logo, and of its certificate where there is one."
                    .into(),
            ],
            records: vec![format!(
                "{} 3600 IN TXT \"v=BIMI1; l=https://{}/logo.svg\"",
                question.name.absolute(),
                posture.domain()
            )],
        },
    })
}

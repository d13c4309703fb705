//! The MTA-STS record cannot be used.

use crate::prelude::*;
use ptrust_mail::tags::Effect;
use ptrust_mail::tags::OneRecord;

/// The record has faults.
pub const CHECK: Check = Check {
    id: "mta-sts-syntax",
    title: "The MTA-STS record cannot be used",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 3.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::MtaSts],
    page: include_str!("syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.sts_question(), posture.sts_record()) else {
        return Judgement::NotApplicable;
    };
    match found {
        OneRecord::Unknown(cause) => Judgement::inconclusive(question.to_string(), cause),
        // Several records are a defect of their own.
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } | OneRecord::Several { .. } => Judgement::NotApplicable,
        OneRecord::Present { record, .. } if record.faults_from(Effect::PartIgnored).next().is_none() => {
            Judgement::Pass
        }
        OneRecord::Present { record, .. } => {
            let faults: Vec<String> = record
                .faults_from(Effect::PartIgnored)
                .map(|fault| format!("{} at octet {}", fault.kind, fault.at))
                .collect();
            Judgement::fail(Failure {
                subject: question.name.to_string(),
                explanation: format!(
                    "The MTA-STS record of {} has faults: {}.",
                    posture.domain(),
                    remedy::joined(&faults)
                ),
                evidence: evidence::answers(posture.facts, &question),
                remedy: Remedy {
                    steps: vec!["Correct the record: a version, and an id of up to 32 letters and digits.".into()],
                    records: vec![format!(
                        "{} 3600 IN TXT \"v=STSv1; id={}\"",
                        question.name.absolute(),
                        posture.facts.observed_at.strftime("%Y%m%d")
                    )],
                },
            })
        }
    }
}

//! The TLS-RPT record cannot be used.

use crate::prelude::*;
use ptrust_mail::tags::Effect;
use ptrust_mail::tags::OneRecord;

/// The record has faults.
pub const CHECK: Check = Check {
    id: "tls-rpt-syntax",
    title: "The TLS-RPT record cannot be used",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8460 3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::TlsRpt],
    page: include_str!("syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.tls_rpt_question(), posture.tls_rpt()) else {
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
                    "The TLS-RPT record of {} has faults: {}.",
                    posture.domain(),
                    remedy::joined(&faults)
                ),
                evidence: evidence::answers(posture.facts, &question),
                remedy: Remedy {
                    steps: vec!["Correct the record.".into()],
                    records: vec![format!(
                        "{} 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@{}\"",
                        question.name.absolute(),
                        posture.domain()
                    )],
                },
            })
        }
    }
}

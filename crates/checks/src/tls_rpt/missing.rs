//! Nobody gets reports about failed TLS.

use crate::prelude::*;
use ptrust_mail::tags::OneRecord;

/// The domain has MTA-STS, and no TLS-RPT record.
pub const CHECK: Check = Check {
    id: "tls-rpt-missing",
    title: "Nobody gets reports about failed TLS",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8460 1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::TlsRpt, Need::MtaSts],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.tls_rpt_question(), posture.tls_rpt()) else {
        return Judgement::NotApplicable;
    };
    match found {
        OneRecord::Unknown(cause) => Judgement::inconclusive(question.to_string(), cause),
        OneRecord::Present { .. } => Judgement::Pass,
        // Several records are a defect of their own.
        OneRecord::Several { .. } => Judgement::NotApplicable,
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => match posture.sts_record() {
            Some(OneRecord::Present { .. }) => Judgement::fail(Failure {
                subject: question.name.to_string(),
                explanation: format!(
                    "{} has an MTA-STS policy, and no TLS-RPT record: when senders fail to deliver, nobody learns of it.",
                    posture.domain()
                ),
                evidence: evidence::answers(posture.facts, &question),
                remedy: Remedy {
                    steps: vec!["Publish an address for reports; `ptrust tls-report FILE` reads them.".into()],
                    records: vec![format!(
                        "{} 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@{}\"",
                        question.name.absolute(),
                        posture.domain()
                    )],
                },
            }),
            _ => Judgement::NotApplicable,
        },
    }
}

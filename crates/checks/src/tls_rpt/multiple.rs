//! The domain has several TLS-RPT records.

use crate::prelude::*;
use ptrust_mail::tags::OneRecord;

/// More than one record at `_smtp._tls` begins with `v=TLSRPTv1`, so senders use none.
pub const CHECK: Check = Check {
    id: "tls-rpt-multiple",
    title: "The domain has several TLS-RPT records",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8460 3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::TlsRpt],
    page: include_str!("multiple.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.tls_rpt_question(), posture.tls_rpt()) else {
        return Judgement::NotApplicable;
    };
    match found {
        OneRecord::Several { count, texts } => {
            let first = texts.first().map(|text| format!("{} 3600 IN TXT \"{text}\"", question.name.absolute()));
            Judgement::fail(Failure {
                subject: question.name.to_string(),
                explanation: format!("{} has {count} TLS-RPT records, so senders act as if there were none and send no reports.", question.name),
                evidence: evidence::answers(posture.facts, &question),
                remedy: Remedy {
                    steps: vec!["Keep one record and remove the others; name several addresses in one rua, with commas. Below is the first of them.".into()],
                    records: first.into_iter().collect(),
                },
            })
        }
        OneRecord::Unknown(cause) => Judgement::inconclusive(question.to_string(), cause),
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => Judgement::NotApplicable,
        OneRecord::Present { .. } => Judgement::Pass,
    }
}

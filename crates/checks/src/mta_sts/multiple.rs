//! The domain has several MTA-STS records.

use crate::prelude::*;
use ptrust_mail::tags::OneRecord;

/// More than one record at `_mta-sts` begins with `v=STSv1`, so senders take the domain for one without a policy.
pub const CHECK: Check = Check {
    id: "mta-sts-multiple",
    title: "The domain has several MTA-STS records",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 3.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::MtaSts],
    page: include_str!("multiple.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.sts_question(), posture.sts_record()) else {
        return Judgement::NotApplicable;
    };
    match found {
        OneRecord::Several { count, texts } => {
            let first = texts.first().map(|text| format!("{} 3600 IN TXT \"{text}\"", question.name.absolute()));
            Judgement::fail(Failure {
                subject: question.name.to_string(),
                explanation: format!(
                    "{} has {count} MTA-STS records, so senders act as if there were none and do not look for the policy.",
                    question.name
                ),
                evidence: evidence::answers(posture.facts, &question),
                remedy: Remedy {
                    steps: vec!["Keep one record and remove the others; below is the first of them.".into()],
                    records: first.into_iter().collect(),
                },
            })
        }
        OneRecord::Unknown(cause) => Judgement::inconclusive(question.to_string(), cause),
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => Judgement::NotApplicable,
        OneRecord::Present { .. } => Judgement::Pass,
    }
}

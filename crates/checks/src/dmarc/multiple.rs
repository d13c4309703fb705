//! The domain has several DMARC records.

use crate::prelude::*;
use ptrust_mail::tags::OneRecord;

/// More than one record at `_dmarc.` of the domain begins with `v=DMARC1`, so none applies.
pub const CHECK: Check = Check {
    id: "dmarc-multiple",
    title: "The domain has several DMARC records",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.10"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("multiple.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let Some(step) = posture.dmarc().walk.steps.first() else {
        return Judgement::NotApplicable;
    };
    match &step.found {
        OneRecord::Several { count, texts } => {
            let first = texts.first().map(|text| format!("{} 3600 IN TXT \"{text}\"", step.question.name.absolute()));
            Judgement::fail(Failure {
                subject: step.question.name.to_string(),
                explanation: format!(
                    "{} has {count} DMARC records. Receivers use none of them, so mail of {} has no policy of its own.",
                    step.question.name,
                    posture.domain()
                ),
                evidence: evidence::answers(posture.facts, &step.question),
                remedy: Remedy {
                    steps: vec!["Keep one record and remove the others; below is the first of them.".into()],
                    records: first.into_iter().collect(),
                },
            })
        }
        OneRecord::Unknown(cause) => Judgement::inconclusive(step.question.to_string(), *cause),
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => Judgement::NotApplicable,
        OneRecord::Present { .. } => Judgement::Pass,
    }
}

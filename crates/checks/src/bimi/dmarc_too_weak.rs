//! The DMARC policy is too weak for BIMI.

use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, Policy, dmarc_question};
use ptrust_mail::tags::OneRecord;

/// There is a BIMI record, and the DMARC policy of the domain or of its subdomains is none.
pub const CHECK: Check = Check {
    id: "bimi-dmarc-too-weak",
    title: "The DMARC policy is too weak for BIMI",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("draft-brand-indicators-for-message-identification 7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Bimi, Need::Dmarc],
    page: include_str!("dmarc_too_weak.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match posture.bimi_record() {
        Some(OneRecord::Unknown(cause)) => {
            return Judgement::inconclusive(format!("the BIMI record of {}", posture.domain()), cause);
        }
        _ if posture.bimi().is_none() => return Judgement::NotApplicable,
        _ => {}
    }
    let Some(record) = posture.dmarc_record() else {
        return match posture.dmarc().tree_walk.policy {
            Determined::Undetermined(cause) => {
                Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause)
            }
            Determined::Known(_) => Judgement::fail(failure(posture, "there is none", &[])),
        };
    };
    let weak =
        record.record.effective().is_none_or(|policies| policies.domain.min(policies.subdomain) < Policy::Quarantine);
    let sampled =
        record.record.value.pct.is_some_and(|pct| pct < 100) && record.record.value.p == Some(Policy::Quarantine);
    if !weak && !sampled {
        return Judgement::Pass;
    }
    let question = dmarc_question(&record.domain).ok();
    let seen = question.map(|question| evidence::answers(posture.facts, &question)).unwrap_or_default();
    Judgement::fail(failure(
        posture,
        if weak { "it asks for nothing" } else { "it holds for a share of mail only" },
        &seen,
    ))
}

fn failure(posture: &Posture, why: &str, seen: &[Evidence]) -> Failure {
    let mut all = seen.to_vec();
    all.extend(posture.bimi_question().map(|question| evidence::answers(posture.facts, &question)).unwrap_or_default());
    Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "Receivers show the logo of {} only with a DMARC policy of quarantine or reject for all its mail; {why}.",
            posture.domain()
        ),
        evidence: all,
        remedy: Remedy {
            steps: vec![
                "Bring the DMARC policy to quarantine or reject first; `ptrust dmarc` says what the next step is."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

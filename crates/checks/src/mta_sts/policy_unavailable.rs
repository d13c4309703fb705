//! The MTA-STS policy cannot be fetched.

use crate::posture::mta_sts::StsPolicyState;
use crate::prelude::*;

/// There is an MTA-STS record, and senders cannot fetch the policy that it announces.
pub const CHECK: Check = Check {
    id: "mta-sts-policy-unavailable",
    title: "The MTA-STS policy cannot be fetched",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 3.3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::MtaSts],
    page: include_str!("policy_unavailable.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match posture.sts_policy() {
        StsPolicyState::NotSought => Judgement::NotApplicable,
        StsPolicyState::Fetched(..) => Judgement::Pass,
        StsPolicyState::Unavailable(why) => Judgement::fail(failure(posture, &why)),
        StsPolicyState::Unknown(_) if host_is_absent(posture) => {
            Judgement::fail(failure(posture, "the host does not exist"))
        }
        StsPolicyState::Unknown(cause) => Judgement::inconclusive(posture.sts_url().unwrap_or_default(), cause),
    }
}

/// Whether the policy's host is proven to have no address.
fn host_is_absent(posture: &Posture) -> bool {
    let questions = posture.sts_host_questions();
    let absent = |question: &Question| posture.answer(question).is_some_and(|answer| answer.is_absent());
    !questions.is_empty() && questions.iter().all(absent)
}

fn failure(posture: &Posture, why: &str) -> Failure {
    let url = posture.sts_url().unwrap_or_default();
    Failure {
        subject: url.clone(),
        explanation: format!(
            "The record announces an MTA-STS policy, but senders cannot fetch it: {why}. Mail to {} is then not protected.",
            posture.domain()
        ),
        evidence: vec![evidence::by(posture.facts, url.clone(), "HTTPS", why)],
        remedy: Remedy {
            steps: vec![
                format!(
                    "Serve the policy at {url} as text/plain, without a redirect, with a certificate for that host."
                ),
                "If you do not want MTA-STS, remove the record at _mta-sts.".into(),
            ],
            records: Vec::new(),
        },
    }
}

//! A mail exchanger is not in the MTA-STS policy.

use crate::posture::mta_sts::StsPolicyState;
use crate::prelude::*;
use ptrust_mail::mta_sts::{Mode, StsPolicy};

/// The policy is enforced, and no pattern of it covers a host of the MX records.
pub const CHECK: Check = Check {
    id: "mta-sts-mx-mismatch",
    title: "A mail exchanger is not in the MTA-STS policy",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 4.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::MtaSts, Need::Mx],
    page: include_str!("mx_mismatch.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let policy = match posture.sts_policy() {
        StsPolicyState::NotSought | StsPolicyState::Unavailable(_) => return Judgement::NotApplicable,
        StsPolicyState::Unknown(cause) => {
            return Judgement::inconclusive(posture.sts_url().unwrap_or_default(), cause);
        }
        StsPolicyState::Fetched(policy, _) => policy,
    };
    if policy.is_void() || policy.value.mode != Mode::Enforce {
        return Judgement::NotApplicable;
    }
    let exchangers = posture.exchangers();
    if let Exchange::Unknown(cause) = exchangers.kind {
        return Judgement::inconclusive(format!("the mail exchangers of {}", posture.domain()), cause);
    }
    let hosts = exchangers.hosts.iter().map(|exchanger| &exchanger.host);
    let without: Vec<&Name> = hosts.filter(|host| !policy.value.covers(host)).collect();
    if without.is_empty() { Judgement::Pass } else { Judgement::fail(failure(posture, &policy.value, &without)) }
}

fn failure(posture: &Posture, policy: &StsPolicy, without: &[&Name]) -> Failure {
    let url = posture.sts_url().unwrap_or_default();
    let names = evidence::names_text(without.iter().copied());
    let patterns = remedy::joined(&policy.mx);
    let mut all = vec![evidence::by(posture.facts, url, "HTTPS", format!("mx: {patterns}"))];
    all.extend(evidence::answers(posture.facts, &posture.question(RecordType::MX)));
    Failure {
        subject: without.first().map(ToString::to_string).unwrap_or_default(),
        explanation: format!(
            "The enforced MTA-STS policy does not name {names}, so senders that follow it do not deliver there."
        ),
        evidence: all,
        remedy: Remedy {
            steps: vec![
                "Add the lines below to the policy, or remove the host from the MX records.".into(),
                "Then change the id in the record at _mta-sts, so that senders fetch the new policy.".into(),
            ],
            records: without.iter().map(|host| format!("mx: {host}")).collect(),
        },
    }
}

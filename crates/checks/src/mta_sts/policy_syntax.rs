//! The MTA-STS policy has faults.

use crate::posture::mta_sts::StsPolicyState;
use crate::prelude::*;
use ptrust_mail::mta_sts::{ParsedPolicy, PolicyFault, line_of};
use ptrust_mail::tags::{Effect, Fault};

/// The policy was fetched, and senders cannot use it or must ignore part of it.
pub const CHECK: Check = Check {
    id: "mta-sts-policy-syntax",
    title: "The MTA-STS policy has faults",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 3.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::MtaSts],
    page: include_str!("policy_syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match posture.sts_policy() {
        StsPolicyState::NotSought | StsPolicyState::Unavailable(_) => Judgement::NotApplicable,
        StsPolicyState::Unknown(cause) => Judgement::inconclusive(posture.sts_url().unwrap_or_default(), cause),
        StsPolicyState::Fetched(policy, text) => {
            let grave = |effect| policy.faults_from(effect).next().is_some();
            if grave(Effect::PartIgnored) { Judgement::fail(failure(posture, &policy, &text)) } else { Judgement::Pass }
        }
    }
}

fn failure(posture: &Posture, policy: &ParsedPolicy, text: &[u8]) -> Failure {
    let url = posture.sts_url().unwrap_or_default();
    let place = |fault: &Fault<PolicyFault>| {
        let (line, _) = line_of(text, fault.at);
        format!("line {line}: {}", fault.kind)
    };
    let faults: Vec<String> = policy.faults_from(Effect::PartIgnored).map(place).collect();
    let void = if policy.is_void() { "senders cannot use it" } else { "senders ignore part of it" };
    Failure {
        subject: url.clone(),
        explanation: format!("The MTA-STS policy has faults, so {void}: {}.", remedy::joined(&faults)),
        evidence: faults.iter().take(8).map(|fault| evidence::by(posture.facts, url.clone(), "HTTPS", fault)).collect(),
        remedy: Remedy {
            steps: vec!["Correct the file; it needs version, mode, one mx line per exchanger, and max_age.".into()],
            records: Vec::new(),
        },
    }
}

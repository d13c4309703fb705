//! A chain of trust that provably fails.

use crate::exclusive;
use crate::prelude::*;
use ptrust_facts::{Chain, Trust};

/// Validating resolvers refuse the PTR.
pub const CHECK: Check = Check {
    id: "delegation-dnssec-bogus",
    title: "The DNSSEC chain of trust of the PTR is broken",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 4035 4.3"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("dnssec_bogus.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let question = facts.ptr_question();
    let delegation = &facts.identity().delegation;
    let chain = facts.chain(&question);
    if let (Delegation::Bogus, Some(chain)) = (delegation, chain.present()) {
        return Judgement::fail(failure(facts, chain));
    }
    if delegation.is_error() || *delegation == Delegation::NotJudged {
        return Judgement::NotApplicable;
    }
    if facts.run.walk != WalkState::Open {
        return Judgement::Skipped;
    }
    let open = |cause| Judgement::inconclusive(format!("the chain of trust of {question}"), cause);
    match chain {
        Observed::Present(chain) => match chain.trust {
            Trust::Secure => Judgement::Pass,
            Trust::Insecure => Judgement::NotApplicable,
            Trust::Undetermined(cause) => open(cause),
            Trust::Bogus => open(Cause::Bogus),
        },
        Observed::Unknown(cause) if is_signed(facts) => open(cause),
        Observed::Absent(_) | Observed::Unknown(_) => Judgement::NotApplicable,
    }
}

/// Whether a DS set was seen on the way, and none was missing.
fn is_signed(facts: &Facts) -> bool {
    let walk = facts.walk(&facts.ptr_question());
    let signed = |cut: &Cut| cut.signed;
    walk.present().is_some_and(|walk| {
        let seen: Vec<bool> = walk.cuts.iter().filter_map(signed).collect();
        !seen.is_empty() && seen.iter().all(|signed| *signed)
    })
}

fn failure(facts: &Facts, chain: &Chain) -> Failure {
    let question = facts.ptr_question();
    let zone = exclusive::bogus_zone(facts).unwrap_or(&question.name);
    let raw = chain.reason.as_deref().unwrap_or_default();
    let reason = evidence::bogus_text(raw);
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "The chain of trust to {} provably fails, in {zone} or above it: {reason}. Resolvers that validate answer SERVFAIL, so the \
             receivers behind them see no PTR record.",
            question.name
        ),
        evidence: vec![evidence::by(
            facts,
            format!("{question}, DNSSEC"),
            format!("chain of trust down to {zone}"),
            if raw.is_empty() { reason } else { format!("validator: {raw}") },
        )],
        remedy: Remedy {
            steps: vec![
                format!(
                    "Compare the DS records of {zone} at its parent with the DNSKEY records of {zone}, and register \
                     DS records that fit; after moving the zone to servers that do not sign it, remove the DS records."
                ),
                format!("If keys and DS records fit, sign {zone} again: its signatures have ended or are damaged."),
            ],
            records: Vec::new(),
        },
    }
}

//! The DMARC policy asks for nothing.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, Policy, next_step};

/// The policy that applies to the domain is `none`.
pub const CHECK: Check = Check {
    id: "dmarc-policy-none",
    title: "The DMARC policy asks for nothing",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("policy_none.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let discovery = posture.dmarc();
    let Some(record) = posture.dmarc_record() else {
        return match discovery.tree_walk.policy {
            Determined::Undetermined(cause) => {
                Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause)
            }
            Determined::Known(_) => Judgement::NotApplicable,
        };
    };
    // A policy that cannot be read is a defect of its own.
    let Some(policies) = record.record.policies().filter(|_| record.record.policy_fault().is_none()) else {
        return Judgement::NotApplicable;
    };
    let own = record.domain == *posture.domain();
    let policy = if own { policies.domain } else { policies.subdomain };
    if policy > Policy::None {
        return Judgement::Pass;
    }
    let step = next_step(Some(&record.record));
    let next = step.apply(&record.record.value);
    let steps = if record.record.value.rua.is_empty() {
        vec!["First name a mailbox for reports (`rua=mailto:…`), and read them for some weeks.".into()]
    } else {
        vec![
            "See in the reports that all your own mail passes, then publish the record below: t=y asks receivers to test the \
             policy before it counts."
                .into(),
        ]
    };
    Judgement::fail(Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "The DMARC policy for {} is none: receivers deliver mail that only claims to come from it.",
            posture.domain()
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy { steps, records: vec![common::line(record, &next)] },
    })
}

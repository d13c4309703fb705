//! The DMARC policy is only being tested.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord};

/// The record has `t=y`, so receivers apply the next weaker policy.
pub const CHECK: Check = Check {
    id: "dmarc-testing",
    title: "The DMARC policy is only being tested",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("testing.md"),
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
    if record.record.policies().is_none() || record.record.policy_fault().is_some() {
        return Judgement::NotApplicable;
    }
    if !record.record.value.testing {
        return Judgement::Pass;
    }
    let next = DmarcRecord { testing: false, ..record.record.value.clone() };
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!(
            "The policy of {} is being tested (t=y): receivers apply one step less than it says.",
            record.domain
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["When the reports show that your own mail passes, end the test with the record below.".into()],
            records: vec![common::line(record, &next)],
        },
    })
}

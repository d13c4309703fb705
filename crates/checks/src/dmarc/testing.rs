//! The DMARC policy is only being tested.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord};

/// The record has `t=y`, so receivers of RFC 9989 apply the next weaker policy, or `pct` below 100, so those of RFC 7489
/// apply it to a share of failing mail.
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
    let sampled = common::sampled(&record.record);
    let testing = record.record.value.testing;
    if sampled.is_none() && !testing {
        return Judgement::Pass;
    }
    let how = [
        testing.then(|| "receivers of RFC 9989 apply one step less than it says (t=y)".to_owned()),
        sampled.map(|pct| format!("receivers of RFC 7489 apply it to {pct}% of the mail that fails (pct={pct})")),
    ];
    let how: Vec<String> = how.into_iter().flatten().collect();
    let next = DmarcRecord { testing: false, pct: None, ..record.record.value.clone() };
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!("The policy of {} is being tested: {}.", record.domain, how.join("; ")),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["When the reports show that your own mail passes, end the test with the record below.".into()],
            records: vec![common::line(record, &next)],
        },
    })
}

//! The DMARC record has tags that newer receivers ignore.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcFault, DmarcRecord};

/// The record has `pct`, `rf`, `ri` or other parts that RFC 9989 removed, unknown tags, or faults that readers pass over.
pub const CHECK: Check = Check {
    id: "dmarc-obsolete-tags",
    title: "The DMARC record has tags that newer receivers ignore",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("obsolete_tags.md"),
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
    // Addresses that cannot be used, and a share of failing mail, are told by checks of their own.
    let sampled = common::sampled(&record.record).is_some();
    let here = |kind: &DmarcFault| {
        let share = sampled && matches!(kind, DmarcFault::Obsolete(tag) if tag == "pct");
        common::tag_of(kind).is_none() && !share
    };
    let faults = record.record.faults.iter().filter(|fault| here(&fault.kind));
    let faults: Vec<String> = faults.map(|fault| fault.kind.to_string()).collect();
    if faults.is_empty() {
        return Judgement::Pass;
    }
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!("The DMARC record of {} works, with remarks: {}.", record.domain, remedy::joined(&faults)),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["Publish the record as below; it says the same to receivers of RFC 9989.".into()],
            records: vec![common::line(record, &DmarcRecord { pct: None, ..record.record.value.clone() })],
        },
    })
}

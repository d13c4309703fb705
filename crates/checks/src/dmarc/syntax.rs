//! Receivers cannot use the DMARC record.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord, Policy};

/// The record that holds has a fault that leaves receivers without a policy.
pub const CHECK: Check = Check {
    id: "dmarc-syntax",
    title: "Receivers cannot use the DMARC record",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("syntax.md"),
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
    if record.record.policies().is_some() {
        return Judgement::Pass;
    }
    let fault = record.record.faults.first();
    let why = fault.map_or_else(
        || "it has no readable policy (p=)".to_owned(),
        |fault| format!("{} at octet {}", fault.kind, fault.at),
    );
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!(
            "The DMARC record of {} cannot be used: {why}. Receivers act as if there were none.",
            record.domain
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["Correct the record; below is one that asks for reports only.".into()],
            records: vec![common::line(record, &DmarcRecord { p: Some(Policy::None), ..record.record.value.clone() })],
        },
    })
}

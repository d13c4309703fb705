//! Receivers cannot use the policy of the DMARC record.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord};

/// The record that holds has a fault that leaves receivers without its policy: with none, or with `p=none`.
pub const CHECK: Check = Check {
    id: "dmarc-syntax",
    title: "Receivers cannot use the policy of the DMARC record",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.10.1"),
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
    let policies = record.record.policies();
    if policies.is_some() && record.record.policy_fault().is_none() {
        return Judgement::Pass;
    }
    let fault = record.record.policy_fault().or_else(|| record.record.faults.first());
    let why = fault.map_or_else(
        || "it has no readable policy (p=)".to_owned(),
        |fault| format!("{} at octet {}", fault.kind, fault.at),
    );
    let then = if policies.is_some() {
        "Receivers take it for p=none, because it asks for reports: forged mail is delivered."
    } else {
        "Receivers act as if there were none."
    };
    // A policy that was read stays; the others are left out, so that they follow it.
    let next = DmarcRecord { p: Some(record.record.value.p.unwrap_or_default()), ..record.record.value.clone() };
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!("The DMARC record of {} cannot be used: {why}. {then}", record.domain),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec![
                "Correct the record: below is one that receivers can read; raise its policy to the one you meant."
                    .into(),
            ],
            records: vec![common::line(record, &next)],
        },
    })
}

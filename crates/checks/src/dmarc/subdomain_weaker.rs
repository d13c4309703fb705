//! Subdomains have a weaker DMARC policy than the domain.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord};

/// `sp` or `np` asks for less than `p`.
pub const CHECK: Check = Check {
    id: "dmarc-subdomain-weaker",
    title: "Subdomains have a weaker DMARC policy than the domain",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("subdomain_weaker.md"),
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
    if policies.subdomain.min(policies.nonexistent) >= policies.domain {
        return Judgement::Pass;
    }
    let next = DmarcRecord { sp: None, np: None, ..record.record.value.clone() };
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!(
            "The policy of {} is {}, but {} for subdomains and {} for names that do not exist: forgers use those.",
            record.domain, policies.domain, policies.subdomain, policies.nonexistent
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["Let the policy of the domain hold for all names below it, as the record below does.".into()],
            records: vec![common::line(record, &next)],
        },
    })
}

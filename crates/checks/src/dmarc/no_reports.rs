//! Nobody gets DMARC reports for the domain.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord, ReportUri, Target};

/// The record that holds names no address for aggregate reports.
pub const CHECK: Check = Check {
    id: "dmarc-no-reports",
    title: "Nobody gets DMARC reports for the domain",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("no_reports.md"),
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
    if record.record.value.rua.iter().any(|uri| matches!(uri.target, Target::Mailto { .. })) {
        return Judgement::Pass;
    }
    // An address that cannot be used is a defect of its own.
    if record.record.address_faults().any(|fault| common::tag_of(&fault.kind) == Some("rua")) {
        return Judgement::NotApplicable;
    }
    let uri = ReportUri::mailto(&format!("dmarc-reports@{}", record.domain)).ok();
    let next = DmarcRecord { rua: uri.into_iter().collect(), ..record.record.value.clone() };
    Judgement::fail(Failure {
        subject: record.domain.to_string(),
        explanation: format!(
            "The DMARC record of {} names no address for reports, so nobody learns what fails.",
            record.domain
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec!["Add an address for aggregate reports; `ptrust dmarc-report FILE` reads what comes.".into()],
            records: vec![common::line(record, &next)],
        },
    })
}

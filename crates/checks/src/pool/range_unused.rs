//! A range that SPF allows was never seen sending.

use crate::posture::pool::PoolRange;
use crate::prelude::*;

/// Addresses were seen sending, and none of them lies in a range that the record allows.
pub const CHECK: Check = Check {
    id: "pool-range-unused",
    title: "A range that SPF allows was never seen sending",
    severity: Severity::Notice,
    confidence: Confidence::Heuristic,
    authority: Authority::Practice("least privilege: what never sends need not be allowed"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Pool, Need::Spf, Need::Mx],
    page: include_str!("range_unused.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let pool = posture.pool();
    if posture.facts.target.seen.is_empty() {
        return Judgement::NotApplicable;
    }
    if let Some(cause) = posture.spf().root().and_then(|root| root.asked.answer.cause()) {
        return Judgement::inconclusive(format!("the SPF record of {}", posture.domain()), cause);
    }
    let unused: Vec<&PoolRange> = pool.ranges.iter().filter(|range| range.seen == Some(0)).collect();
    if unused.is_empty() { Judgement::Pass } else { Judgement::fail(failure(posture, &unused)) }
}

fn failure(posture: &Posture, unused: &[&PoolRange]) -> Failure {
    let terms: std::collections::BTreeSet<&str> = unused.iter().map(|range| range.term.as_str()).collect();
    let ranges = remedy::joined(unused.iter().map(|range| range.range));
    Failure {
        subject: ranges.clone(),
        explanation: format!(
            "The SPF record of {} allows {ranges}, and none of the addresses seen sending lies there.",
            posture.domain()
        ),
        evidence: evidence::answers(posture.facts, &posture.question(RecordType::TXT)),
        remedy: Remedy {
            steps: vec![format!(
                "If the reports cover a few weeks, remove what is no longer used: {}.",
                remedy::joined(terms.iter().map(|term| format!("`{term}`")))
            )],
            records: Vec::new(),
        },
    }
}

//! A report receiver does not agree to get DMARC reports.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Authorization, Destination, Determined, Target};

/// The record names an address in another organization, which does not say that it wants the reports.
pub const CHECK: Check = Check {
    id: "dmarc-report-unauthorized",
    title: "A report receiver does not agree to get DMARC reports",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9990 4"),
    who: Who::NameOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("report_unauthorized.md"),
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
    // Nothing is sent to what is no mailbox, so it need not agree.
    let mut all = posture.dmarc_destinations();
    all.retain(|one| matches!(one.uri.target, Target::Mailto { .. }));
    let refused = |one: &&Destination| {
        matches!(
            one.authorization,
            Authorization::Missing { .. } | Authorization::Impossible | Authorization::OtherHost { .. }
        )
    };
    let missing: Vec<&Destination> = all.iter().filter(refused).collect();
    if missing.is_empty() {
        let open = all.iter().find_map(|one| match one.authorization {
            Authorization::Unknown(cause) => Some((one, cause)),
            _ => None,
        });
        return match open {
            Some((one, cause)) => Judgement::inconclusive(format!("whether {} takes the reports", one.host), cause),
            None if all.is_empty() => Judgement::NotApplicable,
            None => Judgement::Pass,
        };
    }
    let hosts = evidence::names_text(missing.iter().map(|one| &one.host));
    let questions: Vec<Question> = missing.iter().filter_map(|one| one.question.clone()).collect();
    let mut seen = evidence::several(posture.facts, questions.iter().cloned());
    seen.extend(common::evidence(posture, record));
    Judgement::fail(Failure {
        subject: missing.first().map(|one| one.host.to_string()).unwrap_or_default(),
        explanation: format!(
            "Reports about {} should go to {hosts}, which does not say that it wants them: receivers send none there.",
            record.domain
        ),
        evidence: seen,
        remedy: Remedy {
            steps: vec![
                format!("Ask whoever runs {hosts} to publish the record below."),
                "If the address is a mistake, name one of your own.".into(),
            ],
            records: questions.iter().map(|one| format!("{} 3600 IN TXT \"v=DMARC1\"", one.name.absolute())).collect(),
        },
    })
}

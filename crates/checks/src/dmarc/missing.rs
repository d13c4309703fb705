//! The domain has no DMARC policy.

use crate::prelude::*;
use ptrust_mail::dmarc::Determined;
use ptrust_mail::tags::OneRecord;

/// Neither the tree walk nor the public suffix list leads to a DMARC record for the domain.
pub const CHECK: Check = Check {
    id: "dmarc-missing",
    title: "The domain has no DMARC policy",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, https://support.google.com/a/answer/81126 (2026-03-21)"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let discovery = posture.dmarc();
    if posture.dmarc_record().is_some() {
        return Judgement::Pass;
    }
    for outcome in [&discovery.tree_walk, &discovery.suffix_list] {
        if let Determined::Undetermined(cause) = outcome.policy {
            return Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause);
        }
    }
    // Several records, or one that cannot be read, are defects of their own.
    let there = discovery.walk.steps.iter().any(|step| {
        matches!(step.found, OneRecord::Present { .. } | OneRecord::Several { .. }) && step.domain == *posture.domain()
    });
    if there { Judgement::NotApplicable } else { Judgement::fail(failure(posture)) }
}

fn failure(posture: &Posture) -> Failure {
    let domain = posture.domain();
    let questions = posture.dmarc().walk.steps.iter().map(|step| step.question.clone());
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has no DMARC record, so receivers have no policy for mail that only claims to come from it, and Gmail \
             and Yahoo ask bulk senders for one."
        ),
        evidence: evidence::several(posture.facts, questions),
        remedy: Remedy {
            steps: vec![
                "Publish a record that only asks for reports (below), with a mailbox that somebody reads.".into(),
                "After some weeks of clean reports, ask for quarantine, then for reject.".into(),
            ],
            records: vec![format!(
                "_dmarc.{} 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc-reports@{domain}\"",
                domain.absolute()
            )],
        },
    }
}

//! The SPF record ends in `?all`.

use super::common;
use super::common::Default;
use crate::prelude::*;
use ptrust_mail::spf::{Node, Qualifier, TermName};

/// What no other term matches is neutral, by an `all` that says so.
pub const CHECK: Check = Check {
    id: "spf-neutral-all",
    title: "The SPF record ends in ?all, which says nothing about others",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice("M3AAWG Best Practices for Managing SPF Records, August 2017"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("neutral_all.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    match common::default(posture.spf()) {
        Default::All(node, Qualifier::Neutral) => Judgement::fail(failure(posture, node)),
        Default::All(..) => Judgement::Pass,
        Default::Implicit(_) => Judgement::NotApplicable,
        Default::Elsewhere => common::unknown_record(posture.spf()).unwrap_or(Judgement::NotApplicable),
    }
}

fn failure(posture: &Posture, node: &Node) -> Failure {
    let mended = common::rewritten(node, |_, term| {
        if term.name == TermName::All { Some("~all".into()) } else { Some(common::kept(term)) }
    });
    let own = common::is_own(posture, &node.domain);
    Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "The SPF record of {} ends in `?all`: of senders it does not list it says neither yes nor no, so receivers \
             treat forged mail as if there were no record.",
            node.domain
        ),
        evidence: common::evidence_of(posture, [node]),
        remedy: Remedy {
            steps: vec![
                "Make sure that the record lists everything that sends; DMARC reports show what is left out.".into(),
                "Then end it in `~all`, or in `-all`.".into(),
            ],
            records: own.then(|| common::line(&node.domain, &mended)).into_iter().collect(),
        },
    }
}

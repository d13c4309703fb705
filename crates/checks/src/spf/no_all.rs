//! The SPF record has no `all`.

use super::common;
use super::common::Default;
use crate::prelude::*;
use ptrust_mail::spf::Node;

/// The record ends without `all` and without `redirect`, so that other senders are neutral.
pub const CHECK: Check = Check {
    id: "spf-no-all",
    title: "The SPF record does not say what holds for other senders",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("no_all.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    match common::default(posture.spf()) {
        Default::Implicit(node) => Judgement::fail(failure(posture, node)),
        Default::All(..) => Judgement::Pass,
        Default::Elsewhere => common::unknown_record(posture.spf()).unwrap_or(Judgement::NotApplicable),
    }
}

fn failure(posture: &Posture, node: &Node) -> Failure {
    let text = common::rewritten(node, |_, term| Some(common::kept(term)));
    let own = common::is_own(posture, &node.domain);
    Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "The SPF record of {} has neither `all` nor `redirect=`. Of senders that it does not list it says nothing, so \
             receivers treat forged mail as if there were no record.",
            node.domain
        ),
        evidence: common::evidence_of(posture, [node]),
        remedy: Remedy {
            steps: vec!["End the record in `~all`, or in `-all` once it is sure to list everything that sends.".into()],
            records: own.then(|| common::line(&node.domain, &format!("{text} ~all"))).into_iter().collect(),
        },
    }
}

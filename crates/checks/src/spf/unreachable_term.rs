//! Terms of the SPF record are never tried.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Node, TermName, TermNode};

/// Mechanisms stand behind `all`, or a `redirect` beside one.
pub const CHECK: Check = Check {
    id: "spf-unreachable-term",
    title: "Terms of the SPF record are never tried",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("unreachable_term.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let root = match common::sound(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    let terms: Vec<&TermNode> = root.unreachable().collect();
    if terms.is_empty() { Judgement::Pass } else { Judgement::fail(failure(posture, root, &terms)) }
}

fn failure(posture: &Posture, root: &Node, terms: &[&TermNode]) -> Failure {
    let domain = posture.domain();
    let redirect = terms.iter().any(|term| term.name == TermName::Redirect);
    let why = if redirect {
        "`all` matches every sender, and `redirect=` counts only where there is no `all`"
    } else {
        "`all` matches every sender"
    };
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "In the SPF record of {domain}, {} {} no effect: {why}.",
            remedy::joined(terms.iter().map(|term| common::quoted(term))),
            remedy::for_count(terms.len(), "has", "have"),
        ),
        evidence: common::evidence_of(posture, [root]),
        remedy: Remedy {
            steps: vec![
                "If what the terms allow does send, move them in front of `all`; else remove them.".into(),
                "The record below has them in front.".into(),
            ],
            records: vec![common::line(domain, &moved(root))],
        },
    }
}

/// The record with its `all` at the end, where it does what it was meant to do. A `redirect` has no place beside it.
fn moved(root: &Node) -> String {
    let rest = common::rewritten(root, |_, term| {
        if matches!(term.name, TermName::All | TermName::Redirect) { None } else { Some(common::kept(term)) }
    });
    let all = root.terms.iter().find(|term| term.name == TermName::All).map(|term| term.text.to_string());
    format!("{rest} {}", all.unwrap_or_else(|| "~all".into()))
}

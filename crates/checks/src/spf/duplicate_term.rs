//! A term of the SPF record stands there twice.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::Node;

/// Two mechanisms of the domain's own record say the same: the second one never decides.
pub const CHECK: Check = Check {
    id: "spf-duplicate-term",
    title: "A term of the SPF record stands there twice",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.6.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("duplicate_term.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let root = match common::sound(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    let again: Vec<usize> =
        posture.spf().duplicates().iter().filter(|found| found.node == 0).map(|found| found.second).collect();
    if again.is_empty() { Judgement::Pass } else { Judgement::fail(failure(posture, root, &again)) }
}

fn failure(posture: &Posture, root: &Node, again: &[usize]) -> Failure {
    let domain = posture.domain();
    let terms: Vec<_> = again.iter().filter_map(|number| root.terms.get(*number)).collect();
    let costly = terms.iter().any(|term| term.name.counts_as_lookup());
    let cost = if costly { ", and costs another of the ten lookups" } else { "" };
    let shorter =
        common::rewritten(root, |number, term| if again.contains(&number) { None } else { Some(common::kept(term)) });
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "The SPF record of {domain} says {} more than once. Terms are tried from left to right, so the repetition \
             never decides{cost}.",
            remedy::joined(terms.iter().map(|term| common::quoted(term)))
        ),
        evidence: common::evidence_of(posture, [root]),
        remedy: Remedy { steps: vec!["Remove the repetition.".into()], records: vec![common::line(domain, &shorter)] },
    }
}

//! The SPF record uses `ptr`.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Link, TermName, TermState, Tree};

/// A term that receivers come to is `ptr`, which should not be published.
pub const CHECK: Check = Check {
    id: "spf-ptr-mechanism",
    title: "The SPF record uses the ptr mechanism",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 5.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("ptr_mechanism.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    let tree = posture.spf();
    let terms = used(tree);
    if terms.is_empty() {
        return common::unknown_record(tree).unwrap_or(Judgement::Pass);
    }
    Judgement::fail(failure(posture, &terms))
}

/// The `ptr` terms that receivers come to.
fn used(tree: &Tree) -> Vec<Link> {
    let all = tree.nodes.iter().enumerate().flat_map(|(node, record)| {
        let terms = record.terms.iter().enumerate();
        let used = |term: &ptrust_mail::spf::TermNode| {
            term.name == TermName::Ptr && term.state != TermState::Unreachable && term.error.is_none()
        };
        terms.filter(move |(_, term)| used(term)).map(move |(term, _)| Link { node, term })
    });
    all.collect()
}

fn failure(posture: &Posture, terms: &[Link]) -> Failure {
    let (domain, tree) = (posture.domain(), posture.spf());
    let texts = remedy::joined(terms.iter().map(|link| common::term_text(tree, *link)));
    let mut nodes: Vec<usize> = terms.iter().map(|link| link.node).collect();
    nodes.dedup();
    let own = terms.iter().any(|link| link.node == 0);
    let mut steps = Vec::new();
    if own {
        steps.push("Replace `ptr` by the addresses that send: `ip4:`, `ip6:`, `a:` or `mx`.".to_owned());
    }
    if terms.iter().any(|link| link.node != 0) {
        steps
            .push("Where the term stands in an included record, ask its owner, or list the addresses yourself.".into());
    }
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "The SPF record of {domain} uses {texts}. Receivers must look up the reverse name of every sender for it, it \
             fails whenever reverse DNS does, and some receivers skip it."
        ),
        evidence: common::evidence_of(posture, nodes.into_iter().filter_map(|node| tree.nodes.get(node))),
        remedy: Remedy { steps, records: Vec::new() },
    }
}

//! The SPF record lets everybody send.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Allowed, Node, Qualifier, TermName, passing_ipv4};

/// A term that passes matches every address, or the passing ranges add up to all of IPv4.
pub const CHECK: Check = Check {
    id: "spf-pass-all",
    title: "The SPF record lets everybody send",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Practice("M3AAWG Best Practices for Managing SPF Records, August 2017"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("pass_all.md"),
    judge: Judge::Domain(judge),
};

/// Every IPv4 address.
const EVERYTHING: u64 = 1 << 32;

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    let passing = passing(posture);
    if passing.iter().any(|one| one.range.prefix_len() == 0) || passing_ipv4(&passing) == EVERYTHING {
        return Judgement::fail(failure(posture, &passing));
    }
    common::unknown_size(posture.spf()).unwrap_or(Judgement::Pass)
}

/// The blocks that pass, those that receivers do not get to left out.
pub(super) fn passing(posture: &Posture) -> Vec<Allowed> {
    let allowed = posture.spf().allowed().into_iter();
    allowed.filter(|one| one.qualifier == Qualifier::Pass && !one.broken).collect()
}

fn failure(posture: &Posture, passing: &[Allowed]) -> Failure {
    let (domain, tree) = (posture.domain(), posture.spf());
    // The domain's own terms are named before those of others.
    let whole = passing.iter().filter(|one| one.range.prefix_len() == 0).min_by_key(|one| one.path.len());
    let by = match whole {
        Some(one) => {
            let family = match (one.name, one.range.addr().is_ipv4()) {
                (TermName::Ip4, _) | (TermName::A, true) => "every IPv4 address",
                (TermName::Ip6, _) | (TermName::A, false) => "every IPv6 address",
                _ => "every address",
            };
            format!("{} matches {family}", common::term_text(tree, one.at))
        }
        None => "its ranges together hold every IPv4 address".into(),
    };
    let node = whole.and_then(|one| tree.nodes.get(one.at.node)).or(tree.root());
    let foreign = whole.is_some_and(|one| !one.path.is_empty());
    let root = tree.root();
    let own = |node: &Node| {
        let text = common::rewritten(node, |_, term| {
            if term.name == TermName::All { Some("~all".into()) } else { Some(common::kept(term)) }
        });
        common::line(domain, &text)
    };
    let is_all = whole.is_some_and(|one| one.name == TermName::All);
    let records = root.filter(|_| is_all && !foreign).map(own).into_iter().collect();
    let steps = if foreign {
        vec![
            "Remove the `include:` or `redirect=` that leads there, until its owner has corrected the record."
                .to_owned(),
            "List your own senders, and end the record in `~all` or `-all`.".into(),
        ]
    } else {
        vec![
            "List what sends for the domain, and nothing more.".to_owned(),
            "End the record in `~all`, and in `-all` once nothing is left out.".into(),
        ]
    };
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "The SPF record of {domain} lets everybody send: {by}. Forged mail from anywhere passes, which is worse than \
             no record."
        ),
        evidence: common::evidence_of(posture, node),
        remedy: Remedy { steps, records },
    }
}

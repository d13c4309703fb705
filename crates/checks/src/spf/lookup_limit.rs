//! The SPF record needs more than ten DNS lookups.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Link, MAX_LOOKUPS, Node};

/// Terms that need DNS, those of included records with them, are more than ten.
pub const CHECK: Check = Check {
    id: "spf-lookup-limit",
    title: "The SPF record needs more than ten DNS lookups",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.6.4"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("lookup_limit.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match common::sound(posture) {
        Err(judgement) => judgement,
        Ok(root) if posture.spf().lookups > MAX_LOOKUPS => Judgement::fail(failure(posture, root)),
        Ok(_) => common::unknown_record(posture.spf()).unwrap_or(Judgement::Pass),
    }
}

fn failure(posture: &Posture, root: &Node) -> Failure {
    let (domain, tree) = (posture.domain(), posture.spf());
    let over = tree.lookup(MAX_LOOKUPS + 1);
    let more = if tree.cut.is_empty() { "" } else { "at least " };
    let over_text = over.map(|link| {
        format!(
            " Receivers give up at {}, and senders that only it or a later term allows fail.",
            common::term_text(tree, link)
        )
    });
    let mut costs: Vec<(usize, usize)> = (0..root.terms.len())
        .map(|term| (tree.cost(Link { node: 0, term }), term))
        .filter(|(cost, _)| *cost > 0)
        .collect();
    // The most expensive first, among equals in the order of the record.
    costs.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    let text = |(cost, term): &(usize, usize)| {
        root.terms.get(*term).map(|term| format!("{} costs {cost}", common::quoted(term)))
    };
    let costs_text = remedy::joined(costs.iter().filter_map(text));
    let mut steps = vec![
        "Remove the `include:` of services that no longer send for the domain.".to_owned(),
        "Replace `a` and `mx` by `ip4:` and `ip6:`, which need no lookup, where the addresses are your own and stay."
            .into(),
        "Let a service send with a subdomain of its own, such as news.".to_owned()
            + &format!("{domain}, which has a record of its own."),
    ];
    let repeated = tree.repeated();
    if !repeated.is_empty() {
        let names = evidence::names_text(repeated);
        steps.insert(0, format!("Several terms lead to {names}, and each time counts: keep one of them."));
    }
    let on_the_way = over.map(|link| tree.links(link.node)).unwrap_or_default();
    let nodes = std::iter::once(0).chain(on_the_way.iter().filter_map(|link| tree.term(*link)?.nested));
    let nodes = nodes.filter_map(|node| tree.nodes.get(node));
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "Evaluating the SPF record of {domain} takes {more}{} DNS lookups, and ten are allowed.{} Of its terms, \
             {costs_text}.",
            tree.lookups,
            over_text.unwrap_or_default()
        ),
        evidence: common::evidence_of(posture, nodes),
        remedy: Remedy { steps, records: Vec::new() },
    }
}

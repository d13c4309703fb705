//! An included SPF record is missing or broken.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Link, Node, Selection, TermName, TermNode, TermState, Tree};

/// The record that an `include` or `redirect` leads to is none, several, faulty, or leads back.
pub const CHECK: Check = Check {
    id: "spf-include-broken",
    title: "An included SPF record is missing or broken",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 5.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("include_broken.md"),
    judge: Judge::Domain(judge),
};

/// Terms told in a sentence; the tree shows all.
const TOLD: usize = 4;

fn judge(posture: &Posture) -> Judgement {
    let root = match common::sound(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    let leads = |term: &&TermNode| {
        matches!(term.name, TermName::Include | TermName::Redirect) && term.state != TermState::Unreachable
    };
    if !root.terms.iter().any(|term| leads(&term)) {
        return Judgement::NotApplicable;
    }
    let tree = posture.spf();
    let broken = broken(tree);
    if broken.is_empty() {
        return common::unknown_record(tree).unwrap_or(Judgement::Pass);
    }
    Judgement::fail(failure(posture, tree, &broken))
}

/// A term that leads nowhere, and why in words.
struct Broken<'a> {
    /// The term.
    link: Link,
    /// What is wrong with what it leads to.
    what: String,
    /// The record it leads to, when one was asked for.
    node: Option<&'a Node>,
}

/// Every `include` and `redirect` that ends the evaluation in a permanent error.
fn broken(tree: &Tree) -> Vec<Broken<'_>> {
    let by_record = tree.nodes.iter().filter_map(|node| {
        let link = node.parent?;
        let domain = &node.domain;
        let what = match (node.selection, node.errors().next()) {
            (Selection::Missing(_), _) => format!("{domain} has no SPF record"),
            (Selection::Several(count), _) => format!("{domain} has {count} SPF records"),
            (_, Some(error)) => {
                format!("in the record of {domain}, {}", common::fault_text(node, error.at, error.kind))
            }
            _ => return None,
        };
        Some(Broken { link, what, node: Some(node) })
    });
    let leads =
        |link: &Link| tree.term(*link).is_some_and(|term| matches!(term.name, TermName::Include | TermName::Redirect));
    let at = |state, what: &'static str| {
        tree.in_state(state).filter(leads).map(move |link| Broken {
            link,
            what: what.to_owned(),
            node: tree.nodes.get(link.node),
        })
    };
    let malformed = at(TermState::MalformedTarget, "what stands there is no domain name");
    let cycle = at(TermState::Cycle, "it leads back to a record that it came from");
    by_record.chain(malformed).chain(cycle).collect()
}

fn failure(posture: &Posture, tree: &Tree, broken: &[Broken]) -> Failure {
    let domain = posture.domain();
    let told = broken.iter().take(TOLD).map(|one| format!("{}: {}", common::term_text(tree, one.link), one.what));
    let mut texts = told.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = broken.len().checked_sub(TOLD) {
        texts = format!("{texts}; and {more} more");
    }
    let foreign = broken.iter().any(|one| one.link.node != 0);
    let mut steps = vec![
        "Remove the term if the service no longer sends for the domain; else write the name it documents.".to_owned(),
    ];
    if foreign {
        steps.push("Where the term stands in a record of somebody else, tell its owner.".into());
    }
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{texts}. Receivers that come to it treat the whole SPF record of {domain} as broken (permerror)."
        ),
        evidence: common::evidence_of(posture, broken.iter().filter_map(|one| one.node)),
        remedy: Remedy { steps, records: Vec::new() },
    }
}

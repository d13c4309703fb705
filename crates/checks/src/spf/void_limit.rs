//! More than two terms of the SPF record lead to nothing.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Link, MAX_VOIDS, TermName, TermState, Tree};

/// Terms whose DNS lookup finds no record, those of included records with them, are more than two.
pub const CHECK: Check = Check {
    id: "spf-void-limit",
    title: "More than two terms of the SPF record lead to nothing",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.6.4"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("void_limit.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let tree = posture.spf();
    match common::sound(posture) {
        Err(judgement) => judgement,
        Ok(_) if tree.voids.v4.max(tree.voids.v6) > MAX_VOIDS => Judgement::fail(failure(posture, tree)),
        Ok(_) => open(tree).unwrap_or(Judgement::Pass),
    }
}

/// What is not known, where that could be the third void term.
fn open(tree: &Tree) -> Option<Judgement> {
    let unknown = tree.in_state(TermState::Unknown).count();
    let known = tree.voids.v4.max(tree.voids.v6);
    common::unknown(tree, |_, _| known + unknown > MAX_VOIDS)
}

fn failure(posture: &Posture, tree: &Tree) -> Failure {
    let domain = posture.domain();
    let (v4, v6) = (tree.voids.v4 > MAX_VOIDS, tree.voids.v6 > MAX_VOIDS);
    let voids = voids(tree, v4);
    let family = match (v4, v6) {
        (true, true) => "",
        (true, false) => " for senders with an IPv4 address",
        _ => " for senders with an IPv6 address",
    };
    let texts = remedy::joined(voids.iter().map(|link| common::term_text(tree, *link)));
    let asked = voids.iter().filter_map(|link| tree.term(*link)).flat_map(|term| &term.questions);
    let asked = asked.filter(|asked| asked.is_void()).map(|asked| asked.question.clone());
    let includes = voids.iter().filter_map(|link| tree.term(*link)).any(|term| term.name == TermName::Include);
    let mut steps = vec!["Remove the terms that lead to nothing, or correct the names in them.".to_owned()];
    if includes {
        steps.push("Ask the service behind an `include:` that leads to nothing which name it uses now.".into());
    }
    if !v4 {
        steps.push(
            "Replace `a:` and `mx:` of hosts that have IPv4 addresses only by `ip4:`, so that nobody looks for their IPv6 \
             addresses."
                .into(),
        );
    }
    let count = tree.voids.v4.max(tree.voids.v6);
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{count} terms of the SPF record of {domain} lead to nothing in DNS{family}: {texts}. Receivers allow two, \
             and treat SPF as broken (permerror) at the third."
        ),
        evidence: evidence::several(posture.facts, asked),
        remedy: Remedy { steps, records: Vec::new() },
    }
}

/// The void terms for clients of one family, in the order in which receivers come to them.
fn voids(tree: &Tree, v4: bool) -> Vec<Link> {
    let numbers = 1..=tree.lookups;
    let links = numbers.filter_map(|number| tree.lookup(number));
    links.filter(|link| tree.term(*link).is_some_and(|term| if v4 { term.void_v4 } else { term.void_v6 })).collect()
}

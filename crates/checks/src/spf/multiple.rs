//! The domain has several SPF records.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Mechanism, Modifier};
use ptrust_mail::spf::{Node, Qualifier, Record, Selection, TermKind};

/// More than one text of the domain is an SPF record, which is a permanent error.
pub const CHECK: Check = Check {
    id: "spf-multiple",
    title: "The domain has several SPF records",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("multiple.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let root = match common::root(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    match root.selection {
        Selection::Several(count) => Judgement::fail(failure(posture, root, count)),
        Selection::Found => Judgement::Pass,
        _ => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, root: &Node, count: usize) -> Failure {
    let domain = posture.domain();
    let merged = merged(root);
    let mut steps = vec![format!("Keep one SPF record at {domain} and remove the others.")];
    if merged.is_some() {
        steps.push("The record below allows what they allow together; leave out what no longer sends.".into());
    } else {
        steps.push("Put the terms of all of them that are still needed into it, with one `all` at its end.".into());
    }
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has {count} SPF records. Receivers may use neither: they treat SPF as broken (permerror), so that \
             no sender of the domain passes."
        )
        .replace("may use neither", if count == 2 { "may use neither" } else { "may use none of them" }),
        evidence: common::evidence_of(posture, [root]),
        remedy: Remedy { steps, records: merged.map(|text| common::line(domain, &text)).into_iter().collect() },
    }
}

/// One record that says what the records say together: every term once, and the mildest `all`. None where a record has
/// a fault or a modifier, or lets everybody send.
fn merged(root: &Node) -> Option<String> {
    let mut terms: Vec<String> = Vec::new();
    let mut default = None;
    for text in &root.texts {
        for term in Record::parse(&text.0).ok()?.terms {
            match term.kind {
                TermKind::Directive(directive) if directive.mechanism == Mechanism::All => {
                    default = default.max(Some(directive.qualifier));
                    // What stands behind it never counted.
                    break;
                }
                TermKind::Modifier(Modifier::Unknown(..)) => {}
                TermKind::Modifier(_) => return None,
                kind @ TermKind::Directive(_) => {
                    let term = kind.to_string();
                    if !terms.contains(&term) {
                        terms.push(term);
                    }
                }
            }
        }
    }
    let default = default.filter(|qualifier| *qualifier != Qualifier::Pass)?;
    Some(std::iter::once("v=spf1".into()).chain(terms).chain([format!("{default}all")]).collect::<Vec<_>>().join(" "))
}

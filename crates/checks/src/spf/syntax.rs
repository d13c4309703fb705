//! The SPF record has a syntax error.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Node, Record, SpfErrorKind, SpfParseError, TermNode};
use std::net::IpAddr;

/// The record cannot be read: one fault voids it, wherever it stands.
pub const CHECK: Check = Check {
    id: "spf-syntax",
    title: "The SPF record has a syntax error",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.6"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("syntax.md"),
    judge: Judge::Domain(judge),
};

/// Faults told in a sentence; the tree shows all.
const TOLD: usize = 3;

fn judge(posture: &Posture) -> Judgement {
    let root = match common::record(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    let errors: Vec<_> = root.errors().collect();
    if errors.is_empty() { Judgement::Pass } else { Judgement::fail(failure(posture, root, &errors)) }
}

fn failure(posture: &Posture, root: &Node, errors: &[&SpfParseError]) -> Failure {
    let domain = posture.domain();
    let told = errors.iter().take(TOLD).map(|error| common::fault_text(root, error.at, error.kind));
    let mut faults = told.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = errors.len().checked_sub(TOLD) {
        faults = format!("{faults}; and {more} more");
    }
    let repaired = repaired(root);
    let step = if repaired.is_some() {
        "Replace the record by the one below, if that is what it was meant to say."
    } else {
        "Correct or remove the faulty terms; a mechanism is a name, a colon and a value, such as `ip4:192.0.2.0/24`."
    };
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "In the SPF record of {domain}, {faults}. One fault makes receivers ignore the whole record (permerror), so \
             that no sender of the domain passes."
        ),
        evidence: common::evidence_of(posture, [root]),
        remedy: Remedy {
            steps: vec![step.into()],
            records: repaired.map(|text| common::line(domain, &text)).into_iter().collect(),
        },
    }
}

/// The record with its common slips put right; none when something is left that cannot be guessed.
fn repaired(root: &Node) -> Option<String> {
    let text = common::rewritten(root, |_, term| match term.error.map(|error| error.kind) {
        Some(SpfErrorKind::DuplicateModifier) => None,
        // `ip4: 192.0.2.1`: the value stands behind the space, as a term of its own.
        Some(SpfErrorKind::MissingValue) if !term.text.0.eq_ignore_ascii_case(b"include:") => None,
        Some(kind) => Some(mended(term, kind).unwrap_or_else(|| common::kept(term))),
        None => Some(common::kept(term)),
    });
    Record::parse(text.as_bytes()).ok().map(|_| text)
}

/// A faulty term as it was most likely meant.
fn mended(term: &TermNode, kind: SpfErrorKind) -> Option<String> {
    let text = std::str::from_utf8(&term.text.0).ok()?;
    let unqualified = text.trim_start_matches(['+', '-', '~', '?']);
    let qualifier = text.strip_suffix(unqualified).unwrap_or_default();
    let (name, value) = unqualified.split_once([':', '=']).unwrap_or((unqualified, ""));
    let literal = |value: &str| {
        let address = value.split('/').next().unwrap_or_default();
        let version = if address.parse::<IpAddr>().ok()?.is_ipv4() { "ip4" } else { "ip6" };
        Some(format!("{qualifier}{version}:{value}"))
    };
    match kind {
        SpfErrorKind::UnexpectedQualifier => Some(unqualified.to_owned()),
        SpfErrorKind::UnexpectedValue => Some(format!("{qualifier}{name}")),
        // `a:` or `ipv4:` and an address, the wrong of `ip4:` and `ip6:`, or a bare address.
        _ => literal(value).or_else(|| literal(unqualified)).or_else(|| {
            let known = match name.to_ascii_lowercase().as_str() {
                "includes" | "inlcude" | "inculde" => format!("include:{value}"),
                "al" | "alll" => "all".into(),
                _ => return None,
            };
            Some(format!("{qualifier}{known}"))
        }),
    }
}

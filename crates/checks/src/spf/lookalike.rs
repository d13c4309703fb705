//! A text was meant to be an SPF record, and is none.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Node, Record, Selection};

/// A text has white space or quotes in front of `v=spf1`, or something other than a space behind it.
pub const CHECK: Check = Check {
    id: "spf-lookalike",
    title: "A text resembles an SPF record, and is none",
    severity: Severity::Warning,
    confidence: Confidence::Heuristic,
    authority: Authority::Standard("RFC 7208 4.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("lookalike.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match common::root(posture) {
        Ok(root) if root.lookalikes.is_empty() => Judgement::Pass,
        Ok(root) => Judgement::fail(failure(posture, root)),
        Err(judgement) => judgement,
    }
}

fn failure(posture: &Posture, root: &Node) -> Failure {
    let domain = posture.domain();
    let texts: Vec<String> = root.lookalikes.iter().map(|text| format!("\"{text}\"")).collect();
    let alone = matches!(root.selection, Selection::Missing(_));
    let rest = if alone {
        "So the domain has no SPF record at all."
    } else {
        "Receivers use the other record alone, and what only this text allows does not pass."
    };
    let step = if alone {
        "Publish the text again without white space or quotes inside the quotes of the zone file, and with one space \
         behind `v=spf1`."
    } else {
        "Remove the text; put what it allows into the record that counts."
    };
    let meant = root.lookalikes.iter().filter(|_| alone).find_map(|text| meant(&text.0));
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has a text that looks like an SPF record, and is none: {}. A record starts with exactly `v=spf1`, \
             and a space or its end follows. {rest}",
            texts.join(", ")
        ),
        evidence: common::evidence_of(posture, [root]),
        remedy: Remedy {
            steps: vec![step.into()],
            records: meant.map(|text| common::line(domain, &text)).into_iter().collect(),
        },
    }
}

/// The record that a text was meant to be, when what is left without quotes and superfluous white space is one.
fn meant(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text.replace(['"', '\''], " ");
    let mut words = bare.split_ascii_whitespace();
    let first = words.next()?;
    let version = first.get(..6)?;
    let glued = first.get(6..)?.trim_start_matches([';', ',', ':']);
    let words = [version, glued].into_iter().chain(words).filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    Record::parse(text.as_bytes()).ok().map(|_| text)
}

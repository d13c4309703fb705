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
        Some(_) if matches!(term.text.0.to_ascii_lowercase().as_slice(), b"ip4:" | b"ip6:") => None,
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

#[cfg(test)]
mod tests {
    use super::repaired;
    use ptrust_mail::spf::survey;
    use ptrust_names::{CharString, Data, Name, Observed, Question, Record, RecordType, Records};
    use std::collections::BTreeMap;

    /// What a record with faults is repaired to.
    fn repair(text: &str) -> Option<String> {
        let domain: Name = "example.com".parse().expect("a name");
        let data = Data::Txt(vec![CharString(text.as_bytes().to_vec())]);
        let set = vec![Record { owner: domain.clone(), ttl: 300, data }];
        let records = Observed::Present(Records { aliases: Vec::new(), set });
        let answers = BTreeMap::from([(Question::new(domain.clone(), RecordType::TXT), records)]);
        let tree = survey(&domain, &answers).done().expect("no term needs DNS");
        tree.root().and_then(repaired)
    }

    #[test]
    fn common_slips_are_put_right_and_nothing_is_guessed() {
        let repairs = [
            ("v=spf1 a:192.0.2.1 -all", Some("v=spf1 ip4:192.0.2.1 -all")),
            ("v=spf1 ipv4:192.0.2.0/28 -all", Some("v=spf1 ip4:192.0.2.0/28 -all")),
            ("v=spf1 ~ip4:2001:db8::1 -all", Some("v=spf1 ~ip6:2001:db8::1 -all")),
            ("v=spf1 192.0.2.1 -all", Some("v=spf1 ip4:192.0.2.1 -all")),
            ("v=spf1 ip4: 192.0.2.1 -all", Some("v=spf1 ip4:192.0.2.1 -all")),
            ("v=spf1 +exp=a.example ?al", Some("v=spf1 exp=a.example ?all")),
            ("v=spf1 -all:x", Some("v=spf1 -all")),
            ("v=spf1 ip4:192.0.2.300 -all", None),
            ("v=spf1 nonsense -all", None),
        ];
        for (text, expected) in repairs {
            assert_eq!(repair(text).as_deref(), expected, "{text}");
        }
    }
}

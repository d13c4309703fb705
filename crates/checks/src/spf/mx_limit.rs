//! An `mx` term names a domain with more than ten mail exchangers.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::{Link, TermState};

/// The addresses of more than ten exchangers would have to be looked up for one term.
pub const CHECK: Check = Check {
    id: "spf-mx-limit",
    title: "An mx term of the SPF record has more than ten exchangers",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 4.6.4"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("mx_limit.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    let tree = posture.spf();
    let terms: Vec<Link> = tree.in_state(TermState::TooManyExchangers).collect();
    if terms.is_empty() {
        return common::unknown(tree, |_, question| question.rtype == RecordType::MX).unwrap_or(Judgement::Pass);
    }
    Judgement::fail(failure(posture, &terms))
}

fn failure(posture: &Posture, terms: &[Link]) -> Failure {
    let (domain, tree) = (posture.domain(), posture.spf());
    let questions = terms.iter().filter_map(|link| tree.term(*link)).flat_map(|term| &term.questions);
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{} leads to more than ten mail exchangers. Receivers that come to it treat the SPF record of {domain} as \
             broken (permerror).",
            remedy::joined(terms.iter().map(|link| common::term_text(tree, *link)))
        ),
        evidence: evidence::several(posture.facts, questions.map(|asked| asked.question.clone())),
        remedy: Remedy {
            steps: vec!["Replace the term by `ip4:` and `ip6:` with the addresses that send.".into()],
            records: Vec::new(),
        },
    }
}

//! The chain of trust of the mail records is broken.

use crate::exclusive;
use crate::prelude::*;
use ptrust_facts::domain::Role as Kind;
use ptrust_facts::{Chain, Trust};

/// Validating resolvers refuse MX, SPF or DMARC records of the domain.
pub const CHECK: Check = Check {
    id: "zone-dnssec-bogus",
    title: "The DNSSEC chain of trust of the mail records is broken",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 4035 5.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Zone],
    page: include_str!("dnssec_bogus.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if posture.facts.target.role == Kind::Host {
        return Judgement::NotApplicable;
    }
    if posture.facts.run.walk != WalkState::Open {
        return Judgement::Skipped;
    }
    let questions = posture.zone_questions();
    let broken = |question: &&Question| matches!(posture.facts.chain(question), Observed::Present(chain) if chain.trust == Trust::Bogus);
    let broken: Vec<&Question> = questions.iter().filter(broken).collect();
    if !broken.is_empty() {
        return Judgement::fail(failure(posture, &broken));
    }
    exclusive::gravest(questions.iter().map(|question| {
        let open = |cause| Judgement::inconclusive(format!("the chain of trust of {question}"), cause);
        match posture.facts.chain(question) {
            Observed::Present(chain) => match chain.trust {
                Trust::Secure => Judgement::Pass,
                Trust::Undetermined(cause) => open(cause),
                Trust::Insecure | Trust::Bogus => Judgement::NotApplicable,
            },
            Observed::Unknown(cause) if is_signed(posture, question) => open(cause),
            Observed::Absent(_) | Observed::Unknown(_) => Judgement::NotApplicable,
        }
    }))
}

/// Whether a DS set was seen on the way, and none was missing.
fn is_signed(posture: &Posture, question: &Question) -> bool {
    posture.facts.walk(question).present().is_some_and(|walk| {
        let seen: Vec<bool> = walk.cuts.iter().filter_map(|cut| cut.signed).collect();
        !seen.is_empty() && seen.iter().all(|signed| *signed)
    })
}

/// The zone at which the chain ends: as the chain says, else the last one with DS records.
fn end<'a>(posture: &'a Posture, question: &'a Question, chain: &Chain) -> &'a Name {
    let holds = |cut: &&Cut| match &chain.zone {
        Some(end) => end.is_at_or_below(&cut.zone),
        None => cut.signed == Some(true),
    };
    let walk = posture.facts.walk(question).present().map(|walk| walk.last());
    walk.and_then(|walk| walk.cuts.iter().rfind(holds)).map_or(&question.name, |cut| &cut.zone)
}

fn failure(posture: &Posture, broken: &[&Question]) -> Failure {
    let domain = posture.domain();
    let chains: Vec<_> = broken
        .iter()
        .filter_map(|question| Some((*question, posture.facts.chain(question).present().copied()?)))
        .collect();
    let reason = |chain: &Chain| chain.reason.clone().unwrap_or_default();
    let first = chains.first();
    let zone = first.map_or(domain, |(question, chain)| end(posture, question, chain)).clone();
    let why = evidence::bogus_text(&first.map(|(_, chain)| reason(chain)).unwrap_or_default());
    let evidence = chains.iter().map(|(question, chain)| {
        let raw = reason(chain);
        let said = if raw.is_empty() { why.clone() } else { format!("validator: {raw}") };
        let zone = end(posture, question, chain);
        evidence::by(posture.facts, format!("{question}, DNSSEC"), format!("chain of trust down to {zone}"), said)
    });
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "The chain of trust to {} provably fails, in {zone} or above it: {why}. Resolvers that validate answer \
             SERVFAIL, so for the mail systems behind them {domain} has no such records: they cannot deliver mail to \
             it, nor tell its mail from forged mail.",
            remedy::joined(broken.iter().map(ToString::to_string))
        ),
        evidence: evidence.collect(),
        remedy: Remedy {
            steps: vec![
                format!(
                    "Compare the DS records of {zone} at its parent with the DNSKEY records of {zone}, and have DS \
                     records registered that fit; after a move to servers that do not sign the zone, have the DS \
                     records removed."
                ),
                format!("If keys and DS records fit, sign {zone} again: its signatures have ended or are damaged."),
            ],
            records: Vec::new(),
        },
    }
}

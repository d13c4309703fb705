//! The zone of the domain is not signed.

use super::common;
use crate::prelude::*;
use ptrust_facts::Trust;

/// The parent zone is signed and has no DS records for the zone of the domain.
pub const CHECK: Check = Check {
    id: "zone-dnssec-missing",
    title: "The zone of the domain is not signed",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9364 1.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Zone],
    page: include_str!("dnssec_missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let question = posture.question(RecordType::MX);
    common::each_answering(posture, |end| {
        // The other records are mostly of the same zone, and aliases lead to the zones of others.
        if end.asked != question || end.walk.question != question {
            return Judgement::NotApplicable;
        }
        let open = |cause| Judgement::inconclusive(format!("the chain of trust of {question}"), cause);
        match posture.facts.chain(&question) {
            Observed::Present(chain) => match chain.trust {
                Trust::Secure => Judgement::Pass,
                Trust::Undetermined(cause) => open(cause),
                // A root without keys, or keys of another anchor: nothing can be signed here.
                Trust::Insecure if chain.zone.as_ref().is_some_and(Name::is_root) => Judgement::NotApplicable,
                Trust::Insecure if only_last_unsigned(end.walk) => {
                    Judgement::fail(failure(posture, &question, end.walk, end.cut))
                }
                // Above the domain's zone nobody of the domain can sign; a broken chain is zone-dnssec-bogus.
                Trust::Insecure | Trust::Bogus => Judgement::NotApplicable,
            },
            Observed::Unknown(cause) => open(cause),
            Observed::Absent(_) => Judgement::NotApplicable,
        }
    })
}

/// Whether the first zone on the path without DS records is the last one.
fn only_last_unsigned(walk: &Walk) -> bool {
    let first = walk.cuts.iter().position(|cut| cut.signed == Some(false));
    first.is_some_and(|first| first + 1 == walk.cuts.len())
}

fn failure(posture: &Posture, question: &Question, walk: &Walk, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let parent = walk.cuts.iter().rev().nth(1).map_or_else(|| "its parent".to_owned(), |cut| cut.zone.to_string());
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is not signed with DNSSEC, so a resolver cannot tell true mail records of {} from forged ones. \
             DANE, which lets senders insist on the certificate of a mail server, needs a signed zone.",
            posture.domain()
        ),
        evidence: vec![evidence::by(
            posture.facts,
            format!("{question}, DNSSEC"),
            format!("chain of trust down to {zone}"),
            format!("insecure: no DS records for {zone} in {parent}"),
        )],
        remedy: Remedy {
            steps: vec![
                format!("Let the name servers of {zone} sign it; most DNS providers do that by a switch."),
                format!("Then have the DS records that the signer shows registered in {parent}, at the registrar."),
            ],
            records: Vec::new(),
        },
    }
}

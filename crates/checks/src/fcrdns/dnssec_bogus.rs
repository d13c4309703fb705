//! The chain of trust of the PTR name's addresses provably fails.

use super::common;
use crate::prelude::*;
use std::collections::BTreeSet;

/// The DNSSEC chain from the root to the addresses of a PTR name provably fails.
pub const CHECK: Check = Check {
    id: "fcrdns-dnssec-bogus",
    title: "DNSSEC validation of the PTR name fails",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 4035 5.5"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("dnssec_bogus.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match facts.identity().forward {
        Forward::NotApplicable => Judgement::NotApplicable,
        found if found != Forward::Bogus && facts.run.walk != WalkState::Open => Judgement::Skipped,
        Forward::Confirmed { .. } => confirmed(facts),
        _ => common::error(facts, Forward::Bogus, is_bogus, failure),
    }
}

/// Names lead back: one whose chain is known decides, else the chains are what is missing.
fn confirmed(facts: &Facts) -> Judgement {
    let names = common::those(facts, |forward| matches!(forward, ForwardName::Confirmed { .. }));
    let open: Option<Vec<_>> = names.iter().map(|name| common::open_chain(facts, name)).collect();
    match open.as_deref() {
        Some([cause, ..]) => {
            Judgement::inconclusive(format!("the chain of trust of {}", common::listed(&names)), *cause)
        }
        _ => Judgement::Pass,
    }
}

fn is_bogus(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::Bogus)
}

fn failure(facts: &Facts) -> Failure {
    let names = common::those(facts, is_bogus);
    let listed = common::listed(&names);
    let chains = names.iter().map(|name| {
        let question = facts.forward_question(&name.name);
        let chain = facts.chain(&question);
        let zone = chain.present().and_then(|chain| chain.zone.as_ref()).map(Name::to_string);
        let reason = chain.present().and_then(|chain| chain.reason.clone());
        (question, zone, reason.unwrap_or_default())
    });
    let chains: Vec<_> = chains.collect();
    let zone = chains.iter().find_map(|(_, zone, _)| zone.clone());
    let at = zone.as_ref().map(|zone| format!(" at {zone}")).unwrap_or_default();
    let zone = zone.unwrap_or_else(|| "the zone of the name".into());
    let reasons =
        remedy::joined(chains.iter().map(|(_, _, reason)| evidence::bogus_text(reason)).collect::<BTreeSet<_>>());
    let evidence = chains.iter().map(|(question, zone, reason)| {
        let who = zone.as_ref().map_or_else(|| "validation".into(), |zone| format!("validation, broken at {zone}"));
        evidence::by(facts, format!("chain of trust of {question}"), who, format!("validator: {reason}"))
    });
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {} is {listed}, whose DNSSEC chain of trust fails{at}: {reasons}. Resolvers that validate answer \
             SERVFAIL, so their users see no address at all.",
            facts.target.address
        ),
        evidence: evidence.take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec![
                format!("Compare the DS record of {zone} at its parent with the DNSKEY set that its servers serve."),
                "If the keys changed, publish the DS of the present key-signing key through the registrar; if the zone \
                 is no longer signed, have the DS removed."
                    .into(),
                "If the DS fits, sign the zone again: signatures have expired, or were not made for these records.".into(),
            ],
            records: Vec::new(),
        },
    }
}

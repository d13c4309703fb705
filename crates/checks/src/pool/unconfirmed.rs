//! An address that sends has no confirmed name.

use crate::prelude::*;
use ptrust_facts::identity::Iprev;
use std::net::IpAddr;

/// An address with evidence of sending for the domain has no PTR name that leads back to it.
pub const CHECK: Check = Check {
    id: "pool-unconfirmed",
    title: "An address that sends has no confirmed name",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, https://support.google.com/a/answer/81126 (2026-03-21)"),
    who: Who::ZoneOperator,
    since: "0.2.0",
    needs: &[Need::Pool, Need::Spf, Need::Mx],
    page: include_str!("unconfirmed.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (mut unconfirmed, mut open, mut confirmed) = (Vec::new(), None, false);
    for (address, _, facts) in posture.senders() {
        let Some(facts) = facts else {
            open = open.or(Some((address, Cause::NotAsked)));
            continue;
        };
        match facts.identity().iprev {
            Some(Iprev::Pass) => confirmed = true,
            Some(Iprev::Fail | Iprev::PermError) => unconfirmed.push((address, facts)),
            // A broken delegation is proven, whatever the resolvers say of the name.
            _ if facts.identity().delegation.is_error() => unconfirmed.push((address, facts)),
            Some(Iprev::TempError) => open = open.or(Some((address, Cause::ServFail))),
            None => open = open.or(Some((address, Cause::NotAsked))),
        }
    }
    match open {
        _ if !unconfirmed.is_empty() => Judgement::fail(failure(posture, &unconfirmed)),
        Some((address, cause)) => Judgement::inconclusive(format!("the name of {address}"), cause),
        None if confirmed => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, unconfirmed: &[(IpAddr, &Facts)]) -> Failure {
    let all = posture.senders().count();
    let addresses = remedy::joined(unconfirmed.iter().map(|(address, _)| address));
    let why = |(address, facts): &(IpAddr, &Facts)| {
        let names = facts.identity().names.list().iter().map(|name| &name.name);
        let names: Vec<&Name> = names.collect();
        let said = if names.is_empty() { "no usable PTR".to_owned() } else { evidence::names_text(names) };
        evidence::by(posture.facts, format!("{address} PTR"), "its own check", said)
    };
    Failure {
        subject: addresses.clone(),
        explanation: format!(
            "{} of {all} addresses that send for {} {} no name that leads back: {addresses}. Receivers defer or refuse \
             mail from such addresses, however good its SPF, DKIM and DMARC are.",
            unconfirmed.len(),
            posture.domain(),
            remedy::for_count(unconfirmed.len(), "has", "have"),
        ),
        evidence: unconfirmed.iter().take(evidence::MAX_EVIDENCE).map(why).collect(),
        remedy: Remedy {
            steps: vec![
                format!(
                    "`ptrust check {}` says for each address what is broken, who must act, and the record to set.",
                    unconfirmed[0].0
                ),
                "If an address no longer sends for the domain, take it out of the SPF record.".into(),
            ],
            records: Vec::new(),
        },
    }
}

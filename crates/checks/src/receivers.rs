//! What receivers would do with the address: pure, from the identity and the receivers' own rules.

use crate::Finding;
use ptrust_facts::identity::{AddressScope, Delegation, Forward, ForwardName, Identity, Iprev, NameFault, Names};
use ptrust_facts::{Facts, WalkState};
use ptrust_knowledge::receivers::{Outcome, Receiver, Rule, When, receivers};
use ptrust_names::{Cause, HostFault};
use schemars::JsonSchema;
use serde::Serialize;

/// One receiver's likely reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reaction {
    /// Id of the receiver.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it would do.
    #[schemars(with = "String")]
    pub outcome: Outcome,
    /// What it would say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// The findings it follows from.
    pub because: Vec<&'static str>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where that is known from.
    pub source: &'static str,
}

/// The reactions of all known receivers.
pub fn reactions(facts: &Facts, findings: &[Finding]) -> Vec<Reaction> {
    let identity = facts.identity();
    let common = situation(facts);
    let nameless = vec![When::NoPtr];
    let chance = chance(identity);
    let v6 = facts.target.address.is_ipv6();
    let name = identity.names.list().first().map(|name| name.name.to_string());
    let react = |receiver: &'static Receiver| {
        let situation = if drops_names(receiver, identity) { &nameless } else { &common };
        let rule = receiver.rule(situation, v6);
        if let Some(note) = chance.filter(|_| rule.is_some_and(|rule| varies(receiver, rule, v6))) {
            return Reaction {
                id: receiver.id.as_str(),
                name: receiver.name.as_str(),
                outcome: Outcome::Unknown,
                reply: None,
                because: Vec::new(),
                note: Some(note.into()),
                source: receiver.source.as_str(),
            };
        }
        let outcome = rule.map_or(Outcome::Unknown, |rule| rule.outcome);
        let adverse = !matches!(outcome, Outcome::Accept | Outcome::Unknown);
        Reaction {
            id: receiver.id.as_str(),
            name: receiver.name.as_str(),
            outcome,
            reply: rule.and_then(|rule| rule.reply_for(facts.target.address, name.as_deref())),
            because: if adverse { because(findings, situation) } else { Vec::new() },
            note: rule.and_then(|rule| rule.note.clone()),
            source: receiver.source.as_str(),
        }
    };
    receivers().iter().map(react).collect()
}

/// The situations that hold, gravest first.
fn situation(facts: &Facts) -> Vec<When> {
    let identity = facts.identity();
    if !matches!(identity.scope, AddressScope::Public) || is_outage_here(facts) {
        return vec![When::NotJudged];
    }
    let mut all = Vec::new();
    match (identity.iprev, &identity.names) {
        (Some(Iprev::PermError), _) => all.push(When::NoPtr),
        (Some(Iprev::TempError), Names::Present { .. }) => all.push(When::ForwardFailure),
        (Some(Iprev::TempError), _) => all.push(When::PtrFailure),
        (Some(Iprev::Fail), names) => {
            let other = names.list().iter().any(|name| matches!(name.forward, ForwardName::Other(_)));
            all.push(if other { When::Mismatch } else { When::NoAddress });
        }
        (Some(Iprev::Pass), names) => {
            if let Names::Present { first, names, .. } = names {
                if names.iter().any(|name| matches!(name.forward, ForwardName::Undetermined(_))) {
                    all.push(When::ForwardFailure);
                }
                let first = names.iter().find(|name| name.name == *first);
                if first.is_some_and(|name| !matches!(name.forward, ForwardName::Confirmed { .. })) {
                    all.push(When::FirstNameUnconfirmed);
                }
            }
        }
        (None, _) => all.push(When::NotJudged),
    }
    if identity.names.list().iter().any(|name| matches!(name.fault, Some(NameFault::Generic(_)))) {
        all.push(When::Generic);
    }
    if identity.iprev == Some(Iprev::Pass) {
        all.push(When::Confirmed);
    }
    all
}

/// Whether the temporary error is ours: no servers could be asked from here, and the resolver did not answer either.
fn is_outage_here(facts: &Facts) -> bool {
    let identity = facts.identity();
    let ((Names::Undetermined(cause), _) | (Names::Present { .. }, Forward::Undetermined(cause))) =
        (&identity.names, &identity.forward)
    else {
        return false;
    };
    let unheard = matches!(
        cause,
        Cause::Timeout | Cause::Refused | Cause::Unavailable | Cause::Local | Cause::NotAsked | Cause::Budget
    );
    facts.run.walk != WalkState::Open && unheard
}

/// Whether this receiver drops every one of the names by its form, before it looks up any (hard cases 10 and 12).
fn drops_names(receiver: &Receiver, identity: &Identity) -> bool {
    let Names::Present { names, unevaluated: 0, .. } = &identity.names else {
        return false;
    };
    let dropped = |fault: &NameFault| match receiver.id.as_str() {
        "postfix-reverse" | "postfix-client" => matches!(fault, NameFault::Illegal(_) | NameFault::AddressAsName),
        "exim" => matches!(fault, NameFault::Illegal(HostFault::Empty | HostFault::IllegalCharacter)),
        _ => false,
    };
    names.iter().all(|name| name.fault.as_ref().is_some_and(dropped))
}

/// Why it is a matter of chance what a receiver's resolver sees.
fn chance(identity: &Identity) -> Option<&'static str> {
    let denied = matches!(&identity.names, Names::Present { denied_by, .. } if !denied_by.is_empty());
    match identity.delegation {
        Delegation::ParentsDiffer { .. } => Some("as chance has it: the parent's name servers disagree about the zone"),
        _ if denied => Some("as chance has it: some name servers of the zone have the PTR, others deny it"),
        _ => None,
    }
}

/// Whether it makes a difference to a receiver that the PTR is missing.
fn varies(receiver: &Receiver, rule: &Rule, v6: bool) -> bool {
    let missing = receiver.rule(&[When::NoPtr], v6);
    let present = receiver.rule(&[When::Confirmed], v6);
    [missing, present].into_iter().flatten().any(|other| other.outcome != rule.outcome)
        && rule.outcome != Outcome::Unknown
}

/// The findings that a reaction follows from: those of the identity's own families.
fn because(findings: &[Finding], situation: &[When]) -> Vec<&'static str> {
    let generic_only = situation.first() == Some(&When::Generic);
    let decisive = |finding: &&Finding| {
        if generic_only {
            return finding.id == "ptr-generic-name";
        }
        ["delegation-", "ptr-", "fcrdns-"].iter().any(|family| finding.id.starts_with(family))
            && finding.severity >= crate::Severity::Warning
    };
    findings.iter().filter(decisive).map(|finding| finding.id).collect()
}

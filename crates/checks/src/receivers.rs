//! What receivers would do with the address: pure, from the identity and the receivers' own rules.

use crate::Finding;
use ptrust_facts::Facts;
use ptrust_facts::identity::{AddressScope, ForwardName, Identity, Iprev, NameFault, Names};
use ptrust_knowledge::receivers::{Outcome, When, receivers};
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
    let situation = situation(identity);
    let v6 = facts.target.address.is_ipv6();
    let name = identity.names.list().first().map(|name| name.name.to_string());
    let react = |receiver: &'static ptrust_knowledge::receivers::Receiver| {
        let rule = receiver.rule(&situation, v6);
        let outcome = rule.map_or(Outcome::Unknown, |rule| rule.outcome);
        let adverse = !matches!(outcome, Outcome::Accept | Outcome::Unknown);
        Reaction {
            id: receiver.id.as_str(),
            name: receiver.name.as_str(),
            outcome,
            reply: rule.and_then(|rule| rule.reply_for(facts.target.address, name.as_deref())),
            because: if adverse { because(findings, &situation) } else { Vec::new() },
            note: rule.and_then(|rule| rule.note.clone()),
            source: receiver.source.as_str(),
        }
    };
    receivers().iter().map(react).collect()
}

/// The situations that hold, gravest first.
fn situation(identity: &Identity) -> Vec<When> {
    if !matches!(identity.scope, AddressScope::Public) {
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

//! A PTR name that looks like one a provider gives to every address.

use super::common;
use crate::prelude::*;
use ptrust_knowledge::{generic, providers};
use ptrust_names::registrable;

/// A PTR name follows a pattern of names that providers generate.
pub const CHECK: Check = Check {
    id: "ptr-generic-name",
    title: "The PTR name looks generated, not chosen",
    severity: Severity::Warning,
    confidence: Confidence::Heuristic,
    authority: Authority::Practice("RDNS_DYNAMIC of SpamAssassin and the host name rules of rspamd's hfilter"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("generic_name.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let judgement =
        common::if_any(facts, |fault| matches!(fault, NameFault::Generic(_)), |names| failure(facts, names));
    // The generated names of mail services and mailbox providers are their chosen ones.
    let sender = |name: &PtrName| {
        providers::default_name(&name.name.to_string()).is_some_and(|provider| provider.kind.is_esp_or_mailbox())
    };
    if judgement == Judgement::Pass && facts.identity().names.list().iter().any(sender) {
        return Judgement::NotApplicable;
    }
    judgement
}

fn failure(facts: &Facts, names: &[&PtrName]) -> Failure {
    let listed = common::listed(names);
    let reasons = names.iter().filter_map(|name| match &name.fault {
        Some(NameFault::Generic(generic)) => {
            Some(format!("{}: {}", name.name, reasons(facts, &name.name, &generic.reasons).join(", ")))
        }
        _ => None,
    });
    let mut evidence = common::holding(facts, names.iter().copied());
    evidence.truncate(evidence::MAX_EVIDENCE - 1);
    evidence.push(evidence::given(facts, "pattern of the name", remedy::joined(reasons)));
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {} is {listed}, which looks like a name that a provider gives to each of its addresses. Filters \
             take such names for those of infected home computers and add to the spam score.",
            facts.target.address
        ),
        evidence,
        remedy: remedy::set_ptr(facts),
    }
}

/// The reasons in words: those that are patterns of the data file are told by what they stand for.
fn reasons(facts: &Facts, name: &Name, reasons: &[String]) -> Vec<String> {
    let domain = registrable(name).map(|found| found.domain.to_string());
    let judged = generic::judge(&name.to_string(), domain.as_deref(), facts.target.address);
    let text = |reason: &String| {
        let id = reason.split(' ').next().unwrap_or_default();
        let Some(found) = judged.matched.iter().find(|found| found.id == id) else {
            return Some(reason.clone());
        };
        match class_text(found.class) {
            _ if found.weight == 0 => None,
            Some(words) => Some(words.to_owned()),
            None => Some(reason.clone()),
        }
    };
    let mut all: Vec<String> = reasons.iter().filter_map(text).collect();
    all.dedup();
    all
}

/// What the words of a class say of a name.
fn class_text(class: &str) -> Option<&'static str> {
    Some(match class {
        "access" => "a word for a kind of access line",
        "address-embedded" => "the shape of an address",
        "customer" => "a word for customers' lines",
        "dynamic" => "a word for addresses that change",
        "hosting" => "a word for rented machines or clients",
        "mail-hint" => "in its favor a word for mail servers",
        "pool" => "a word for a pool of addresses",
        "static-hint" => "in its favor a word for fixed addresses",
        _ => return None,
    })
}

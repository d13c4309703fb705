//! What a refusal means: the reply, the rule it hits, and what that says.

use crate::Report;
use ptrust_checks::ALL;
use ptrust_knowledge::{receivers, replies};
use ptrust_mail::message::{Reply, reply};
use schemars::JsonSchema;
use serde::Serialize;

/// What `ptrust bounce` found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Bounce {
    /// The host that reports, when a delivery status says so.
    pub reporting_host: Option<String>,
    /// The refusals, in order.
    pub refusals: Vec<Refusal>,
    /// The reports of the addresses in them that sent.
    pub addresses: Vec<Report>,
    /// Refusals that were left out, since there are too many.
    pub left_out: usize,
}

/// One refusal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Refusal {
    /// The recipient, when a delivery status names it.
    pub recipient: Option<String>,
    /// The host that refused, when a delivery status names it.
    pub host: Option<String>,
    /// The reply.
    pub reply: Reply,
    /// What it means; null when it is not known.
    pub meaning: Option<Meaning>,
}

/// What a known reply means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meaning {
    /// Id of the rule that it hits.
    pub rule: &'static str,
    /// Id of the receiver; `any` for a text of many.
    pub receiver: &'static str,
    /// Its name; null for a text of many.
    pub receiver_name: Option<&'static str>,
    /// Id of the cause.
    pub cause: &'static str,
    /// Whether a retry is sensible.
    pub temporary: bool,
    /// What it means.
    pub explanation: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Families of checks that look at it.
    pub checks: Vec<&'static str>,
    /// Where the reply is documented.
    pub source: &'static str,
}

impl Refusal {
    /// Reads a refusal out of any text.
    pub fn of_text(text: &str) -> Self {
        Self { recipient: None, host: None, reply: reply::parse(text), meaning: meaning(text) }
    }

    /// A reply that was read before.
    pub fn of_reply(reply: Reply) -> Self {
        Self { recipient: None, host: None, meaning: meaning(&reply.text), reply }
    }
}

/// What a text means, when it is known.
pub fn meaning(text: &str) -> Option<Meaning> {
    let rule = replies::explain(text)?;
    let cause = replies::cause(&rule.cause);
    let known =
        |family: &&str| ALL.iter().any(|check| check.id.strip_prefix(family).is_some_and(|rest| rest.starts_with('-')));
    let families = cause.map(|cause| cause.checks.iter().map(String::as_str).filter(known).collect());
    Some(Meaning {
        rule: &rule.id,
        receiver: &rule.receiver,
        receiver_name: receivers::receiver(&rule.receiver).map(|receiver| receiver.name.as_str()),
        cause: &rule.cause,
        temporary: rule.temp,
        explanation: &rule.explain,
        fix: cause.map_or("", |cause| cause.fix.as_str()),
        checks: families.unwrap_or_default(),
        source: &rule.source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_hits_its_rule_after_it_was_read() {
        for rule in replies::rules() {
            let hit = |refusal: Refusal| refusal.meaning.map(|meaning| meaning.rule);
            assert_eq!(hit(Refusal::of_text(&rule.sample)), Some(rule.id.as_str()));
            let read = reply::parse(&rule.sample);
            assert_eq!(hit(Refusal::of_reply(read)), Some(rule.id.as_str()), "{}", rule.sample);
        }
    }

    #[test]
    fn unknown_texts_have_no_meaning() {
        let refusal = Refusal::of_text("it did not work");
        assert_eq!((refusal.meaning, refusal.reply.code), (None, None));
    }
}

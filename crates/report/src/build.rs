//! Making a report from facts.

use crate::report::{
    AddressBody, Body, Coverage, Inconclusive, Report, ReportFact, SCHEMA, Subject, SubjectKind, Verdict,
};
use crate::{compact, domain, limit, markup, message, views};
use ptrust_checks::{
    Finding, Judged, Judgement, Letter, LetterFacts, Posture, Settings, Severity, judge_all, judge_domain,
    judge_message, receivers,
};
use ptrust_facts::domain::Role;
use ptrust_facts::identity::{AddressScope, View};
use ptrust_facts::{DomainFacts, Facts, Need};
use std::collections::BTreeSet;

impl Report {
    /// Judges the facts with the selected checks. Pure: the same facts and settings make the same report.
    pub fn build(facts: &Facts, settings: &Settings) -> Self {
        Self::from_judged(facts, judge_all(facts, settings))
    }

    /// The report of facts that were judged already.
    pub fn from_judged(facts: &Facts, judged: Vec<Judged>) -> Self {
        let findings = findings(&judged);
        let mut report = Self {
            schema: SCHEMA,
            subject: Subject { kind: SubjectKind::Address, value: facts.target.address.to_string() },
            host: facts.target.host.clone(),
            observed_at: facts.observed_at,
            verdict: verdict(facts, &judged),
            body: Body::Address(Box::new(AddressBody {
                identity: views::identity(facts),
                target: facts.target.clone(),
                source: facts.clone(),
            })),
            receivers: receivers::reactions(facts, &findings),
            findings,
            coverage: coverage(&judged),
            run: facts.run.clone(),
            truncated: Vec::new(),
            facts: facts.iter().map(fact).collect(),
            judged,
        };
        markup::clean(&mut report);
        limit::apply(&mut report);
        report
    }
}

impl Report {
    /// Judges the facts of a domain with the selected checks. Pure, as [`Report::build`].
    pub fn audit(facts: &DomainFacts, settings: &Settings) -> Self {
        let posture = Posture::settled(facts);
        let judged = judge_domain(&posture, settings);
        let whole = posture.asks(&Need::ALL.into()).census;
        let findings = findings(&judged);
        let kind = match facts.target.role {
            Role::Address => SubjectKind::Address,
            Role::Domain => SubjectKind::Domain,
            Role::Host => SubjectKind::Host,
        };
        let address = facts.target.address().map(|address| address.to_string());
        let value = address.unwrap_or_else(|| facts.target.domain.to_string());
        let mut report = Self {
            schema: SCHEMA,
            subject: Subject { kind, value },
            host: None,
            observed_at: facts.observed_at,
            verdict: of_judged(&judged),
            body: Body::Domain(Box::new(domain::body(&posture, &judged, settings))),
            receivers: Vec::new(),
            findings,
            coverage: coverage(&judged),
            run: facts.run.clone(),
            truncated: Vec::new(),
            facts: compact::compact(facts, &whole).iter().map(|(key, one)| fact((key, one))).collect(),
            judged,
        };
        markup::clean(&mut report);
        limit::apply(&mut report);
        report
    }
}

impl Report {
    /// Judges the facts of a message with the selected checks. Pure, as [`Report::build`].
    pub fn letter(facts: &LetterFacts, settings: &Settings) -> Self {
        let letter = Letter::settled(facts);
        let judged = judge_message(&letter, settings);
        let value = facts.message.message_id.clone().unwrap_or_else(|| "message".into());
        let mut report = Self {
            schema: SCHEMA,
            subject: Subject { kind: SubjectKind::Message, value },
            host: None,
            observed_at: facts.observed_at,
            verdict: of_judged(&judged),
            body: Body::Message(Box::new(message::body(&letter, settings))),
            receivers: Vec::new(),
            findings: findings(&judged),
            coverage: coverage(&judged),
            run: facts.run.clone(),
            truncated: Vec::new(),
            facts: compact::compact(facts, &BTreeSet::new()).iter().map(|(key, one)| fact((key, one))).collect(),
            judged,
        };
        markup::clean(&mut report);
        limit::apply(&mut report);
        report
    }
}

/// One fact with its key as text.
fn fact((key, fact): (&ptrust_facts::Key, &ptrust_facts::AnyFact)) -> ReportFact {
    ReportFact { kind: key.kind(), subject: key.subject(), fact: fact.clone() }
}

/// The findings by weight: gravest first, then in catalogue order (the sort is stable).
fn findings(judged: &[Judged]) -> Vec<Finding> {
    let mut findings: Vec<_> = judged.iter().filter_map(Judged::finding).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The verdict of an address (identity.md, "Verdict").
fn verdict(facts: &Facts, judged: &[Judged]) -> Verdict {
    match of_judged(judged) {
        Verdict::Fail => Verdict::Fail,
        _ if blind(facts, judged) => Verdict::Unknown,
        verdict => verdict,
    }
}

/// What the judgements amount to.
fn of_judged(judged: &[Judged]) -> Verdict {
    let failed =
        |severity| judged.iter().any(|one| one.severity == severity && matches!(one.judgement, Judgement::Fail(_)));
    let open =
        judged.iter().any(|one| one.severity == Severity::Error && matches!(one.judgement, Judgement::Inconclusive(_)));
    if failed(Severity::Error) {
        Verdict::Fail
    } else if open {
        Verdict::Unknown
    } else if failed(Severity::Warning) {
        Verdict::Warn
    } else {
        Verdict::Pass
    }
}

/// Whether no view of the PTR is left although a check looks at it. Checks that need no PTR judge without one.
fn blind(facts: &Facts, judged: &[Judged]) -> bool {
    let identity = facts.identity();
    let looks = |one: &Judged| Need::closure(one.check.needs.iter().copied()).contains(&Need::Ptr);
    identity.view == View::None && matches!(identity.scope, AddressScope::Public) && judged.iter().any(looks)
}

/// How far the checks got.
fn coverage(judged: &[Judged]) -> Coverage {
    let mut coverage = Coverage::default();
    for one in judged {
        match &one.judgement {
            Judgement::Fail(_) | Judgement::Pass => coverage.judged += 1,
            Judgement::NotApplicable => coverage.not_applicable += 1,
            Judgement::Skipped => coverage.skipped += 1,
            Judgement::Inconclusive(missing) => coverage.inconclusive.push(Inconclusive {
                id: one.check.id,
                missing: missing.missing.clone(),
                cause: missing.cause,
            }),
        }
    }
    coverage
}

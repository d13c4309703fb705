//! Judging: every selected check over one target's facts.

use crate::{ALL, Check, Finding, FindingRemedy, Judge, Judgement, Letter, Posture, Severity};
use ptrust_facts::Facts;
use std::collections::BTreeMap;

/// Which checks run, and how much each weighs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Ids or families to run; empty for all.
    pub select: Vec<String>,
    /// Ids or families to leave out.
    pub ignore: Vec<String>,
    /// Severities by id, over the checks' own.
    pub severity: BTreeMap<String, Severity>,
}

impl Settings {
    /// The severity of a check after overrides.
    pub fn severity(&self, check: &Check) -> Severity {
        self.severity.get(check.id).copied().unwrap_or(check.severity)
    }
}

/// The check with this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

/// The checks that the settings leave.
pub fn selected(settings: &Settings) -> impl Iterator<Item = &'static Check> {
    ALL.iter().copied().filter(|check| {
        let names = |list: &[String]| list.iter().any(|word| matches(check, word));
        (settings.select.is_empty() || names(&settings.select)) && !names(&settings.ignore)
    })
}

/// Whether a word is the check's id, or its family.
fn matches(check: &Check, word: &str) -> bool {
    check.id.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A check with what it said.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The check.
    pub check: &'static Check,
    /// Its severity after overrides.
    pub severity: Severity,
    /// What it said.
    pub judgement: Judgement,
}

impl Judged {
    /// The finding, when it failed.
    pub fn finding(&self) -> Option<Finding> {
        let Judgement::Fail(failure) = &self.judgement else {
            return None;
        };
        Some(Finding {
            id: self.check.id,
            severity: self.severity,
            confidence: self.check.confidence,
            subject: failure.subject.clone(),
            title: self.check.title,
            explanation: failure.explanation.clone(),
            evidence: failure.evidence.clone(),
            remedy: FindingRemedy {
                who: self.check.who,
                steps: failure.remedy.steps.clone(),
                records: failure.remedy.records.clone(),
            },
            authority: self.check.authority,
        })
    }
}

/// Runs the selected checks of an address.
pub fn judge_all(facts: &Facts, settings: &Settings) -> Vec<Judged> {
    judge_each(settings, |judge| match judge {
        Judge::Address(judge) => Some(judge(facts)),
        Judge::Domain(_) | Judge::Message(_) => None,
    })
}

/// Runs the selected checks of a domain. Of an address there is no question but that of lists.
pub fn judge_domain(posture: &Posture, settings: &Settings) -> Vec<Judged> {
    let mut judged = judge_each(settings, |judge| match judge {
        Judge::Domain(judge) => Some(judge(posture)),
        Judge::Address(_) | Judge::Message(_) => None,
    });
    for one in &mut judged {
        if !one.check.needs.iter().all(|need| posture.looks_at(*need)) {
            one.judgement = Judgement::NotApplicable;
        }
    }
    judged
}

/// Runs the selected checks of a message.
pub fn judge_message(letter: &Letter, settings: &Settings) -> Vec<Judged> {
    judge_each(settings, |judge| match judge {
        Judge::Message(judge) => Some(judge(letter)),
        Judge::Address(_) | Judge::Domain(_) => None,
    })
}

/// The selected checks that `judge` has a judgement for.
fn judge_each(settings: &Settings, judge: impl Fn(Judge) -> Option<Judgement>) -> Vec<Judged> {
    let judged = |check: &'static Check| {
        Some(Judged { check, severity: settings.severity(check), judgement: judge(check.judge)? })
    };
    selected(settings).filter_map(judged).collect()
}

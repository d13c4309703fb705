//! A world's text, checked: what the tests of pages and scenarios share.
#![allow(dead_code, reason = "each test binary uses its part")]

use ptrust_checks::{Judged, Judgement, LetterFacts, LetterTarget, Settings};
use ptrust_diagnose::{Engine, Options};
use ptrust_facts::{DomainFacts, DomainTarget, Facts, Need, Observations, Scope, Target, Walk};
use ptrust_names::Observed;
use ptrust_report::Report;
use ptrust_world::World;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One target of a world, checked.
pub(crate) struct Checked {
    /// What was seen.
    pub(crate) facts: Facts,
    /// What came out.
    pub(crate) outcome: Outcome,
}

impl std::ops::Deref for Checked {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.outcome
    }
}

/// What came out of a target, of whatever kind.
pub(crate) struct Outcome {
    /// What every check said.
    pub(crate) judged: Vec<Judged>,
    /// The report as users get it.
    pub(crate) json: Value,
}

impl Outcome {
    /// A report and what it was made of.
    pub(crate) fn of(report: &Report) -> Self {
        Self { judged: report.judged().to_vec(), json: serde_json::to_value(report).expect("reports are JSON") }
    }
}

/// The domains that a world's `!audit` lines name.
pub(crate) fn domains(world: &World) -> Vec<DomainTarget> {
    let target = |audit: &ptrust_world::Audit| {
        audit.adjust(DomainTarget { scope: Scope::World, ..DomainTarget::new(audit.name.clone()) })
    };
    world.audits().iter().map(target).collect()
}

/// The facts of one domain of a world, for some needs.
pub(crate) fn domain_facts(text: &str, target: DomainTarget, needs: &BTreeSet<Need>) -> DomainFacts {
    let world = World::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    paused(async { engine(&world, Options::default()).with_needs(needs.clone()).domain_facts(target).await })
}

/// One `!audit` line of a world, audited.
pub(crate) fn audit_one(text: &str, target: DomainTarget) -> (DomainFacts, Outcome) {
    audit_for(text, target, &Need::ALL.into())
}

/// The same for some needs only.
pub(crate) fn audit_for(text: &str, target: DomainTarget, needs: &BTreeSet<Need>) -> (DomainFacts, Outcome) {
    let facts = domain_facts(text, target, needs);
    let outcome = Outcome::of(&Report::audit(&facts, &Settings::default()));
    (facts, outcome)
}

/// The facts of a message in a world, for some needs.
pub(crate) fn letter_facts(text: &str, message: &str, needs: &BTreeSet<Need>) -> LetterFacts {
    let world = World::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let target = LetterTarget { scope: Scope::World, ..LetterTarget::default() };
    let engine = engine(&world, Options::default()).with_needs(needs.clone());
    paused(async { engine.letter_facts(message.as_bytes(), target).await }).expect("a message")
}

/// A message, judged in a world.
pub(crate) fn letter_one(text: &str, message: &str) -> (LetterFacts, Outcome) {
    let facts = letter_facts(text, message, &Need::ALL.into());
    let outcome = Outcome::of(&Report::letter(&facts, &Settings::default()));
    (facts, outcome)
}

/// The targets that a world's `!check` lines name.
pub(crate) fn targets(world: &World) -> Vec<Target> {
    let target = |check: &ptrust_world::Check| Target {
        helo: check.helo.clone(),
        host: check.host.clone(),
        smtp_port: Some(check.port.unwrap_or(25)),
        scope: Scope::World,
        ..Target::new(check.address)
    };
    world.checks().iter().map(target).collect()
}

/// Runs a future under a paused clock, so that silence costs no time.
pub(crate) fn paused<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

/// The engine of a world.
pub(crate) fn engine(world: &World, options: Options) -> Engine {
    Engine::new(world.ports(), world.settings(), Settings::default(), options).expect("a world's own trust anchor")
}

/// The facts of one target of a world, for some needs.
pub(crate) fn facts(text: &str, target: Target, needs: &BTreeSet<Need>) -> Facts {
    let world = World::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    paused(async { engine(&world, Options::default()).with_needs(needs.clone()).facts(target).await })
}

/// All targets of a world.
pub(crate) fn check_with(text: &str, options: &Options) -> Vec<Checked> {
    let world = World::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    targets(&world)
        .into_iter()
        .map(|target| {
            // A world's losses and clock go on from target to target; each gets a fresh one.
            let world = World::parse(text).expect("parsed before");
            let facts = paused(async { engine(&world, options.clone()).facts(target).await });
            Checked::new(facts)
        })
        .collect()
}

/// The one target of a world.
pub(crate) fn check(text: &str) -> Checked {
    let mut all = check_with(text, &Options::default());
    assert_eq!(all.len(), 1, "one !check line");
    all.remove(0)
}

impl Checked {
    /// Judges facts.
    pub(crate) fn new(facts: Facts) -> Self {
        let outcome = Outcome::of(&Report::build(&facts, &Settings::default()));
        Self { facts, outcome }
    }

    /// What was seen, for messages of failing tests.
    pub(crate) fn summary(&self) -> String {
        summary(&self.facts)
    }
}

impl Outcome {
    /// What a check said; `None` when there is no such check.
    pub(crate) fn judgement(&self, id: &str) -> Option<&Judgement> {
        self.judged.iter().find(|judged| judged.check.id == id).map(|judged| &judged.judgement)
    }

    /// The word for it.
    pub(crate) fn says(&self, id: &str) -> &'static str {
        self.judgement(id).map_or("no such check", Judgement::as_str)
    }

    /// Ids of the findings of a severity.
    pub(crate) fn findings(&self, severity: &str) -> Vec<String> {
        let findings = self.json["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut ids: Vec<String> = findings
            .iter()
            .filter(|finding| finding["severity"] == severity)
            .map(|finding| finding["id"].as_str().unwrap_or_default().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Ids of error findings.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.findings("error")
    }

    /// A field of the report as a word: `null` where there is none.
    pub(crate) fn word(&self, pointer: &str) -> String {
        match self.json.pointer(pointer) {
            Some(Value::String(word)) => word.clone(),
            Some(other) => other.to_string(),
            None => "null".into(),
        }
    }

    /// The verdict.
    pub(crate) fn verdict(&self) -> String {
        self.word("/verdict")
    }

    /// The iprev result.
    pub(crate) fn iprev(&self) -> String {
        self.word("/identity/technical/iprev")
    }

    /// The administrative state.
    pub(crate) fn state(&self) -> String {
        self.word("/identity/administrative/state")
    }
}

/// What was seen, for messages of failing tests.
pub(crate) fn summary(facts: &Observations) -> String {
    let mut text = String::new();
    for (key, fact) in facts.iter() {
        let _ = match fact {
            ptrust_facts::AnyFact::Walk(fact) => match &fact.observed {
                Observed::Present(walk) => write!(text, "    {key}\n{}", walk_summary(walk, "      ")),
                other => writeln!(text, "    {key}: {other:?}"),
            },
            ptrust_facts::AnyFact::Records(fact) => writeln!(text, "    {key}: {}", records(&fact.observed)),
            ptrust_facts::AnyFact::Chain(fact) => writeln!(text, "    {key}: {:?}", fact.observed),
            ptrust_facts::AnyFact::Smtp(fact) => {
                writeln!(text, "    {key}: {:?}", fact.observed.clone().map(|smtp| (smtp.code, smtp.greeting)))
            }
            ptrust_facts::AnyFact::Session(fact) => writeln!(text, "    {key}: {:?}", fact.observed),
            ptrust_facts::AnyFact::Document(fact) => writeln!(text, "    {key}: {:?}", fact.observed),
            ptrust_facts::AnyFact::Owner(_) => Ok(()),
        };
    }
    text
}

/// Records in a few words.
fn records(observed: &Observed<ptrust_names::Records>) -> String {
    match observed {
        Observed::Present(records) => {
            let all = records.aliases.iter().chain(&records.set).map(|record| record.data.to_string());
            all.collect::<Vec<_>>().join(", ")
        }
        Observed::Absent(absence) => {
            format!("{:?} by {:?}", absence.kind, absence.soa.as_ref().map(|soa| soa.zone.to_string()))
        }
        Observed::Unknown(cause) => format!("unknown: {cause}"),
    }
}

/// A walk in a few lines.
fn walk_summary(walk: &Walk, indent: &str) -> String {
    let mut text = String::new();
    for cut in &walk.cuts {
        let _ = writeln!(text, "{indent}{} {:?} {:?}", cut.zone, cut.role, cut.state());
        for server in &cut.servers {
            let answer = server.answer.as_ref().map(records).unwrap_or_default();
            let _ = writeln!(text, "{indent}  {} {:?} {} {answer}", server.text(), server.class, server.said);
        }
    }
    let _ = writeln!(
        text,
        "{indent}= {}; parent exists {:?}, conflict {:?}, denied {:?}, zone alias {:?}",
        records(&walk.answer),
        walk.parent_exists,
        walk.alias_conflict,
        walk.denied_nonterminals.iter().map(|denial| denial.name.to_string()).collect::<Vec<_>>(),
        walk.zone_alias.as_ref().map(|(zone, _)| zone.to_string()),
    );
    if let Some(alias) = &walk.alias {
        let _ = writeln!(text, "{indent}alias {}", alias.question);
        text += &walk_summary(alias, &format!("{indent}  "));
    }
    text
}

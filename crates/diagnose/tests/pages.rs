//! Every check's page is a test: its worlds are checked, and their verdict blocks compared.

mod support;

use ptrust_checks::{ALL, Check, Judge, Judgement, Letter, Posture};
use ptrust_facts::{DomainTarget, Need, Target};
use ptrust_world::World;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use support::Outcome;

/// An example of a page: a world, perhaps a message that is judged in it, and what must come out, per target.
struct Example {
    world: String,
    message: Option<String>,
    verdicts: Vec<String>,
}

/// The examples of a page.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(kind)) => block = Some((kind.trim().to_owned(), String::new())),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(_), Some(_)) => {
                let (kind, text) = block.take().expect("matched");
                match (kind.as_str(), examples.last_mut()) {
                    ("world", _) => examples.push(Example { world: text, message: None, verdicts: Vec::new() }),
                    ("message", Some(example)) => example.message = Some(text),
                    ("verdict", Some(example)) => example.verdicts.push(text),
                    ("verdict", None) => panic!("a verdict before any world"),
                    _ => {}
                }
            }
            (None, None) => {}
        }
    }
    examples
}

/// What a verdict block expects and did not get.
fn mismatches(checked: &Outcome, verdict: &str) -> String {
    let mut text = String::new();
    let mut compare = |what: &str, expected: &str, actual: &str| {
        if expected != actual {
            let _ = writeln!(text, "  {what}: expected {expected}, got {actual}");
        }
    };
    for line in verdict.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        match word {
            "errors" => {
                let mut expected: Vec<&str> = rest.split(' ').filter(|id| *id != "none" && !id.is_empty()).collect();
                expected.sort_unstable();
                compare("errors", &expected.join(" "), &checked.errors().join(" "));
            }
            "verdict" => compare(word, &rest, &checked.verdict()),
            "iprev" => compare(word, &rest, &checked.iprev()),
            "state" => compare(word, &rest, &checked.state()),
            id => compare(id, &rest, checked.says(id)),
        }
    }
    text
}

/// Calls back for every example of every page, with a title, and gathers what it says.
fn over_pages(say: impl Fn(&'static Check, &Example) -> String + Sync) -> String {
    let page = |check: &'static Check| {
        let mut all = String::new();
        for (index, example) in examples(check.page).iter().enumerate() {
            if let Err(error) = World::parse(&example.world) {
                let _ = writeln!(all, "{} example {}: world: {error}", check.id, index + 1);
                continue;
            }
            let said = say(check, example);
            if !said.is_empty() {
                let _ = writeln!(all, "{} example {}:\n{said}", check.id, index + 1);
            }
        }
        all
    };
    // There are some hundred examples: every core takes its share.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let share = |core| ALL.iter().copied().skip(core).step_by(cores).map(page).collect::<String>();
        let shares: Vec<_> = (0..cores).map(|core| scope.spawn(move || share(core))).collect();
        shares.into_iter().map(|share| share.join().expect("no panic in a page")).collect()
    })
}

/// What an example's verdicts look at: everything, where they tell more than what single checks say.
fn needs(example: &Example) -> BTreeSet<Need> {
    let lines =
        || example.verdicts.iter().flat_map(|verdict| verdict.lines()).filter_map(|line| line.split(' ').next());
    let checks: Option<Vec<&Check>> = lines().map(ptrust_checks::by_id).collect();
    match checks {
        Some(checks) => Need::closure(checks.iter().flat_map(|check| check.needs.iter().copied())),
        None => Need::ALL.into(),
    }
}

/// What comes out of every target of an example: what it is about, what was seen, and the outcome.
fn outcomes(example: &Example) -> Vec<(String, String, Outcome)> {
    let text = &example.world;
    if let Some(message) = &example.message {
        let (facts, outcome) = support::letter_one(text, message);
        return vec![("the message".to_owned(), support::summary(&facts), outcome)];
    }
    let checked = support::check_with(text, &ptrust_diagnose::Options::default());
    let addresses = checked
        .into_iter()
        .map(|checked| (checked.facts.target.address.to_string(), checked.summary(), checked.outcome));
    let world = World::parse(text).expect("parsed before");
    let audited = support::domains(&world).into_iter().map(|target| {
        let (facts, outcome) = support::audit_for(text, target, &needs(example));
        (facts.target.domain.to_string(), support::summary(&facts), outcome)
    });
    addresses.chain(audited).collect()
}

#[test]
fn pages_come_true() {
    let all = over_pages(|_, example| {
        let outcomes = outcomes(example);
        let mut said = String::new();
        if outcomes.is_empty() || !(example.verdicts.len() == 1 || example.verdicts.len() == outcomes.len()) {
            let _ = writeln!(said, "  {} targets and {} verdicts", outcomes.len(), example.verdicts.len());
        }
        for (index, (subject, summary, outcome)) in outcomes.iter().enumerate() {
            let Some(verdict) = example.verdicts.get(index).or(example.verdicts.first()) else { continue };
            let wrong = mismatches(outcome, verdict);
            if !wrong.is_empty() {
                let _ = write!(said, "  {subject}\n{wrong}{summary}");
            }
        }
        said
    });
    assert!(all.is_empty(), "\n{all}");
}

/// Checks whose question is answered by what the user gave, or that never arise without an answer: not knowing is
/// impossible there.
const ALWAYS_KNOWN: [&str; 10] = [
    "address-special-use",
    "address-unallocated",
    "banner-unqualified",
    "helo-address-literal",
    "helo-bare-address",
    "helo-illegal-hostname",
    "helo-unqualified",
    "message-partly-signed",
    "message-several-authors",
    "message-signature-missing",
];

#[test]
fn pages_show_a_failure_a_pass_and_what_is_not_known() {
    let mut all = String::new();
    for check in ALL {
        let lines: Vec<String> = examples(check.page)
            .iter()
            .flat_map(|example| &example.verdicts)
            .flat_map(|verdict| verdict.lines())
            .filter_map(|line| line.trim().strip_prefix(check.id).map(|rest| rest.trim().to_owned()))
            .collect();
        let known = ALWAYS_KNOWN.contains(&check.id);
        for word in ["fail", "pass", "inconclusive"] {
            if !(lines.iter().any(|line| line == word) || (known && word == "inconclusive")) {
                let _ = writeln!(all, "{}: no example with {word}", check.id);
            }
        }
    }
    assert!(all.is_empty(), "\n{all}");
}

#[test]
fn declared_needs_are_enough() {
    let all = over_pages(|check, example| {
        let world = World::parse(&example.world).expect("parsed before");
        let own = Need::closure(check.needs.iter().copied());
        let pairs: Vec<(Judgement, Judgement)> = match check.judge {
            Judge::Address(judge) => {
                let of = |target: &Target, needs: &BTreeSet<Need>| {
                    judge(&support::facts(&example.world, target.clone(), needs))
                };
                let targets = support::targets(&world);
                targets.iter().map(|target| (of(target, &Need::ALL.into()), of(target, &own))).collect()
            }
            Judge::Domain(judge) => {
                let of = |target: &DomainTarget, needs: &BTreeSet<Need>| {
                    judge(&Posture::settled(&support::domain_facts(&example.world, target.clone(), needs)))
                };
                let targets = support::domains(&world);
                targets.iter().map(|target| (of(target, &Need::ALL.into()), of(target, &own))).collect()
            }
            Judge::Message(judge) => {
                let of = |message: &String, needs: &BTreeSet<Need>| {
                    judge(&Letter::settled(&support::letter_facts(&example.world, message, needs)))
                };
                let message = example.message.iter();
                message.map(|message| (of(message, &Need::ALL.into()), of(message, &own))).collect()
            }
        };
        let mut said = String::new();
        for (full, own) in pairs {
            if full.as_str() != own.as_str() {
                let _ =
                    writeln!(said, "  with all needs {}, with its own {}{}", full.as_str(), own.as_str(), why(&own));
            }
        }
        said
    });
    assert!(all.is_empty(), "\n{all}");
}

/// What is missing, for a message.
fn why(judgement: &Judgement) -> String {
    match judgement {
        Judgement::Inconclusive(missing) => format!(" ({}: {})", missing.missing, missing.cause),
        _ => String::new(),
    }
}

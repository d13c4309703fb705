//! Caches that still hold another answer.

use crate::prelude::*;
use jiff::{SignedDuration, Timestamp};
use ptrust_facts::Source;

/// A resolver's answer differs from the authoritative one.
pub const CHECK: Check = Check {
    id: "propagation-resolver-differs",
    title: "A resolver still gives another answer",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2308 5"),
    who: Who::Nobody,
    since: "0.1.0",
    needs: &[Need::Ptr],
    page: include_str!("resolver_differs.md"),
    judge: Judge::Address(judge),
};

/// One resolver's answer.
type Answer = Source<Records>;

fn judge(facts: &Facts) -> Judgement {
    if facts.identity().scope != AddressScope::Public {
        return Judgement::NotApplicable;
    }
    if facts.run.walk != WalkState::Open {
        return Judgement::Skipped;
    }
    let question = facts.ptr_question();
    let resolvers = facts.resolver(&question).map(|fact| fact.sources.as_slice()).unwrap_or_default();
    let Some(first) = resolvers.first() else {
        return Judgement::NotApplicable;
    };
    let walk = facts.walk(&question);
    let cause = match walk {
        Observed::Unknown(cause) => Some(cause),
        Observed::Present(walk) => walk.answer.cause(),
        Observed::Absent(_) => None,
    };
    match cause {
        Some(_) if facts.identity().delegation.is_error() => return Judgement::NotApplicable,
        Some(cause) => {
            return Judgement::inconclusive(format!("the authoritative answer to {question}"), cause);
        }
        None => {}
    }
    let known = authoritative(facts);
    let differing: Vec<&Answer> = resolvers.iter().filter(|one| differs(&one.outcome, &known)).collect();
    if !differing.is_empty() {
        return Judgement::fail(failure(facts, &question, &differing));
    }
    match (resolvers.iter().all(|one| one.outcome.cause().is_some()), first.outcome.cause()) {
        (true, Some(cause)) => Judgement::inconclusive(format!("the resolvers' answer to {question}"), cause),
        _ => Judgement::Pass,
    }
}

/// Every answer that is the authoritative one: of the walk, and of each server where they disagree among each other.
fn authoritative(facts: &Facts) -> Vec<&Observed<Records>> {
    let walk = facts.walk(&facts.ptr_question()).present().copied();
    let servers = walk.and_then(|walk| walk.last().deepest()).into_iter().flat_map(Cut::authoritative);
    let own = servers.filter_map(|server| server.answer.as_ref());
    walk.map(|walk| &walk.answer).into_iter().chain(own).collect()
}

/// Whether an answer is none of the known ones. A failure is no answer.
fn differs(answer: &Observed<Records>, known: &[&Observed<Records>]) -> bool {
    match answer {
        Observed::Unknown(_) => false,
        Observed::Absent(_) => !known.iter().any(|one| one.is_absent()),
        Observed::Present(records) => {
            let same =
                |one: &&Observed<Records>| one.present().is_some_and(|one| one.canonical() == records.canonical());
            !known.iter().any(same)
        }
    }
}

fn failure(facts: &Facts, question: &Question, differing: &[&Answer]) -> Failure {
    let until = differing.iter().filter_map(|answer| expiry(answer)).max();
    let resolvers = remedy::joined(differing.iter().filter_map(|answer| answer.server.clone()));
    let wait = match until {
        Some(time) => format!("Its cache may keep that until {time}"),
        None => "How long its cache keeps that is not known".into(),
    };
    let mut evidence = evidence::resolvers(facts, question);
    let walk = facts.walk(question);
    evidence.extend(walk.present().map(|walk| evidence::walk_answers(facts, walk)).unwrap_or_default());
    evidence.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: question.name.to_string(),
        explanation: format!(
            "The resolver {resolvers} gives another answer to {question} than the authoritative servers. {wait}; \
             receivers behind it judge the address by the old answer."
        ),
        evidence,
        remedy: Remedy {
            steps: vec![
                match until {
                    Some(time) => format!("Wait until {time}, and check again: nobody can hurry a stranger's cache."),
                    None => "Wait, and check again: nobody can hurry a stranger's cache.".into(),
                },
                "If the answer differs after that as well, the resolver rewrites or filters answers: use another one."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

/// When the cache must let the answer go: its TTL, or that of the denial, after it was given.
fn expiry(answer: &Answer) -> Option<Timestamp> {
    let ttl = match &answer.outcome {
        Observed::Present(records) => records.ttl()?,
        Observed::Absent(absence) => absence.soa.as_ref()?.ttl,
        Observed::Unknown(_) => return None,
    };
    let second = Timestamp::from_second(answer.sent_at.as_second()).ok()?;
    second.checked_add(SignedDuration::from_secs(i64::from(ttl))).ok()
}

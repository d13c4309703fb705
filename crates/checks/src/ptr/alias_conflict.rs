//! Two aliases, or an alias and other data, at one name on the way to the PTR.

use super::common;
use crate::prelude::*;

/// The reverse name, or a name that it is an alias of, holds data that exclude each other.
pub const CHECK: Check = Check {
    id: "ptr-alias-conflict",
    title: "The reverse name holds an alias beside other data",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 3.6.2"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("alias_conflict.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match &facts.identity().names {
        Names::AliasConflict(lines) => Judgement::fail(failure(facts, lines)),
        Names::NotApplicable => Judgement::NotApplicable,
        // A resolver follows one of the records and does not show the others.
        _ if facts.run.walk != WalkState::Open => Judgement::Skipped,
        Names::Undetermined(cause) => common::unknown(facts, *cause),
        Names::Missing { .. } | Names::Present { .. } => Judgement::Pass,
    }
}

fn failure(facts: &Facts, lines: &[String]) -> Failure {
    let question = facts.ptr_question();
    let walk = facts.walk(&question);
    let all = std::iter::successors(walk.present().copied(), |walk| walk.alias.as_deref());
    let at = all.into_iter().find(|walk| !walk.alias_conflict.is_empty());
    let name = at.map_or(&question.name, |walk| &walk.question.name);
    let cut = at.and_then(Walk::deepest);
    let servers: Vec<_> = cut.into_iter().flat_map(Cut::authoritative).map(Server::text).collect();
    let zone = cut.map_or_else(|| "the reverse zone".into(), |cut| format!("the zone {}", cut.zone));
    let server = if servers.is_empty() { format!("servers of {zone}") } else { remedy::joined(servers) };
    Failure {
        subject: name.to_string(),
        explanation: format!(
            "{name} holds an alias together with another alias or other data ({}). An alias must stand alone, so resolvers \
             refuse the answer or pick one of the records at random.",
            remedy::joined(lines)
        ),
        evidence: vec![evidence::by(
            facts,
            Question::new(name.clone(), question.rtype).to_string(),
            server,
            remedy::joined(lines),
        )],
        remedy: Remedy {
            steps: vec![
                format!("In {zone}, keep exactly one of the records at {name} and remove the others."),
                "Keep the alias if another zone holds the PTR (RFC 2317); else keep the PTR and remove the alias."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

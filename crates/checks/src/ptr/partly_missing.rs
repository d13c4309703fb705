//! Some authoritative servers have the PTR, others deny it.

use super::common;
use crate::prelude::*;

/// Authoritative servers of one zone disagree about whether the PTR exists.
pub const CHECK: Check = Check {
    id: "ptr-partly-missing",
    title: "Some authoritative servers deny the PTR record",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.3.5"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("partly_missing.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    if matches!(facts.identity().names, Names::Present { .. } | Names::Undetermined(_))
        && facts.run.walk != WalkState::Open
    {
        return Judgement::Skipped;
    }
    common::with_names(facts, |found| {
        if !found.denied_by.is_empty() {
            return Judgement::fail(failure(facts, found));
        }
        // A resolver shows one server's answer, and not whose.
        if facts.identity().view == View::Authoritative { Judgement::Pass } else { Judgement::NotApplicable }
    })
}

fn failure(facts: &Facts, found: &common::Found<'_>) -> Failure {
    let names = common::listed(&found.names.iter().collect::<Vec<_>>());
    let deny = remedy::joined(found.denied_by);
    let question = facts.ptr_question();
    let walk = facts.walk(&question);
    let last = walk.present().map(|walk| walk.last());
    let mut servers: Vec<_> = last.and_then(Walk::deepest).into_iter().flat_map(Cut::authoritative).collect();
    servers.sort_by_key(|server| !found.denied_by.contains(&server.text()));
    let said = servers.iter().filter_map(|server| {
        let answer = evidence::answer_text(server.answer.as_ref()?);
        Some(evidence::by(facts, last?.question.to_string(), server.text(), answer))
    });
    let behind = last.and_then(Walk::deepest).and_then(serials).unwrap_or_default();
    let keep = found.names.iter().map(|name| remedy::ptr_record(facts, &name.name.to_string()));
    Failure {
        subject: question.name.to_string(),
        explanation: format!(
            "Some authoritative servers say that the name of {} is {names}, and the PTR is denied by {deny}. Which answer a \
             receiver sees is a matter of chance.{behind}",
            facts.target.address
        ),
        evidence: said.take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec![
                format!("In {}, bring {deny} up to date with the other servers.", remedy::reverse_zone(facts)),
                "If the record was changed, raise the serial of the zone's SOA and reload it on the primary; if the \
                 serial is right, look for refused zone transfers in the log of the server that lags behind."
                    .into(),
                "Remove a server that no longer serves the zone from its NS records, in the zone and at the parent."
                    .into(),
            ],
            records: keep.collect(),
        },
    }
}

/// A sentence about the versions of the zone, when the servers hold different ones.
fn serials(cut: &Cut) -> Option<String> {
    let all: Vec<_> = cut.authoritative().filter_map(|server| Some((server.text(), server.serial?))).collect();
    let (_, first) = all.first()?;
    if all.iter().all(|(_, serial)| serial == first) {
        return None;
    }
    let versions = all.iter().map(|(server, serial)| format!("{serial} at {server}"));
    Some(format!(" The servers hold different versions of the zone: serial {}.", remedy::joined(versions)))
}

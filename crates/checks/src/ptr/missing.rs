//! The reverse zone is in the holder's hands, and holds no PTR for the address.

use super::common;
use crate::prelude::*;
use ptrust_names::{Absence, AbsenceKind};

/// Every authoritative server of a holder's zone denies the PTR.
pub const CHECK: Check = Check {
    id: "ptr-missing",
    title: "The address has no PTR record",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1912 2.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Owner],
    page: include_str!("missing.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    match &facts.identity().names {
        Names::Missing { zone } => Judgement::fail(failure(facts, zone.as_ref())),
        // Its own servers deny it and a resolver has it: an old cache, or servers that answer by place.
        Names::Present { .. }
            if facts.walk(&facts.ptr_question()).present().is_some_and(|walk| walk.answer.is_absent()) =>
        {
            Judgement::inconclusive(
                "whether the PTR is gone: its servers deny it to us, and a resolver has it",
                Cause::NotAuthoritative,
            )
        }
        Names::Present { .. } => Judgement::Pass,
        Names::Undetermined(cause) => common::unknown(facts, *cause),
        Names::NotApplicable | Names::AliasConflict(_) => Judgement::NotApplicable,
    }
}

fn failure(facts: &Facts, zone: Option<&Name>) -> Failure {
    let question = facts.ptr_question();
    let denial = denial(facts);
    let mut remedy = remedy::set_ptr(facts);
    if let Some(soa) = denial.as_ref().and_then(|denial| denial.soa.as_ref()) {
        remedy.steps.push(format!(
            "Resolvers that have seen the denial repeat it for up to {} seconds, so check again after that.",
            soa.ttl
        ));
    }
    Failure {
        subject: question.name.to_string(),
        explanation: explanation(facts, zone, denial.as_ref().map(|denial| denial.kind)),
        evidence: evidence::answers(facts, &question),
        remedy,
    }
}

/// The denial that decided.
fn denial(facts: &Facts) -> Option<Absence> {
    let question = facts.ptr_question();
    let walked = match facts.walk(&question) {
        Observed::Present(walk) => absence(&walk.answer),
        _ => None,
    };
    walked.or_else(|| absence(&facts.resolver(&question)?.observed))
}

/// The absence in an answer.
fn absence(observed: &Observed<Records>) -> Option<Absence> {
    match observed {
        Observed::Absent(absence) => Some(absence.clone()),
        _ => None,
    }
}

fn explanation(facts: &Facts, zone: Option<&Name>, kind: Option<AbsenceKind>) -> String {
    let (address, name) = (facts.target.address, facts.ptr_question().name);
    let owner = remedy::ptr_owner(facts);
    let Some(zone) = zone else {
        return format!(
            "{address} has no PTR record. The denial names no zone, so it is not known whether the reverse zone of the \
             block is delegated to its holder at all."
        );
    };
    if owner != name {
        return format!(
            "{address} has no PTR record: its reverse name is an alias of {owner}, and the zone {zone} has no PTR there."
        );
    }
    match kind {
        Some(AbsenceKind::NoData) => {
            format!("{address} has no PTR record: the name {name} exists in the zone {zone}, but without a PTR.")
        }
        _ => format!("{address} has no PTR record: the zone {zone} is delegated, and does not hold the name {name}."),
    }
}

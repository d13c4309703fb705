//! No zone of the holder between the registry and the address.

use crate::exclusive;
use crate::prelude::*;

/// A registry's zone denies the name itself.
pub const CHECK: Check = Check {
    id: "delegation-missing",
    title: "No reverse zone is delegated to the holder",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1035 3.5"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Owner],
    page: include_str!("missing.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation(facts, Some(Doubt::Missing), |delegation| match delegation {
        Delegation::Missing { zone } => Some(failure(facts, zone)),
        _ => None,
    })
}

fn failure(facts: &Facts, zone: &Name) -> Failure {
    let question = facts.ptr_question();
    let denied = &question.name;
    let seen = match facts.identity().view {
        View::Authoritative => {
            format!("The servers of {zone} deny {denied} and refer to no other servers.")
        }
        View::Resolver | View::None => {
            format!("A resolver's answer shows that {zone} itself denies {denied}.")
        }
    };
    let name = remedy::wanted_name(facts);
    let mut steps = remedy::ask_delegation(facts, zone);
    steps
        .push("Then publish the PTR record below in that zone; nobody can see it before the delegation exists.".into());
    Failure {
        subject: facts.target.address.to_string(),
        explanation: format!(
            "{seen} That zone is not the holder's, so no reverse zone of the holder is delegated, and a PTR record in \
             one, however correct, cannot be found."
        ),
        evidence: evidence::answers(facts, &question),
        remedy: Remedy { steps, records: vec![remedy::ptr_record(facts, &name)] },
    }
}

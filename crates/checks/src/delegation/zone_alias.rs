//! An alias where a delegation should be.

use crate::exclusive;
use crate::prelude::*;

/// The name of a zone on the path is an alias.
pub const CHECK: Check = Check {
    id: "delegation-zone-alias",
    title: "The reverse zone is an alias instead of a delegation",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 3.6.2"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("zone_alias.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation_by_walk(facts, |delegation| match delegation {
        Delegation::ZoneAlias { zone, target } => Some(failure(facts, zone, target)),
        _ => None,
    })
}

fn failure(facts: &Facts, zone: &Name, target: &Name) -> Failure {
    let deepest = exclusive::walks(facts).next().and_then(Walk::deepest);
    let servers = deepest.map_or_else(|| "the zone above".into(), |cut| cut.zone.to_string());
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is an alias of {target}. An alias covers its own name only and allows no SOA or NS records beside \
             it, so it delegates nothing, and {} does not exist.",
            facts.ptr_question().name
        ),
        evidence: vec![evidence::by(
            facts,
            format!("{zone} CNAME"),
            format!("servers of {servers}"),
            format!("CNAME {}", target.absolute()),
        )],
        remedy: Remedy {
            steps: vec![
                format!("Replace the CNAME record at {zone} by NS records of servers that serve {zone} itself."),
                format!(
                    "If the names must stay in {target}, publish a DNAME record at {zone} in a zone that is delegated \
                     (RFC 6672), or one CNAME record for each address (RFC 2317)."
                ),
            ],
            records: vec![format!("{} {} IN NS <name of a name server>", zone.absolute(), remedy::TTL)],
        },
    }
}

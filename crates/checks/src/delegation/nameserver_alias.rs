//! Name server names that are aliases.

use crate::exclusive;
use crate::prelude::*;

/// A name server name is an alias.
pub const CHECK: Check = Check {
    id: "delegation-nameserver-alias",
    title: "A name server of the reverse zone is listed by an alias",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2181 10.3"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("nameserver_alias.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |walk, cut| {
        if walk.nameserver_aliases.is_empty() {
            Judgement::Pass
        } else {
            Judgement::fail(failure(facts, cut, &walk.nameserver_aliases))
        }
    })
}

fn failure(facts: &Facts, cut: &Cut, aliases: &[Name]) -> Failure {
    let zone = &cut.zone;
    let names = evidence::names_text(aliases);
    let seen = aliases.iter().map(|name| evidence::by(facts, format!("{name} A, AAAA"), "its own zone", "an alias"));
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{zone} is delegated to names that are aliases: {names}. Resolvers may refuse to follow them, and then count \
             the servers as missing."
        ),
        evidence: seen.take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec![
                format!("List the name that {names} leads to, in the NS records of {zone} and at its parent."),
                format!("Or give {names} A and AAAA records of its own in place of the CNAME record."),
            ],
            records: Vec::new(),
        },
    }
}

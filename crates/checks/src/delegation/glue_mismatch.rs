//! Addresses at the parent that are not the servers' own.

use crate::exclusive;
use crate::prelude::*;
use std::net::IpAddr;

/// The parent's glue and the zone's own addresses of a server differ.
pub const CHECK: Check = Check {
    id: "delegation-glue-mismatch",
    title: "The parent has outdated addresses of a name server",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.2.2"),
    who: Who::AddressHolder,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("glue_mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        if cut.glue_mismatches.is_empty() { Judgement::Pass } else { Judgement::fail(failure(facts, cut)) }
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let parent = exclusive::cut(facts, zone).and_then(|(_, parent)| parent);
    let parent = parent.map_or_else(|| "the parent".into(), Name::to_string);
    let text = |addresses: &[IpAddr]| remedy::joined(addresses.iter().map(IpAddr::to_string));
    let mut evidence = Vec::new();
    let mut differences = Vec::new();
    let mut records = Vec::new();
    for (name, glue, own) in &cut.glue_mismatches {
        let asked = format!("{name} A, AAAA");
        evidence.push(evidence::by(facts, &*asked, format!("servers of {parent}"), text(glue)));
        evidence.push(evidence::by(facts, asked, "the server's own zone", text(own)));
        differences.push(format!("{name} is {} there and {} by its own zone", text(glue), text(own)));
        let line = |address: &IpAddr| {
            format!("{} {} IN {} {address}", name.absolute(), remedy::TTL, RecordType::address_of(*address))
        };
        records.extend(own.iter().map(line));
    }
    evidence.truncate(evidence::MAX_EVIDENCE);
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "{parent} gives addresses of the name servers of {zone} that differ from their own: {}. Resolvers that \
             start from there ask the wrong host.",
            remedy::joined(differences)
        ),
        evidence,
        remedy: Remedy {
            steps: vec![format!(
                "Register the addresses below as the glue of these name servers, where {parent} is run; where the \
                 registered addresses are the right ones, correct the servers' own zone instead."
            )],
            records,
        },
    }
}

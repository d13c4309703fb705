//! A mail exchanger has only addresses that nobody can reach.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;
use ptrust_facts::Scope;
use ptrust_knowledge::special_use::special_use;
use std::net::IpAddr;

/// Every address of a host is private or otherwise not reachable from the internet.
pub const CHECK: Check = Check {
    id: "mx-special-use",
    title: "A mail exchanger has only addresses that nobody can reach",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6890 2.2.2"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("special_use.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let scope = posture.facts.target.scope;
    match common::any(posture) {
        Ok(exchangers) => {
            common::each(exchangers, |exchanger| found(exchanger, scope), |hosts| failure(posture, hosts))
        }
        Err(judgement) => judgement,
    }
}

/// Whether all addresses of the host are special; a host without any is the subject of mx-no-address or mx-missing.
fn found(exchanger: &Exchanger, scope: Scope) -> common::Found {
    if exchanger.addresses().any(|address| scope.holds(address)) {
        return Some(Ok(false));
    }
    if let Some(cause) = common::open(exchanger) {
        return Some(Err(cause));
    }
    exchanger.addresses().next().map(|_| Ok(true))
}

fn failure(posture: &Posture, hosts: &[&Exchanger]) -> Failure {
    let names = common::names(hosts);
    let verb = remedy::for_count(hosts.len(), "has", "have");
    let text = |address: IpAddr| match special_use(address) {
        Some(block) => format!("{address} ({})", block.name),
        None => address.to_string(),
    };
    let addresses = hosts.iter().flat_map(|exchanger| exchanger.addresses()).map(text);
    Failure {
        subject: common::subject(hosts),
        explanation: format!(
            "Mail for {} should go to {names}, which {verb} no address that can be reached from the internet: {}.",
            posture.domain(),
            remedy::joined(addresses)
        ),
        evidence: common::evidence_of(posture, hosts),
        remedy: Remedy {
            steps: vec![
                "Publish the public address of the host, the one that the firewall forwards to it.".into(),
                "Keep the private address in a view of the zone that only your own network sees.".into(),
                "If the domain is to take no mail, publish the null MX, `MX 0 .`, in place of such a host.".into(),
            ],
            records: hosts
                .iter()
                .map(|exchanger| format!("{} 3600 IN A <public address of the host>", exchanger.host.absolute()))
                .collect(),
        },
    }
}

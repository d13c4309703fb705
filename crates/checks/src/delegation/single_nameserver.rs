//! A zone that hangs on one server or one network.

use crate::exclusive;
use crate::prelude::*;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

/// One server, or all in one /24 or /48.
pub const CHECK: Check = Check {
    id: "delegation-single-nameserver",
    title: "The reverse zone depends on one name server or one network",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2182 3.1"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("single_nameserver.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        let unknown = cut.servers.iter().find_map(|server| match server.class {
            Class::AddressUnknown(cause) => Some(cause),
            _ => None,
        });
        match (one_place(cut), unknown) {
            (Some(place), None) => Judgement::fail(failure(facts, cut, &place)),
            (Some(_), Some(cause)) => {
                Judgement::inconclusive(format!("the addresses of the name servers of {}", cut.zone), cause)
            }
            (None, _) => Judgement::Pass,
        }
    })
}

/// The one place that all known addresses of the servers are in, in words.
fn one_place(cut: &Cut) -> Option<String> {
    let usable = cut.servers.iter().filter(|server| server.class != Class::SpecialUse);
    let known: Vec<(&Name, IpAddr)> = usable.filter_map(|server| Some((&server.name, server.address?))).collect();
    let names: BTreeSet<&Name> = known.iter().map(|(name, _)| *name).collect();
    let networks = |v4: bool| -> Vec<String> {
        let of_family = known.iter().filter(|(_, address)| address.is_ipv4() == v4);
        of_family.map(|(_, address)| network(*address)).collect::<BTreeSet<_>>().into_iter().collect()
    };
    // Servers of one family each may stand apart; one that has both joins the networks.
    let joined = || {
        let has = |name: &Name, v4: bool| known.iter().any(|(one, address)| *one == name && address.is_ipv4() == v4);
        names.iter().any(|name| has(name, true) && has(name, false))
    };
    match (&*networks(true), &*networks(false)) {
        _ if names.len() == 1 => Some(format!("{} is its only usable name server", evidence::names_text(names))),
        ([one], []) | ([], [one]) => Some(format!("all of its name servers are in {one}")),
        ([v4], [v6]) if joined() => Some(format!("all of its name servers are in {v4} and {v6}")),
        _ => None,
    }
}

/// The network that fails as one: the smallest that is routed on the internet.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

fn failure(facts: &Facts, cut: &Cut, why: &str) -> Failure {
    let zone = &cut.zone;
    Failure {
        subject: zone.to_string(),
        explanation: format!("{zone} depends on one place: {why}. When it fails, no receiver finds the PTR record."),
        evidence: evidence::servers(facts, cut, |server| server.address.is_some()),
        remedy: Remedy {
            steps: vec![format!(
                "Set up a second name server for {zone} in another network, list it in the NS records of the zone, \
                 and have it registered at the parent."
            )],
            records: vec![format!("{} {} IN NS <name of the second name server>", zone.absolute(), remedy::TTL)],
        },
    }
}

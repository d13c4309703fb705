//! Every zone of the world at every server: the tree above the holders, and what the scenarios put into and under it.

use std::collections::BTreeSet;

use crate::liar::Behavior;
use crate::mail;
use crate::operators::{NameServer, Operator, liars, name_servers};
use crate::scenario::{Family, Registry, Scenario, Signing};
use crate::scenarios;

/// A zone at one server.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    /// Who serves it.
    pub(crate) server: Operator,
    /// Its name, absolute.
    pub(crate) origin: String,
    /// Its lines `OWNER TYPE DATA`, each once, SOA first.
    pub(crate) lines: Vec<String>,
    /// How it is signed.
    pub(crate) signing: Option<Signing>,
}

/// A zone of the tree above the holders, or of names.
struct Domain {
    /// Its name.
    origin: String,
    /// Who serves it; nobody for those that are delegated in vain.
    servers: &'static [Operator],
    /// Its name servers' names.
    listed: Vec<String>,
    /// How it is signed.
    signing: Option<Signing>,
}

impl Domain {
    /// Whether a name is the zone's own or below it.
    fn holds(&self, name: &str) -> bool {
        is_within(name, &self.origin)
    }
}

/// Lines that belong to no scenario: faults of the hosting company's server names, and a block from before the registries.
const FIXED: [(&str, &str); 5] = [
    ("hosting-example.net.", "alias.hosting-example.net. CNAME ns2.hosting-example.net."),
    ("hosting-example.net.", "addressless1.hosting-example.net. TXT \"none\""),
    ("hosting-example.net.", "addressless2.hosting-example.net. TXT \"none\""),
    ("17.in-addr.arpa.", "10.1.200.17.in-addr.arpa. PTR mx.legacy.example.com."),
    ("example.com.", "mx.legacy.example.com. A 17.200.1.10"),
];

/// Whether a name is at or below an origin.
fn is_within(name: &str, origin: &str) -> bool {
    origin == "." || name == origin || name.strip_suffix(origin).is_some_and(|rest| rest.ends_with('.'))
}

/// A row of the tree: name, servers, name servers' names, signing.
type Row = (&'static str, &'static [Operator], Vec<String>, Option<Signing>);

/// The tree.
fn domains() -> Vec<Domain> {
    use Operator::{
        Alpha, ApnicOne, ApnicTwo, Beta, Blocklists, Delta, Gamma, Infrastructure, Knot, Ripe, Root, SignedRoot, Tld,
    };
    let sound = Some(Signing::Sound);
    let by = |suffix: &str| -> Vec<String> {
        let servers = name_servers().into_iter().map(|server| server.name);
        servers.filter(|name| name.strip_suffix(suffix).is_some_and(|label| !label.contains('.'))).collect()
    };
    let names = |names: [&str; 2]| names.map(String::from).to_vec();
    let root = by(".root-servers.net.");
    let tld = by(".gtld-servers.net.");
    let ripe = by(".authdns.ripe.net.");
    let apnic = by(".apnic.net.");
    let hosting = names(["ns1.hosting-example.net.", "ns2.hosting-example.net."]);
    let gamma = names(["ns1.names-example.org.", "ns2.names-example.org."]);
    let customer = names(["ns1.customer-example.com.", "ns2.customer-example.com."]);
    let gone = names(["ns1.gone-example.net.", "ns2.gone-example.net."]);
    let in_addr = by(".in-addr-servers.arpa.");
    let ip6 = by(".ip6-servers.arpa.");
    let rows: Vec<Row> = vec![
        (".", &[Root], root.clone(), None),
        (".", &[SignedRoot], by(".signed-root.net."), sound),
        ("arpa.", &[Root], by(".ns.arpa."), sound),
        ("root-servers.net.", &[Root], root, None),
        ("in-addr.arpa.", &[Infrastructure], in_addr.clone(), sound),
        ("ip6.arpa.", &[Infrastructure], ip6.clone(), sound),
        ("in-addr-servers.arpa.", &[Infrastructure], in_addr, None),
        ("ip6-servers.arpa.", &[Infrastructure], ip6, None),
        ("com.", &[Tld], tld.clone(), sound),
        ("net.", &[Tld], tld.clone(), None),
        ("org.", &[Tld], tld.clone(), None),
        ("cz.", &[Tld], tld.clone(), None),
        ("de.", &[Tld], tld.clone(), None),
        ("info.", &[Tld], tld.clone(), None),
        ("gtld-servers.net.", &[Tld], tld, None),
        ("ripe.net.", &[Ripe], ripe.clone(), None),
        ("193.in-addr.arpa.", &[Ripe], ripe.clone(), sound),
        ("0.a.2.ip6.arpa.", &[Ripe], ripe.clone(), sound),
        // Two legacy blocks: one that its holder runs as a whole, one that a registry runs.
        ("17.in-addr.arpa.", &[Alpha, Beta], hosting.clone(), None),
        ("18.in-addr.arpa.", &[Ripe], ripe, None),
        ("apnic.net.", &[ApnicOne, ApnicTwo], apnic.clone(), None),
        ("203.in-addr.arpa.", &[ApnicOne, ApnicTwo], apnic.clone(), None),
        ("0.4.2.ip6.arpa.", &[ApnicOne, ApnicTwo], apnic, None),
        ("hosting-example.net.", &[Alpha, Beta], hosting, None),
        ("customer-example.com.", &[Delta], customer.clone(), None),
        ("names-example.org.", &[Gamma], gamma.clone(), None),
        ("liar-example.net.", &[Gamma], gamma.clone(), None),
        ("signed-root.net.", &[Gamma], gamma.clone(), None),
        ("example.com.", &[Gamma], gamma.clone(), None),
        ("apex-example.org.", &[Gamma], gamma.clone(), None),
        ("blocklists-example.org.", &[Gamma], gamma.clone(), None),
        ("signed-example.com.", &[Gamma], gamma.clone(), sound),
        ("bogus-example.com.", &[Gamma], gamma, Some(Signing::WrongDs)),
        ("lame-example.com.", &[], customer, None),
        ("servfail-example.com.", &[], liars(Behavior::ServFail).to_vec(), None),
        ("mute-example.com.", &[], liars(Behavior::Silent).to_vec(), None),
        ("gone-example.com.", &[], gone, None),
    ];
    let knot = by(".knot-example.com.");
    let blocklists = by(".blocklists-example.org.");
    let row = |(origin, servers, listed, signing): Row| Domain { origin: origin.into(), servers, listed, signing };
    let mut domains: Vec<Domain> = rows.into_iter().map(row).collect();
    domains.extend(mail::all().into_iter().map(|domain| row((domain.name, &[Knot], knot.clone(), domain.signing))));
    let list = |origin| Domain { origin, servers: &[Blocklists], listed: blocklists.clone(), signing: None };
    domains.extend(mail::blocklist_zones().map(list));
    domains
}

/// The NS lines of a zone, with the addresses of those servers whose names are within `glue_within`.
fn delegation(origin: &str, listed: &[String], glue_within: &str, all: &[NameServer]) -> Vec<String> {
    let mut lines: Vec<String> = listed.iter().map(|name| format!("{origin} NS {name}")).collect();
    for server in all.iter().filter(|server| listed.contains(&server.name) && is_within(&server.name, glue_within)) {
        lines.extend(server.records().lines().map(String::from));
    }
    lines
}

/// Every zone of the world.
pub(crate) fn all() -> Vec<Zone> {
    let scenarios = scenarios::all();
    let domains = domains();
    let servers = name_servers();
    let mail = mail::all();
    let mut zones = Vec::new();
    for domain in &domains {
        let mut lines = delegation(&domain.origin, &domain.listed, &domain.origin, &servers);
        for child in domains.iter().filter(|child| nearest(&domains, &child.origin) == Some(&domain.origin)) {
            lines.extend(delegation(&child.origin, &child.listed, &domain.origin, &servers));
        }
        for server in servers.iter().filter(|server| deepest(&domains, &server.name) == Some(&domain.origin)) {
            lines.extend(server.records().lines().map(String::from));
        }
        let fixed = FIXED.iter().filter(|(origin, _)| *origin == domain.origin);
        lines.extend(fixed.map(|(_, line)| (*line).to_owned()));
        for own in mail.iter().filter(|own| own.name == domain.origin) {
            lines.extend(own.lines());
        }
        for server in domain.servers {
            let mut lines = lines.clone();
            for (scenario, family) in members(&scenarios) {
                lines.extend(contributions(scenario, family, *server, domain, &domains));
            }
            zones.push(zone(*server, domain.origin.clone(), lines, domain.signing));
        }
    }
    for (scenario, family) in members(&scenarios) {
        for text in &scenario.zones {
            let origin = scenario.fill(&text.origin, family, 10);
            let own = text.origin == "{z}";
            let mut lines = filled(scenario, &text.text, family, 10);
            for host in scenario.hosts.iter().filter(|host| own && host.has(family)) {
                lines.extend(filled(scenario, &host.records, family, host.number));
            }
            for server in &text.servers {
                zones.push(zone(*server, origin.clone(), lines.clone(), scenario.signing.filter(|_| own)));
            }
        }
    }
    zones
}

/// Each scenario in each of its families.
fn members(scenarios: &[Scenario]) -> impl Iterator<Item = (&Scenario, Family)> {
    scenarios
        .iter()
        .flat_map(|scenario| Family::BOTH.map(|family| (scenario, family)))
        .filter(|(scenario, family)| scenario.has(*family))
}

/// The lines of a text with its placeholders filled in.
fn filled(scenario: &Scenario, text: &str, family: Family, host: u8) -> Vec<String> {
    let text = scenario.fill(text, family, host);
    text.lines().filter(|line| !line.is_empty()).map(String::from).collect()
}

/// What a scenario adds to a zone of the tree at one of its servers.
fn contributions(
    scenario: &Scenario,
    family: Family,
    server: Operator,
    domain: &Domain,
    domains: &[Domain],
) -> Vec<String> {
    let mut lines = Vec::new();
    let registry = matches!(
        (scenario.registry, server),
        (Registry::Ripe, Operator::Ripe) | (Registry::Apnic, Operator::ApnicOne | Operator::ApnicTwo)
    );
    if registry && scenario.parent_only.is_none_or(|only| only == server) && domain.holds(&scenario.origin(family)) {
        lines.extend(filled(scenario, &scenario.parent, family, 10));
    }
    for host in scenario.hosts.iter().filter(|host| host.has(family)) {
        let forward = filled(scenario, &host.forward, family, host.number);
        let held = |line: &String| {
            let owner = line.split(' ').next().unwrap_or_default();
            deepest(domains, owner) == Some(&domain.origin)
        };
        lines.extend(forward.into_iter().filter(held));
    }
    // A customer's own zone for somebody's reverse names is cut out of the customer's domain.
    for text in scenario.zones.iter().filter(|text| text.origin != "{z}") {
        let origin = scenario.fill(&text.origin, family, 10);
        if deepest(domains, &origin) == Some(&domain.origin) && !origin.ends_with(".arpa.") {
            let cut = format!("{origin} NS ");
            let zone = filled(scenario, &text.text, family, 10);
            lines.extend(zone.into_iter().filter(|line| line.starts_with(&cut)));
        }
    }
    lines
}

/// The deepest zone of the tree that holds a name.
fn deepest<'d>(domains: &'d [Domain], name: &str) -> Option<&'d str> {
    let holding = domains.iter().filter(|domain| domain.holds(name) && !domain.servers.is_empty());
    holding.map(|domain| domain.origin.as_str()).max_by_key(|origin| origin.len())
}

/// The zone of the tree that another is delegated from.
fn nearest<'d>(domains: &'d [Domain], origin: &str) -> Option<&'d str> {
    let above = domains.iter().filter(|domain| domain.origin != origin && domain.holds(origin) && origin != ".");
    above.map(|domain| domain.origin.as_str()).max_by_key(|origin| origin.len())
}

/// A zone with its SOA and without repetitions.
fn zone(server: Operator, origin: String, lines: Vec<String>, signing: Option<Signing>) -> Zone {
    let master = lines.iter().find_map(|line| line.strip_prefix(&format!("{origin} NS ")));
    let master = master.unwrap_or("ns1.hosting-example.net.").to_owned();
    let soa = format!("{origin} SOA {master} hostmaster.example.com. 2026112301 3600 600 86400 300");
    let mut seen = BTreeSet::new();
    let mut unique = vec![soa];
    unique.extend(lines.into_iter().filter(|line| seen.insert(line.clone())));
    Zone { server, origin, lines: unique, signing }
}

/// The zone among all that a signed one is delegated from: where its DS belongs.
pub(crate) fn parent_of<'z>(zones: &'z [Zone], origin: &str) -> Option<&'z str> {
    let above = zones.iter().filter(|zone| zone.origin != origin && is_within(origin, &zone.origin));
    above.map(|zone| zone.origin.as_str()).max_by_key(|origin| origin.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_name_servers_and_only_its_own_names() {
        for zone in all() {
            let cut = format!("{} NS ", zone.origin);
            assert!(zone.lines.iter().any(|line| line.starts_with(&cut)), "{} has no NS", zone.origin);
            for line in &zone.lines {
                let owner = line.split(' ').next().expect("a line has an owner");
                assert!(is_within(owner, &zone.origin), "{line} is not within {}", zone.origin);
            }
        }
    }

    #[test]
    fn every_forward_line_found_its_zone() {
        let zones = all();
        let scenarios = scenarios::all();
        for (scenario, family) in members(&scenarios) {
            for host in scenario.hosts.iter().filter(|host| host.has(family)) {
                for line in filled(scenario, &host.forward, family, host.number) {
                    assert!(zones.iter().any(|zone| zone.lines.contains(&line)), "{line} is nowhere");
                }
            }
        }
    }
}

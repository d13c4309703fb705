//! The blocklists of `data/dnsbl.toml`, served by rbldnsd: most are sound and list nobody but the test points.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::Result;
use toml::{Table, Value};

use super::hosts::HOSTS;
use crate::daemons::{Daemon, Draft, Ready, program, text};
use crate::operators::Operator;
use crate::scenario::Family;

/// The lists that the program knows.
const DATA: &str = include_str!("../../../../data/dnsbl.toml");
/// The lists that list the host of `listed-example.com`.
const LISTING: [&str; 2] = ["zen.spamhaus.org", "bl.spamcop.net"];
/// The list of names that lists `listed-example.com`.
const LISTING_NAMES: &str = "dbl.spamhaus.org";
/// The host that is listed.
const LISTED: u8 = 37;
/// A list that lists every address, as a zone does that somebody parked.
const WILDCARD: &str = "bl.0spam.org";
/// Lists that answer everything with an error code.
const REFUSING: [&str; 2] = ["b.barracudacentral.org", "bl.score.senderscore.com"];
/// Kinds of lists that are asked by address.
const BY_ADDRESS: [&str; 5] = ["ip", "ip-allow", "ip-range", "asn", "ip+domain"];
/// Kinds of lists that are asked by name.
const BY_NAME: [&str; 3] = ["domain", "domain-allow", "ip+domain"];

/// A list and the kinds of its data.
struct List {
    /// Its zone, without the final dot.
    zone: String,
    /// Whether it is asked by IPv4 address.
    v4: bool,
    /// Whether it is asked by IPv6 address.
    v6: bool,
    /// Whether it is asked by name.
    names: bool,
}

/// The lists that answer in the world: all that need no key and are not dead.
fn lists() -> &'static [List] {
    static LISTS: OnceLock<Vec<List>> = OnceLock::new();
    LISTS.get_or_init(|| {
        let table: Table = DATA.parse().expect("data/dnsbl.toml is TOML");
        let rows = table.get("list").and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| {
            let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
            let flag = |key: &str| row.get(key).and_then(Value::as_bool).unwrap_or_default();
            let (zone, kind) = (text("zone"), text("type"));
            let by_address = BY_ADDRESS.contains(&kind);
            let names = BY_NAME.contains(&kind);
            let serves = !zone.contains('{') && text("status") != "dead" && (by_address || names);
            serves.then(|| List {
                zone: zone.into(),
                v4: by_address && !flag("ipv6_only"),
                v6: by_address && flag("ipv6"),
                names,
            })
        })
        .collect()
    })
}

/// The names of the lists' zones, absolute.
pub(crate) fn delegations() -> impl Iterator<Item = String> {
    lists().iter().map(|list| format!("{}.", list.zone))
}

/// The zone specifications of one list: `ZONE:TYPE:FILES`, the first with the zone's SOA.
fn specifications(list: &List) -> Vec<String> {
    let zone = list.zone.as_str();
    if REFUSING.contains(&zone) {
        return vec![format!("{zone}:ip4set:apex,refusing")];
    }
    if zone == WILDCARD {
        return vec![format!("{zone}:ip4set:apex,everybody")];
    }
    let listing = LISTING.contains(&zone);
    let mut specifications = Vec::new();
    if list.v4 {
        let more = if listing { ",listed4" } else { "" };
        specifications.push(format!("{zone}:ip4set:apex,test4{more}"));
    }
    if list.v6 {
        let more = if listing { ",listed6" } else { "" };
        let apex = if list.v4 { "" } else { "apex," };
        specifications.push(format!("{zone}:ip6trie:{apex}test6{more}"));
    }
    if list.names {
        let more = if zone == LISTING_NAMES { ",listed-names" } else { "" };
        let apex = if list.v4 || list.v6 { "" } else { "apex," };
        let code = if zone == LISTING_NAMES { "test-names-spamhaus" } else { "test-names" };
        specifications.push(format!("{zone}:dnset:{apex}{code}{more}"));
    }
    specifications
}

/// rbldnsd with all lists.
pub(super) fn rbldnsd(state: &Path) -> Result<(Daemon, Vec<Draft>)> {
    let folder = state.join("rbldnsd");
    let addresses = Operator::Blocklists.addresses();
    let mut line = vec![program("rbldnsd")?, "-n".into(), "-u".into(), "rbldns".into(), "-w".into(), text(&folder)];
    line.extend(addresses.iter().flat_map(|address| ["-b".into(), format!("{address}/53")]));
    line.extend(lists().iter().flat_map(specifications));
    let listed = HOSTS.iter().find(|host| host.number == LISTED);
    let listed = |family: Family| listed.map_or_else(String::new, |host| host.address(family).to_string());
    let files = [
        (
            "apex",
            "$SOA 300 ns1.blocklists-example.org. hostmaster.blocklists-example.org. 1 600 300 86400 300\n\
             $NS 300 ns1.blocklists-example.org. ns2.blocklists-example.org.\n"
                .to_owned(),
        ),
        // RFC 5782 5: the test points.
        ("test4", ":127.0.0.2:Test\n127.0.0.2\n".to_owned()),
        ("test6", ":127.0.0.2:Test\n::ffff:7f00:2\n".to_owned()),
        ("test-names", ":127.0.0.2:Test\nTEST\n".to_owned()),
        ("test-names-spamhaus", ":127.0.1.2:Test\nTEST\n".to_owned()),
        ("listed4", format!(":127.0.0.2:Listed, see https://blocklists-example.org/?$\n{}\n", listed(Family::V4))),
        ("listed6", format!(":127.0.0.2:Listed, see https://blocklists-example.org/?$\n{}\n", listed(Family::V6))),
        ("listed-names", ":127.0.1.2:Listed\n.listed-example.com\n".to_owned()),
        ("everybody", ":127.0.0.2:This domain is for sale\n0/1\n128/1\n".to_owned()),
        ("refusing", ":127.255.255.255:Too many queries\n0/1\n128/1\n".to_owned()),
    ];
    let drafts = files.into_iter().map(|(name, text)| (Path::new("rbldnsd").join(name), text)).collect();
    let daemon = Daemon { name: "rbldnsd".into(), line, ready: Ready::Zone(addresses[0], format!("{}.", LISTING[0])) };
    Ok((daemon, drafts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_with_faults_are_among_the_programs() {
        for zone in LISTING.iter().chain(&REFUSING).chain(&[WILDCARD, LISTING_NAMES]) {
            assert!(lists().iter().any(|list| list.zone == *zone), "{zone} is not in data/dnsbl.toml");
        }
    }
}

//! Who runs which server: the address plan of the world.
//!
//! Above the holders the addresses are the real ones, so that a program with built-in hints finds its way. Below them
//! they are globally reachable addresses picked for the lab: special-use ones would be refused as targets.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::liar::Behavior;

/// One operator: one daemon with its own zones, so that every cut between two operators is a real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operator {
    /// The 13 root servers, which serve `arpa` at the same addresses (as in reality) and an *unsigned* root.
    Root,
    /// Two other root servers with the same root zone, signed by the world's own key.
    SignedRoot,
    /// `in-addr.arpa` and `ip6.arpa`.
    Infrastructure,
    /// `com`, `net`, `org`.
    Tld,
    /// RIPE NCC: `193.in-addr.arpa`, `0.a.2.ip6.arpa`.
    Ripe,
    /// APNIC's first server: `203.in-addr.arpa`, `0.4.2.ip6.arpa`.
    ApnicOne,
    /// APNIC's second server, which may hold other data than the first.
    ApnicTwo,
    /// The hosting company's first server.
    Alpha,
    /// The hosting company's second server.
    Beta,
    /// The operator of the forward names. It refuses every reverse zone.
    Gamma,
    /// A customer of the hosting company (RFC 2317 children).
    Delta,
    /// A name server that also recurses for everyone (Unbound with an `auth-zone`).
    Open,
    /// The operator of the mail domains, whose server signs by itself.
    Knot,
    /// The operator of all blocklists.
    Blocklists,
    /// The lying server, in one of its ways.
    Liar(Behavior),
}

impl Operator {
    /// The operators that run NSD, in start order.
    pub(crate) const NSD: [Self; 11] = [
        Self::Root,
        Self::SignedRoot,
        Self::Infrastructure,
        Self::Tld,
        Self::Ripe,
        Self::ApnicOne,
        Self::ApnicTwo,
        Self::Alpha,
        Self::Beta,
        Self::Gamma,
        Self::Delta,
    ];

    /// The folder of the operator's daemon under the state directory.
    pub(crate) fn folder(self) -> String {
        match self {
            Self::Root => "root".into(),
            Self::SignedRoot => "signed-root".into(),
            Self::Infrastructure => "infrastructure".into(),
            Self::Tld => "tld".into(),
            Self::Ripe => "ripe".into(),
            Self::ApnicOne => "apnic-1".into(),
            Self::ApnicTwo => "apnic-2".into(),
            Self::Alpha => "alpha".into(),
            Self::Beta => "beta".into(),
            Self::Gamma => "gamma".into(),
            Self::Delta => "delta".into(),
            Self::Open => "open".into(),
            Self::Knot => "knot".into(),
            Self::Blocklists => "rbldnsd".into(),
            Self::Liar(behavior) => format!("liar-{}", behavior.word()),
        }
    }

    /// Every address the operator answers on, each once.
    pub(crate) fn addresses(self) -> Vec<IpAddr> {
        let mut addresses: Vec<IpAddr> = name_servers()
            .into_iter()
            .filter(|server| server.operator == Some(self))
            .flat_map(|server| server.addresses)
            .collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }
}

/// A name server's name and its addresses.
#[derive(Clone, Debug)]
pub(crate) struct NameServer {
    /// The name, absolute.
    pub(crate) name: String,
    /// The addresses its name resolves to.
    pub(crate) addresses: Vec<IpAddr>,
    /// Who answers there; `None` where nobody ever does.
    pub(crate) operator: Option<Operator>,
}

impl NameServer {
    /// The address records of the name, one per line.
    pub(crate) fn records(&self) -> String {
        let mut text = String::new();
        for address in &self.addresses {
            let kind = if address.is_ipv4() { "A" } else { "AAAA" };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {kind} {address}", self.name);
        }
        text
    }
}

/// The root servers by letter: IANA's root hints of 2024.
const ROOTS: [(char, &str, &str); 13] = [
    ('a', "198.41.0.4", "2001:503:ba3e::2:30"),
    ('b', "170.247.170.2", "2801:1b8:10::b"),
    ('c', "192.33.4.12", "2001:500:2::c"),
    ('d', "199.7.91.13", "2001:500:2d::d"),
    ('e', "192.203.230.10", "2001:500:a8::e"),
    ('f', "192.5.5.241", "2001:500:2f::f"),
    ('g', "192.112.36.4", "2001:500:12::d0d"),
    ('h', "198.97.190.53", "2001:500:1::53"),
    ('i', "192.36.148.17", "2001:7fe::53"),
    ('j', "192.58.128.30", "2001:503:c27::2:30"),
    ('k', "193.0.14.129", "2001:7fd::1"),
    ('l', "199.7.83.42", "2001:500:9f::42"),
    ('m', "202.12.27.33", "2001:dc3::35"),
];

/// Servers with fixed names, by operator.
const NAMED: &[(&str, &str, &str, Option<Operator>)] = &[
    ("a.signed-root.net.", "193.201.8.53", "2a0e:b208::53", Some(Operator::SignedRoot)),
    ("b.signed-root.net.", "193.201.9.53", "2a0e:b209::53", Some(Operator::SignedRoot)),
    ("a.in-addr-servers.arpa.", "199.180.182.53", "2620:37:e000::53", Some(Operator::Infrastructure)),
    ("b.in-addr-servers.arpa.", "199.253.183.183", "2001:500:87::87", Some(Operator::Infrastructure)),
    ("c.in-addr-servers.arpa.", "196.216.169.10", "2001:43f8:110::10", Some(Operator::Infrastructure)),
    ("d.in-addr-servers.arpa.", "200.10.60.53", "2001:13c7:7010::53", Some(Operator::Infrastructure)),
    ("e.in-addr-servers.arpa.", "203.119.86.101", "2001:dd8:6::101", Some(Operator::Infrastructure)),
    ("f.in-addr-servers.arpa.", "193.0.9.1", "2001:67c:e0::1", Some(Operator::Infrastructure)),
    ("a.ip6-servers.arpa.", "199.180.182.53", "2620:37:e000::53", Some(Operator::Infrastructure)),
    ("b.ip6-servers.arpa.", "199.253.182.182", "2001:500:86::86", Some(Operator::Infrastructure)),
    ("c.ip6-servers.arpa.", "196.216.169.11", "2001:43f8:110::11", Some(Operator::Infrastructure)),
    ("d.ip6-servers.arpa.", "200.7.86.53", "2001:13c7:7012::53", Some(Operator::Infrastructure)),
    ("e.ip6-servers.arpa.", "203.119.86.101", "2001:dd8:6::101", Some(Operator::Infrastructure)),
    ("f.ip6-servers.arpa.", "193.0.9.2", "2001:67c:e0::2", Some(Operator::Infrastructure)),
    ("a.gtld-servers.net.", "192.5.6.30", "2001:503:a83e::2:30", Some(Operator::Tld)),
    ("b.gtld-servers.net.", "192.33.14.30", "2001:503:231d::2:30", Some(Operator::Tld)),
    ("pri.authdns.ripe.net.", "193.0.9.5", "2001:67c:e0::5", Some(Operator::Ripe)),
    ("manus.authdns.ripe.net.", "193.0.9.7", "2001:67c:e0::7", Some(Operator::Ripe)),
    ("ns1.apnic.net.", "202.12.29.25", "2001:dc0:2001:0:4608::25", Some(Operator::ApnicOne)),
    ("ns4.apnic.net.", "202.12.31.53", "2001:dd8:12::53", Some(Operator::ApnicTwo)),
    ("ns1.hosting-example.net.", "193.201.1.53", "2a0e:b201::53", Some(Operator::Alpha)),
    ("ns2.hosting-example.net.", "193.201.2.53", "2a0e:b202::53", Some(Operator::Beta)),
    ("ns3.hosting-example.net.", "193.201.7.53", "2a0e:b207::53", Some(Operator::Alpha)),
    ("open.hosting-example.net.", "193.201.10.53", "2a0e:b210::53", Some(Operator::Open)),
    ("ns1.names-example.org.", "193.201.3.53", "2a0e:b203::53", Some(Operator::Gamma)),
    ("ns2.names-example.org.", "193.201.4.53", "2a0e:b204::53", Some(Operator::Gamma)),
    ("ns1.customer-example.com.", "193.201.5.53", "2a0e:b205::53", Some(Operator::Delta)),
    ("ns2.customer-example.com.", "193.201.6.53", "2a0e:b206::53", Some(Operator::Delta)),
    ("ns1.knot-example.com.", "193.201.11.53", "2a0e:b211::53", Some(Operator::Knot)),
    ("ns2.knot-example.com.", "193.201.12.53", "2a0e:b212::53", Some(Operator::Knot)),
    ("ns1.blocklists-example.org.", "193.201.13.53", "2a0e:b213::53", Some(Operator::Blocklists)),
    ("ns2.blocklists-example.org.", "193.201.14.53", "2a0e:b214::53", Some(Operator::Blocklists)),
    // Addresses that nobody in the world has: connecting fails locally, which must not be taken for silence.
    ("unroutable1.hosting-example.net.", "193.204.1.53", "2a0e:b401::53", None),
    ("unroutable2.hosting-example.net.", "193.204.2.53", "2a0e:b402::53", None),
    // Addresses that no one can have.
    ("private1.hosting-example.net.", "10.0.0.53", "fd00::53", None),
    ("private2.hosting-example.net.", "192.168.7.53", "fd00:7::53", None),
];

/// Every name server of the world.
pub(crate) fn name_servers() -> Vec<NameServer> {
    let mut servers = Vec::new();
    for (letter, v4, v6) in ROOTS {
        servers.push(server(format!("{letter}.root-servers.net."), v4, v6, Some(Operator::Root)));
        // RFC 9120 named twelve servers of arpa; J is not among them.
        if letter != 'j' {
            servers.push(server(format!("{letter}.ns.arpa."), v4, v6, Some(Operator::Root)));
        }
    }
    for (name, v4, v6, operator) in NAMED {
        servers.push(server((*name).into(), v4, v6, *operator));
    }
    // Some stand where a mail server is looked for.
    for (index, behavior) in (1..).zip(Behavior::ALL).filter(|(_, behavior)| behavior.is_name_server()) {
        // Two addresses far apart, so that no finding about a single server gets in the way.
        for (letter, third) in [('a', 202), ('b', 203)] {
            servers.push(NameServer {
                name: liar_name(letter, behavior),
                addresses: vec![
                    Ipv4Addr::new(193, third, index, 53).into(),
                    Ipv6Addr::new(0x2a0e, 0xb300 | u16::from(index), u16::from(third), 0, 0, 0, 0, 0x53).into(),
                ],
                operator: Some(Operator::Liar(behavior)),
            });
        }
    }
    servers
}

/// The name of one of the two addresses of a way of lying.
fn liar_name(letter: char, behavior: Behavior) -> String {
    format!("{letter}.{}.liar-example.net.", behavior.word())
}

/// Both names of a way of lying.
pub(crate) fn liars(behavior: Behavior) -> [String; 2] {
    [liar_name('a', behavior), liar_name('b', behavior)]
}

/// One row of the tables above; they hold literals, so a typing error there ends the program at once.
fn server(name: String, v4: &str, v6: &str, operator: Option<Operator>) -> NameServer {
    let addresses =
        [v4, v6].into_iter().map(|text| text.parse().expect("the address plan holds valid addresses")).collect();
    NameServer { name, addresses, operator }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_belongs_to_two_operators() {
        let servers = name_servers();
        for one in &servers {
            for other in servers.iter().filter(|other| other.operator != one.operator) {
                assert!(
                    one.addresses.iter().all(|address| !other.addresses.contains(address)),
                    "{} and {} share an address",
                    one.name,
                    other.name
                );
            }
        }
    }
}

//! A scenario: one block per family, what its parent says, what its servers say, and what must be found.
//!
//! Texts are zone lines with absolute names and placeholders, so that IPv4 and IPv6 share them:
//!
//! | placeholder | stands for |
//! |---|---|
//! | `{z}` | the reverse zone of the block |
//! | `{n}` | the scenario's name |
//! | `{h}`, `{h10}` | the reverse name of the host at hand, of host 10 |
//! | `{a}`, `{a10}` | the address of the host at hand, of host 10 |
//! | `{-}` | that address with dashes |
//! | `{below}` | the labels of the host's reverse name below the zone |
//! | `{A}` | `A` or `AAAA`, as the family has it |
//! | `{bad}`, `{private}` | another address of the family, a private one |
//! | `{B}`, `{b}` | type and an address of the other family |

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::cases::{Expect, pass};
use crate::operators::Operator;

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both, IPv4 first.
    pub(crate) const BOTH: [Self; 2] = [Self::V4, Self::V6];
}

/// Whose space a block is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registry {
    /// RIPE NCC: both its servers hold the same data.
    Ripe,
    /// APNIC: two servers that may disagree.
    Apnic,
}

/// How a zone is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// The parent's DS matches the zone's key.
    Sound,
    /// The parent's DS is of a key that the zone does not have.
    WrongDs,
    /// The signatures ended long ago.
    Expired,
}

/// One address of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// The last octet, or the last 16 bits written with the same digits.
    pub(crate) number: u8,
    /// What is special about it.
    pub(crate) what: String,
    /// Lines for the block's zone, at each of its servers.
    pub(crate) records: String,
    /// Lines for the zones of forward names.
    pub(crate) forward: String,
    /// What must be found.
    pub(crate) expect: Expect,
    /// What must be found under the signed root, where the case is run there too.
    pub(crate) signed: Option<Expect>,
    /// The only family it exists in.
    pub(crate) only: Option<Family>,
    /// The mail server's greeting name; an empty one means a server that never greets.
    pub(crate) greeting: Option<&'static str>,
}

impl Host {
    /// Whether the host exists in a family.
    pub(crate) fn has(&self, family: Family) -> bool {
        self.only.is_none_or(|only| only == family)
    }
}

/// A zone at some servers, before its placeholders are filled in.
#[derive(Clone, Debug)]
pub(crate) struct ZoneText {
    /// Who serves it.
    pub(crate) servers: Vec<Operator>,
    /// Its name.
    pub(crate) origin: String,
    /// Its lines, without SOA.
    pub(crate) text: String,
}

/// One block per family, and all about it.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// Two decimal digits, the same in both families.
    pub(crate) number: u8,
    /// A label.
    pub(crate) name: &'static str,
    /// Whose space.
    pub(crate) registry: Registry,
    /// The only family it exists in.
    pub(crate) only: Option<Family>,
    /// Lines for the registry's zone.
    pub(crate) parent: String,
    /// The registry's servers that know these lines; empty means all.
    pub(crate) parent_only: Option<Operator>,
    /// Name server lines at the apex of the block's zone.
    apex: String,
    /// The zones its servers hold.
    pub(crate) zones: Vec<ZoneText>,
    /// Its addresses.
    pub(crate) hosts: Vec<Host>,
    /// How the block's zone is signed.
    pub(crate) signing: Option<Signing>,
}

/// Starts a scenario in RIPE NCC's space, not yet delegated.
pub(crate) fn scenario(number: u8, name: &'static str) -> Scenario {
    Scenario {
        number,
        name,
        registry: Registry::Ripe,
        only: None,
        parent: String::new(),
        parent_only: None,
        apex: String::new(),
        zones: Vec::new(),
        hosts: Vec::new(),
        signing: None,
    }
}

impl Scenario {
    /// Exists in one family only.
    pub(crate) fn only(mut self, family: Family) -> Self {
        self.only = Some(family);
        self
    }

    /// Lies in another registry's space.
    pub(crate) fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// The servers that parent and child list.
    pub(crate) fn listed<S: AsRef<str>>(mut self, servers: &[S]) -> Self {
        self.apex = name_server_lines("{z}", servers);
        self.parent += &self.apex.clone();
        self
    }

    /// The servers that the child lists, where they are not the parent's.
    pub(crate) fn child_lists(mut self, servers: &[&str]) -> Self {
        self.apex = name_server_lines("{z}", servers);
        self
    }

    /// More lines for the registry's zone.
    pub(crate) fn parent(mut self, text: &str) -> Self {
        self.parent += text;
        self.parent.push('\n');
        self
    }

    /// Only this server of the registry knows the delegation.
    pub(crate) fn parent_only(mut self, server: Operator) -> Self {
        self.parent_only = Some(server);
        self
    }

    /// The block's zone, with its name servers and these lines, at these servers.
    pub(crate) fn at(mut self, servers: &[Operator], text: &str) -> Self {
        let text = format!("{}{text}\n", self.apex);
        self.zones.push(ZoneText { servers: servers.to_vec(), origin: "{z}".into(), text });
        self
    }

    /// Another zone, with exactly these lines, at these servers.
    pub(crate) fn zone(mut self, servers: &[Operator], origin: &str, text: &str) -> Self {
        self.zones.push(ZoneText { servers: servers.to_vec(), origin: origin.into(), text: text.into() });
        self
    }

    /// Signs the block's zone.
    pub(crate) fn signed(mut self, signing: Signing) -> Self {
        self.signing = Some(signing);
        self
    }

    /// An address with its own records.
    pub(crate) fn host(mut self, number: u8, what: &str, records: &str, forward: &str, expect: Expect) -> Self {
        self.hosts.push(Host {
            number,
            what: what.into(),
            records: records.into(),
            forward: forward.into(),
            expect,
            signed: None,
            only: None,
            greeting: None,
        });
        self
    }

    /// Host 10 with the PTR `mx.NAME.example.com`, which leads back.
    pub(crate) fn mx(self, what: &str, expect: Expect) -> Self {
        let forward = "mx.{n}.example.com. {A} {a}";
        self.host(10, what, "{h} PTR mx.{n}.example.com.", forward, expect)
    }

    /// Host 10 whose PTR, if any, is not the business of the block's own zone; the forward name leads back.
    pub(crate) fn mx_elsewhere(self, what: &str, expect: Expect) -> Self {
        self.host(10, what, "", "mx.{n}.example.com. {A} {a}", expect)
    }

    /// The last host exists in one family only.
    pub(crate) fn host_only(mut self, family: Family) -> Self {
        self.last().only = Some(family);
        self
    }

    /// The last host runs a mail server that greets with a name.
    pub(crate) fn greets(mut self, name: &'static str) -> Self {
        self.last().greeting = Some(name);
        self
    }

    /// The last host is judged under the signed root too.
    pub(crate) fn under_signed_root(mut self, expect: Expect) -> Self {
        self.last().signed = Some(expect);
        self
    }

    /// The last host; the tables always add one before they describe it.
    fn last(&mut self) -> &mut Host {
        self.hosts.last_mut().expect("a host comes before its attributes")
    }

    /// Whether the scenario exists in a family.
    pub(crate) fn has(&self, family: Family) -> bool {
        self.only.is_none_or(|only| only == family)
    }

    /// The zone of the block: a /24 or a /32.
    pub(crate) fn origin(&self, family: Family) -> String {
        let name = reverse_name(self.address(family, 0));
        // One label for the last octet, 24 for the last 96 bits.
        let labels = if family == Family::V4 { 1 } else { 24 };
        name.split_inclusive('.').skip(labels).collect()
    }

    /// The address of a host.
    pub(crate) fn address(&self, family: Family, number: u8) -> IpAddr {
        let apnic = self.registry == Registry::Apnic;
        match family {
            Family::V4 => Ipv4Addr::new(if apnic { 203 } else { 193 }, 200, self.number, number).into(),
            Family::V6 => {
                let first = if apnic { 0x2400 } else { 0x2a0e };
                Ipv6Addr::new(first, 0xb100 | digits(self.number), 0, 0, 0, 0, 0, digits(number)).into()
            }
        }
    }

    /// Fills the placeholders of a text in, for one family and the host at hand.
    pub(crate) fn fill(&self, text: &str, family: Family, host: u8) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (key, tail) = after.split_once('}').expect("a placeholder ends");
            filled += before;
            filled += &self.placeholder(key, family, host);
            rest = tail;
        }
        filled + rest
    }

    /// The value of one placeholder.
    fn placeholder(&self, key: &str, family: Family, host: u8) -> String {
        let v4 = family == Family::V4;
        let pick = |four: &str, six: &str| if v4 { four.to_owned() } else { six.to_owned() };
        match key {
            "z" => self.origin(family),
            "n" => self.name.into(),
            "h" => reverse_name(self.address(family, host)),
            "a" => self.address(family, host).to_string(),
            "-" => dashed(self.address(family, host)),
            "below" => {
                let name = reverse_name(self.address(family, host));
                name.strip_suffix(&self.origin(family)).unwrap_or_default().trim_end_matches('.').into()
            }
            "A" => pick("A", "AAAA"),
            "bad" => pick("193.200.99.99", "2a0e:b199::99"),
            "private" => pick("10.0.0.5", "fd00::5"),
            "B" => pick("AAAA", "A"),
            "b" => pick("2a0e:b199::99", "193.200.99.99"),
            _ => {
                let (kind, number) = key.split_at(1);
                let number = number.parse().unwrap_or_else(|_| panic!("no placeholder {{{key}}}"));
                match kind {
                    "h" => reverse_name(self.address(family, number)),
                    "a" => self.address(family, number).to_string(),
                    _ => panic!("no placeholder {{{key}}}"),
                }
            }
        }
    }
}

/// The NS lines of a zone.
pub(crate) fn name_server_lines(origin: &str, servers: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for server in servers {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{origin} NS {}", server.as_ref());
    }
    text
}

/// A name that confirms: the lines most scenarios do not care about.
pub(crate) fn plain_host(scenario: Scenario) -> Scenario {
    scenario.mx("delegated and confirmed", pass())
}

/// The number whose hexadecimal digits are the decimal digits of another, so that both families read alike.
fn digits(number: u8) -> u16 {
    let number = u16::from(number);
    ((number / 100) << 8) | ((number / 10 % 10) << 4) | (number % 10)
}

/// The absolute reverse name of an address.
pub(crate) fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(address) => {
            let mut name = String::new();
            for octet in address.octets().iter().rev() {
                // Writing to a string cannot fail.
                let _ = write!(name, "{:x}.{:x}.", octet & 15, octet >> 4);
            }
            name + "ip6.arpa."
        }
    }
}

/// An address written as one label.
fn dashed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string().replace('.', "-"),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:04x}"));
            groups.join("-")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_read_alike_in_both_families() {
        let one = scenario(12, "half");
        assert_eq!(
            one.fill("{h10} PTR mx.{n}.example.com.", Family::V4, 0),
            "10.12.200.193.in-addr.arpa. PTR mx.half.example.com."
        );
        assert_eq!(one.origin(Family::V6), "2.1.1.b.e.0.a.2.ip6.arpa.");
        assert_eq!(one.fill("{a}", Family::V6, 10), "2a0e:b112::10");
        assert_eq!(one.fill("{a}", Family::V6, 130), "2a0e:b112::130");
    }
}

//! Where questions begin: the root servers, and the resolvers of this machine.

use crate::settings::RootHint;
use ptrust_names::Name;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::str::FromStr;

/// The root servers (IANA named.root of 2024): name, IPv4 and IPv6 address.
const ROOT_SERVERS: [(&str, &str, &str); 13] = [
    ("a.root-servers.net", "198.41.0.4", "2001:503:ba3e::2:30"),
    ("b.root-servers.net", "170.247.170.2", "2801:1b8:10::b"),
    ("c.root-servers.net", "192.33.4.12", "2001:500:2::c"),
    ("d.root-servers.net", "199.7.91.13", "2001:500:2d::d"),
    ("e.root-servers.net", "192.203.230.10", "2001:500:a8::e"),
    ("f.root-servers.net", "192.5.5.241", "2001:500:2f::f"),
    ("g.root-servers.net", "192.112.36.4", "2001:500:12::d0d"),
    ("h.root-servers.net", "198.97.190.53", "2001:500:1::53"),
    ("i.root-servers.net", "192.36.148.17", "2001:7fe::53"),
    ("j.root-servers.net", "192.58.128.30", "2001:503:c27::2:30"),
    ("k.root-servers.net", "193.0.14.129", "2001:7fd::1"),
    ("l.root-servers.net", "199.7.83.42", "2001:500:9f::42"),
    ("m.root-servers.net", "202.12.27.33", "2001:dc3::35"),
];

/// A hints file's size at most. IANA's has 3.3 KB.
const MAX_TEXT: usize = 64 * 1024;
/// Root server addresses taken of a file at most; the real root has 26.
const MAX_HINTS: usize = 64;
/// Resolvers taken of resolv.conf, as the C library does (`MAXNS`).
const MAX_RESOLVERS: usize = 3;
/// Size of resolv.conf that is read.
const MAX_RESOLV_CONF: usize = 64 * 1024;
/// DNS over UDP and TCP (RFC 1035 4.2).
const DNS_PORT: u16 = 53;

/// Why a root hints file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HintsError {
    /// A line that is no record of the kinds in such files.
    #[error("line {line}: {fault}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// No name server of the root has an address.
    #[error("no root server with an address")]
    NoServers,
    /// The file is far longer than such files are.
    #[error("the file is longer than {MAX_TEXT} octets")]
    TooLong,
    /// More addresses than a root has.
    #[error("more than {MAX_HINTS} addresses")]
    TooMany,
}

/// What is wrong with a line of a root hints file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// The data of A or AAAA is no such address.
    #[error("not an address of this type")]
    Address,
    /// Something that zone files may hold and root hints do not.
    #[error("not an NS, A or AAAA record")]
    Kind,
    /// A name that breaks the rules of names.
    #[error("not a domain name")]
    Name,
    /// NS of something other than the root.
    #[error("NS of a name other than the root")]
    NotRoot,
    /// Too few or too many words.
    #[error("not OWNER [TTL] [IN] TYPE DATA")]
    Shape,
}

/// The built-in root hints.
pub fn root_hints() -> Vec<RootHint> {
    let mut hints = Vec::with_capacity(2 * ROOT_SERVERS.len());
    for (name, v4, v6) in ROOT_SERVERS {
        let name: Name = name.parse().expect("built-in names are names");
        for address in [v4, v6] {
            let address = address.parse().expect("built-in addresses are addresses");
            hints.push(RootHint { name: name.clone(), address });
        }
    }
    hints
}

/// Reads root hints in the zone file form of IANA's `named.root`: `. NS x`, `x A y`, `x AAAA y`, with TTL, class,
/// comments and omitted owners. Names are absolute with or without the dot.
///
/// # Errors
/// On the first line that is something else, and when no root server has an address.
pub fn parse_root_hints(text: &str) -> Result<Vec<RootHint>, HintsError> {
    if text.len() > MAX_TEXT {
        return Err(HintsError::TooLong);
    }
    let (mut servers, mut addresses) = (Vec::new(), Vec::new());
    let mut owner = None;
    for (index, line) in text.lines().enumerate() {
        let fault = |fault| HintsError::Line { line: index + 1, fault };
        match read_line(line, &mut owner).map_err(fault)? {
            None => {}
            Some(Hint::Server(name)) => servers.push(name),
            Some(Hint::Address(name, address)) => addresses.push(RootHint { name, address }),
        }
    }
    addresses.retain(|hint| servers.contains(&hint.name));
    match addresses.len() {
        0 => Err(HintsError::NoServers),
        length if length > MAX_HINTS => Err(HintsError::TooMany),
        _ => Ok(addresses),
    }
}

/// What one line of a hints file says.
enum Hint {
    /// A name server of the root.
    Server(Name),
    /// An address of a name.
    Address(Name, IpAddr),
}

/// Reads one line; `owner` is that of the line before, for lines that begin with white space.
fn read_line(line: &str, owner: &mut Option<Name>) -> Result<Option<Hint>, LineFault> {
    let line = line.split(';').next().unwrap_or_default();
    let mut words = line.split_ascii_whitespace().peekable();
    let Some(first) = words.peek().copied() else {
        return Ok(None);
    };
    if first == "$TTL" {
        return Ok(None);
    }
    if !line.starts_with([' ', '\t']) {
        *owner = Some(name(first)?);
        words.next();
    }
    let name_of_line = owner.clone().ok_or(LineFault::Shape)?;
    while words
        .next_if(|word| word.eq_ignore_ascii_case("IN") || word.starts_with(|c: char| c.is_ascii_digit()))
        .is_some()
    {}
    let (Some(rtype), Some(data), None) = (words.next(), words.next(), words.next()) else {
        return Err(LineFault::Shape);
    };
    let address = match rtype.to_ascii_uppercase().as_str() {
        "NS" if name_of_line.is_root() => {
            return name(data).map(|server| Some(Hint::Server(server)));
        }
        "NS" => return Err(LineFault::NotRoot),
        "A" => data.parse().map(IpAddr::V4).map_err(|_| LineFault::Address)?,
        "AAAA" => data.parse().map(IpAddr::V6).map_err(|_| LineFault::Address)?,
        _ => return Err(LineFault::Kind),
    };
    Ok(Some(Hint::Address(name_of_line, address)))
}

/// A name of a hints file; `@` is the origin, which is the root.
fn name(text: &str) -> Result<Name, LineFault> {
    if text == "@" { Ok(Name::root()) } else { Name::from_str(text).map_err(|_| LineFault::Name) }
}

/// The resolvers of this machine, from `/etc/resolv.conf`; `127.0.0.1:53` when it names none (resolv.conf(5)).
pub fn system_resolvers() -> Vec<SocketAddr> {
    let mut text = String::new();
    if let Ok(file) = std::fs::File::open("/etc/resolv.conf") {
        // A file cut here, or with octets that are no text, is used as far as it goes.
        let _ = std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_RESOLV_CONF as u64), &mut text);
    }
    resolvers_of(&text)
}

/// The name servers of a resolv.conf text.
fn resolvers_of(text: &str) -> Vec<SocketAddr> {
    let servers = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()).flatten().and_then(resolver)
    });
    let servers: Vec<_> = servers.take(MAX_RESOLVERS).collect();
    if servers.is_empty() { vec![(std::net::Ipv4Addr::LOCALHOST, DNS_PORT).into()] } else { servers }
}

/// One name server: an address, IPv6 perhaps with a zone (`fe80::1%eth0`, RFC 4007 11).
fn resolver(text: &str) -> Option<SocketAddr> {
    if let Some((address, zone)) = text.split_once('%') {
        let address: Ipv6Addr = address.parse().ok()?;
        return Some(SocketAddrV6::new(address, DNS_PORT, 0, interface_index(zone)?).into());
    }
    Some(SocketAddr::new(text.parse().ok()?, DNS_PORT))
}

/// The index of a network interface, given as a number or a name.
fn interface_index(zone: &str) -> Option<u32> {
    if let Ok(index) = zone.parse() {
        return Some(index);
    }
    if zone.is_empty() || zone.contains(['/', '.']) {
        return None;
    }
    std::fs::read_to_string(format!("/sys/class/net/{zone}/ifindex")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_letters_have_both_families() {
        let hints = root_hints();
        assert_eq!(hints.len(), 26);
        assert_eq!(hints.iter().filter(|hint| hint.address.is_ipv4()).count(), 13);
        assert_eq!(hints.iter().map(|hint| hint.name.to_string()).collect::<std::collections::BTreeSet<_>>().len(), 13);
    }

    #[test]
    fn the_form_of_named_root_is_read() {
        let text = ";  This file holds the information on root name servers\n\
            ;       last update:     October 01, 2026\n\
            .                        3600000      NS    A.ROOT-SERVERS.NET.\n\
            A.ROOT-SERVERS.NET.      3600000      A     192.0.2.1\n\
            A.ROOT-SERVERS.NET.      3600000      AAAA  2001:db8::1\n\
            \n\
            . IN 1d NS b ; the second\n\
            b IN A 192.0.2.2\n\
            \t AAAA 2001:db8::2\n\
            unlisted.example. A 192.0.2.3\n\
            ; End of file\n";
        let hints = parse_root_hints(text).expect("hints");
        let shown: Vec<_> = hints.iter().map(|hint| format!("{} {}", hint.name, hint.address)).collect();
        assert_eq!(
            shown,
            ["a.root-servers.net 192.0.2.1", "a.root-servers.net 2001:db8::1", "b 192.0.2.2", "b 2001:db8::2"]
        );
    }

    #[test]
    fn faults_name_their_line() {
        let fault = |text: &str| parse_root_hints(text).expect_err("a fault");
        let line = |line, fault| HintsError::Line { line, fault };
        assert_eq!(fault(""), HintsError::NoServers);
        assert_eq!(fault(". NS a.\n"), HintsError::NoServers);
        assert_eq!(fault(". NS a.\na. A 2001:db8::1\n"), line(2, LineFault::Address));
        assert_eq!(fault("\n. SOA a.\n"), line(2, LineFault::Kind));
        assert_eq!(fault("example. NS a.\n"), line(1, LineFault::NotRoot));
        assert_eq!(fault(". NS a. b.\n"), line(1, LineFault::Shape));
        assert_eq!(fault("  NS a.\n"), line(1, LineFault::Shape));
        assert_eq!(fault(". NS a..b\n"), line(1, LineFault::Name));
        assert_eq!(fault(&";".repeat(MAX_TEXT + 1)), HintsError::TooLong);
        let many = "a. A 192.0.2.1
"
        .repeat(MAX_HINTS + 1);
        assert_eq!(fault(&format!(". NS a.\n{many}")), HintsError::TooMany);
    }

    #[test]
    fn resolv_conf_is_read_as_the_c_library_does() {
        let shown = |text: &str| resolvers_of(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown("# nameserver 192.0.2.9\nsearch example\n"), ["127.0.0.1:53"]);
        assert_eq!(
            shown("nameserver 192.0.2.1\n nameserver\t2001:db8::1 \nnameserver fe80::1%7\nnameserver 192.0.2.2\n"),
            ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%7]:53"]
        );
        assert_eq!(shown("nameserver dns.example\nnameserver fe80::1%../x\n"), ["127.0.0.1:53"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[ .\\tA-Za-z0-9:;$@%\\n]{0,200}") {
            let _ = parse_root_hints(&text);
            prop_assert!(!resolvers_of(&text).is_empty());
        }
    }
}

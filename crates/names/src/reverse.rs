//! Names of addresses: in-addr.arpa (RFC 1035 3.5) and ip6.arpa (RFC 3596 2.5).

use crate::Name;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The PTR owner name of an address.
pub fn reverse_name(address: IpAddr) -> Name {
    let (host, suffix) = match address {
        IpAddr::V4(v4) => (v4.octets().iter().rev().map(u8::to_string).collect::<Vec<_>>(), "in-addr"),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            (nibbles.map(|nibble| format!("{nibble:x}")).collect(), "ip6")
        }
    };
    let labels = host.iter().map(String::as_str).chain([suffix, "arpa"]);
    Name::from_labels(labels).expect("octets and nibbles are short labels")
}

/// The root of a family's reverse tree: `in-addr.arpa` or `ip6.arpa`.
pub fn reverse_suffix(address: IpAddr) -> Name {
    let label: &[u8] = if address.is_ipv4() { b"in-addr" } else { b"ip6" };
    Name::from_labels([label, b"arpa"]).expect("two short labels")
}

/// The address whose PTR owner this is; `None` for shorter, longer or foreign names.
pub fn address_of_reverse(name: &Name) -> Option<IpAddr> {
    let block = zone_block(name)?;
    (block.prefix_len() == block.max_prefix_len()).then(|| block.addr())
}

/// The block that a reverse zone name covers: `113.0.203.in-addr.arpa` is 203.0.113.0/24, `8.b.d.0.1.0.0.2.ip6.arpa`
/// is 2001:db8::/32. `None` for names outside the tree and for RFC 2317 labels.
pub fn zone_block(name: &Name) -> Option<IpNet> {
    let labels: Vec<&[u8]> = name.labels().collect();
    let (tail, host) = (labels.get(labels.len().checked_sub(2)?..)?, labels.get(..labels.len() - 2)?);
    match tail {
        [b"in-addr", b"arpa"] => {
            let mut octets = [0; 4];
            for (slot, label) in octets.iter_mut().zip(host.iter().rev()) {
                *slot = parse_octet(label)?;
            }
            let len = u8::try_from(host.len()).ok().filter(|len| *len <= 4)?;
            Ipv4Net::new(Ipv4Addr::from(octets), len * 8).ok().map(IpNet::V4)
        }
        [b"ip6", b"arpa"] => {
            let len = u8::try_from(host.len()).ok().filter(|len| *len <= 32)?;
            let mut bits = 0u128;
            for label in host.iter().rev() {
                let &[digit] = *label else { return None };
                bits = bits << 4 | u128::from(char::from(digit).to_digit(16)?);
            }
            let bits = bits.checked_shl(128 - u32::from(len) * 4).unwrap_or(0);
            Ipv6Net::new(Ipv6Addr::from(bits), len * 4).ok().map(IpNet::V6)
        }
        _ => None,
    }
}

/// A decimal octet without leading zeros.
fn parse_octet(label: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(label).ok()?;
    let octet: u8 = text.parse().ok()?;
    (octet.to_string() == text).then_some(octet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zones_are_blocks() {
        let block = |text: &str| zone_block(&text.parse().expect("a name")).map(|block| block.to_string());
        assert_eq!(block("113.0.203.in-addr.arpa").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(block("8.b.d.0.1.0.0.2.ip6.arpa").as_deref(), Some("2001:db8::/32"));
        assert_eq!(block("in-addr.arpa").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(block("0/25.113.0.203.in-addr.arpa"), None);
        assert_eq!(block("013.0.203.in-addr.arpa"), None);
        assert_eq!(block("example.com"), None);
    }

    proptest! {
        #[test]
        fn addresses_round_trip(v4: u32, v6: u128) {
            for address in [IpAddr::from(Ipv4Addr::from(v4)), IpAddr::from(Ipv6Addr::from(v6))] {
                prop_assert_eq!(address_of_reverse(&reverse_name(address)), Some(address));
            }
        }
    }
}

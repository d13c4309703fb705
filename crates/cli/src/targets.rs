//! What is to be checked, as written by a user: addresses, blocks, host names, lists of them. Pure.

use ipnet::IpNet;
use ptrust_names::{HostFault, Name, address_of_reverse, host_fault, is_address_as_name};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bits of a block that may vary: a /24, a /120. Larger ones are for a scan.
const MAX_HOST_BITS: u8 = 8;
/// A list's length at most, in octets; some forty thousand targets.
pub(crate) const MAX_LIST: u64 = 1024 * 1024;

/// One target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// An address.
    Address(IpAddr),
    /// A block of at most 256 addresses.
    Block(IpNet),
    /// A host name, whose addresses are to be looked up.
    Host(Name),
}

/// Why a word is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    /// Nothing at all.
    #[error("an empty word is no target; name an address, a host or a block")]
    Empty,
    /// A path.
    #[error("{0}: the file does not exist, and it is no block")]
    File(String),
    /// Too many addresses.
    #[error("{0}: the block is larger than a /24 or /120; name a part of it")]
    Large(String),
    /// Letters beyond ASCII.
    #[error("{0}: write an internationalized name in its xn-- form")]
    NotAscii(String),
    /// Neither of the kinds.
    #[error("{0}: neither an address, nor a block, nor a host name")]
    Neither(String),
}

/// Reads one target. Reverse names stand for their address.
///
/// # Errors
/// When it is neither an address nor a block nor a host name, or the block is too large.
pub(crate) fn parse(text: &str) -> Result<Item, TargetError> {
    // What is shown again must not carry a terminal's control bytes.
    let shown = || ptrust_names::escape(text);
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(Item::Address(address.to_canonical()));
    }
    if let Ok(block) = text.parse::<IpNet>() {
        let large = block.max_prefix_len() - block.prefix_len() > MAX_HOST_BITS;
        return if large { Err(TargetError::Large(shown())) } else { Ok(Item::Block(block.trunc())) };
    }
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    if is_path(text) {
        return Err(TargetError::File(shown()));
    }
    if !text.is_ascii() {
        return Err(TargetError::NotAscii(shown()));
    }
    let name: Name = text.parse().map_err(|_| TargetError::Neither(shown()))?;
    if let Some(address) = address_of_reverse(&name) {
        return Ok(Item::Address(address));
    }
    let sound = matches!(host_fault(&name), None | Some(HostFault::Underscore));
    // No top-level domain is a number, so 300.1.1.1 and 10.1 are addresses gone wrong.
    let number = name.labels().next_back().is_none_or(|label| label.iter().all(u8::is_ascii_digit));
    if !sound || number || is_address_as_name(&name) {
        return Err(TargetError::Neither(shown()));
    }
    Ok(Item::Host(name))
}

/// Whether a word looks like a file: it has a slash that no prefix length follows.
fn is_path(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(before, length)| before.is_empty() || !length.bytes().all(|octet| octet.is_ascii_digit()))
}

/// Whether a probe may greet with this: a host name, or an address literal as RFC 5321 4.1.3 has it.
pub(crate) fn is_greeting(text: &str) -> bool {
    if let Some(literal) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let v6 = literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        return match v6.and_then(|tag| literal.get(tag.len()..)) {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => literal.parse::<Ipv4Addr>().is_ok(),
        };
    }
    let sound = |name: Name| host_fault(&name).is_none() && !is_address_as_name(&name);
    text.is_ascii() && !text.contains('\\') && text.parse().is_ok_and(sound)
}

/// The targets of a list: one per line, `#` begins a comment.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty())
}

/// Every address of a block, the first and last included: on a sending range they are addresses like others.
pub(crate) fn addresses(block: IpNet) -> Vec<IpAddr> {
    let count = 1u128 << (block.max_prefix_len() - block.prefix_len()).min(MAX_HOST_BITS);
    let one = |offset: u128| match block.network() {
        IpAddr::V4(first) => IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() | u32::try_from(offset).unwrap_or(0))),
        IpAddr::V6(first) => IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() | offset)),
    };
    (0..count).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Item {
        Item::Address(text.parse().expect("an address"))
    }

    #[test]
    fn addresses_are_unwrapped() {
        assert_eq!(parse("203.0.113.25"), Ok(address("203.0.113.25")));
        assert_eq!(parse("::ffff:203.0.113.25"), Ok(address("203.0.113.25")));
        assert_eq!(parse("[2001:db8::25]"), Ok(address("2001:db8::25")));
        assert_eq!(parse("25.113.0.203.in-addr.arpa."), Ok(address("203.0.113.25")));
    }

    #[test]
    fn blocks_expand_to_all_their_addresses() {
        let Ok(Item::Block(block)) = parse("203.0.113.25/24") else { panic!("a block") };
        let all = addresses(block);
        assert_eq!(all.len(), 256);
        assert_eq!(all.first().map(ToString::to_string), Some("203.0.113.0".into()));
        assert_eq!(all.last().map(ToString::to_string), Some("203.0.113.255".into()));
        let Ok(Item::Block(block)) = parse("2001:db8::10/126") else { panic!("a block") };
        let all: Vec<String> = addresses(block).iter().map(ToString::to_string).collect();
        assert_eq!(all, ["2001:db8::10", "2001:db8::11", "2001:db8::12", "2001:db8::13"]);
        let Ok(Item::Block(block)) = parse("203.0.113.25/32") else { panic!("a block") };
        assert_eq!(addresses(block).len(), 1);
    }

    #[test]
    fn large_blocks_are_refused() {
        for text in ["203.0.112.0/23", "2001:db8::/119", "0.0.0.0/0", "::/0"] {
            assert!(matches!(parse(text), Err(TargetError::Large(_))), "{text}");
        }
    }

    #[test]
    fn host_names_are_names() {
        for text in ["mail.example.com", "MAIL.example.com.", "mx_1.example.com", "localhost", "1e100.net"] {
            assert!(matches!(parse(text), Ok(Item::Host(_))), "{text}");
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in [".", "a b", "300.1.1.1", "10.1", "1", "-a.example", "a..b", "a.example/", "203.0.113.0/33", "<b>"]
        {
            assert!(matches!(parse(text), Err(TargetError::Neither(_))), "{text}");
        }
        assert_eq!(parse(""), Err(TargetError::Empty));
        assert!(matches!(parse("lists/pool.txt"), Err(TargetError::File(_))));
        assert!(matches!(parse("bücher.example"), Err(TargetError::NotAscii(_))));
        let error = parse("a\u{1b}[31m").expect_err("control bytes");
        assert!(!error.to_string().contains('\u{1b}'));
    }

    #[test]
    fn lists_have_comments() {
        let text = "\u{feff}# pool\n203.0.113.25  # first\n\n  mail.example.com\r\n#end";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["203.0.113.25", "mail.example.com"]);
    }
}

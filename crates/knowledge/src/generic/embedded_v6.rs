//! The IPv6 address of a host, found in its name.

use std::net::Ipv6Addr;

use super::host::Host;
use super::{Found, Strength};

/// Looks for `address` in all forms in use, the whole of it first, then its host part.
pub(super) fn find(host: &Host<'_>, address: Ipv6Addr) -> Option<Found> {
    let nibbles = format!("{:032x}", u128::from(address));
    // However it is separated: nibbles as in ip6.arpa, zero-padded groups, octets, or nothing at all.
    let joined = [("nibbles", nibbles.clone()), ("reversed nibbles", reversed(&nibbles))];
    let groups = address.segments().map(|group| format!("{group:x}"));
    let short = address.to_string();
    let written = [
        ("dashed groups", groups.join("-")),
        ("dotted groups", groups.join(".")),
        ("underscored groups", groups.join("_")),
        ("shortened dashed groups", short.replace(':', "-")),
        ("shortened dashed groups", short.replace("::", "-").replace(':', "-")),
        ("shortened dotted groups", short.replace("::", ".").replace(':', ".")),
    ];
    let strong = |form, range| Found { strength: Strength::Strong, form, range };
    joined
        .iter()
        .find_map(|(form, text)| Some(strong(*form, host.find_joined(text)?)))
        .or_else(|| written.iter().find_map(|(form, text)| Some(strong(*form, host.find_bounded(text)?))))
        .or_else(|| host_part(host, &nibbles, &groups))
}

/// The last 64 bits: sixteen nibbles, or four groups.
///
/// Sixteen nibbles are no chance, whatever they are. Four groups may be as short as `0-0-0-1`, which is weak.
fn host_part(host: &Host<'_>, nibbles: &str, groups: &[String; 8]) -> Option<Found> {
    let last = &nibbles[16..];
    for (form, text) in [("last 16 nibbles", last.to_owned()), ("reversed last 16 nibbles", reversed(last))] {
        if let Some(range) = host.find_joined(&text) {
            return Some(Found { strength: Strength::Strong, form, range });
        }
    }
    let long = groups[4..].concat().len() >= 8;
    ["-", ".", "_"].into_iter().find_map(|separator| {
        Some(Found {
            strength: if long { Strength::Strong } else { Strength::Medium },
            form: "last four groups",
            range: host.find_bounded(&groups[4..].join(separator))?,
        })
    })
}

/// The text from back to front.
fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

//! What lines of different logs have in common.

use crate::message::text::{address, cut};
use ptrust_names::Name;
use std::net::IpAddr;

/// Octets of an id: long queue ids of Postfix have up to 20, Exim's 23.
const MAX_ID: usize = 40;
/// Octets of a host name in a line.
const MAX_HOST: usize = 255;

/// Splits a line of syslog or journal text into the Postfix service, such as `smtpd`, and the message. The time in front
/// has three words or, in ISO form, one; then come the host and `postfix/smtpd[123]:`.
pub(super) fn service(line: &str) -> Option<(&str, &str)> {
    let mut rest = line;
    for _ in 0..6 {
        rest = rest.trim_start();
        let (word, after) = rest.split_once(' ')?;
        if let Some(tag) = word.strip_suffix(':').filter(|tag| tag.contains("postfix") && tag.contains('/')) {
            let process = tag.split('[').next().unwrap_or(tag);
            return Some((process.rsplit('/').next().unwrap_or(process), after.trim_start()));
        }
        rest = after;
    }
    None
}

/// An id, when the word can be one.
pub(super) fn id(word: &str) -> Option<String> {
    let plausible =
        (5..=MAX_ID).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plausible.then(|| word.to_owned())
}

/// Reads `name[address]`, with or without a port behind.
pub(super) fn host_and_address(text: &str) -> Option<(&str, IpAddr)> {
    let (host, rest) = text.split_once('[')?;
    let (inside, _) = rest.split_once(']')?;
    Some((cut(host, MAX_HOST), address(inside)?))
}

/// The domain of an envelope sender, with or without angle brackets; `None` for the null sender.
pub(super) fn sender_domain(address: &str) -> Option<Name> {
    let (_, domain) = address.trim_matches(['<', '>']).rsplit_once('@')?;
    domain.parse().ok()
}

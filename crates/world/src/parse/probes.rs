//! `smtp`, `smtp-ehlo` and `rdap` lines.

use super::directive::duration;
use super::text::{self, Word, rest};
use crate::draft::Draft;
use crate::rdap::{Registration, Trouble};
use crate::smtp::Mode;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// Lines of a greeting or of an EHLO reply at most.
const MAX_REPLY: usize = 100;

/// Reads an `smtp` or `smtp-ehlo` line; `false` when it is none. A record of an owner `smtp` is none, since no type is
/// an address.
pub(super) fn smtp(draft: &mut Draft, line: &str) -> Result<bool, String> {
    let mut words = line.split_whitespace();
    let ehlo = match words.next() {
        Some("smtp") if line.starts_with("smtp") => false,
        Some("smtp-ehlo") if line.starts_with("smtp-ehlo") => true,
        _ => return Ok(false),
    };
    let Some(listener) = words.next().and_then(listener) else {
        return Ok(false);
    };
    let text = rest(line, 2);
    let script = draft.smtp.entry(listener).or_default();
    if ehlo {
        return push(&mut script.ehlo, text).map(|()| true);
    }
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["silent"] => script.mode = Mode::Silent,
        ["refused"] => script.mode = Mode::Refused,
        ["closes"] => script.mode = Mode::Closes,
        ["garbage"] => script.mode = Mode::Garbage,
        ["timeout"] => script.mode = Mode::Timeout,
        ["delay", time] => script.delay = duration(time)?,
        [] => {
            return Err("smtp needs a greeting, or silent, refused, closes, garbage, timeout, delay TIME".into());
        }
        _ => push(&mut script.greeting, text)?,
    }
    Ok(true)
}

/// An address, or an address and a port.
fn listener(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((address, None));
    }
    let socket: SocketAddr = text.parse().ok()?;
    Some((socket.ip(), Some(socket.port())))
}

/// Adds a reply line, escapes resolved.
fn push(lines: &mut Vec<Vec<u8>>, text: &str) -> Result<(), String> {
    if lines.len() >= MAX_REPLY {
        return Err(format!("more than {MAX_REPLY} lines of reply"));
    }
    lines.push(text::unescape(text)?);
    Ok(())
}

/// Whether the words start with an address block.
pub(super) fn is_prefix(words: &[Word]) -> bool {
    words.first().is_some_and(|word| prefix(&word.text).is_some())
}

/// A block, or an address as a block of one.
fn prefix(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|net| net.trunc())
}

/// Reads an `rdap` line, without its keyword.
pub(super) fn rdap(draft: &mut Draft, words: &[Word]) -> Result<(), String> {
    let (first, options) = words.split_first().ok_or_else(|| "rdap needs a prefix".to_owned())?;
    let block = prefix(&first.text).ok_or_else(|| format!("{:?} is no prefix", first.text))?;
    let registration = draft.rdap.entry(block).or_insert_with(|| Registration::new(block));
    for option in options {
        match option.text.as_str() {
            "timeout" => registration.trouble = Some(Trouble::Timeout),
            "429" => registration.trouble = Some(Trouble::TooMany),
            "garbage" => registration.trouble = Some(Trouble::Garbage),
            text => keyed(registration, text)?,
        }
    }
    Ok(())
}

/// Reads one `key=value` of an `rdap` line.
fn keyed(registration: &mut Registration, text: &str) -> Result<(), String> {
    let (key, value) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is neither key=value nor timeout, 429, garbage"))?;
    let octets = text::unescape(value)?;
    let value = String::from_utf8_lossy(&octets).into_owned();
    match key {
        "holder" => registration.holder = Some(value),
        "handle" => registration.handle = Some(value),
        "name" => registration.name = Some(value),
        "type" => registration.block_type = Some(value),
        "registry" => registration.registry = Some(value),
        "abuse" => registration.abuse = Some(value),
        "parent" => registration.parent = Some(value),
        "country" => registration.country = Some(value),
        "net-handle" => registration.net_handle = Some(value),
        "redirect" => registration.redirect = Some(value),
        "delay" => registration.delay = duration(&value)?,
        _ => {
            return Err(format!(
                "{key:?} is none of holder, handle, name, type, registry, abuse, parent, country, \
                 net-handle, redirect, delay"
            ));
        }
    }
    Ok(())
}

//! `smtp`, `imap`, `tls`, `https`, `mark` and `rdap` lines.

use super::directive::duration;
use super::text::{self, Word, rest};
use crate::draft::Draft;
use crate::https;
use crate::mark::{self, MAX_MARKS, Order};
use crate::rdap::{Registration, Trouble};
use crate::smtp::Mode;
use crate::tls::Authority;
use ipnet::IpNet;
use jiff::SignedDuration;
use std::net::{IpAddr, SocketAddr};

/// Days of a certificate's validity at most, in both directions.
const MAX_DAYS: i64 = 3_650;
/// Octets of a made-up document at most.
const MAX_SIZE: usize = 16 * 1024 * 1024;
/// Lines of a greeting or of an EHLO reply at most.
const MAX_REPLY: usize = 100;

/// Reads an `smtp`, `smtp-ehlo`, `imap` or `imap-capability` line; `false` when it is none. A record of an owner `smtp` is none, since no type is
/// an address.
pub(super) fn smtp(draft: &mut Draft, line: &str) -> Result<bool, String> {
    let mut words = line.split_whitespace();
    let (imap, ehlo) = match words.next().filter(|word| line.starts_with(word)) {
        Some("smtp") => (false, false),
        Some("smtp-ehlo") => (false, true),
        Some("imap") => (true, false),
        Some("imap-capability") => (true, true),
        _ => return Ok(false),
    };
    let Some(listener) = words.next().and_then(listener) else {
        return Ok(false);
    };
    let text = rest(line, 2);
    let scripts = if imap { &mut draft.imap } else { &mut draft.smtp };
    let script = scripts.entry(listener).or_default();
    if ehlo {
        return push(&mut script.ehlo, text).map(|()| true);
    }
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["silent"] => script.mode = Mode::Silent,
        ["refused"] => script.mode = Mode::Refused,
        ["closes"] => script.mode = Mode::Closes,
        ["garbage"] => script.mode = Mode::Garbage,
        ["timeout"] => script.mode = Mode::Timeout,
        ["endless"] => script.mode = Mode::Endless,
        ["delay", time] => script.delay = duration(time)?,
        [] => {
            return Err(
                "a mail server needs a greeting, or silent, refused, closes, garbage, timeout, endless, delay TIME"
                    .into(),
            );
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

/// Whether the words start with a listener.
pub(super) fn is_listener(words: &[Word]) -> bool {
    words.first().is_some_and(|word| listener(&word.text).is_some())
}

/// Reads a `tls` line, without its keyword.
pub(super) fn tls(draft: &mut Draft, words: &[Word]) -> Result<(), String> {
    const USAGE: &str = "tls needs ADDRESS[:PORT] [names=NAME,…] [issuer=world|self|foreign] [expires=DAYSd] \
                         [versions=1.0,1.1] [weak] [fails] [injectable]";
    let (first, options) = words.split_first().ok_or_else(|| USAGE.to_owned())?;
    let listener = listener(&first.text).ok_or_else(|| USAGE.to_owned())?;
    let script = draft.tls.entry(listener).or_default();
    for option in options {
        match option.text.split_once('=').unwrap_or((&option.text, "")) {
            ("names", names) => script.names.extend(names.split(',').map(str::to_owned)),
            ("issuer", "world") => script.authority = Authority::World,
            ("issuer", "self") => script.authority = Authority::Own,
            ("issuer", "foreign") => script.authority = Authority::Foreign,
            ("expires", time) => script.remaining = Some(days(time).ok_or_else(|| USAGE.to_owned())?),
            ("versions", versions) => {
                for version in versions.split(',') {
                    let number = [("1.0", 1), ("1.1", 2)].into_iter().find(|(word, _)| *word == version);
                    script.versions.push(number.ok_or_else(|| USAGE.to_owned())?.1);
                }
            }
            ("weak", "") => script.weak = true,
            ("fails", "") => script.fails = true,
            ("injectable", "") => script.injectable = true,
            _ => return Err(format!("{:?}: {USAGE}", option.text)),
        }
    }
    Ok(())
}

/// Days such as `10d` or `-2d`.
fn days(text: &str) -> Option<SignedDuration> {
    let days: i64 = text.strip_suffix('d')?.parse().ok()?;
    (-MAX_DAYS..=MAX_DAYS).contains(&days).then(|| SignedDuration::from_hours(days * 24))
}

/// Whether the words start with an HTTPS URL.
pub(super) fn is_url(words: &[Word]) -> bool {
    words.first().is_some_and(|word| word.text.starts_with("https://"))
}

/// Reads an `https` line, without its keyword.
pub(super) fn https(draft: &mut Draft, words: &[Word]) -> Result<(), String> {
    const USAGE: &str = "https needs URL [status=CODE] [type=TEXT] [body=TEXT] [redirect=URL] [size=OCTETS], or \
                         timeout, drip, refused or tls-failed";
    let (first, options) = words.split_first().ok_or_else(|| USAGE.to_owned())?;
    let document = draft.https.entry(first.text.clone()).or_default();
    for option in options {
        match option.text.split_once('=').unwrap_or((&option.text, "")) {
            ("status", status) => document.status = status.parse().map_err(|_| USAGE.to_owned())?,
            ("type", text) => document.content_type = Some(text.to_owned()),
            ("redirect", url) => document.location = Some(url.to_owned()),
            ("body", body) => document.body.extend(text::unescape(&body.replace("\\n", "\\010"))?),
            ("size", size) => {
                let size: Option<usize> = size.parse().ok().filter(|size| *size <= MAX_SIZE);
                document.body.resize(size.ok_or_else(|| USAGE.to_owned())?, b'x');
            }
            // Octets that drip never make a whole document in time.
            ("timeout" | "drip", "") => document.trouble = Some(https::Trouble::Timeout),
            ("refused", "") => document.trouble = Some(https::Trouble::Refused),
            ("tls-failed", "") => document.trouble = Some(https::Trouble::Tls),
            _ => return Err(format!("{:?}: {USAGE}", option.text)),
        }
    }
    Ok(())
}

/// Reads a `mark` line, without its keyword.
pub(super) fn mark(draft: &mut Draft, line: usize, words: &[Word]) -> Result<(), String> {
    const USAGE: &str = "mark needs URL names=NAME,… [logo=URL] [type=TEXT] [begins=DAYSd] [expires=DAYSd] \
                         [usage=server] [chain=alone|foreign|reversed]";
    let (first, options) = words.split_first().ok_or_else(|| USAGE.to_owned())?;
    if draft.marks.len() >= MAX_MARKS {
        return Err(format!("more than {MAX_MARKS} certificates of marks"));
    }
    let mut script = mark::Script { line, url: first.text.clone(), ..mark::Script::default() };
    for option in options {
        match option.text.split_once('=').unwrap_or((&option.text, "")) {
            ("names", names) => script.names.extend(names.split(',').map(str::to_owned)),
            ("logo", url) => script.logo = Some(url.to_owned()),
            ("type", text) => script.kind = Some(text.to_owned()),
            ("begins", time) => script.begins = Some(days(time).ok_or_else(|| USAGE.to_owned())?),
            ("expires", time) => script.remaining = Some(days(time).ok_or_else(|| USAGE.to_owned())?),
            ("usage", "server") => script.server = true,
            ("chain", "alone") => script.order = Order::Alone,
            ("chain", "foreign") => script.order = Order::Foreign,
            ("chain", "reversed") => script.order = Order::Reversed,
            _ => return Err(format!("{:?}: {USAGE}", option.text)),
        }
    }
    if script.names.iter().all(String::is_empty) {
        return Err(USAGE.into());
    }
    draft.marks.push(script);
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

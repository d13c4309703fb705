//! Lines of Exim's main log (Exim specification, chapter "Log files").

use super::line::{id, sender_domain};
use super::{Delivery, Event, Failure, LineSender};
use crate::message::text::address;
use std::net::IpAddr;

/// Whether the line starts as Exim's do: time, message id, and one of its flags.
pub(super) fn is_line(line: &str) -> bool {
    let Some((_, rest)) = after_time(line) else { return false };
    let flag = rest.split_whitespace().next().unwrap_or_default();
    matches!(flag, "<=" | "=>" | "->" | ">>" | "*>" | "**" | "==" | "Completed")
}

/// Splits off the time, in the forms of `log_timezone` and syslog, and the message id.
fn after_time(line: &str) -> Option<(String, &str)> {
    let mut rest = line;
    // The time has two words, or three with a zone; syslog puts up to five in front, and may leave out Exim's own.
    for _ in 0..8 {
        rest = rest.trim_start();
        let (word, after) = rest.split_once(' ')?;
        if let Some(id) = id(word).filter(|id| is_message_id(id)) {
            return Some((id, after.trim_start()));
        }
        rest = after;
    }
    None
}

/// Whether a word has the shape of Exim's message ids: `1rk2ab-0001Ab-2C` and, since 4.97, `1rk2ab-00000001Abc-2Cde`.
fn is_message_id(word: &str) -> bool {
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    matches!(lengths.as_slice(), [6, 6, 2] | [6, 11, 4])
}

/// What a line says.
pub(super) fn events(line: &str) -> Vec<Event> {
    let Some((id, rest)) = after_time(line) else { return Vec::new() };
    let Some((flag, rest)) = rest.split_once(' ').or(Some((rest, ""))) else { return Vec::new() };
    match flag {
        "<=" => arrival(&id, rest),
        "=>" | "->" | ">>" => vec![Event::Delivery(delivery(id, rest, None))],
        "**" => vec![Event::Delivery(delivery(id, rest, Some("bounced")))],
        "==" => vec![Event::Delivery(delivery(id, rest, Some("deferred")))],
        "Completed" => vec![Event::Done { id }],
        _ => Vec::new(),
    }
}

/// `<= sender H=name (helo) [address]:port I=[address]:port P=esmtpsa A=login:user …`.
fn arrival(id: &str, rest: &str) -> Vec<Event> {
    let sender = rest.split_whitespace().next().unwrap_or_default();
    let mut events = vec![Event::Sender { id: id.to_owned(), domain: sender_domain(sender) }];
    let fields = fields(rest);
    if let Some(address) = fields.host_address {
        events.push(Event::Client { id: id.to_owned(), address, authenticated: fields.authenticated });
    }
    events
}

/// `=> recipient R=… T=… H=name [address]:port I=[address]:port … C="250 …"`; a failure has its text after a colon.
fn delivery(id: String, rest: &str, status: Option<&'static str>) -> Delivery {
    let fields = fields(rest);
    // The text of a failure follows the fields: `…: SMTP error from remote mail server after …: 550 …`.
    let text = ["SMTP error from remote mail server", "SMTP timeout", "SMTP error from", "Connection "]
        .iter()
        .find_map(|start| rest.find(start).and_then(|at| rest.get(at..)))
        .or_else(|| rest.split_once(": ").map(|(_, text)| text));
    Delivery {
        id,
        host: fields.host,
        remote: fields.host_address,
        local: fields.local,
        sender: fields.sender.map_or(LineSender::NotTold, |sender| LineSender::Told(sender_domain(sender))),
        failure: status.map(|status| Failure { status, text: lines(text.unwrap_or(rest)) }),
    }
}

/// The text of a reply. Exim writes the line ends of a long one as `\n`.
fn lines(text: &str) -> String {
    text.replace("\\n", "\n")
}

/// Fields of a line that matter here.
#[derive(Default)]
struct Fields<'a> {
    /// `H=name`.
    host: Option<String>,
    /// The address in brackets after `H=`.
    host_address: Option<IpAddr>,
    /// `I=[address]`.
    local: Option<IpAddr>,
    /// `F=<sender>`.
    sender: Option<&'a str>,
    /// `A=…`.
    authenticated: bool,
}

/// Reads the fields. Those in quotes come last (`T="subject"`, `C="250 …"`, `X=…`), so reading stops at a quote or at
/// the text of a failure: both are the words of others.
fn fields(rest: &str) -> Fields<'_> {
    let mut read = Fields::default();
    let mut in_host = false;
    for word in rest.split_whitespace() {
        let Some((name, value)) = word.split_once('=').filter(|(name, _)| name.len() <= 3) else {
            if in_host && word.starts_with('[') && read.host_address.is_none() {
                read.host_address = address(word.trim_end_matches(':'));
            }
            if word == "SMTP" || word.contains('"') {
                break;
            }
            continue;
        };
        if value.starts_with('"') {
            break;
        }
        in_host = name == "H";
        match name {
            "H" => {
                read.host_address = Some(value).filter(|value| value.starts_with('[')).and_then(address);
                read.host = Some(value.to_owned()).filter(|_| read.host_address.is_none());
            }
            "I" => read.local = address(value.trim_end_matches(':')),
            "F" => read.sender = Some(value),
            "A" => read.authenticated = true,
            _ => {}
        }
    }
    read
}

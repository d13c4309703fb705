//! Lines of Postfix.

use super::line::{host_and_address, id, sender_domain, service};
use super::{Delivery, Event, Failure};
use crate::message::text::address;

/// What a line says; nothing for most.
pub(super) fn events(line: &str) -> Vec<Event> {
    let Some((service, message)) = service(line) else { return Vec::new() };
    read(service, message).into_iter().collect()
}

/// Reads the message of one service.
fn read(service: &str, message: &str) -> Option<Event> {
    // `NOQUEUE: reject: …` is our refusal of others; it has no message, and NOQUEUE is shorter than no id in use.
    let (word, rest) = message.split_once(": ")?;
    let id = id(word).filter(|id| id != "NOQUEUE" && id != "warning")?;
    match service {
        "smtpd" => client(id, rest),
        "qmgr" if rest.trim() == "removed" => Some(Event::Done { id }),
        "qmgr" | "cleanup" => {
            let from = rest.strip_prefix("from=<")?.split_once('>')?.0;
            Some(Event::Sender { id, domain: sender_domain(from) })
        }
        "smtp" => delivery(id, rest).map(Event::Delivery),
        _ => None,
    }
}

/// `client=name[address], sasl_method=…`. Behind a proxy filter, `orig_client=` tells who it was before.
fn client(id: String, rest: &str) -> Option<Event> {
    let first = rest.strip_prefix("client=")?;
    let original = rest.split(", ").find_map(|part| part.strip_prefix("orig_client="));
    let (_, address) = host_and_address(original.unwrap_or(first))?;
    Some(Event::Client { id, address, authenticated: rest.contains(", sasl_") })
}

/// `to=<…>, relay=name[address]:25, delay=…, dsn=5.7.25, status=bounced (host name[address] said: …)`.
fn delivery(id: String, rest: &str) -> Option<Delivery> {
    if !rest.starts_with("to=<") {
        return None;
    }
    let (fields, outcome) = rest.split_once(", status=")?;
    let relay = fields.split(", ").find_map(|part| part.strip_prefix("relay="))?;
    let (host, remote) =
        host_and_address(relay).map_or((None, None), |(host, address)| (Some(host.to_owned()), Some(address)));
    let (status, text) = outcome.split_once(' ').unwrap_or((outcome, ""));
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    let failure = match status {
        "bounced" => Some(Failure { status: "bounced", text: text.to_owned() }),
        "deferred" | "undeliverable" => Some(Failure { status: "deferred", text: text.to_owned() }),
        _ => None,
    };
    // The reply may come from another host than the last relay tried; the text names it.
    let said = text.strip_prefix("host ").and_then(|text| text.split(" said: ").next()).and_then(host_and_address);
    Some(match said {
        Some((host, remote)) => {
            Delivery { id, host: Some(host.to_owned()), remote: Some(remote), failure, ..Delivery::default() }
        }
        None => Delivery { id, host, remote: remote.or_else(|| address(relay)), failure, ..Delivery::default() },
    })
}

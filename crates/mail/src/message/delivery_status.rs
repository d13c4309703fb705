//! Bounces: delivery status notifications (RFC 3464), and the plain ones of older software.

use super::header::{Header, split};
use super::mime::{media, parts};
use super::reply::{self, Reply};
use super::text::{MAX_VALUE, cut, shown_some};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Recipients of one notification that are read; a list's bounce can name many.
const MAX_RECIPIENTS: usize = 200;
/// Media types of the returned message.
const RETURNED: [&str; 5] =
    ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers"];

/// What a bounce says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryStatus {
    /// The host that reports (Reporting-MTA), escaped.
    pub reporting_mta: Option<String>,
    /// The recipients, in order.
    pub recipients: Vec<RecipientStatus>,
}

/// The fate of one recipient. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecipientStatus {
    /// The recipient (Final-Recipient), without its type.
    pub recipient: Option<String>,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`, in lower case.
    pub action: Option<String>,
    /// The status code.
    pub status: Option<reply::EnhancedCode>,
    /// The host that was tried (Remote-MTA), without its type.
    pub remote_mta: Option<String>,
    /// The address of that host, when its name or the text beside it tells it.
    pub remote_address: Option<IpAddr>,
    /// The reply of that host (Diagnostic-Code), or the text of a plain bounce.
    pub reply: Option<Reply>,
}

/// The octets that a bounce returns of the original message, and what it says of the delivery.
pub(super) struct Bounce {
    /// What it says.
    pub(super) status: DeliveryStatus,
    /// The original message, or its header.
    pub(super) original: Option<Vec<u8>>,
}

/// Reads a bounce; `None` when the message is none.
pub(super) fn bounce(bytes: &[u8], header: &Header<'_>) -> Option<Bounce> {
    let is_report = media(header) == "multipart/report";
    if !is_report && !is_from_daemon(header) {
        return None;
    }
    let parts = parts(bytes, header);
    let part = |wanted: &[&str]| parts.iter().find(|part| wanted.contains(&part.media.as_str()));
    let original = part(&RETURNED).map(|part| part.body().into_owned());
    if let Some(status) = part(&["message/delivery-status", "message/global-delivery-status"]) {
        return Some(Bounce { status: notification(&status.body()), original });
    }
    if is_report {
        // Another kind of report, such as one of abuse or of read mail.
        return None;
    }
    let text = part(&["text/plain"])?.body();
    let reply = reply::parse(&String::from_utf8_lossy(&text));
    let recipient = header.named("x-failed-recipients").next().and_then(|field| shown_some(&field.unfolded()));
    if reply.code.is_none() && reply.enhanced.is_none() && recipient.is_none() {
        return None;
    }
    let status =
        RecipientStatus { recipient, status: reply.enhanced, reply: Some(reply), ..RecipientStatus::default() };
    Some(Bounce { status: DeliveryStatus { reporting_mta: None, recipients: vec![status] }, original })
}

/// Whether a mail system wrote the message: the null sender, or the names that stand for one.
fn is_from_daemon(header: &Header<'_>) -> bool {
    let value = |name: &str| header.named(name).next().map(super::header::Field::unfolded).unwrap_or_default();
    let from = value("from").to_ascii_lowercase();
    value("return-path") == "<>" || from.contains("mailer-daemon") || from.contains("postmaster@")
}

/// Reads the fields of a delivery status: a group for the message, then one for each recipient (RFC 3464 2.1).
fn notification(text: &[u8]) -> DeliveryStatus {
    let mut status = DeliveryStatus::default();
    let mut rest = text;
    // Each group takes at least one field off the text, so the rounds are bounded by it, and by the recipients kept.
    while status.recipients.len() < MAX_RECIPIENTS
        && let Ok(group) = split(rest)
    {
        if let Some(mta) = value(&group, "reporting-mta") {
            status.reporting_mta = shown_some(without_type(&mta));
        }
        let is_recipient = ["final-recipient", "original-recipient", "action", "status", "diagnostic-code"]
            .iter()
            .any(|name| group.named(name).next().is_some());
        if is_recipient {
            status.recipients.push(recipient(&group));
        }
        rest = rest.get(group.body_at..).unwrap_or_default();
    }
    status
}

/// Reads the fields of one recipient.
fn recipient(group: &Header<'_>) -> RecipientStatus {
    let remote = value(group, "remote-mta");
    let diagnostic = value(group, "diagnostic-code");
    let address = remote.as_deref().and_then(|remote| super::text::addresses_in(remote, 1).first().copied());
    RecipientStatus {
        recipient: value(group, "final-recipient")
            .or_else(|| value(group, "original-recipient"))
            .and_then(|recipient| shown_some(without_type(&recipient))),
        action: value(group, "action").and_then(|action| shown_some(&action.to_ascii_lowercase())),
        status: value(group, "status").and_then(|status| status.split_whitespace().next()?.parse().ok()),
        remote_mta: remote.as_deref().and_then(|remote| shown_some(without_type(remote))),
        remote_address: address,
        reply: diagnostic.map(|diagnostic| reply::parse(without_type(&diagnostic))),
    }
}

/// The first value of a name.
fn value(group: &Header<'_>, name: &str) -> Option<String> {
    let field = group.named(name).next()?;
    // The line ends of a folded reply separate words, and some software folds without a space.
    let text = String::from_utf8_lossy(field.value).replace(['\r', '\n'], " ");
    Some(cut(text.trim(), MAX_VALUE).to_owned())
}

/// A value without the type in front of it: `smtp; 550 …`, `rfc822; a@example.org`, `dns; mx.example.org`.
fn without_type(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if !kind.trim().contains(' ') => rest.trim(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bounce in a message.
    fn of(text: &str) -> Option<Bounce> {
        bounce(text.as_bytes(), &split(text.as_bytes()).expect("a message"))
    }

    #[test]
    fn plain_bounces_are_read() {
        let qmail = of(
            "Return-Path: <>\nFrom: MAILER-DAEMON@out.example.com\n\nHi. This is the qmail-send program at out.example.com.\n\n<bob@example.net>:\n198.51.100.1 failed after I sent the message.\nRemote host said: 550 5.7.25 no PTR for 203.0.113.25\n\n--- Below this line is a copy of the message.\n",
        )
        .expect("a bounce");
        let reply = qmail.status.recipients[0].reply.as_ref().expect("a reply");
        assert_eq!(reply.code, Some(550));
        assert_eq!(reply.addresses.len(), 2);
        assert!(of("From: a@example.com\n\n550 5.7.1 no\n").is_none(), "a user wrote it");
        assert!(of("From: postmaster@example.com\n\nwelcome\n").is_none(), "no reply in it");
    }

    proptest! {
        #[test]
        fn never_panics(text in "((Final-Recipient|Status|Action|Diagnostic-Code|Remote-MTA): ([a-z0-9]+; ?)?[ -~]{0,20}\r?\n|\r?\n|\\PC{0,9}){0,20}") {
            prop_assert!(notification(text.as_bytes()).recipients.len() <= MAX_RECIPIENTS);
        }
    }
}

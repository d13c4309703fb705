//! A message: header fields, the chain of Received, signatures, unsubscribe.
//!
//! Not here: verification of signatures and any lookup. The octets are the truth; every text in the result is escaped.

mod authentication;
mod delivery_status;
mod header;
mod mailbox;
pub(crate) mod mime;
mod path;
mod received;
pub mod reply;
mod signature;
pub(crate) mod text;
mod unsubscribe;
mod verified;

pub use authentication::{
    AuthenticationResults, MethodResult, Property, ReceivedSpf, authentication_results, received_spf,
};
pub use delivery_status::{DeliveryStatus, RecipientStatus};
pub use header::{Field, Header, MAX_FIELDS, MAX_HEADER, MessageFault, MessageFaultKind, NotMessage, split};
pub use mailbox::Mailbox;
pub use path::{Boundary, CrossCheck, IsPublic, MAX_HOPS, Passed, PassedWhy, Sending, Why, boundary, hops};
pub use received::{Hop, ReverseName, Software, received};
pub use reply::{EnhancedCode, Reply};
pub use signature::{ArcChain, ArcSeal, ArcSet, MAX_INSTANCE, Signature, arc, signatures};
pub use unsubscribe::{Unsubscribe, unsubscribe};
pub use verified::{ArcOutcome, SignatureFailure, SignatureGap, SignatureOutcome, Verified, VerifiedSignature};

use header::MAX_FAULTS;
use jiff::Timestamp;
use mailbox::{decoded, mailboxes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Octets of a message that are read: large receivers take up to 50 MB with the encoding of attachments.
pub const MAX_MESSAGE: usize = 64 << 20;
/// Authentication fields of each kind that are read; a chain of forwarders adds a few.
const MAX_AUTHENTICATION: usize = 100;
/// Fields that may stand once (RFC 5322 3.6, RFC 8058 3.1).
const ONCE: [&str; 8] =
    ["from", "sender", "reply-to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"];

/// A message as its header tells it. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The authors (From). More than one, or none, and a receiver may refuse the message (RFC 9989 5.1, RFC 5322 3.6.2).
    pub from: Vec<Mailbox>,
    /// How many From fields there are; anything but 1 is a fault.
    pub from_fields: usize,
    /// Who sent it for the authors (Sender).
    pub sender: Vec<Mailbox>,
    /// Where answers go (Reply-To).
    pub reply_to: Vec<Mailbox>,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// When it was written.
    pub date: Option<Timestamp>,
    /// The id with its angle brackets.
    pub message_id: Option<String>,
    /// The envelope sender that the last host noted (Return-Path); empty for the null sender.
    pub return_path: Option<String>,
    /// The hops, in order of travel.
    pub hops: Vec<Hop>,
    /// The sending address and how it was found.
    pub boundary: Boundary,
    /// Authentication-Results fields, from top to bottom.
    pub authentication_results: Vec<AuthenticationResults>,
    /// Received-SPF fields, from top to bottom.
    pub received_spf: Vec<ReceivedSpf>,
    /// The ARC sets, for information.
    pub arc: ArcChain,
    /// DKIM-Signature fields, from top to bottom.
    pub signatures: Vec<Signature>,
    /// How the recipient can leave the list.
    pub unsubscribe: Unsubscribe,
    /// The value of Precedence, in lower case (`bulk`, `list`).
    pub precedence: Option<String>,
    /// The value of Feedback-ID, by which Gmail groups campaigns.
    pub feedback_id: Option<String>,
    /// What a bounce says of the delivery.
    pub delivery_status: Option<DeliveryStatus>,
    /// The message that the bounce returns, as far as it does; never a bounce itself.
    pub original: Option<Box<Self>>,
    /// What is wrong with the header, in the order of the file.
    pub faults: Vec<MessageFault>,
}

impl Message {
    /// Whether the From field breaks the rule that receivers hold senders to: exactly one field with one author.
    pub fn has_several_authors(&self) -> bool {
        self.from_fields > 1 || self.from.len() > 1
    }
}

/// Reads a message. `is_public` tells which addresses can be reached from the whole internet.
///
/// # Errors
/// When the text does not start with a header field.
pub fn parse(bytes: &[u8], is_public: IsPublic<'_>) -> Result<Message, NotMessage> {
    let bytes = bytes.get(..MAX_MESSAGE).unwrap_or(bytes);
    let header = split(bytes)?;
    let mut message = read(&header, is_public);
    if let Some(bounce) = delivery_status::bounce(bytes, &header) {
        let original =
            bounce.original.as_deref().and_then(|original| split(original).ok().map(|header| read(&header, is_public)));
        message.original = original.map(Box::new);
        message.delivery_status = Some(bounce.status);
    }
    Ok(message)
}

/// Reads what the header tells.
fn read(header: &Header<'_>, is_public: IsPublic<'_>) -> Message {
    let first = |name: &str| header.named(name).next();
    let value = |name: &str| first(name).map(Field::unfolded);
    let all = |name: &str| header.named(name).take(MAX_AUTHENTICATION).map(|field| (field.unfolded(), field.at));
    let (hops, too_many) = hops(header);
    let results: Vec<_> = all("authentication-results").map(|(value, at)| authentication_results(&value, at)).collect();
    let received_spf: Vec<_> = all("received-spf").map(|(value, at)| received_spf(&value, at)).collect();
    let signatures = signatures(header);
    let date = value("date");
    let mut faults = header.faults.clone();
    let mut fault = |at: usize, kind: MessageFaultKind| {
        if faults.len() < MAX_FAULTS {
            faults.push(MessageFault { at, kind });
        }
    };
    for name in ONCE {
        for field in header.named(name).skip(1).take(1) {
            fault(field.at, MessageFaultKind::Repeated);
        }
    }
    let parsed_date = date.as_deref().and_then(text::date);
    if let Some(field) = first("date").filter(|_| parsed_date.is_none()) {
        fault(field.at, MessageFaultKind::BadValue);
    }
    let mut from = Vec::new();
    for field in header.named("from") {
        let read = mailboxes(field.value);
        if read.is_empty() {
            fault(field.at, MessageFaultKind::BadValue);
        }
        from.extend(read);
        from.truncate(mailbox::MAX_MAILBOXES);
    }
    if let Some(oldest) = hops.first().filter(|_| too_many) {
        fault(oldest.at, MessageFaultKind::TooManyFields);
    }
    faults.sort_by_key(|fault| fault.at);
    Message {
        from,
        from_fields: header.named("from").count(),
        sender: first("sender").map(|field| mailboxes(field.value)).unwrap_or_default(),
        reply_to: first("reply-to").map(|field| mailboxes(field.value)).unwrap_or_default(),
        subject: first("subject").and_then(|field| decoded(field.value)),
        date: parsed_date,
        message_id: value("message-id").and_then(|id| text::shown_some(&id)),
        return_path: value("return-path").map(|path| text::shown(path.trim_matches(['<', '>', ' ']))),
        boundary: boundary(&hops, &results, &received_spf, is_public),
        hops,
        authentication_results: results,
        received_spf,
        arc: arc(header),
        unsubscribe: unsubscribe(header, &signatures),
        signatures,
        precedence: value("precedence").and_then(|value| text::shown_some(&value.to_ascii_lowercase())),
        feedback_id: value("feedback-id").and_then(|value| text::shown_some(&value)),
        delivery_status: None,
        original: None,
        faults,
    }
}

#[cfg(test)]
mod tests;

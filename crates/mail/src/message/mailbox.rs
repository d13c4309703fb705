//! Addresses of people, and text with encoded words.

use super::text::{MAX_VALUE, shown, shown_some};
use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Mailboxes of one field that are kept.
pub(super) const MAX_MAILBOXES: usize = 50;

/// One mailbox (RFC 5322 3.4). Texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mailbox {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address as written.
    pub address: String,
    /// The domain of the address, when it is a name.
    pub domain: Option<Name>,
}

/// Reads the mailboxes of a field's value; groups are flattened.
pub(super) fn mailboxes(value: &[u8]) -> Vec<Mailbox> {
    let HeaderValue::Address(address) = MessageStream::new(&line(value)).parse_address().into_owned() else {
        return Vec::new();
    };
    let list = match address {
        Address::List(list) => list,
        Address::Group(groups) => groups.into_iter().flat_map(|group| group.addresses).collect(),
    };
    let mailbox = |(address, name): (&str, Option<&str>)| Mailbox {
        name: name.and_then(shown_some),
        domain: address.rsplit_once('@').and_then(|(_, domain)| domain.parse().ok()),
        address: shown(address),
    };
    let with_address = list.iter().filter_map(|one| Some((one.address.as_deref()?, one.name.as_deref())));
    with_address.map(mailbox).take(MAX_MAILBOXES).collect()
}

/// Reads text with encoded words (RFC 2047).
pub(super) fn decoded(value: &[u8]) -> Option<String> {
    match MessageStream::new(&line(value)).parse_unstructured() {
        HeaderValue::Text(text) => shown_some(&text),
        HeaderValue::TextList(texts) => shown_some(&texts.join(" ")),
        _ => None,
    }
}

/// A value cut to what is read, with the line end that the stream stops at.
fn line(value: &[u8]) -> Vec<u8> {
    let mut line = value.get(..MAX_VALUE).unwrap_or(value).to_vec();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mailboxes_are_read() {
        let read = mailboxes(b" =?utf-8?q?J=C3=B6rg?= <joerg@Example.com>,\r\n Team: b@example.net, c@example.org;");
        let addresses: Vec<_> = read.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(addresses, ["joerg@Example.com", "b@example.net", "c@example.org"]);
        assert_eq!(read[0].name.as_deref(), Some("Jörg"));
        assert_eq!(read[0].domain, "example.com".parse().ok());
        assert!(mailboxes(b"").is_empty());
    }

    #[test]
    fn subjects_are_decoded_and_escaped() {
        assert_eq!(decoded(b" =?utf-8?q?a=1B=5B31m?= b").as_deref(), Some("a\\027[31m b"));
        assert_eq!(decoded(b" "), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[=?utf8qbQB<>@,:;\"() \\\\a-c]{0,80}") {
            for value in [bytes.as_slice(), text.as_bytes()] {
                prop_assert!(mailboxes(value).len() <= MAX_MAILBOXES);
                let _ = decoded(value);
            }
        }
    }
}

//! Character strings of TXT records.

use crate::text::push_ddd;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;

/// One character string of a TXT record (RFC 1035 3.3): the octets as sent. Displays and serializes as presentation
/// text (RFC 1035 5.1): printable ASCII stands for itself, a quote and a backslash are escaped by a backslash, every
/// other octet is `\DDD`. What is displayed reads back to the same octets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CharString(pub Vec<u8>);

impl CharString {
    /// Reads presentation text, without the quotes around it. A backslash that starts no escape stands for itself.
    pub fn from_presentation(text: &str) -> Self {
        let mut octets = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((&byte, tail)) = rest.split_first() {
            let (octet, after) = match (byte, tail) {
                (b'\\', [a, b, c, after @ ..]) if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => {
                    let value = [a, b, c].iter().fold(0u16, |value, digit| value * 10 + u16::from(**digit - b'0'));
                    u8::try_from(value).map_or((b'\\', tail), |value| (value, after))
                }
                (b'\\', [escaped, after @ ..]) => (*escaped, after),
                _ => (byte, tail),
            };
            octets.push(octet);
            rest = after;
        }
        Self(octets)
    }
}

impl fmt::Display for CharString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(self.0.len());
        for &octet in &self.0 {
            match octet {
                b'"' | b'\\' => {
                    text.push('\\');
                    text.push(char::from(octet));
                }
                b' '..=b'~' => text.push(char::from(octet)),
                _ => push_ddd(&mut text, octet),
            }
        }
        f.write_str(&text)
    }
}

impl From<&str> for CharString {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl Serialize for CharString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CharString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer).map_err(de::Error::custom)?;
        Ok(Self::from_presentation(&text))
    }
}

impl JsonSchema for CharString {
    fn schema_name() -> Cow<'static, str> {
        "CharString".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "character string in presentation form (RFC 1035 5.1)" })
    }
}

#[cfg(test)]
mod tests {
    use super::CharString;
    use proptest::prelude::*;

    #[test]
    fn presentation_is_plain_where_it_can_be() {
        let text = |octets: &[u8]| CharString(octets.to_vec()).to_string();
        assert_eq!(text(b"v=spf1 -all"), "v=spf1 -all");
        assert_eq!(text(b"a\"b\\c\x07\xff"), "a\\\"b\\\\c\\007\\255");
        assert_eq!(CharString::from_presentation("\\999\\x\\").0, b"\\999x\\");
    }

    proptest! {
        #[test]
        fn presentation_reads_back(octets in proptest::collection::vec(any::<u8>(), 0..64)) {
            let string = CharString(octets);
            prop_assert_eq!(CharString::from_presentation(&string.to_string()), string);
        }
    }
}

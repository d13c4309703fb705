//! Domain names in wire form, compared without case.

use crate::text::push_ddd;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Octets in a name at most, with the root label (RFC 1035 2.3.4).
pub const MAX_NAME: usize = 255;
/// Octets in a label at most (RFC 1035 2.3.4).
pub const MAX_LABEL: usize = 63;

/// A fully qualified domain name: uncompressed wire form, letters lowered on entry, since DNS compares names without
/// case (RFC 4343). Orders canonically (RFC 4034 6.1). Displays as presentation text without the trailing dot; the
/// root displays as `.`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(Arc<[u8]>);

/// Why text or bytes are not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A backslash that starts no escape.
    #[error("a backslash starts no escape")]
    BadEscape,
    /// Two dots in a row, or a dot in front.
    #[error("a label is empty")]
    EmptyLabel,
    /// A label over 63 octets.
    #[error("a label is longer than 63 octets")]
    LongLabel,
    /// Over 255 octets in all.
    #[error("the name is longer than 255 octets")]
    LongName,
    /// Wire form that ends early, or has bytes after the root label.
    #[error("the wire form is not one name")]
    Wire,
}

impl Name {
    /// The root.
    pub fn root() -> Self {
        Self(Arc::from([0u8].as_slice()))
    }

    /// Reads uncompressed wire form.
    ///
    /// # Errors
    /// When the octets are not exactly one name within the limits of RFC 1035.
    pub fn from_wire(wire: &[u8]) -> Result<Self, NameError> {
        if wire.len() > MAX_NAME {
            return Err(NameError::LongName);
        }
        let mut at = 0;
        loop {
            let len = usize::from(*wire.get(at).ok_or(NameError::Wire)?);
            if len > MAX_LABEL {
                return Err(NameError::LongLabel);
            }
            at += 1 + len;
            if len == 0 {
                break;
            }
        }
        if at != wire.len() {
            return Err(NameError::Wire);
        }
        // Length octets are at most 63 and so are never ASCII capitals: the whole form can be lowered at once.
        Ok(Self(wire.to_ascii_lowercase().into()))
    }

    /// Builds a name from labels, the leftmost first.
    ///
    /// # Errors
    /// When a label or the whole is too long, or a label empty.
    pub fn from_labels<L: AsRef<[u8]>>(labels: impl IntoIterator<Item = L>) -> Result<Self, NameError> {
        let mut wire = Vec::with_capacity(64);
        for label in labels {
            push_label(&mut wire, label.as_ref())?;
        }
        finish(wire)
    }

    /// The uncompressed wire form, lower-case, with the root label.
    pub fn wire(&self) -> &[u8] {
        &self.0
    }

    /// The labels from left to right, without the root label.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let mut labels = Vec::with_capacity(8);
        let mut rest: &[u8] = &self.0;
        while let Some((&len, tail)) = rest.split_first()
            && len > 0
        {
            let (label, after) = tail.split_at_checked(usize::from(len)).unwrap_or((tail, &[]));
            labels.push(label);
            rest = after;
        }
        labels.into_iter()
    }

    /// How many labels there are, without the root label.
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// The name one label up; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let len = usize::from(*self.0.first()?);
        (len > 0).then(|| Self(self.0.get(len + 1..).unwrap_or(&[0]).into()))
    }

    /// The names above this one, nearest first, with the root; without the name itself.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// Whether this name is `other` or lies below it.
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.0.len(), other.0.len());
        if theirs > mine {
            return false;
        }
        let mut at = 0;
        while at < mine - theirs {
            at += 1 + usize::from(self.0.get(at).copied().unwrap_or(0));
        }
        at == mine - theirs && self.0.get(at..) == Some(&*other.0)
    }

    /// Whether this name lies below `other`, and is not `other`.
    pub fn is_below(&self, other: &Self) -> bool {
        self != other && self.is_at_or_below(other)
    }

    /// The name with one more label in front.
    ///
    /// # Errors
    /// When the label or the result is too long.
    pub fn prepend(&self, label: &[u8]) -> Result<Self, NameError> {
        let mut wire = Vec::with_capacity(self.0.len() + label.len() + 1);
        push_label(&mut wire, label)?;
        wire.extend_from_slice(&self.0);
        Self::from_wire(&wire)
    }

    /// Replaces the suffix `from` with `to`, as DNAME does (RFC 6672 2.2). `None` when this name is not below `from`
    /// or the result is too long.
    pub fn replace_suffix(&self, from: &Self, to: &Self) -> Option<Self> {
        if !self.is_below(from) {
            return None;
        }
        let head = self.0.get(..self.0.len() - from.0.len())?;
        let mut wire = head.to_vec();
        wire.extend_from_slice(&to.0);
        Self::from_wire(&wire).ok()
    }

    /// The presentation text with the trailing dot, as zone files want it.
    pub fn absolute(&self) -> String {
        if self.is_root() { ".".into() } else { format!("{self}.") }
    }
}

/// Appends one label to wire form.
fn push_label(wire: &mut Vec<u8>, label: &[u8]) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel);
    }
    let len = u8::try_from(label.len()).ok().filter(|&len| usize::from(len) <= MAX_LABEL);
    wire.push(len.ok_or(NameError::LongLabel)?);
    wire.extend_from_slice(label);
    Ok(())
}

/// Ends wire form with the root label and checks the whole.
fn finish(mut wire: Vec<u8>) -> Result<Name, NameError> {
    wire.push(0);
    Name::from_wire(&wire)
}

impl FromStr for Name {
    type Err = NameError;

    /// Reads presentation text (RFC 1035 5.1), with or without the trailing dot.
    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "." {
            return Ok(Self::root());
        }
        let mut wire = Vec::with_capacity(text.len() + 2);
        let mut label = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'.' => {
                    push_label(&mut wire, &label)?;
                    label.clear();
                }
                b'\\' => label.push(read_escape(&mut bytes)?),
                _ => label.push(byte),
            }
        }
        if !label.is_empty() {
            push_label(&mut wire, &label)?;
        }
        if wire.is_empty() {
            return Err(NameError::EmptyLabel);
        }
        finish(wire)
    }
}

/// Reads what follows a backslash: three digits, or one character.
fn read_escape(bytes: &mut std::str::Bytes<'_>) -> Result<u8, NameError> {
    let first = bytes.next().ok_or(NameError::BadEscape)?;
    if !first.is_ascii_digit() {
        return Ok(first);
    }
    let mut value = u32::from(first - b'0');
    for _ in 0..2 {
        let digit = bytes.next().filter(u8::is_ascii_digit).ok_or(NameError::BadEscape)?;
        value = value * 10 + u32::from(digit - b'0');
    }
    u8::try_from(value).map_err(|_| NameError::BadEscape)
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.pad(".");
        }
        let mut text = String::with_capacity(self.0.len());
        for label in self.labels() {
            if !text.is_empty() {
                text.push('.');
            }
            for &byte in label {
                match byte {
                    b'.' | b'\\' | b';' | b'(' | b')' => text.extend(['\\', char::from(byte)]),
                    // Markup and quotes are printable, yet no host name holds them and some output could be read as HTML.
                    b'<' | b'>' | b'&' | b'\'' | b'"' | b'`' => push_ddd(&mut text, byte),
                    0x21..=0x7e => text.push(char::from(byte)),
                    _ => push_ddd(&mut text, byte),
                }
            }
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.labels().rev().cmp(other.labels().rev())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl schemars::JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "RFC 1035 presentation text, lower-case, without the trailing dot" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        text.parse().expect("a name")
    }

    #[test]
    fn case_and_trailing_dot_do_not_matter() {
        assert_eq!(name("Mail.EXAMPLE.com."), name("mail.example.com"));
        assert_eq!(name("Mail.EXAMPLE.com.").to_string(), "mail.example.com");
        assert_eq!(name(".").to_string(), ".");
    }

    #[test]
    fn hostile_bytes_are_escaped() {
        assert_eq!(name("a\\027[31m.b").to_string(), "a\\027[31m.b");
        assert_eq!(name("<script>.b").to_string(), "\\060script\\062.b");
        assert_eq!(name("a\\.b.c").label_count(), 2);
    }

    #[test]
    fn limits_hold() {
        assert_eq!("a".repeat(64).parse::<Name>(), Err(NameError::LongLabel));
        assert_eq!(["a"; 128].join(".").parse::<Name>(), Err(NameError::LongName));
        assert_eq!("a..b".parse::<Name>(), Err(NameError::EmptyLabel));
        assert_eq!("".parse::<Name>(), Err(NameError::EmptyLabel));
        assert_eq!("\\25".parse::<Name>(), Err(NameError::BadEscape));
        assert_eq!("\\256".parse::<Name>(), Err(NameError::BadEscape));
        assert_eq!(Name::from_wire(&[1, b'a']), Err(NameError::Wire));
        assert_eq!(Name::from_wire(&[0, 0]), Err(NameError::Wire));
    }

    #[test]
    fn below_works_on_label_boundaries() {
        assert!(name("a.example.com").is_below(&name("example.com")));
        assert!(!name("badexample.com").is_at_or_below(&name("example.com")));
        assert!(name("example.com").is_at_or_below(&name("example.com")));
        assert!(name("example.com").is_below(&Name::root()));
    }

    #[test]
    fn canonical_order_compares_from_the_right() {
        let mut names = vec![name("z.example"), name("a.b.example"), name("example"), name("b.example")];
        names.sort();
        assert_eq!(names, [name("example"), name("b.example"), name("a.b.example"), name("z.example")]);
    }

    proptest! {
        #[test]
        fn text_round_trips(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..8)) {
            let name = Name::from_labels(&labels).expect("within the limits");
            prop_assert_eq!(&name.to_string().parse::<Name>().expect("own output"), &name);
            prop_assert_eq!(&name.absolute().parse::<Name>().expect("own output"), &name);
        }

        #[test]
        fn wire_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(name) = Name::from_wire(&bytes) {
                prop_assert_eq!(name.wire().len(), bytes.len());
            }
        }
    }
}

//! Key records: `<selector>._domainkey.<domain>` (RFC 6376 3.6.1, RFC 8463 4).

use super::der::{self, DerKey, RsaForm};
use crate::tags::{Effect, Fault, HasEffect, Parsed, Tag, TagFault, TagList, without_space};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ptrust_names::{Hex, escape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bits below which verifiers refuse RSA signatures (RFC 8301 3.2).
pub const RSA_MIN_BITS: u32 = 1024;
/// Bits that RSA keys should have (RFC 8301 3.2).
pub const RSA_GOOD_BITS: u32 = 2048;
/// Bits up to which verifiers must be able to verify (RFC 8301 3.2).
pub const RSA_MAX_BITS: u32 = 4096;

/// The algorithm of a key: the `k` tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DkimKeyType")]
pub enum KeyType {
    /// Ed25519 (RFC 8463).
    Ed25519,
    /// RSA, and the default.
    #[default]
    Rsa,
    /// Another one: verifiers ignore the key.
    Other(String),
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "ed25519",
            Self::Rsa => "rsa",
            Self::Other(name) => name,
        })
    }
}

/// A key record. Prints as a record that reads back to the same value; defaults but `k` are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DkimKeyRecord")]
pub struct KeyRecord {
    /// The algorithm.
    pub key_type: KeyType,
    /// The octets of the key, base64 undone; empty when the key is revoked.
    pub public_key: Hex,
    /// The hash algorithms that signatures may use; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<String>,
    /// The services that the key is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// `t=y`: the domain is testing DKIM, and failed signatures count as none.
    pub testing: bool,
    /// `t=s`: the identity of a signature must have exactly its domain.
    pub exact_identity: bool,
    /// Notes for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl KeyRecord {
    /// A record for a key, with nothing but defaults.
    pub const fn new(key_type: KeyType, public_key: Vec<u8>) -> Self {
        Self {
            key_type,
            public_key: Hex(public_key),
            hashes: Vec::new(),
            services: Vec::new(),
            testing: false,
            exact_identity: false,
            notes: None,
        }
    }
}

impl fmt::Display for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DKIM1; k={}", self.key_type)?;
        if !self.hashes.is_empty() {
            write!(f, "; h={}", self.hashes.join(":"))?;
        }
        if !self.services.is_empty() {
            write!(f, "; s={}", self.services.join(":"))?;
        }
        match (self.testing, self.exact_identity) {
            (true, true) => f.write_str("; t=y:s")?,
            (true, false) => f.write_str("; t=y")?,
            (false, true) => f.write_str("; t=s")?,
            (false, false) => {}
        }
        if let Some(notes) = &self.notes {
            f.write_str("; n=")?;
            // Quoted-printable of RFC 6376 2.11: everything but plain letters is encoded.
            for octet in notes.bytes() {
                if octet.is_ascii_graphic() && !matches!(octet, b';' | b'=') {
                    write!(f, "{}", char::from(octet))?;
                } else {
                    write!(f, "={octet:02X}")?;
                }
            }
        }
        write!(f, "; p={}", STANDARD.encode(&self.public_key.0))
    }
}

/// What can be wrong with a key record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[schemars(rename = "DkimKeyFault")]
pub enum KeyFault {
    /// `p` is not base64.
    #[error("the key is not base64")]
    BadBase64,
    /// The octets are no key of the type.
    #[error("the octets are not a key of the type {0}")]
    BadKey(String),
    /// `v` has another value than `DKIM1`.
    #[error("the version is not DKIM1")]
    BadVersion,
    /// Base64 without the padding at its end.
    #[error("the key lacks the padding of base64")]
    NoPadding,
    /// A flag that nobody knows.
    #[error("{0} is not a flag of a key")]
    UnknownFlag(String),
    /// A key type that verifiers do not know.
    #[error("{0} is not a key type of DKIM")]
    UnknownKeyType(String),
    /// No `p`.
    #[error("the tag p is missing")]
    MissingKey,
    /// `g`: obsolete since RFC 6376, and readers ignore it.
    #[error("RFC 6376 removed the tag g")]
    Granularity,
    /// Neither `sha256` nor an unknown hash is allowed, so no signature verifies.
    #[error("the hash list leaves no algorithm that verifiers accept")]
    NoUsableHash,
    /// A key for other services than mail.
    #[error("the key is not for mail")]
    NotForMail,
    /// A public exponent that is even or 1.
    #[error("the public exponent is not one of RSA")]
    RsaExponent,
    /// More bits than verifiers must handle (RFC 8301 3.2).
    #[error("{0} bits are more than verifiers must handle")]
    RsaLarge(u32),
    /// Fewer bits than verifiers accept (RFC 8301 3.2).
    #[error("{0} bits are fewer than verifiers accept")]
    RsaTooSmall(u32),
    /// Fewer bits than signers should use (RFC 8301 3.2).
    #[error("{0} bits are fewer than the 2048 that RFC 8301 asks for")]
    RsaSmall(u32),
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// A tag that the registry does not know; readers ignore it.
    #[error("{0} is not a tag of a key record")]
    UnknownTag(String),
    /// `v` is not the first tag (RFC 6376 3.6.1).
    #[error("the version is not the first tag")]
    VersionNotFirst,
    /// An Ed25519 key wrapped as certificates want it; DKIM has the 32 octets bare (RFC 8463 4).
    #[error("the Ed25519 key is wrapped; DKIM wants its 32 octets alone")]
    WrappedEd25519,
}

impl HasEffect for KeyFault {
    fn effect(&self) -> Effect {
        match self {
            Self::BadBase64
            | Self::BadKey(_)
            | Self::BadVersion
            | Self::UnknownKeyType(_)
            | Self::MissingKey
            | Self::NoUsableHash
            | Self::NotForMail
            | Self::RsaExponent
            | Self::RsaTooSmall(_)
            | Self::VersionNotFirst
            | Self::WrappedEd25519 => Effect::Void,
            // Verifiers look at the octets of the tags they use only; notes in UTF-8 are common.
            Self::UnknownFlag(_) | Self::Tags(TagFault::BadOctet) => Effect::PartIgnored,
            // Any other faulty list is no list of tags (RFC 6376 3.2), and verifiers drop it.
            Self::Tags(fault) if *fault != TagFault::EmptyTag => Effect::Void,
            Self::NoPadding
            | Self::Granularity
            | Self::RsaLarge(_)
            | Self::RsaSmall(_)
            | Self::Tags(_)
            | Self::UnknownTag(_) => Effect::Remark,
        }
    }
}

/// A key record as read.
pub type ParsedKey = Parsed<KeyRecord, KeyFault>;

/// The key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DkimPublicKey")]
pub enum PublicKey {
    /// An Ed25519 key: always 256 bits.
    Ed25519,
    /// An RSA key.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
        /// The public exponent; `None` when it has more than 64 bits.
        exponent: Option<u64>,
        /// How it is wrapped.
        form: RsaForm,
    },
}

/// What a key record is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DkimKeyState")]
pub enum KeyState {
    /// Signatures verify with it.
    Usable {
        /// The key.
        key: PublicKey,
        /// Failed signatures count as none.
        testing: bool,
    },
    /// `p` is empty: signatures with it fail.
    Revoked,
    /// It has a fault that makes signatures fail.
    Broken,
}

impl ParsedKey {
    /// The key, when its octets are one.
    pub fn key(&self) -> Option<PublicKey> {
        public_key(&self.value.key_type, &self.value.public_key.0).ok()
    }

    /// What the record is good for.
    pub fn state(&self) -> KeyState {
        if self.is_void() {
            return KeyState::Broken;
        }
        if self.value.public_key.0.is_empty() {
            return KeyState::Revoked;
        }
        self.key().map_or(KeyState::Broken, |key| KeyState::Usable { key, testing: self.value.testing })
    }
}

/// Reads the octets of a key.
fn public_key(key_type: &KeyType, octets: &[u8]) -> Result<PublicKey, KeyFault> {
    match (key_type, der::key(octets)) {
        (KeyType::Rsa, Some(DerKey::Rsa { bits, exponent, form })) => Ok(PublicKey::Rsa { bits, exponent, form }),
        (KeyType::Ed25519, _) if octets.len() == 32 => Ok(PublicKey::Ed25519),
        (KeyType::Ed25519, Some(DerKey::Ed25519)) => Err(KeyFault::WrappedEd25519),
        (key_type, _) => Err(KeyFault::BadKey(key_type.to_string())),
    }
}

/// Whether a text is meant as a key record: its version says so, or it has none and names a key.
pub fn is_key_record(text: &[u8]) -> bool {
    let list = TagList::parse(text);
    match list.get("v") {
        Some(version) => version.value.eq_ignore_ascii_case(b"DKIM1"),
        None => list.get("p").is_some(),
    }
}

/// Reads a key record. Names and values compare with case, but for `k` and `h`, whose words RFC 5234 compares without.
pub fn parse_key(text: &[u8]) -> ParsedKey {
    let list = TagList::parse(text);
    let mut record = KeyRecord::new(KeyType::Rsa, Vec::new());
    let mut faults: Vec<_> =
        list.faults.iter().map(|fault| Fault::new(fault.at, KeyFault::Tags(fault.kind.clone()))).collect();
    let mut key_at = None;
    for (number, tag) in list.tags.iter().enumerate() {
        let at = tag.value_at;
        match tag.name {
            "v" if number > 0 => faults.push(Fault::new(tag.at, KeyFault::VersionNotFirst)),
            "v" if tag.value != b"DKIM1" => faults.push(Fault::new(at, KeyFault::BadVersion)),
            // A second p is a duplicate, told already.
            "v" | "p" if key_at.is_some() || tag.name == "v" => {}
            "k" => record.key_type = key_type(tag, &mut faults),
            "p" => {
                key_at = Some(at);
                record.public_key = Hex(key_octets(tag, &mut faults));
            }
            "h" => {
                record.hashes = words(tag);
                if !record.hashes.iter().any(|hash| hash == "sha256") {
                    faults.push(Fault::new(at, KeyFault::NoUsableHash));
                }
            }
            "s" => {
                record.services = words(tag);
                if !record.services.iter().any(|service| service == "*" || service == "email") {
                    faults.push(Fault::new(at, KeyFault::NotForMail));
                }
            }
            "t" => {
                for (at, flag) in tag.items(b':') {
                    match flag {
                        b"y" => record.testing = true,
                        b"s" => record.exact_identity = true,
                        _ => faults.push(Fault::new(at, KeyFault::UnknownFlag(shown(flag)))),
                    }
                }
            }
            "n" => record.notes = Some(unquoted(tag.value)),
            "g" => faults.push(Fault::new(tag.at, KeyFault::Granularity)),
            _ => faults.push(Fault::new(tag.at, KeyFault::UnknownTag(escape(tag.name)))),
        }
    }
    match key_at {
        None => faults.push(Fault::new(0, KeyFault::MissingKey)),
        Some(at) => key_faults(&record, at, &mut faults),
    }
    Parsed::new(record, faults)
}

/// The faults of a key that could be decoded.
fn key_faults(record: &KeyRecord, at: usize, faults: &mut Vec<Fault<KeyFault>>) {
    if record.public_key.0.is_empty() || matches!(record.key_type, KeyType::Other(_)) {
        return;
    }
    match public_key(&record.key_type, &record.public_key.0) {
        Err(fault) => faults.push(Fault::new(at, fault)),
        Ok(PublicKey::Ed25519) => {}
        Ok(PublicKey::Rsa { bits, exponent, .. }) => {
            if exponent.is_some_and(|exponent| exponent < 3 || exponent % 2 == 0) {
                faults.push(Fault::new(at, KeyFault::RsaExponent));
            }
            let size = match bits {
                ..RSA_MIN_BITS => Some(KeyFault::RsaTooSmall(bits)),
                RSA_MIN_BITS..RSA_GOOD_BITS => Some(KeyFault::RsaSmall(bits)),
                RSA_GOOD_BITS..=RSA_MAX_BITS => None,
                _ => Some(KeyFault::RsaLarge(bits)),
            };
            faults.extend(size.map(|fault| Fault::new(at, fault)));
        }
    }
}

/// Reads the `k` tag.
fn key_type(tag: &Tag<'_>, faults: &mut Vec<Fault<KeyFault>>) -> KeyType {
    match tag.value {
        value if value.eq_ignore_ascii_case(b"rsa") => KeyType::Rsa,
        value if value.eq_ignore_ascii_case(b"ed25519") => KeyType::Ed25519,
        value => {
            faults.push(Fault::new(tag.value_at, KeyFault::UnknownKeyType(shown(value))));
            KeyType::Other(shown(value))
        }
    }
}

/// Reads the `p` tag: base64, in which white space may stand anywhere.
fn key_octets(tag: &Tag<'_>, faults: &mut Vec<Fault<KeyFault>>) -> Vec<u8> {
    let (octets, fault) = decoded(tag.value);
    match fault {
        Some(Base64Fault::NoPadding) => faults.push(Fault::new(tag.value_at, KeyFault::NoPadding)),
        Some(Base64Fault::Bad(at)) => faults.push(Fault::new(tag.value_at + at, KeyFault::BadBase64)),
        None => {}
    }
    octets
}

/// What is wrong with base64.
pub(super) enum Base64Fault {
    /// No base64, from this octet of the value on.
    Bad(usize),
    /// Only its padding is missing.
    NoPadding,
}

/// Undoes base64 with white space in it; no octets when it is none.
pub(super) fn decoded(value: &[u8]) -> (Vec<u8>, Option<Base64Fault>) {
    let compact = without_space(value);
    if let Ok(octets) = STANDARD.decode(&compact) {
        return (octets, None);
    }
    let mut padded = compact.clone();
    padded.resize(compact.len().next_multiple_of(4), b'=');
    if let Ok(octets) = STANDARD.decode(&padded) {
        return (octets, Some(Base64Fault::NoPadding));
    }
    let bad = |octet: &u8| !octet.is_ascii_alphanumeric() && !b"+/= \t\r\n".contains(octet);
    (Vec::new(), Some(Base64Fault::Bad(value.iter().position(bad).unwrap_or(value.len()))))
}

/// The words of a list, in lower case and safe to show.
fn words(tag: &Tag<'_>) -> Vec<String> {
    tag.items(b':').map(|(_, item)| shown(&item.to_ascii_lowercase())).collect()
}

/// Octets as text that is safe to show.
pub(super) fn shown(octets: &[u8]) -> String {
    escape(&String::from_utf8_lossy(octets))
}

/// Undoes the quoted-printable of RFC 6376 2.11, for showing.
fn unquoted(value: &[u8]) -> String {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&octet, tail)) = rest.split_first() {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        // Rust reads a sign in front of digits, which the standard does not know.
        let pair = pair.filter(|pair| octet == b'=' && !pair.starts_with('+'));
        let code = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        octets.push(code.unwrap_or(octet));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    shown(&octets)
}

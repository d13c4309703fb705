//! The `DKIM-Signature` header field (RFC 6376 3.5, RFC 8301, RFC 8463).

use super::key::{Base64Fault, KeyType, decoded, shown};
use crate::tags::{Effect, Fault, HasEffect, Parsed, Tag, TagFault, TagList};
use ptrust_names::{Hex, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names of header fields that are read at most. Oversigned messages name some forty.
const MAX_FIELDS: usize = 256;
/// Seconds of a timestamp at most: twelve digits (RFC 6376 3.5, `t` and `x`).
const MAX_TIME: u64 = 999_999_999_999;

/// The hash of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HashAlgorithm {
    /// SHA-1: must not be used (RFC 8301 3.1).
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How text is normalized before it is hashed (RFC 6376 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Canonicalization {
    /// White space may change.
    Relaxed,
    /// Almost nothing may change. The default.
    #[default]
    Simple,
}

/// A signature header field. Tags that are missing or cannot be read are `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DkimSignature")]
pub struct Signature {
    /// The algorithm: key and hash.
    pub algorithm: Option<(KeyType, HashAlgorithm)>,
    /// The signature's octets.
    pub signature: Option<Hex>,
    /// The hash of the body.
    pub body_hash: Option<Hex>,
    /// How header fields are normalized.
    pub header_canonicalization: Canonicalization,
    /// How the body is normalized.
    pub body_canonicalization: Canonicalization,
    /// The signing domain.
    pub domain: Option<Name>,
    /// The names of the signed header fields, in lower case, in order.
    pub headers: Vec<String>,
    /// The agent or user on whose behalf the domain signs.
    pub identity: Option<String>,
    /// How many octets of the body are signed; `None` for all.
    pub length: Option<u64>,
    /// The selector, as written.
    pub selector: Option<Name>,
    /// When it was signed, in seconds since 1970.
    pub timestamp: Option<u64>,
    /// When it expires, in seconds since 1970.
    pub expiration: Option<u64>,
    /// Whether copies of header fields are along (`z`).
    pub has_copies: bool,
}

/// What can be wrong with a signature header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[schemars(rename = "DkimSignatureFault")]
pub enum SignatureFault {
    /// A value that is not base64.
    #[error("the tag {0} is not base64")]
    BadBase64(String),
    /// A value that the tag does not take.
    #[error("the tag {0} does not take this value")]
    BadValue(String),
    /// A part of the body only is signed: text can be added behind it (RFC 6376 8.2).
    #[error("only a part of the body is signed")]
    BodyLength,
    /// It expires before it was made.
    #[error("the expiration is not after the timestamp")]
    ExpirationBeforeTimestamp,
    /// `From` is not signed (RFC 6376 5.4).
    #[error("From is not among the signed fields")]
    FromNotSigned,
    /// The identity is not at or below the signing domain (RFC 6376 3.5, `i`).
    #[error("the identity is not of the signing domain")]
    IdentityOutsideDomain,
    /// A tag that must be there.
    #[error("the tag {0} is missing")]
    MissingTag(String),
    /// SHA-1 (RFC 8301 3.1).
    #[error("SHA-1 must not be used")]
    Sha1,
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// More field names than are read.
    #[error("too many fields are named")]
    TooManyFields,
    /// An algorithm that verifiers do not know.
    #[error("{0} is not an algorithm of DKIM")]
    UnknownAlgorithm(String),
    /// A way to ask for keys that verifiers do not know.
    #[error("no query method is known")]
    UnknownQuery,
    /// A tag that the registry does not know; readers ignore it.
    #[error("{0} is not a tag of a signature")]
    UnknownTag(String),
}

impl HasEffect for SignatureFault {
    fn effect(&self) -> Effect {
        match self {
            Self::Tags(TagFault::EmptyTag) | Self::BodyLength | Self::UnknownTag(_) => Effect::Remark,
            Self::BadBase64(_)
            | Self::BadValue(_)
            | Self::ExpirationBeforeTimestamp
            | Self::FromNotSigned
            | Self::IdentityOutsideDomain
            | Self::MissingTag(_)
            | Self::Sha1
            | Self::Tags(_)
            | Self::TooManyFields
            | Self::UnknownAlgorithm(_)
            | Self::UnknownQuery => Effect::Void,
        }
    }
}

/// A signature header field as read.
pub type ParsedSignature = Parsed<Signature, SignatureFault>;

/// Reads the value of a `DKIM-Signature` field, folded or not.
pub fn parse_signature(value: &[u8]) -> ParsedSignature {
    let list = TagList::parse(value);
    let faults = list.faults.iter().map(|fault| Fault::new(fault.at, SignatureFault::Tags(fault.kind.clone())));
    let mut reader = Reader { signature: Signature::default(), faults: faults.collect() };
    for tag in &list.tags {
        reader.tag(tag);
    }
    for required in ["v", "a", "b", "bh", "d", "h", "s"] {
        if list.get(required).is_none() {
            reader.fault(0, SignatureFault::MissingTag(required.to_owned()));
        }
    }
    reader.relations(&list);
    Parsed::new(reader.signature, reader.faults)
}

/// A signature on its way.
struct Reader {
    /// What was read so far.
    signature: Signature,
    /// What is wrong so far.
    faults: Vec<Fault<SignatureFault>>,
}

impl Reader {
    /// Adds a fault.
    fn fault(&mut self, at: usize, kind: SignatureFault) {
        self.faults.push(Fault::new(at, kind));
    }

    /// Adds the fault that a tag's value is not one of its kind.
    fn bad(&mut self, tag: &Tag<'_>) {
        self.fault(tag.value_at, SignatureFault::BadValue(tag.name.to_owned()));
    }

    /// Reads one tag.
    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "v" if tag.value == b"1" => {}
            "a" => self.algorithm(tag),
            "b" => self.signature.signature = self.octets(tag),
            "bh" => self.signature.body_hash = self.octets(tag),
            "c" => self.canonicalization(tag),
            "d" => self.signature.domain = self.name(tag),
            "s" => self.signature.selector = self.name(tag),
            "h" => self.fields(tag),
            "i" => self.signature.identity = Some(shown(tag.value)),
            "l" => {
                self.signature.length = self.number(tag, u64::MAX);
                self.fault(tag.at, SignatureFault::BodyLength);
            }
            "t" => self.signature.timestamp = self.number(tag, MAX_TIME),
            "x" => self.signature.expiration = self.number(tag, MAX_TIME),
            "q" => {
                if !tag.items(b':').any(|(_, method)| method.eq_ignore_ascii_case(b"dns/txt")) {
                    self.fault(tag.value_at, SignatureFault::UnknownQuery);
                }
            }
            "z" => self.signature.has_copies = true,
            "v" => self.bad(tag),
            _ => self.fault(tag.at, SignatureFault::UnknownTag(tag.name.to_owned())),
        }
    }

    /// Reads the `a` tag.
    fn algorithm(&mut self, tag: &Tag<'_>) {
        let found = match tag.value.to_ascii_lowercase().as_slice() {
            b"rsa-sha256" => Some((KeyType::Rsa, HashAlgorithm::Sha256)),
            b"ed25519-sha256" => Some((KeyType::Ed25519, HashAlgorithm::Sha256)),
            b"rsa-sha1" => Some((KeyType::Rsa, HashAlgorithm::Sha1)),
            _ => None,
        };
        match &found {
            None => self.fault(tag.value_at, SignatureFault::UnknownAlgorithm(shown(tag.value))),
            Some((_, HashAlgorithm::Sha1)) => self.fault(tag.value_at, SignatureFault::Sha1),
            Some(_) => {}
        }
        self.signature.algorithm = found;
    }

    /// Reads base64, which must not be empty.
    fn octets(&mut self, tag: &Tag<'_>) -> Option<Hex> {
        let (octets, fault) = decoded(tag.value);
        if let Some(Base64Fault::Bad(at)) = fault {
            self.fault(tag.value_at + at, SignatureFault::BadBase64(tag.name.to_owned()));
        } else if octets.is_empty() {
            self.bad(tag);
        }
        (!octets.is_empty()).then_some(Hex(octets))
    }

    /// Reads the `c` tag; without a slash the body is simple.
    fn canonicalization(&mut self, tag: &Tag<'_>) {
        let mut parts = tag.items(b'/').map(|(_, part)| match part {
            part if part.eq_ignore_ascii_case(b"simple") => Some(Canonicalization::Simple),
            part if part.eq_ignore_ascii_case(b"relaxed") => Some(Canonicalization::Relaxed),
            _ => None,
        });
        let (header, body, end) = (parts.next().flatten(), parts.next(), parts.next());
        match (header, body, end) {
            (Some(header), None, _) => self.signature.header_canonicalization = header,
            (Some(header), Some(Some(body)), None) => {
                self.signature.header_canonicalization = header;
                self.signature.body_canonicalization = body;
            }
            _ => self.bad(tag),
        }
    }

    /// Reads a domain name or selector.
    fn name(&mut self, tag: &Tag<'_>) -> Option<Name> {
        let name = tag.text().and_then(|text| text.parse::<Name>().ok()).filter(|name| !name.is_root());
        if name.is_none() {
            self.bad(tag);
        }
        name
    }

    /// Reads a decimal number.
    fn number(&mut self, tag: &Tag<'_>, most: u64) -> Option<u64> {
        let digits = tag.text().filter(|text| text.bytes().all(|octet| octet.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| *number <= most);
        if number.is_none() {
            self.bad(tag);
        }
        number
    }

    /// Reads the names of the signed fields.
    fn fields(&mut self, tag: &Tag<'_>) {
        for (at, field) in tag.items(b':') {
            if self.signature.headers.len() == MAX_FIELDS {
                self.fault(at, SignatureFault::TooManyFields);
                return;
            }
            // A field name is printable and has no colon (RFC 5322 3.6.8).
            if field.is_empty() || !field.iter().all(u8::is_ascii_graphic) {
                self.fault(at, SignatureFault::BadValue("h".to_owned()));
                continue;
            }
            self.signature.headers.push(shown(&field.to_ascii_lowercase()));
        }
        if !self.signature.headers.iter().any(|field| field == "from") {
            self.fault(tag.value_at, SignatureFault::FromNotSigned);
        }
    }

    /// Checks what several tags say together.
    fn relations(&mut self, list: &TagList<'_>) {
        if let (Some(made), Some(expires)) = (self.signature.timestamp, self.signature.expiration)
            && expires <= made
        {
            let at = list.get("x").map_or(0, |tag| tag.value_at);
            self.fault(at, SignatureFault::ExpirationBeforeTimestamp);
        }
        if let (Some(domain), Some(tag)) = (&self.signature.domain, list.get("i")) {
            let of_identity =
                tag.text().and_then(|text| text.rsplit_once('@')).map(|(_, domain)| domain.parse::<Name>());
            match of_identity {
                Some(Ok(identity)) if identity.is_at_or_below(domain) => {}
                Some(Ok(_)) => self.fault(tag.value_at, SignatureFault::IdentityOutsideDomain),
                _ => self.bad(tag),
            }
        }
    }
}

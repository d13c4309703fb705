//! The little DER (X.690) that keys of DKIM need: RSA keys as `SubjectPublicKeyInfo` (RFC 5280 4.1) or `RSAPublicKey`
//! (RFC 8017 A.1.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The object identifier rsaEncryption, 1.2.840.113549.1.1.1, as encoded.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// The object identifier id-Ed25519, 1.3.101.112 (RFC 8410), as encoded.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// Tag of an INTEGER.
const INTEGER: u8 = 0x02;
/// Tag of a BIT STRING.
const BIT_STRING: u8 = 0x03;
/// Tag of an OBJECT IDENTIFIER.
const OBJECT_IDENTIFIER: u8 = 0x06;
/// Tag of a SEQUENCE.
const SEQUENCE: u8 = 0x30;

/// How an RSA key is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RsaForm {
    /// `RSAPublicKey`: RFC 6376 3.6.1 names it, most signers publish the other, and verifiers read both.
    Bare,
    /// `SubjectPublicKeyInfo`, as the examples of RFC 6376 have it.
    SubjectPublicKeyInfo,
}

/// What a key's octets hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DerKey {
    /// An RSA key.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
        /// The public exponent; `None` when it does not fit.
        exponent: Option<u64>,
        /// How it is wrapped.
        form: RsaForm,
    },
    /// An Ed25519 key, wrapped as certificates want it.
    Ed25519,
}

/// Reads a key; `None` when the octets are none of the forms, or something follows them.
pub(super) fn key(octets: &[u8]) -> Option<DerKey> {
    let (body, []) = element(octets, SEQUENCE)? else { return None };
    if body.first() == Some(&INTEGER) {
        return rsa(body, RsaForm::Bare);
    }
    let (algorithm, body) = element(body, SEQUENCE)?;
    let (bits, []) = element(body, BIT_STRING)? else { return None };
    let (&0, bits) = bits.split_first()? else { return None };
    let (identifier, _) = element(algorithm, OBJECT_IDENTIFIER)?;
    if identifier == ED25519 {
        return (bits.len() == 32).then_some(DerKey::Ed25519);
    }
    if identifier != RSA_ENCRYPTION {
        return None;
    }
    let (body, []) = element(bits, SEQUENCE)? else { return None };
    rsa(body, RsaForm::SubjectPublicKeyInfo)
}

/// Reads modulus and exponent.
fn rsa(body: &[u8], form: RsaForm) -> Option<DerKey> {
    let (modulus, rest) = element(body, INTEGER)?;
    let (exponent, []) = element(rest, INTEGER)? else { return None };
    let modulus = magnitude(modulus)?;
    let first = modulus.first()?;
    let bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)?.checked_sub(first.leading_zeros())?;
    let exponent = magnitude(exponent)?;
    let exponent =
        (exponent.len() <= 8).then(|| exponent.iter().fold(0, |value, octet| (value << 8) | u64::from(*octet)));
    Some(DerKey::Rsa { bits, exponent, form })
}

/// The octets of a positive integer without leading zeros.
fn magnitude(octets: &[u8]) -> Option<&[u8]> {
    let start = octets.iter().position(|octet| *octet != 0)?;
    // The highest bit is the sign, so a leading zero stands before a modulus whose highest bit is set.
    let negative = start == 0 && octets.first().is_some_and(|octet| *octet >= 0x80);
    octets.get(start..).filter(|_| !negative)
}

/// The content of the first element, which must have the tag, and what follows it.
fn element(octets: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = octets.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    if length < 0x80 {
        return rest.split_at_checked(usize::from(length));
    }
    let count = usize::from(length & 0x7f);
    // Two octets of length reach beyond what a TXT record can hold; none at all would be the form that DER forbids.
    let (length, rest) = rest.split_at_checked(count).filter(|_| (1..=2).contains(&count))?;
    let length = length.iter().fold(0, |value, octet| (value << 8) | usize::from(*octet));
    rest.split_at_checked(length)
}

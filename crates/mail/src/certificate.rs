//! What X.509 certificates say (RFC 5280): names, times, keys, digests.
//!
//! A summary reads one certificate; whether a chain leads to a root that somebody trusts is not its business.

use jiff::Timestamp;
use ptrust_names::{Hex, Name, escape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use std::net::IpAddr;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;

mod names;

pub use names::{NameMatch, covers};

/// Octets of a certificate at most: a mark certificate with a logo of 32 KiB in base64 stays below.
pub const MAX_DER: usize = 128 * 1024;

/// Alternative names that a summary keeps: the largest shared certificates have some hundreds.
const MAX_NAMES: usize = 512;

/// Characters of a shown name at most: more are no name that anybody reads.
const MAX_TEXT: usize = 300;

/// Why octets are not a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not the DER form of a certificate.
    #[error("the octets are not a DER certificate")]
    NotDer,
    /// A time that no calendar has.
    #[error("a time of the certificate cannot be read")]
    Time,
    /// Over [`MAX_DER`].
    #[error("the certificate is longer than 128 KiB")]
    TooLong,
    /// Octets after the certificate.
    #[error("octets follow the certificate at offset {at}")]
    Trailing {
        /// Offset of the first one.
        at: usize,
    },
}

/// A certificate in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Certificate {
    /// The subject's name, in the text form of RFC 4514.
    pub subject: String,
    /// The subject's common name; clients no longer match host names against it (RFC 9525 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// The subject's organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Alternative names of type dNSName, as written.
    pub names: Vec<String>,
    /// Alternative names of type iPAddress.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// How many alternative names were left out for their number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub names_left_out: usize,
    /// The issuer's name, in the text form of RFC 4514.
    pub issuer: String,
    /// Start of the validity.
    pub not_before: Timestamp,
    /// End of the validity.
    pub not_after: Timestamp,
    /// Serial number.
    pub serial: Hex,
    /// The public key.
    pub key: Key,
    /// Algorithm of the issuer's signature, such as `sha256WithRSAEncryption`.
    pub signature_algorithm: String,
    /// Whether subject and issuer are the same and no key identifier says otherwise; the signature is not checked.
    pub self_signed: bool,
    /// Whether it may issue certificates (basic constraints).
    pub is_ca: bool,
    /// Digests of the certificate and of its key.
    pub digests: Digests,
}

/// For serde: leaves out a number that says nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A public key in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Key {
    /// `RSA`, `EC P-256`, `Ed25519` …, or the identifier of an unknown algorithm.
    pub algorithm: String,
    /// Size in bits; 0 when it cannot be told.
    pub bits: usize,
}

/// Digests as TLSA records use them (RFC 6698 2.1): of the whole certificate and of its SubjectPublicKeyInfo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Digests {
    /// SHA-256 of the certificate (selector 0, matching type 1).
    pub certificate_sha256: Hex,
    /// SHA-512 of the certificate (selector 0, matching type 2).
    pub certificate_sha512: Hex,
    /// SHA-256 of the key (selector 1, matching type 1).
    pub key_sha256: Hex,
    /// SHA-512 of the key (selector 1, matching type 2).
    pub key_sha512: Hex,
}

/// The public key of a certificate in DER: its SubjectPublicKeyInfo, in DER too.
///
/// # Errors
/// When the octets are not exactly one certificate.
pub fn public_key(der: &[u8]) -> Result<Vec<u8>, CertificateError> {
    Ok(parse(der)?.public_key().raw.to_vec())
}

impl Certificate {
    /// Reads one certificate in DER.
    ///
    /// # Errors
    /// When the octets are not exactly one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = parse(der)?;
        let (names, addresses, names_left_out) = alternative_names(&certificate);
        let second = |seconds| Timestamp::from_second(seconds).map_err(|_| CertificateError::Time);
        let key = certificate.public_key();
        Ok(Self {
            subject: name_text(certificate.subject()),
            common_name: attribute(certificate.subject().iter_common_name().next()),
            organization: attribute(certificate.subject().iter_organization().next()),
            names,
            addresses,
            names_left_out,
            issuer: name_text(certificate.issuer()),
            not_before: second(certificate.validity().not_before.timestamp())?,
            not_after: second(certificate.validity().not_after.timestamp())?,
            serial: Hex(certificate.raw_serial().to_vec()),
            key: Key {
                algorithm: key_algorithm(&certificate),
                bits: key.parsed().as_ref().map_or(0, |parsed| bits(parsed, &key.algorithm.algorithm.to_id_string())),
            },
            signature_algorithm: signature_algorithm(&certificate.signature_algorithm.algorithm.to_id_string()),
            self_signed: is_self_signed(&certificate),
            is_ca: certificate.is_ca(),
            digests: Digests {
                certificate_sha256: Hex(Sha256::digest(der).to_vec()),
                certificate_sha512: Hex(Sha512::digest(der).to_vec()),
                key_sha256: Hex(Sha256::digest(key.raw).to_vec()),
                key_sha512: Hex(Sha512::digest(key.raw).to_vec()),
            },
        })
    }

    /// Whether the certificate is for a host (RFC 9525 6.3): only alternative names count, not the common name.
    pub fn covers(&self, host: &Name) -> NameMatch {
        let best = self.names.iter().map(|pattern| covers(pattern, host)).max().unwrap_or(NameMatch::None);
        if best == NameMatch::None && self.names_left_out > 0 { NameMatch::Unknown } else { best }
    }

    /// Whether the certificate is for an address (RFC 9525 6.5).
    pub fn covers_address(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address.to_canonical())
    }

    /// Whether a moment lies within the validity, ends included.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }
}

/// Parses exactly one certificate.
pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    if der.len() > MAX_DER {
        return Err(CertificateError::TooLong);
    }
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::NotDer)?;
    if rest.is_empty() { Ok(certificate) } else { Err(CertificateError::Trailing { at: der.len() - rest.len() }) }
}

/// Text of a certificate, safe to show and of bounded length.
pub(crate) fn shown(text: &str) -> String {
    escape(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default())
}

/// The text form of a name.
fn name_text(name: &X509Name<'_>) -> String {
    shown(&name.to_string())
}

/// The text of an attribute of a name, where it is text.
pub(crate) fn attribute(value: Option<&x509_parser::x509::AttributeTypeAndValue<'_>>) -> Option<String> {
    value.and_then(|value| value.as_str().ok()).map(shown)
}

/// Alternative names of hosts, of addresses, and how many of them were left out.
fn alternative_names(certificate: &X509Certificate<'_>) -> (Vec<String>, Vec<IpAddr>, usize) {
    let (mut names, mut addresses, mut left_out) = (Vec::new(), Vec::new(), 0);
    let extension = certificate.subject_alternative_name().ok().flatten();
    for name in extension.iter().flat_map(|extension| &extension.value.general_names) {
        match name {
            _ if names.len() + addresses.len() >= MAX_NAMES => left_out += 1,
            GeneralName::DNSName(name) => names.push(shown(name)),
            GeneralName::IPAddress(octets) => addresses.extend(address(octets)),
            _ => {}
        }
    }
    (names, addresses, left_out)
}

/// An address from its 4 or 16 octets.
fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from).ok();
    v4.or_else(|| <[u8; 16]>::try_from(octets).map(IpAddr::from).ok())
}

/// Whether a certificate names itself as its issuer.
fn is_self_signed(certificate: &X509Certificate<'_>) -> bool {
    let (mut subject_key, mut authority_key) = (None, None);
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(id) => subject_key = Some(id.0),
            x509_parser::extensions::ParsedExtension::AuthorityKeyIdentifier(id) => {
                authority_key = id.key_identifier.as_ref().map(|id| id.0);
            }
            _ => {}
        }
    }
    let other_key = subject_key.zip(authority_key).is_some_and(|(own, authority)| own != authority);
    certificate.subject().as_raw() == certificate.issuer().as_raw() && !other_key
}

/// The name of the key's algorithm, with its curve.
fn key_algorithm(certificate: &X509Certificate<'_>) -> String {
    let algorithm = &certificate.public_key().algorithm;
    let curve = || algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
    match algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" => "RSA".into(),
        "1.2.840.113549.1.1.10" => "RSA-PSS".into(),
        "1.2.840.10040.4.1" => "DSA".into(),
        "1.3.101.112" => "Ed25519".into(),
        "1.3.101.113" => "Ed448".into(),
        "1.2.840.10045.2.1" => match curve().as_deref() {
            Some("1.2.840.10045.3.1.7") => "EC P-256".into(),
            Some("1.3.132.0.34") => "EC P-384".into(),
            Some("1.3.132.0.35") => "EC P-521".into(),
            _ => "EC".into(),
        },
        other => shown(other),
    }
}

/// The size of a key in bits.
fn bits(key: &PublicKey<'_>, algorithm: &str) -> usize {
    match key {
        PublicKey::RSA(rsa) => {
            // Leading zero octets and bits of the modulus are no part of its size.
            let first = rsa.modulus.iter().position(|octet| *octet != 0);
            let significant = first.and_then(|at| rsa.modulus.get(at..)).unwrap_or_default();
            significant.first().map_or(0, |octet| significant.len() * 8 - octet.leading_zeros() as usize)
        }
        // The octets of a point on P-521 have 528 bits.
        PublicKey::EC(point) => match point.key_size() {
            528 => 521,
            bits => bits,
        },
        _ => match algorithm {
            "1.3.101.112" => 256,
            "1.3.101.113" => 456,
            _ => key.key_size(),
        },
    }
}

/// The name of a signature algorithm (RFC 3279, RFC 4055, RFC 5758, RFC 8410), or its identifier.
fn signature_algorithm(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        other => return shown(other),
    }
    .into()
}

#[cfg(test)]
mod tests;

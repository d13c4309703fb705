//! Certificates of marks (BIMI), made at start: a leaf with a logo inside, and the authority that issued it.

use crate::tls::{between, validity};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};

/// Certificates of marks in a world at most: each takes three keys.
pub(crate) const MAX_MARKS: usize = 32;
/// Octets of a logo at most: certificates are read up to 128 KiB.
const MAX_LOGO: usize = 64 * 1024;
/// How long certificates are valid unless told otherwise: what mark authorities give.
const VALIDITY: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Extended key usage of mark certificates: id-kp-BrandIndicatorforMessageIdentification.
const BRAND_INDICATOR: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 31];
/// Subject attribute: type of the mark.
const MARK_TYPE: [u64; 9] = [1, 3, 6, 1, 4, 1, 53087, 1, 13];
/// The logotype extension (RFC 9399 4.1).
const LOGOTYPE: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 12];
/// SHA-256 as DER: 2.16.840.1.101.3.4.2.1 (RFC 5754 2).
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// The leaf, then its issuer.
    #[default]
    Whole,
    /// The leaf only.
    Alone,
    /// The leaf, then another authority of the issuer's name.
    Foreign,
    /// The issuer, then the leaf.
    Reversed,
}

/// What a `mark` line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// The line.
    pub(crate) line: usize,
    /// The URL of the file.
    pub(crate) url: String,
    /// Names of the certificate.
    pub(crate) names: Vec<String>,
    /// The URL of the logo that is put inside.
    pub(crate) logo: Option<String>,
    /// The type of the mark; a registered one unless told otherwise.
    pub(crate) kind: Option<String>,
    /// From when it is valid, counted from the world's clock.
    pub(crate) begins: Option<SignedDuration>,
    /// How long it is still valid; negative for one that has ended.
    pub(crate) remaining: Option<SignedDuration>,
    /// Whether it is for servers, and not for marks.
    pub(crate) server: bool,
    /// What is in the file.
    pub(crate) order: Order,
}

/// The file of a mark certificate.
pub(crate) fn file(script: &Script, logo: Option<&[u8]>, now: Timestamp) -> Result<Vec<u8>, String> {
    let failed = |error: rcgen::Error| format!("the certificate cannot be made: {error}");
    let key = || KeyPair::generate().map_err(failed);
    let root = CertifiedIssuer::self_signed(authority("World Mark Root", now), key()?).map_err(failed)?;
    let issuer = || CertifiedIssuer::signed_by(authority("World Mark CA", now), key()?, &root).map_err(failed);
    let own = issuer()?;
    let mut params = CertificateParams::new(script.names.clone()).map_err(failed)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Example BV");
    params.distinguished_name.push(DnType::CommonName, "Example BV");
    let kind = script.kind.as_deref().unwrap_or("Registered Mark");
    params.distinguished_name.push(DnType::from_oid(&MARK_TYPE), kind);
    let remaining = script.remaining.unwrap_or(VALIDITY);
    match script.begins {
        Some(begins) => {
            let at = |time| now.saturating_add(time).unwrap_or(now);
            between(&mut params, at(begins), at(begins.max(remaining)));
        }
        None => validity(&mut params, now, remaining),
    }
    params.extended_key_usages = if script.server {
        vec![ExtendedKeyUsagePurpose::ServerAuth]
    } else {
        vec![ExtendedKeyUsagePurpose::Other(BRAND_INDICATOR.to_vec())]
    };
    if let Some(logo) = logo {
        let extension = logotype(logo).ok_or_else(|| format!("the logo is longer than {MAX_LOGO} octets"))?;
        params.custom_extensions = vec![CustomExtension::from_oid_content(&LOGOTYPE, extension)];
    }
    let leaf = params.signed_by(&key()?, &own).map_err(failed)?.pem();
    let file = match script.order {
        Order::Whole => leaf + &own.pem(),
        Order::Alone => leaf,
        Order::Foreign => leaf + &issuer()?.pem(),
        Order::Reversed => own.pem() + &leaf,
    };
    Ok(file.into_bytes())
}

/// What an authority of marks says of itself.
fn authority(name: &str, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(BRAND_INDICATOR.to_vec())];
    validity(&mut params, now, VALIDITY * 10);
    params
}

/// A logotype extension with one image in it, as issuers write it; `None` for one that is too long.
fn logotype(logo: &[u8]) -> Option<Vec<u8>> {
    if logo.len() > MAX_LOGO {
        return None;
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, logo);
    let uri = format!("data:image/svg+xml;base64,{}", STANDARD.encode(logo));
    let algorithm = der(0x30, &[&der(0x06, &[&SHA256])]);
    let hashes = der(0x30, &[&der(0x30, &[&algorithm, &der(0x04, &[digest.as_ref()])])]);
    let uris = der(0x30, &[&der(0x16, &[uri.as_bytes()])]);
    let details = der(0x30, &[&der(0x16, &[b"image/svg+xml"]), &hashes, &uris]);
    let images = der(0x30, &[&der(0x30, &[&details])]);
    Some(der(0x30, &[&der(0xa2, &[&der(0xa0, &[&images])])]))
}

/// One DER element: its tag, and its content in parts.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    // Lengths of two octets and more have their own length in front (X.690 8.1.3).
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|octet| **octet == 0).count();
    let short = length.get(zeros..).unwrap_or_default();
    if content.len() >= 128 {
        out.push(0x80 | u8::try_from(short.len()).unwrap_or(0));
    }
    out.extend(if content.is_empty() { &[0] } else { short });
    out.extend(content);
    out
}

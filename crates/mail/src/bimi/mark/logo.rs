//! The logo inside a mark certificate: taken out, unpacked, and compared.

use super::MarkFault;
use super::logotype::{self, Logotype};
use crate::bimi::svg;
use crate::certificate::shown;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ptrust_names::Hex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::prelude::X509Certificate;

/// The logotype extension: id-pe-logotype (RFC 9399 4.1).
const LOGOTYPE: &str = "1.3.6.1.5.5.7.1.12";
/// Octets of an unknown identifier that are shown.
const MAX_OID: usize = 32;
/// Octets of a digest that are kept: the longest known has 64.
const MAX_DIGEST: usize = 64;

/// The logo inside a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EmbeddedLogo {
    /// Media type, as written.
    pub media_type: String,
    /// Octets of the SVG, unpacked.
    pub size: usize,
    /// SHA-256 of the SVG, unpacked.
    pub sha256: Hex,
    /// The digests that the certificate states.
    pub digests: Vec<LogoDigest>,
    /// Whether the published logo is the same, octet by octet, unpacked; `None` without one to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as_published: Option<bool>,
}

/// A digest that a certificate states for its logo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LogoDigest {
    /// `SHA-256` …, or the identifier of another algorithm.
    pub algorithm: String,
    /// The digest.
    pub value: Hex,
    /// Whether it is that of the logo, as it stands in the certificate or unpacked; `None` for unknown algorithms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agrees: Option<bool>,
}

/// The logo in the certificate with its SVG; what is wrong with it is added to the faults.
pub(super) fn embedded_logo(
    certificate: &X509Certificate<'_>,
    published: Option<&[u8]>,
    faults: &mut Vec<MarkFault>,
) -> Option<(EmbeddedLogo, Vec<u8>)> {
    let mut extensions = certificate.extensions().iter();
    let Some(extension) = extensions.find(|extension| extension.oid.to_id_string() == LOGOTYPE) else {
        faults.push(MarkFault::LogotypeMissing);
        return None;
    };
    let read = logotype::subject_logo(extension.value).map_err(|error| error.to_string());
    let unpacked = read.and_then(|logotype| {
        let data = data_of(&logotype).ok_or("the logotype is no data URI with base64")?;
        let svg = svg::unpack(&data).map_err(|error| error.to_string())?.into_owned();
        Ok((logotype, data, svg))
    });
    let (logotype, data, svg) = match unpacked {
        Ok(found) => found,
        Err(reason) => {
            faults.push(MarkFault::LogotypeUnreadable { reason });
            return None;
        }
    };
    let digests: Vec<LogoDigest> =
        logotype.digests.iter().map(|(oid, value)| digest(oid, value, &[&data, &svg])).collect();
    let differing = digests.iter().filter(|digest| digest.agrees == Some(false));
    faults.extend(differing.map(|digest| MarkFault::DigestDiffers { algorithm: digest.algorithm.clone() }));
    let same_as_published = published.and_then(|file| {
        let same = svg::unpack(file).ok().map(|plain| *plain == *svg);
        match same {
            Some(true) => {}
            Some(false) => faults.push(MarkFault::LogoDiffers),
            None => faults.push(MarkFault::LogoUnreadable),
        }
        same
    });
    let logo = EmbeddedLogo {
        media_type: shown(logotype.media_type),
        size: svg.len(),
        sha256: Hex(Sha256::digest(&svg).to_vec()),
        digests,
        same_as_published,
    };
    Some((logo, svg))
}

/// The octets of the first data URI with base64 (RFC 2397).
fn data_of(logotype: &Logotype<'_>) -> Option<Vec<u8>> {
    // Issuers differ in padding.
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    logotype.uris.iter().find_map(|uri| {
        let (head, data) = uri.split_once(',')?;
        let head = head.to_ascii_lowercase();
        let is_data = head.starts_with("data:image/svg+xml") && head.ends_with(";base64");
        is_data.then(|| engine.decode(data.trim()).ok()).flatten()
    })
}

/// One digest that the certificate states, compared with the forms of the logo.
fn digest(oid: &[u8], value: &[u8], forms: &[&[u8]]) -> LogoDigest {
    let agrees = |hash: fn(&[u8]) -> Vec<u8>| Some(forms.iter().any(|form| hash(form) == value));
    let (algorithm, agrees) = match oid {
        // 2.16.840.1.101.3.4.2.1 and its neighbors (RFC 5754 2).
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => ("SHA-256".into(), agrees(|form| Sha256::digest(form).to_vec())),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => ("SHA-384".into(), agrees(|form| Sha384::digest(form).to_vec())),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => ("SHA-512".into(), agrees(|form| Sha512::digest(form).to_vec())),
        [0x2b, 0x0e, 3, 2, 0x1a] => ("SHA-1".into(), None),
        _ => (format!("identifier {}", Hex(oid.iter().take(MAX_OID).copied().collect())), None),
    };
    LogoDigest { algorithm, value: Hex(value.iter().take(MAX_DIGEST).copied().collect()), agrees }
}

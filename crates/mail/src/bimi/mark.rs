//! The certificate of a mark (VMC or CMC): for whom it is, which logo it holds, and whether it leads to a known root.
//!
//! Rules from the BIMI group's "Minimum Security Requirements for Issuance of Mark Certificates" and
//! draft-fetch-validation-vmc-wchuang; the logo is in the logotype extension (RFC 9399).

use crate::certificate::{self, Certificate, CertificateError, NameMatch, covers};
use jiff::Timestamp;
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use x509_parser::prelude::X509Certificate;

mod chain;
mod logo;
mod logotype;
mod pem;

pub use chain::{Links, Path};
pub use logo::{EmbeddedLogo, LogoDigest};
pub use pem::{MAX_CERTIFICATES, MAX_PEM, PemError, PemErrorKind, certificates};

/// Extended key usage of mark certificates: id-kp-BrandIndicatorforMessageIdentification.
const BRAND_INDICATOR: &str = "1.3.6.1.5.5.7.3.31";
/// Subject attribute: office of the trademark.
const TRADEMARK_OFFICE: &str = "1.3.6.1.4.1.53087.1.2";
/// Subject attribute: country or region of the trademark.
const TRADEMARK_COUNTRY: &str = "1.3.6.1.4.1.53087.1.3";
/// Subject attribute: number of the trademark.
const TRADEMARK_ID: &str = "1.3.6.1.4.1.53087.1.4";
/// Subject attribute: type of the mark.
const MARK_TYPE: &str = "1.3.6.1.4.1.53087.1.13";

/// Why a file is no evidence of a mark at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// One of the certificates cannot be read.
    #[error("certificate {index} of the file cannot be read")]
    Certificate {
        /// Position in the file, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        source: CertificateError,
    },
    /// The file is not a series of PEM certificates.
    #[error("the file is not PEM")]
    Pem(#[from] PemError),
}

/// What a mark certificate is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The domain at which the BIMI record is.
    pub domain: &'a Name,
    /// Its organizational domain, where that is another.
    pub organizational: Option<&'a Name>,
    /// The selector of the record.
    pub selector: &'a str,
    /// The logo that the record's `l=` leads to, plain or gzip.
    pub logo: Option<&'a [u8]>,
    /// The time to judge for.
    pub at: Timestamp,
    /// Root certificates in DER; without one, chains are followed only as far as the file goes.
    pub roots: &'a [Vec<u8>],
}

/// What a mark certificate says, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Mark {
    /// The end-entity certificate.
    pub certificate: Certificate,
    /// How many certificates the file has.
    pub chain_length: usize,
    /// The class of the certificate, by the type of the mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The type of the mark, as written, such as `Registered Mark`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark_type: Option<String>,
    /// Office of the trademark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trademark_office: Option<String>,
    /// Country or region of the trademark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trademark_country: Option<String>,
    /// Number of the trademark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trademark_id: Option<String>,
    /// By which name it is for the domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainMatch>,
    /// The logo inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<EmbeddedLogo>,
    /// How far the certificates of the file lead.
    pub links: Links,
    /// Whether it leads to a known root.
    pub path: Path,
    /// What is wrong, in order of weight.
    pub faults: Vec<MarkFault>,
    /// The logo's SVG, unpacked; not stored.
    #[serde(skip)]
    pub svg: Option<Vec<u8>>,
}

/// The two classes of mark certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Common mark certificate: prior use, or a modified mark.
    Common,
    /// Verified mark certificate: a registered or a government's mark.
    Verified,
}

/// By which alternative name a certificate is for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DomainMatch {
    /// The domain of the record.
    Domain,
    /// Its organizational domain.
    Organizational,
    /// `<selector>._bimi.<domain>`: for this selector only.
    Selector,
}

/// What is wrong with a mark certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "fault")]
#[non_exhaustive]
pub enum MarkFault {
    /// A digest in the certificate is not that of its logo.
    DigestDiffers {
        /// The algorithm.
        algorithm: String,
    },
    /// No alternative name is for the domain.
    DomainMismatch,
    /// Its validity is over.
    Expired {
        /// When it ended.
        not_after: Timestamp,
    },
    /// The end-entity certificate is not the first in the file.
    LeafNotFirst,
    /// A certificate of the file is not signed by the next.
    LinkBroken {
        /// Which, and why.
        reason: String,
    },
    /// The published logo is not the one in the certificate.
    LogoDiffers,
    /// The published logo cannot be unpacked, and so not be compared.
    LogoUnreadable,
    /// It has no logotype extension.
    LogotypeMissing,
    /// Its logotype extension holds no SVG that can be read.
    LogotypeUnreadable {
        /// Why.
        reason: String,
    },
    /// It states no type of the mark.
    MarkTypeMissing,
    /// Its validity has not begun.
    NotYetValid {
        /// When it begins.
        not_before: Timestamp,
    },
    /// It leads to no known root.
    PathInvalid {
        /// Why.
        reason: String,
    },
    /// Its extended key usage does not have the purpose of brand indicators.
    UsageMissing,
}

/// Reads a PEM file and holds it against what is expected.
///
/// # Errors
/// When the file is not a series of certificates.
pub fn examine(file: &[u8], expected: &Expected<'_>) -> Result<Mark, MarkError> {
    let chain = certificates(file)?;
    let read = |(index, der): (usize, &Vec<u8>)| {
        Certificate::from_der(der).map_err(|source| MarkError::Certificate { index, source })
    };
    let summaries = chain.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    // Some files begin with the issuer: the certificate that issues nothing is the one that counts.
    let leaf = summaries.iter().position(|summary| !summary.is_ca).unwrap_or(0);
    let empty = || MarkError::Pem(PemError { at: file.len(), kind: PemErrorKind::NoCertificate });
    let (der, summary) = chain.get(leaf).zip(summaries.get(leaf)).ok_or_else(empty)?;
    let parsed = certificate::parse(der).map_err(|source| MarkError::Certificate { index: leaf, source })?;
    let mut faults = Vec::new();
    if leaf != 0 {
        faults.push(MarkFault::LeafNotFirst);
    }
    if expected.at > summary.not_after {
        faults.push(MarkFault::Expired { not_after: summary.not_after });
    } else if expected.at < summary.not_before {
        faults.push(MarkFault::NotYetValid { not_before: summary.not_before });
    }
    if !has_usage(&parsed) {
        faults.push(MarkFault::UsageMissing);
    }
    let domain = domain_match(summary, expected);
    // Of more names than are kept nobody knows what the others say.
    if domain.is_none() && summary.names_left_out == 0 {
        faults.push(MarkFault::DomainMismatch);
    }
    let mark_type = subject(&parsed, MARK_TYPE);
    if mark_type.is_none() {
        faults.push(MarkFault::MarkTypeMissing);
    }
    let (logo, svg) = logo::embedded_logo(&parsed, expected.logo, &mut faults).unzip();
    // The leaf's own validity is told by itself: the chain is judged for a time at which the leaf is valid.
    let within = expected.at.min(summary.not_after).max(summary.not_before);
    let links = chain::links(&chain, &summaries, leaf, within);
    if let Links::Broken { reason } = &links {
        faults.push(MarkFault::LinkBroken { reason: reason.clone() });
    }
    let path = chain::judge(&chain, leaf, expected.roots, within);
    if let Path::Invalid { reason } = &path {
        faults.push(MarkFault::PathInvalid { reason: reason.clone() });
    }
    Ok(Mark {
        certificate: summary.clone(),
        chain_length: chain.len(),
        class: mark_type.as_deref().and_then(class),
        mark_type,
        trademark_office: subject(&parsed, TRADEMARK_OFFICE),
        trademark_country: subject(&parsed, TRADEMARK_COUNTRY),
        trademark_id: subject(&parsed, TRADEMARK_ID),
        domain,
        logo,
        links,
        path,
        faults,
        svg,
    })
}

/// The class that a type of mark belongs to.
fn class(mark_type: &str) -> Option<Class> {
    match mark_type {
        "Registered Mark" | "Government Mark" => Some(Class::Verified),
        "Prior Use Mark" | "Modified Registered Mark" | "Pending Registration Mark" => Some(Class::Common),
        _ => None,
    }
}

/// An attribute of the subject.
fn subject(certificate: &X509Certificate<'_>, oid: &str) -> Option<String> {
    let mut attributes = certificate.subject().iter_attributes();
    certificate::attribute(attributes.find(|attribute| attribute.attr_type().to_id_string() == oid))
}

/// Whether the certificate may be used for brand indicators.
fn has_usage(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.extended_key_usage().ok().flatten();
    usage.is_some_and(|usage| usage.value.other.iter().any(|oid| oid.to_id_string() == BRAND_INDICATOR))
}

/// By which alternative name the certificate is for the domain; wildcards do not count.
fn domain_match(certificate: &Certificate, expected: &Expected<'_>) -> Option<DomainMatch> {
    let has = |host: &Name| certificate.names.iter().any(|name| covers(name, host) == NameMatch::Exact);
    let selected = |domain: &Name| domain.prepend(b"_bimi").and_then(|name| name.prepend(expected.selector.as_bytes()));
    let domains =
        [Some((expected.domain, DomainMatch::Domain)), expected.organizational.zip(Some(DomainMatch::Organizational))];
    let domains = || domains.into_iter().flatten();
    if domains().any(|(domain, _)| selected(domain).is_ok_and(|name| has(&name))) {
        return Some(DomainMatch::Selector);
    }
    domains().find(|(domain, _)| has(domain)).map(|(_, how)| how)
}

#[cfg(test)]
mod tests;

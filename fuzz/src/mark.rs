//! X.509 certificates, and those of marks with the logo inside.

use crate::invariant::{check_json, check_text};
use crate::published::Published;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ptrust_mail::bimi::mark::{Expected, MAX_CERTIFICATES, Mark, MarkError, MarkFault, Path, certificates, examine};
use ptrust_mail::bimi::svg;
use ptrust_mail::certificate::{Certificate, NameMatch, public_key};
use ptrust_names::Name;
use std::error::Error;

/// Octets of a text of a certificate at most: 300, each of which escaping may make four.
const MAX_TEXT: usize = 300 * 4;
/// Alternative names that are kept, as `certificate` says.
const MAX_NAMES: usize = 512;
/// Digests of a logo, as `bimi::mark` says.
const MAX_DIGESTS: usize = 8;
/// Where the certificate is.
const URL: &str = "https://example.com/mark.pem";
/// The first octet of a certificate: a SEQUENCE.
const SEQUENCE: u8 = 0x30;

/// The input is a PEM file, or one certificate in DER. Its last certificate is trusted.
pub fn mark(bytes: &[u8]) {
    let file = if bytes.first() == Some(&SEQUENCE) { pem(bytes) } else { bytes.to_vec() };
    let chain = certificates(&file).unwrap_or_default();
    assert!(chain.len() <= MAX_CERTIFICATES, "too many certificates");
    for der in &chain {
        check_certificate(der);
    }
    let roots: Vec<Vec<u8>> = chain.last().cloned().into_iter().collect();
    let domain: Name = "example.com".parse().expect("a name");
    for (roots, logo) in [(&[][..], None), (roots.as_slice(), Some(bytes))] {
        // A good moment for the seeds.
        let at = "2026-11-27T00:00:00Z".parse::<Timestamp>().expect("a time");
        let expected = Expected { domain: &domain, organizational: None, selector: "default", logo, at, roots };
        match examine(&file, &expected) {
            Ok(mark) => check_mark(mark, &expected),
            Err(error) => check_error(&error, chain.len()),
        }
    }
    Published::new()
        .text("default._bimi", format!("v=BIMI1; l=https://example.com/l.svg; a={URL}").as_bytes())
        .document(URL, "application/pem-certificate-chain", &file)
        .judge();
}

/// A certificate as PEM; how long its lines are does not matter.
fn pem(der: &[u8]) -> Vec<u8> {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der)).into_bytes()
}

/// What is said of one certificate is bounded.
fn check_certificate(der: &[u8]) {
    let Ok(read) = Certificate::from_der(der) else { return };
    check_json(&read);
    assert!(public_key(der).is_ok_and(|key| !key.is_empty()), "a certificate without a key");
    assert!(read.names.len() + read.addresses.len() <= MAX_NAMES, "too many names");
    let texts = [&read.subject, &read.issuer, &read.key.algorithm, &read.signature_algorithm].into_iter();
    for text in texts.chain(&read.names).chain(&read.common_name).chain(&read.organization) {
        assert!(text.len() <= MAX_TEXT, "{} octets of text", text.len());
    }
    assert!(read.key.bits <= 8 * der.len(), "a key larger than its certificate");
    assert!(read.addresses.iter().all(|address| read.covers_address(*address)), "an address is not covered");
    for name in read.names.iter().take(8) {
        if let Ok(host) = name.parse::<Name>() {
            // What was escaped is another name, and wildcards are judged by their own rules.
            let other = name.contains(['*', '\\']) || host.is_root();
            assert!(other || read.covers(&host) == NameMatch::Exact, "{name} is not covered");
        }
    }
}

/// What is said of a mark fits its parts.
fn check_mark(mark: Mark, expected: &Expected<'_>) {
    let (svg, mark) = (mark.svg.clone(), Mark { svg: None, ..mark });
    check_json(&mark);
    assert!((1..=MAX_CERTIFICATES).contains(&mark.chain_length));
    let has = |wanted: fn(&MarkFault) -> bool| mark.faults.iter().any(wanted);
    let invalid = has(|fault| matches!(fault, MarkFault::PathInvalid { .. }));
    assert_eq!(invalid, matches!(mark.path, Path::Invalid { .. }));
    assert!(!expected.roots.is_empty() || mark.path == Path::NotJudged, "judged by no root");
    let within = mark.certificate.is_valid_at(expected.at);
    let ended = has(|fault| matches!(fault, MarkFault::Expired { .. } | MarkFault::NotYetValid { .. }));
    assert_eq!(within, !ended, "dates");
    assert!(mark.path != Path::Valid || within, "a valid path of an ended certificate");
    assert_eq!(has(|fault| *fault == MarkFault::DomainMismatch), mark.domain.is_none());
    assert_eq!(svg.is_some(), mark.logo.is_some());
    if let (Some(svg), Some(logo)) = (svg, &mark.logo) {
        assert!(svg.len() == logo.size && logo.size <= svg::MAX_SIZE, "another size");
        assert!(logo.media_type.len() <= MAX_TEXT && logo.digests.len() <= MAX_DIGESTS, "a large logo");
        assert_eq!(logo.same_as_published == Some(false), has(|fault| *fault == MarkFault::LogoDiffers));
    }
}

/// What is said of a file that is no evidence is about it.
fn check_error(error: &MarkError, certificates: usize) {
    check_text(&error.to_string());
    if let Some(source) = error.source() {
        check_text(&source.to_string());
    }
    if let MarkError::Certificate { index, .. } = error {
        assert!(*index < certificates, "a certificate that is not there");
    }
}

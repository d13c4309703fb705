//! PEM files with certificates (RFC 7468 5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Octets of a file at most: a chain with one logo of 32 KiB stays far below.
pub const MAX_PEM: usize = 512 * 1024;
/// Certificates at most: chains have two to four.
pub const MAX_CERTIFICATES: usize = 10;

/// Why a file is not a series of PEM certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {at}")]
pub struct PemError {
    /// Offset in octets.
    pub at: usize,
    /// What is wrong.
    pub kind: PemErrorKind,
}

/// What is wrong with a PEM file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemErrorKind {
    /// The text of a certificate is not base64.
    #[error("a certificate is not base64")]
    Base64,
    /// No certificate in it.
    #[error("there is no certificate")]
    NoCertificate,
    /// Over [`MAX_PEM`].
    #[error("the file is longer than 512 KiB")]
    TooLong,
    /// Over [`MAX_CERTIFICATES`].
    #[error("there are more than 10 certificates")]
    TooMany,
    /// A certificate does not end.
    #[error("a certificate does not end")]
    Unterminated,
}

/// The line in front of a certificate.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// The line behind it.
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The certificates of a file in DER, in its order. Text around them is explanatory and skipped (RFC 7468 5.2).
///
/// # Errors
/// When there is none, one is damaged, or there are too many.
pub fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    if file.len() > MAX_PEM {
        return Err(PemError { at: MAX_PEM, kind: PemErrorKind::TooLong });
    }
    let mut found = Vec::new();
    let mut open: Option<(usize, Vec<u8>)> = None;
    let mut at = 0;
    for line in file.split_inclusive(|octet| matches!(octet, b'\n' | b'\r')) {
        let text = line.trim_ascii();
        match (&mut open, text) {
            (None, BEGIN) if found.len() >= MAX_CERTIFICATES => {
                return Err(PemError { at, kind: PemErrorKind::TooMany });
            }
            (None, BEGIN) => open = Some((at, Vec::new())),
            (None, _) => {}
            (Some((start, body)), END) => {
                let kind = PemErrorKind::Base64;
                found.push(STANDARD.decode(&body).map_err(|_| PemError { at: *start, kind })?);
                open = None;
            }
            (Some((_, body)), text) => body.extend_from_slice(text),
        }
        at += line.len();
    }
    match open {
        Some((at, _)) => Err(PemError { at, kind: PemErrorKind::Unterminated }),
        None if found.is_empty() => Err(PemError { at: file.len(), kind: PemErrorKind::NoCertificate }),
        None => Ok(found),
    }
}

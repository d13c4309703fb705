//! Reports that receivers send: DMARC aggregate (RFC 7489, RFC 9990) and TLS (RFC 8460).
//!
//! A report comes as a file, packed or not, or in a message. Whatever it is packed in, what comes out is bounded.

pub mod aggregate;
pub mod tls;
mod unpack;

pub use aggregate::{Aggregate, AggregateError};
pub use tls::{TlsError, TlsReport};
use unpack::is_packed;
pub use unpack::{MAX_UNPACKED, UnpackError, unpack};

use crate::message::{MAX_MESSAGE, mime, split};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parts of a message that are unpacked to look for a report, so that many bombs take no longer than one.
const MAX_PACKED: usize = 8;

/// A report of either kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Report {
    /// A DMARC aggregate report.
    DmarcReport(Box<Aggregate>),
    /// A TLS report.
    TlsReport(TlsReport),
}

/// Why a file is not a report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It starts like an aggregate report, and is none that can be read.
    #[error("failed to read the DMARC aggregate report")]
    Aggregate(#[from] AggregateError),
    /// It is a message without a report in it.
    #[error("the message holds no report")]
    NothingAttached,
    /// It starts like a TLS report, and is none that can be read.
    #[error("failed to read the TLS report")]
    Tls(#[from] TlsError),
    /// It is packed, and cannot be unpacked.
    #[error("failed to unpack the report")]
    Unpack(#[from] UnpackError),
    /// It is something else.
    #[error("neither a DMARC aggregate report nor a TLS report")]
    Unrecognized,
}

/// Reads a report: XML or JSON, plain or packed (gzip, zip, gzip in zip), or a message with one of these attached.
///
/// # Errors
/// When there is no report, it cannot be read, or it breaks a limit.
pub fn read(bytes: &[u8]) -> Result<Report, ReportError> {
    match read_file(bytes) {
        Err(ReportError::Unrecognized) => read_message(bytes),
        result => result,
    }
}

/// Reads a report that is not in a message.
fn read_file(bytes: &[u8]) -> Result<Report, ReportError> {
    let content = unpack(bytes)?;
    match format(&content) {
        Some(Format::Xml) => Ok(Report::DmarcReport(Box::new(aggregate::parse(&content)?))),
        Some(Format::Json) => Ok(Report::TlsReport(tls::parse(&content)?)),
        None => Err(ReportError::Unrecognized),
    }
}

/// Reads the report in a message: the first part that is one, whatever type it is sent as; otherwise the first error of
/// a part that meant to be one.
fn read_message(bytes: &[u8]) -> Result<Report, ReportError> {
    let bytes = bytes.get(..MAX_MESSAGE).unwrap_or(bytes);
    let header = split(bytes).map_err(|_| ReportError::Unrecognized)?;
    let mut error = None;
    let mut packed = 0;
    for part in mime::parts(bytes, &header) {
        // Some reporters send their text part in a way that does not matter here; only a report is looked for.
        let body = part.body();
        if is_packed(&body) {
            packed += 1;
            if packed > MAX_PACKED {
                continue;
            }
        }
        match read_file(&body) {
            Ok(report) => return Ok(report),
            Err(ReportError::Unrecognized) => {}
            Err(found) => error = error.or(Some(found)),
        }
    }
    Err(error.unwrap_or(ReportError::NothingAttached))
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// XML with `<feedback>`: DMARC.
    Xml,
    /// JSON with the names of RFC 8460 4.4.
    Json,
}

/// Octets at the start in which the marks of a format stand.
const MARKS: usize = 8 << 10;

/// Which format a content has, by its first octets.
pub(crate) fn format(content: &[u8]) -> Option<Format> {
    let head = content.get(..MARKS).unwrap_or(content);
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let has = |mark: &[u8]| head.windows(mark.len()).any(|window| window == mark);
    match head.first()? {
        b'<' if has(b"feedback") || has(b"<!DOCTYPE") => Some(Format::Xml),
        b'{' if has(b"\"policies\"") || has(b"\"organization-name\"") || has(b"\"report-id\"") => Some(Format::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

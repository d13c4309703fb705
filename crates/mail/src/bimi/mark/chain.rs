//! Whether a chain leads to one of the roots that the caller trusts (RFC 5280 6).

use crate::certificate::shown;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

/// The purpose of brand indicators, 1.3.6.1.5.5.7.3.31, as DER content.
const BRAND_INDICATOR: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 31];

/// Whether a chain leads to a known root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "path")]
pub enum Path {
    /// It does not.
    Invalid {
        /// Why.
        reason: String,
    },
    /// No root is configured, or none that can be read.
    NotJudged,
    /// It does.
    Valid,
}

/// Judges the chain of the certificate at `leaf`; all others in the file may be intermediates. These must be for brand
/// indicators too, as the requirements of mark certificates want it.
pub(super) fn judge(chain: &[Vec<u8>], leaf: usize, roots: &[Vec<u8>], at: Timestamp) -> Path {
    let roots: Vec<CertificateDer<'_>> = roots.iter().map(|root| CertificateDer::from(root.as_slice())).collect();
    let anchors: Vec<TrustAnchor<'_>> = roots.iter().filter_map(|root| anchor_from_trusted_cert(root).ok()).collect();
    if anchors.is_empty() {
        return Path::NotJudged;
    }
    let mut others: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    if leaf >= others.len() {
        return Path::NotJudged;
    }
    let leaf = others.remove(leaf);
    // Nothing was issued before 1970.
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let usage = KeyUsage::required(BRAND_INDICATOR);
    let verified = EndEntityCert::try_from(&leaf).and_then(|end| {
        end.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &others, time, usage, None, None).map(|_| ())
    });
    match verified {
        Ok(()) => Path::Valid,
        Err(error) => Path::Invalid { reason: reason(&error) },
    }
}

/// The usual reasons in words, rare ones as the library names them.
fn reason(error: &Error) -> String {
    match error {
        Error::CertExpired { .. } => "a certificate of the chain has expired".into(),
        Error::CertNotValidYet { .. } => "a certificate of the chain is not valid yet".into(),
        Error::InvalidSignatureForPublicKey => "a signature in the chain is wrong".into(),
        Error::RequiredEkuNotFoundContext(_) => "a certificate of the chain is not for brand indicators".into(),
        Error::UnknownIssuer => "the chain leads to no configured root".into(),
        other => shown(&format!("{other:?}")),
    }
}

//! Whether the certificates of a file lead from one to the next, and whether they lead to one of the roots that the
//! caller trusts (RFC 5280 6).

use crate::certificate::{Certificate, shown};
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

/// How far the certificates of a file lead: each is signed by the next, as far as the file goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "links")]
pub enum Links {
    /// There is no other certificate: nothing could be followed.
    Alone,
    /// A certificate is not signed by the next.
    Broken {
        /// Which, and why.
        reason: String,
    },
    /// Each is signed by the next, up to the last.
    Followed,
    /// A link is of a kind that cannot be verified here.
    NotJudged {
        /// Why.
        reason: String,
    },
    /// The certificate of the mark is not the first.
    OutOfOrder,
}

/// Follows the certificates of a file in its order, link by link. What is at the end is taken as it is: whether it is, or
/// leads to, a known root is [`Path`]'s question.
pub(super) fn links(chain: &[Vec<u8>], summaries: &[Certificate], leaf: usize, at: Timestamp) -> Links {
    if leaf != 0 {
        return Links::OutOfOrder;
    }
    let others = summaries.iter().skip(1);
    for (number, (below, issuer)) in summaries.iter().zip(others).enumerate() {
        let (below_number, number) = (number + 1, number + 2);
        let broken = |what: &str| Links::Broken { reason: format!("certificate {number} of the file {what}") };
        if below.issuer != issuer.subject {
            return broken(&format!("is not the issuer of certificate {below_number}"));
        }
        if !issuer.is_ca {
            return broken("may not issue certificates");
        }
        // The library does not look at the times of what it takes for the end.
        if !issuer.is_valid_at(at) {
            return broken(if at > issuer.not_after { "has expired" } else { "is not valid yet" });
        }
    }
    let ders: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Some((first, others)) = ders.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Links::Alone;
    };
    let end = match EndEntityCert::try_from(first) {
        Ok(end) => end,
        Err(error) => return Links::NotJudged { reason: reason(&error) },
    };
    // One link more each time, so that the first one that does not hold is named.
    for (index, issuer) in others.iter().enumerate() {
        let below = others.get(..index).unwrap_or_default();
        let usage = KeyUsage::required_if_present(BRAND_INDICATOR);
        let verified = anchor_from_trusted_cert(issuer).and_then(|anchor| {
            let anchors = [anchor];
            end.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, below, time(at), usage, None, None)
                .map(|_| ())
        });
        match verified {
            Ok(()) => {}
            Err(error) if is_proof(&error) => {
                let reason = match &error {
                    Error::InvalidSignatureForPublicKey | Error::UnknownIssuer => "it did not sign it".into(),
                    other => reason(other),
                };
                let (below, issuer) = (index + 1, index + 2);
                return Links::Broken {
                    reason: format!(
                        "certificate {issuer} of the file does not vouch for certificate {below}: {reason}"
                    ),
                };
            }
            Err(error) => return Links::NotJudged { reason: reason(&error) },
        }
    }
    Links::Followed
}

/// Whether an error proves that a link does not hold, rather than that the library does not know something.
const fn is_proof(error: &Error) -> bool {
    matches!(
        error,
        Error::CertExpired { .. }
            | Error::CertNotValidYet { .. }
            | Error::EndEntityUsedAsCa
            | Error::InvalidCertValidity
            | Error::InvalidSignatureForPublicKey
            | Error::NameConstraintViolation
            | Error::PathLenConstraintViolated
            | Error::RequiredEkuNotFoundContext(_)
            | Error::SignatureAlgorithmMismatch
            | Error::UnknownIssuer
    )
}

/// A time as the library takes it; nothing was issued before 1970.
fn time(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0)))
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
    let usage = KeyUsage::required(BRAND_INDICATOR);
    let verified = EndEntityCert::try_from(&leaf).and_then(|end| {
        end.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &others, time(at), usage, None, None).map(|_| ())
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

//! What came of verifying a message's signatures: the words for it. The verification itself needs cryptography and is
//! done elsewhere.

use super::signature::Signature;
use crate::dkim::{KeyFault, SignatureFault};
use ptrust_names::{Cause, Name, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What came of one DKIM-Signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerifiedSignature {
    /// The field, as far as it needs no key.
    pub signature: Signature,
    /// The signing domain, when it is a name.
    pub domain: Option<Name>,
    /// The question for the key.
    pub key: Option<Question>,
    /// What came of it.
    pub outcome: SignatureOutcome,
    /// Octets of the body that are signed; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// The key says that the domain is testing DKIM (`t=y`).
    pub testing: bool,
    /// It had not expired when the message was received, and has since.
    pub expired_since: bool,
}

/// What came of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureOutcome {
    /// It does not verify.
    Fail(SignatureFailure),
    /// It verifies: header and body are as they were signed.
    Pass,
    /// It could not be verified.
    Unknown(SignatureGap),
}

/// Why a signature does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureFailure {
    /// The body is not the one that was signed.
    #[error("the body was changed after signing")]
    BodyHash,
    /// It had expired when the message was received.
    #[error("it had expired when the message was received")]
    Expired,
    /// The signature field itself cannot be used.
    #[error("the field is faulty: {0}")]
    Field(SignatureFault),
    /// The header is not the one that was signed, or another key signed it.
    #[error("the header was changed after signing, or another key signed it")]
    Header,
    /// The identity is not of exactly the domain, which the key asks for (`t=s`).
    #[error("the key is for addresses of exactly its domain, and i= is below it")]
    Identity,
    /// The key record cannot be used.
    #[error("the key is unusable: {0}")]
    Key(KeyFault),
    /// There is no key at the selector's name.
    #[error("there is no key at the selector's name")]
    KeyMissing,
    /// The key was withdrawn.
    #[error("the key is revoked")]
    KeyRevoked,
    /// The key is of another type than the signature's algorithm.
    #[error("the key is of another type than the signature")]
    KeyType,
    /// Several key records stand at the selector's name (RFC 6376 3.6.2.2).
    #[error("several keys stand at the selector's name")]
    SeveralKeys,
}

/// Why a signature could not be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureGap {
    /// Nobody could say what the key is.
    Key(Cause),
    /// The file holds the header only.
    NoBody,
}

impl SignatureOutcome {
    /// Whether it verifies.
    pub const fn is_pass(&self) -> bool {
        matches!(self, Self::Pass)
    }

    /// The word of RFC 8601 2.7.1.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(SignatureFailure::BodyHash | SignatureFailure::Header) => "fail",
            Self::Fail(SignatureFailure::Expired | SignatureFailure::Field(_)) => "neutral",
            Self::Fail(_) => "permerror",
            Self::Unknown(_) => "temperror",
        }
    }
}

impl fmt::Display for SignatureGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(cause) => write!(f, "the key is not known: {cause}"),
            Self::NoBody => f.write_str("the file has no body, which is signed too"),
        }
    }
}

/// What came of a message's signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// The DKIM-Signature fields, from top to bottom.
    pub signatures: Vec<VerifiedSignature>,
    /// DKIM-Signature fields that were not looked at, since there are too many.
    pub not_looked_at: usize,
    /// The ARC chain, for information; none without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arc: Option<ArcOutcome>,
}

/// What came of an ARC chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArcOutcome {
    /// It does not verify, for this reason.
    Fail(String),
    /// Every seal verifies, and so does the last message signature.
    Pass,
    /// It could not be verified, for this reason.
    Unknown(String),
}

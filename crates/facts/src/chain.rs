//! Chains of trust (DNSSEC).

use ptrust_names::{Cause, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The security status of an answer (RFC 4035 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The chain holds from the trust anchor to the answer.
    Secure,
    /// Proven unsigned: the root itself, or a zone on the path, has no keys at its parent.
    Insecure,
    /// The chain provably fails.
    Bogus,
    /// A DS was seen, and the chain could not be fetched.
    Undetermined(Cause),
}

/// The chain of trust of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// Its status.
    pub trust: Trust,
    /// The zone where it ends or breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Name>,
    /// Why, in words (an extended DNS error text, RFC 8914, where there is one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

//! What an SMTP server calls itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// ptrust.
    Client,
    /// The probed host.
    Server,
}

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Milliseconds since the connection was asked for.
    pub at_ms: u64,
    /// Who said it.
    pub party: Party,
    /// The line without its end, escaped, cut to the line limit.
    pub text: String,
}

/// The identity an SMTP server shows. It is the *server's* name; the HELO that the host sends as a client is another
/// role and is known only from the user or from a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Smtp {
    /// Reply code of the greeting, such as 220 or 554.
    pub code: u16,
    /// First word of the greeting, when there is one: its name (RFC 5321 4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// First word of the reply to EHLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ehlo: Option<String>,
    /// Everything said, in order.
    pub transcript: Vec<Line>,
}

//! One question to one server: the query is built, sent, and its reply parsed. Nothing is retried here.

use crate::ports::{Channel, Exchange, PathError};
use crate::wire::{self, Flags, Reply, rcode};
use ptrust_names::{Cause, Question};
use std::net::SocketAddr;
use std::time::Duration;

/// Why a question got no readable reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// A reply came that cannot be read.
    #[error("malformed reply")]
    Garbled,
    /// No reply came.
    #[error("{0}")]
    Path(#[from] PathError),
}

impl From<AskError> for Cause {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Garbled => Self::Garbled,
            AskError::Path(path) => cause_of_path(path),
        }
    }
}

/// What a failed exchange means for the fact. A connection closed without an answer is silence.
pub const fn cause_of_path(error: PathError) -> Cause {
    match error {
        PathError::Closed | PathError::Timeout => Cause::Timeout,
        PathError::Local => Cause::Local,
        PathError::Refused => Cause::Refused,
    }
}

/// Why a reply with this response code answers nothing; `None` for NOERROR and NXDOMAIN, which are answers.
pub const fn cause_of_rcode(code: u16) -> Option<Cause> {
    match code {
        rcode::NOERROR | rcode::NXDOMAIN => None,
        rcode::FORMERR => Some(Cause::FormErr),
        rcode::SERVFAIL => Some(Cause::ServFail),
        rcode::REFUSED => Some(Cause::Refused),
        rcode::NOTAUTH => Some(Cause::NotAuthoritative),
        _ => Some(Cause::UnexpectedRcode),
    }
}

/// Asks one server once, under a random id.
///
/// # Errors
/// When nothing comes back, or something that cannot be read. Response codes are no errors.
pub async fn ask_once(
    exchange: &dyn Exchange,
    server: SocketAddr,
    question: &Question,
    flags: Flags,
    channel: Channel,
    timeout: Duration,
) -> Result<Reply, AskError> {
    let query = wire::query(question, rand::random(), flags);
    let octets = exchange.exchange(server, channel, &query, timeout).await?;
    wire::parse(&octets).map_err(|_| AskError::Garbled)
}

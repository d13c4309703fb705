//! Documents over HTTPS.

use ptrust_observe::ports::{FetchError, PathError, Response};
use std::time::Duration;

/// Round trips of a fetch: connection, TLS handshake, request.
const TURNS: u32 = 3;

/// What one URL gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// Status code.
    pub(crate) status: u16,
    /// `Content-Type`.
    pub(crate) content_type: Option<String>,
    /// `Location`.
    pub(crate) location: Option<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// What goes wrong instead.
    pub(crate) trouble: Option<Trouble>,
}

/// What can go wrong with a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Octets come so slowly that the time is over before the last one, or none comes at all.
    Timeout,
    /// The connection is refused.
    Refused,
    /// The certificate does not hold.
    Tls,
}

impl Default for Document {
    fn default() -> Self {
        Self { status: 200, content_type: None, location: None, body: Vec::new(), trouble: None }
    }
}

/// Answers a fetch from a host that is so far away.
pub(crate) async fn get(
    document: Option<&Document>,
    rtt: Duration,
    limit: usize,
    timeout: Duration,
) -> Result<Response, FetchError> {
    let Some(document) = document else {
        tokio::time::sleep(rtt).await;
        return Err(PathError::Refused.into());
    };
    match document.trouble {
        Some(Trouble::Timeout) => {
            tokio::time::sleep(timeout).await;
            return Err(PathError::Timeout.into());
        }
        Some(Trouble::Refused) => {
            tokio::time::sleep(rtt).await;
            return Err(PathError::Refused.into());
        }
        Some(Trouble::Tls) => {
            tokio::time::sleep(rtt * 2).await;
            return Err(FetchError::Tls);
        }
        None => {}
    }
    tokio::time::sleep(rtt * TURNS).await;
    if document.body.len() > limit {
        return Err(FetchError::TooLarge);
    }
    Ok(Response {
        status: document.status,
        content_type: document.content_type.clone(),
        location: document.location.clone(),
        retry_after: None,
        body: document.body.clone(),
    })
}

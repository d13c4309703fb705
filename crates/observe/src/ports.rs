//! The four ports to the outside world. Each has a real twin (`net`) and one in memory (crate `world`).
//!
//! All are object-safe and time-bounded. World failures are values here too: small enums that say what happened on the
//! path, not what it means.

use jiff::Timestamp;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// A boxed future, as object-safe async functions need.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a DNS query travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// One datagram each way.
    Udp,
    /// A connection, with two length octets before each message (RFC 1035 4.2.2).
    Tcp,
}

/// Why an exchange or a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The connection was closed before the answer was complete.
    #[error("connection closed early")]
    Closed,
    /// The local system refused: no route, no such family, no permission, out of sockets. Says nothing of the server.
    #[error("no route from here")]
    Local,
    /// The far end refused: connection reset or ICMP port unreachable.
    #[error("connection refused")]
    Refused,
    /// Nothing came in time.
    #[error("no answer in time")]
    Timeout,
}

/// One DNS query to one named server over one transport.
///
/// Implementations deliver only what [`crate::wire::is_reply_to`] accepts (same id, same question, QR set) from the
/// address asked; other datagrams are ignored until the time is over. Each UDP query leaves from a port of its own.
pub trait Exchange: Send + Sync {
    /// Sends `query` (wire form, without length octets) and returns the reply's wire form, at most 65,535 octets.
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>>;
}

/// A byte stream in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens TCP connections.
pub trait Dial: Send + Sync {
    /// Connects to an address that the caller has checked.
    fn dial(&self, address: SocketAddr, timeout: Duration) -> BoxFuture<'_, Result<Box<dyn Stream>, PathError>>;
}

/// An HTTP response, bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// `Content-Type`, when given.
    pub content_type: Option<String>,
    /// `Location`, for redirects (never followed by the port itself).
    pub location: Option<String>,
    /// `Retry-After` in seconds, when given so.
    pub retry_after: Option<u64>,
    /// The body, at most as long as asked for.
    pub body: Vec<u8>,
}

/// Why a fetch failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No connection, or it broke.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The certificate does not hold.
    #[error("TLS failed")]
    Tls,
    /// The body is longer than the limit.
    #[error("response too large")]
    TooLarge,
    /// The URL cannot be used: not https, or its host is not a public address.
    #[error("URL not allowed")]
    Url,
}

/// Fetches over HTTPS.
pub trait Fetch: Send + Sync {
    /// GETs a URL with one `Accept` value; does not follow redirects; fails when the body exceeds `limit` octets.
    fn get<'a>(
        &'a self,
        url: &'a str,
        accept: &'a str,
        limit: usize,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>>;
}

/// The time of day. Durations use `tokio::time`, which tests can pause.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The four ports together.
#[derive(Clone)]
pub struct Ports {
    /// DNS exchanges.
    pub exchange: std::sync::Arc<dyn Exchange>,
    /// TCP connections.
    pub dial: std::sync::Arc<dyn Dial>,
    /// HTTPS.
    pub fetch: std::sync::Arc<dyn Fetch>,
    /// The time of day.
    pub clock: std::sync::Arc<dyn Clock>,
}

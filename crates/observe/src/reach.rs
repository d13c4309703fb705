//! Whether a TCP port can be reached. Nothing is sent beyond the connection.

use crate::ports::{Dial, PathError};
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Wait for a connection: three SYNs of a common system, sent at 0, 1 and 3 seconds, and the answer to the last.
pub const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// What came of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortState {
    /// It was accepted.
    Open,
    /// The far end refused it.
    Refused,
    /// Nothing came back: the host is down, or something on the way drops the packets.
    Timeout,
    /// This machine could not try: no route, or no address of the family. Says nothing of the far end.
    NoRoute,
}

impl PortState {
    /// The word in text and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::NoRoute => "no-route",
        }
    }
}

/// A port that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// What came of it.
    pub state: PortState,
    /// Microseconds to the answer; none when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
}

/// Connects to an address that the caller has checked, and hangs up.
pub async fn reach(dial: &dyn Dial, address: SocketAddr, wait: Duration) -> Reach {
    let begun = Instant::now();
    let dialed = dial.dial(address, wait).await;
    let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (state, rtt_us) = match dialed {
        Ok(_) => (PortState::Open, Some(took)),
        // Closed at once by the far end is an answer as well.
        Err(PathError::Refused | PathError::Closed) => (PortState::Refused, Some(took)),
        Err(PathError::Timeout) => (PortState::Timeout, None),
        Err(PathError::Local) => (PortState::NoRoute, None),
    };
    Reach { state, rtt_us }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::SystemDial;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn ports_are_open_or_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("an address");
        let wait = Duration::from_secs(1);
        let open = reach(&SystemDial, address, wait).await;
        assert_eq!(open.state, PortState::Open);
        assert!(open.rtt_us.is_some());
        drop(listener);
        assert_eq!(reach(&SystemDial, address, wait).await.state, PortState::Refused);
    }

    #[tokio::test]
    async fn silence_and_a_missing_route_have_no_time() {
        let address: SocketAddr = "192.0.2.1:25".parse().expect("an address");
        for (error, state) in [(PathError::Timeout, PortState::Timeout), (PathError::Local, PortState::NoRoute)] {
            let dial = crate::fake::FakeDial(move |_| Err(error));
            assert_eq!(reach(&dial, address, CONNECT_WAIT).await, Reach { state, rtt_us: None });
        }
    }
}

//! TCP connections from this machine.

use super::path_error;
use crate::ports::{BoxFuture, Dial, PathError, Stream};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Connections by the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDial;

impl Dial for SystemDial {
    fn dial(&self, address: SocketAddr, timeout: Duration) -> BoxFuture<'_, Result<Box<dyn Stream>, PathError>> {
        Box::pin(async move {
            let connected = tokio::time::timeout(timeout, TcpStream::connect(address)).await;
            let stream = connected.map_err(|_| PathError::Timeout)?.map_err(|error| path_error(&error))?;
            // Commands are short and answered one by one; delay would only add to their time.
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn connections_are_made_or_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("an address");
        let wait = Duration::from_secs(1);
        let mut stream = SystemDial.dial(address, wait).await.expect("a connection");
        drop(listener.accept().await.expect("a client"));
        assert_eq!(stream.read(&mut [0]).await.expect("an end"), 0);
        drop(listener);
        assert_eq!(SystemDial.dial(address, wait).await.err(), Some(PathError::Refused));
    }
}

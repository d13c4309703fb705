//! DNS over this machine's sockets.
//!
//! Each UDP query has a connected socket of its own: the system picks its port at random and delivers only datagrams
//! from the address asked (RFC 5452 9). Each TCP query has a connection of its own.

use super::path_error;
use crate::ports::{BoxFuture, Channel, Exchange, PathError};
use crate::wire::is_reply_to;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// A DNS message's length at most: what two length octets hold (RFC 1035 4.2.2).
const MAX_MESSAGE: usize = 65_535;
/// Messages read of one TCP connection that answer something else, before it counts as closed.
const MAX_STRAYS: usize = 4;

/// Exchanges by the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemExchange;

impl Exchange for SystemExchange {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        Box::pin(async move {
            let exchanged = async {
                match channel {
                    Channel::Udp => udp(server, query).await,
                    Channel::Tcp => tcp(server, query).await,
                }
            };
            let reply = tokio::time::timeout(timeout, exchanged).await.map_err(|_| PathError::Timeout)?;
            reply.map_err(|error| path_error(&error))
        })
    }
}

/// Sends one datagram and waits for its reply.
async fn udp(server: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(query).await?;
    let mut buffer = vec![0; MAX_MESSAGE];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if buffer.get(..length).is_some_and(|reply| is_reply_to(query, reply)) {
            buffer.truncate(length);
            return Ok(buffer);
        }
    }
}

/// Sends one query over a connection and reads its reply.
async fn tcp(server: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let length = u16::try_from(query.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut stream = TcpStream::connect(server).await?;
    // One segment for both, since some servers read the length and the message at once (RFC 7766 8).
    let mut framed = Vec::with_capacity(query.len() + 2);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(query);
    stream.write_all(&framed).await?;
    for _ in 0..MAX_STRAYS {
        let length = stream.read_u16().await?;
        let mut reply = vec![0; usize::from(length)];
        stream.read_exact(&mut reply).await?;
        if is_reply_to(query, &reply) {
            return Ok(reply);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests;

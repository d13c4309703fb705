//! A server that says what an input holds.

use crate::bytes::Bytes;
use ptrust_observe::ports::{BoxFuture, Dial, PathError, Stream};
use ptrust_observe::smtp::reply::MAX_TOTAL;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, duplex};

/// Says the input in pieces, with pauses, and then hangs up or stays silent; the same on every connection.
pub(crate) struct Talker {
    pub(crate) seed: u8,
    pub(crate) said: Vec<u8>,
}

impl Dial for Talker {
    fn dial(&self, _: SocketAddr, _: Duration) -> BoxFuture<'_, Result<Box<dyn Stream>, PathError>> {
        let (ours, mut theirs) = duplex(MAX_TOTAL);
        let (seed, said) = (self.seed, self.said.clone());
        tokio::spawn(async move {
            let mut bytes = Bytes::new(&said);
            let mut rest = said.as_slice();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at((1 + bytes.below(200)).min(rest.len()));
                if theirs.write_all(head).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(u64::from(seed) * 20)).await;
                rest = tail;
            }
            if seed & 1 == 1 {
                // Silence on an open connection.
                std::future::pending::<()>().await;
            }
        });
        Box::pin(async move { Ok(Box::new(ours) as Box<dyn Stream>) })
    }
}

/// Lengths of pieces, from single octets to hundreds.
pub(crate) fn pieces(seed: u8) -> impl Fn(usize) -> usize {
    move |at| match seed {
        0 => 1,
        seed => 1 + at.wrapping_mul(usize::from(seed)).wrapping_add(at >> 3) % 97 * usize::from(seed >> 5),
    }
}

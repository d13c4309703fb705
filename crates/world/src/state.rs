//! What changes while a world is used: its clock, counters and log.

use crate::draft::Loss;
use jiff::Timestamp;
use ptrust_names::Question;
use ptrust_observe::ports::Channel;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Where the clock of a world starts unless told: 2026-11-23T12:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);
/// Queries kept in the log; later ones are only counted.
const MAX_LOG: usize = 100_000;

/// One query that reached the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Time since the world was first used.
    pub at: Duration,
    /// The server asked.
    pub server: SocketAddr,
    /// How.
    pub channel: Channel,
    /// What.
    pub question: Question,
}

/// The changing part of a world.
#[derive(Debug, Default)]
pub(crate) struct State {
    started: OnceLock<Instant>,
    queries: AtomicU64,
    log: Mutex<Vec<Asked>>,
    /// How often each question was sent to each server, which is what losses depend on: not on what else goes on.
    sent: Mutex<BTreeMap<(SocketAddr, Question), u64>>,
}

impl State {
    /// Time since the world was first used.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.get_or_init(Instant::now).elapsed()
    }

    /// Queries so far.
    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Vec<Asked> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// Notes a query.
    pub(crate) fn note(&self, server: SocketAddr, channel: Channel, question: &Question) {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let asked = Asked { at: self.elapsed(), server, channel, question: question.clone() };
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() < MAX_LOG {
            log.push(asked);
        }
    }

    /// Whether this datagram is lost.
    pub(crate) fn lost(&self, loss: Loss, server: SocketAddr, question: &Question) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sent.entry((server, question.clone())).or_default();
        *count += 1;
        let mut hash = loss.seed;
        let address = server.ip().to_string();
        let bytes = address.bytes().chain(question.name.wire().iter().copied());
        for byte in bytes.chain(question.rtype.0.to_be_bytes()) {
            hash = mix(hash ^ u64::from(byte));
        }
        mix(hash ^ *count) % 100 < loss.percent
    }
}

/// Spreads the bits of a number (splitmix64), so that losses look random and are the same in every run.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

//! The budget of one walk: queries, lookups and time, so that hostile data ends in a bounded answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Queries of one walk, its server lookups and its census included. A large healthy zone takes about 60.
pub const MAX_QUERIES: u32 = 400;
/// Server names looked up for one walk. A zone lists 13 at most where its referral fits a datagram.
pub const MAX_LOOKUPS: u32 = 40;
/// Zone cuts on one path. An IPv6 PTR name has 34 labels, and no real path has more than 8 cuts.
pub const MAX_CUTS: usize = 40;
/// Server names kept of one zone cut; more cannot be told apart by anyone who reads the report.
pub const MAX_SERVER_NAMES: usize = 16;
/// Server addresses asked in one census.
pub const MAX_SERVERS: usize = 32;
/// Questions for names between zone cuts that the servers of one zone get in a run. An IPv6 address below a /48 has 19
/// such names.
pub(super) const MAX_NONTERMINALS: usize = 128;
/// How deep the lookups of server names nest: a server in a zone whose servers are elsewhere, and so on.
pub const MAX_DEPTH: u8 = 6;

/// What is left of a walk's budget. Clones share the same counters.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    queries: Arc<AtomicU32>,
    lookups: Arc<AtomicU32>,
    deadline: Instant,
    /// Nesting of server lookups.
    pub(super) depth: u8,
}

impl Budget {
    /// A fresh budget that ends at the deadline.
    pub(super) fn new(timeout: Duration) -> Self {
        Self { queries: Arc::default(), lookups: Arc::default(), deadline: Instant::now() + timeout, depth: 0 }
    }

    /// The same budget, one lookup deeper; `None` when nested too deep or out of lookups.
    pub(super) fn deeper(&self) -> Option<Self> {
        let used = self.lookups.fetch_add(1, Ordering::Relaxed);
        (self.depth < MAX_DEPTH && used < MAX_LOOKUPS).then(|| Self { depth: self.depth + 1, ..self.clone() })
    }

    /// Takes one query from the budget, and returns the time that is left for it.
    pub(super) fn take(&self) -> Option<Duration> {
        let left = self.left()?;
        (self.queries.fetch_add(1, Ordering::Relaxed) < MAX_QUERIES).then_some(left)
    }

    /// The time that is left, if any.
    pub(super) fn left(&self) -> Option<Duration> {
        Some(self.deadline.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// Queries sent so far.
    pub(super) fn spent(&self) -> u32 {
        // Those that were refused for want of budget are counted too, and were not sent.
        self.queries.load(Ordering::Relaxed).min(MAX_QUERIES)
    }
}

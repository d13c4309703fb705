//! What a run is told: root hints, resolvers, limits.

use crate::session::Roots;
use ptrust_facts::Scope;
use ptrust_names::Name;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One root server: its name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootHint {
    /// Server name.
    pub name: Name,
    /// One of its addresses.
    pub address: IpAddr,
}

/// Settings of one run, the same for all its targets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where walks begin.
    pub root_hints: Vec<RootHint>,
    /// Resolvers whose view is kept beside the walk; may be empty.
    pub resolvers: Vec<SocketAddr>,
    /// Whether to walk at all.
    pub walk: bool,
    /// Zones that are a registry's by decree.
    pub registry_zones: Vec<Name>,
    /// Trust anchors in zone file form (DS or DNSKEY lines); `None` for the built-in root anchors.
    pub trust_anchor: Option<String>,
    /// One target's deadline.
    pub timeout: Duration,
    /// Name given in EHLO by the SMTP probe.
    pub helo: String,
    /// Queries in flight per server address at most.
    pub per_server: usize,
    /// The roots that certificates of mail servers are held against.
    pub roots: Roots,
    /// Which addresses count as public, and so may be probed: all of them by `--allow-special-use`, the documentation
    /// prefixes too inside a world.
    pub scope: Scope,
}

/// One target's deadline unless told otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Queries in flight per server: what a busy resolver sends, far below what servers rate-limit.
pub const DEFAULT_PER_SERVER: usize = 64;

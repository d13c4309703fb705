//! A world in memory: zone text and fault lines, answered through the four ports of `ptrust-observe`.
//!
//! The text says which zones there are and who runs them; root, reverse tree, registries, top-level domains, glue and
//! server addresses are filled in. `docs/world.md` is the reference of the format. Nothing here touches a socket, and
//! time is tokio's, so tests may pause it.

mod build;
mod dnssec;
mod draft;
mod https;
mod infra;
mod mark;
mod message;
mod net;
mod parse;
mod pool;
mod rdap;
mod resolver;
mod rr;
mod server;
mod smtp;
mod state;
mod tls;
mod zone;

pub use state::Asked;

use jiff::Timestamp;
use ptrust_facts::domain::Role;
use ptrust_facts::{DomainTarget, PoolSource, Scope, Sighting};
use ptrust_names::Name;
use ptrust_observe::ports::Ports;
use ptrust_observe::session::Roots;
use ptrust_observe::settings::{DEFAULT_PER_SERVER, DEFAULT_TIMEOUT, RootHint, Settings};
use rustls::RootCertStore;
use std::net::IpAddr;
use std::sync::Arc;

/// The built-in company's sending pool.
pub const DEMO: &str = include_str!("demo.world");

/// Why a text is not a world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct WorldError {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// One `!check` line: what the text suggests to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The sending address.
    pub address: IpAddr,
    /// What the host says in HELO.
    pub helo: Option<String>,
    /// The host name that the address came from.
    pub host: Option<Name>,
    /// Port of the SMTP probe.
    pub port: Option<u16>,
}

/// One `!audit` line: what the text suggests to audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The domain, or the host.
    pub name: Name,
    /// Whether it is a host whose own servers are looked at.
    pub host: bool,
    /// DKIM selectors that it is said to use.
    pub selectors: Vec<String>,
    /// Selector of its BIMI record.
    pub bimi: Option<String>,
    /// Addresses that were seen sending for it.
    pub seen: Vec<IpAddr>,
}

impl Audit {
    /// The target with what the line says of it.
    pub fn adjust(&self, target: DomainTarget) -> DomainTarget {
        let sighting = |address: &IpAddr| Sighting { address: *address, source: PoolSource::List, count: 1 };
        DomainTarget {
            role: if self.host { Role::Host } else { Role::Domain },
            selectors: self.selectors.clone(),
            bimi_selector: self.bimi.clone(),
            seen: self.seen.iter().map(sighting).collect(),
            ..target
        }
    }
}

/// The file that a `mark` line puts at its URL, for servers that are not of a world: what stands behind the keyword, the
/// logo that is put inside, and the time that counts as now.
///
/// # Errors
/// When the line is not understood.
pub fn mark_file(line: &str, logo: Option<&[u8]>, now: Timestamp) -> Result<Vec<u8>, WorldError> {
    let script = parse::mark(line);
    let file = script.and_then(|script| mark::file(&script, logo, now));
    file.map_err(|message| WorldError { line: 1, message })
}

/// A world. Clones share its clock, counters and log.
#[derive(Clone)]
pub struct World {
    inner: Arc<server::Inner>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let zones: Vec<&Name> = self.inner.zones.keys().collect();
        f.debug_struct("World").field("zones", &zones).finish_non_exhaustive()
    }
}

impl World {
    /// Reads a text.
    ///
    /// # Errors
    /// At the first line that is not understood, or that names something that is not there.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let inner = build::build(parse::parse(text)?)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The ports through which this world answers. Its clock starts with the first call.
    pub fn ports(&self) -> Ports {
        self.inner.state.elapsed();
        let net = Arc::new(net::Net(Arc::clone(&self.inner)));
        Ports { exchange: net.clone(), dial: net.clone(), fetch: net.clone(), clock: net }
    }

    /// The settings under which this world is seen as it is.
    pub fn settings(&self) -> Settings {
        let root = self.inner.zones.get(&Name::root());
        let key = root.and_then(|root| root.key.as_ref());
        let hints = self.inner.hints.iter();
        Settings {
            root_hints: hints.map(|(name, address)| RootHint { name: name.clone(), address: *address }).collect(),
            resolvers: self.inner.resolvers.clone(),
            walk: true,
            registry_zones: self.inner.registry.clone(),
            trust_anchor: key.map(dnssec::Key::anchor),
            timeout: DEFAULT_TIMEOUT,
            helo: "probe.example.org".into(),
            per_server: DEFAULT_PER_SERVER,
            roots: Roots::Only(Arc::new(
                self.inner.authorities.as_ref().map_or_else(RootCertStore::empty, |all| all.roots()),
            )),
            scope: Scope::World,
        }
    }

    /// What the text suggests to audit.
    pub fn audits(&self) -> &[Audit] {
        &self.inner.audits
    }

    /// What the text suggests to check.
    pub fn checks(&self) -> &[Check] {
        &self.inner.checks
    }

    /// How many DNS queries came through the ports.
    pub fn queries(&self) -> u64 {
        self.inner.state.queries()
    }

    /// Who was asked what, and when; the first 100,000 queries.
    pub fn log(&self) -> Vec<Asked> {
        self.inner.state.log()
    }
}

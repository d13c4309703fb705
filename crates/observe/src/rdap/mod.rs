//! Who holds an address, by RDAP (RFC 9082, RFC 9083).
//!
//! The registry is found by IANA's bootstrap files, redirects and links lead on where a block moved, and everything
//! is bounded: what cannot be had in time is not known, and nothing else depends on it.

mod bootstrap;
mod cache;
mod network;
mod usage;

pub use bootstrap::{Bootstrap, BootstrapError, Family};

use crate::ask::cause_of_path;
use crate::ports::{FetchError, Ports};
use crate::settings::Settings;
use jiff::Timestamp;
use network::{Network, NetworkError, Relation, registry_of_host};
use ptrust_facts::{Fact, Owner, Scope, Source, Transport};
use ptrust_names::{Absence, AbsenceKind, Cause, Observed};
use reqwest::Url;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// Media type of RDAP (RFC 7480 4.2).
const ACCEPT: &str = "application/rdap+json";
/// The part of a target's deadline that one request may take, so that a dead link leaves some for the answer at hand.
const GET_SHARE: f64 = 0.4;
/// An object's size at most. Large ones have some hundred kilobytes of remarks.
const MAX_BODY: usize = 512 * 1024;
/// Redirects of one request at most: a transfer leads over two registries, a national one is the third.
const MAX_REDIRECTS: usize = 3;
/// Links followed at most.
const MAX_LINKED: usize = 2;
/// Seconds of `Retry-After` that are waited for.
const MAX_RETRY_AFTER: u64 = 2;
/// Hosts remembered as busy at most; there are some twenty RDAP services for addresses.
const MAX_BUSY: usize = 64;
/// How long a host is left alone that said "too many requests" without a time.
const BUSY: Duration = Duration::from_mins(1);
/// And with a time, at most.
const MAX_BUSY_TIME: Duration = Duration::from_hours(1);

/// The holder of one address, with nothing kept for the next. See [`Client::owner`].
pub async fn owner(ports: &Ports, settings: &Settings, address: IpAddr, cache: Option<&Path>) -> Fact<Owner> {
    Client::new(cache).owner(ports, settings, address).await
}

/// Asks for holders, and keeps what a run of many addresses should not find out again: the bootstrap files, and
/// which services want to be left alone.
#[derive(Debug)]
pub struct Client {
    /// Directory of the bootstrap copies; `None` in worlds, where nothing is ever renewed.
    cache: Option<PathBuf>,
    files: OnceCell<[Arc<Bootstrap>; 2]>,
    refreshed: AtomicBool,
    /// Hosts to leave alone, and until when.
    busy: Mutex<BTreeMap<String, Instant>>,
}

impl Client {
    /// A client with bootstrap copies in a directory, if any.
    pub fn new(cache: Option<&Path>) -> Self {
        Self {
            cache: cache.map(Path::to_owned),
            files: OnceCell::new(),
            refreshed: AtomicBool::new(false),
            busy: Mutex::default(),
        }
    }

    /// The holder of an address. Special-use addresses are not asked about: nobody holds them, and it is nobody's
    /// business that they are in use here. The first call of a client starts the renewal of old bootstrap copies, on
    /// the side.
    pub async fn owner(&self, ports: &Ports, settings: &Settings, address: IpAddr) -> Fact<Owner> {
        let address = address.to_canonical();
        let scope = if settings.scope == Scope::World { Scope::World } else { Scope::Public };
        if !scope.holds(address) {
            return Fact::unknown(Cause::NotAsked);
        }
        let file = self.file(Family::of(address)).await;
        self.refresh(ports);
        let url = file.base(address).and_then(|base| base.join(&format!("ip/{address}")).ok());
        let Some(url) = url else {
            return Fact::unknown(Cause::NotAsked);
        };
        let begun = Instant::now();
        let mut query = Query {
            client: self,
            ports,
            address,
            deadline: begun + settings.timeout,
            get_wait: settings.timeout.mul_f64(GET_SHARE),
            host: url.host_str().unwrap_or_default().to_owned(),
            sent_at: ports.clock.now(),
        };
        let outcome = match query.network(url).await {
            Ok(network) => Observed::Present(usage::with_usage(network)),
            Err(Failure::Absent) => Observed::Absent(Absence { kind: AbsenceKind::NoData, soa: None }),
            Err(Failure::Unknown(cause)) => Observed::Unknown(cause),
        };
        let answered = outcome.cause().is_none();
        Fact::of(vec![Source {
            address: None,
            server: Some(query.host),
            transport: Transport::Https,
            sent_at: query.sent_at,
            rtt_us: answered.then(|| u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)),
            outcome,
        }])
    }

    /// The bootstrap file of a family, read once.
    async fn file(&self, family: Family) -> Arc<Bootstrap> {
        let read = || async {
            let cache = self.cache.clone();
            let load = move || Family::ALL.map(|family| Arc::new(cache::load(cache.as_deref(), family)));
            let loaded = tokio::task::spawn_blocking(load).await;
            loaded.unwrap_or_else(|_| Family::ALL.map(|family| Arc::new(Bootstrap::snapshot(family))))
        };
        let [v4, v6] = self.files.get_or_init(read).await;
        if family == Family::V4 { v4.clone() } else { v6.clone() }
    }

    /// Starts the renewal of old copies, once. Nobody waits for it; when the run ends before, the next one tries.
    fn refresh(&self, ports: &Ports) {
        if let Some(cache) = &self.cache
            && !self.refreshed.swap(true, Ordering::Relaxed)
        {
            tokio::spawn(cache::refresh(ports.clone(), cache.clone()));
        }
    }

    /// Whether a host wants to be left alone.
    fn is_busy(&self, host: &str) -> bool {
        self.busy.lock().is_ok_and(|busy| busy.get(host).is_some_and(|until| *until > Instant::now()))
    }

    /// Leaves a host alone for a while.
    fn leave_alone(&self, host: &str, retry_after: Option<u64>) {
        let time = retry_after.map_or(BUSY, Duration::from_secs).min(MAX_BUSY_TIME);
        if let Ok(mut busy) = self.busy.lock() {
            let now = Instant::now();
            busy.retain(|_, until| *until > now);
            if busy.len() < MAX_BUSY {
                busy.insert(host.to_owned(), now + time);
            }
        }
    }
}

/// Why there is no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// The registry knows no holder.
    Absent,
    /// It could not be asked, or its answer not be used.
    Unknown(Cause),
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Nobody => Self::Absent,
            NetworkError::Other => Self::Unknown(Cause::Garbled),
        }
    }
}

/// The questions about one address.
struct Query<'a> {
    client: &'a Client,
    ports: &'a Ports,
    address: IpAddr,
    deadline: Instant,
    /// Time for one request.
    get_wait: Duration,
    /// Host that gave the last answer.
    host: String,
    /// When it was asked.
    sent_at: Timestamp,
}

impl Query<'_> {
    /// The network around the address, with what linked objects add.
    async fn network(&mut self, url: Url) -> Result<Network, Failure> {
        let mut network = self.get(url).await?;
        let first = (self.host.clone(), self.sent_at);
        let mut followed = Vec::new();
        let mut moved = false;
        for _ in 0..MAX_LINKED {
            let wanted = |rel| match rel {
                // Another registry's view of the same block; its own host only repeats itself.
                Relation::Related => true,
                Relation::Up => !network.registrant,
            };
            let links = network.links.iter().filter(|link| wanted(link.rel)).filter_map(|link| {
                let url = Url::parse(&link.href).ok()?;
                let elsewhere = url.host_str() != Some(self.host.as_str());
                (link.rel == Relation::Up || elsewhere).then_some((link.rel, url))
            });
            let mut links = links.filter(|(_, url)| !followed.contains(url));
            let Some((rel, url)) = links.next() else {
                break;
            };
            drop(links);
            followed.push(url.clone());
            let Ok(other) = self.get(url).await else {
                break;
            };
            match rel {
                Relation::Related if is_within(&other.owner, &network.owner, self.address) => {
                    network = merged(other, network);
                    moved = true;
                }
                Relation::Related => {}
                Relation::Up => {
                    if other.registrant {
                        network.owner.holder = other.owner.holder;
                        network.owner.handles.extend(other.owner.handles.into_iter().skip(1));
                    }
                    break;
                }
            }
        }
        if !moved {
            (self.host, self.sent_at) = first;
        }
        Ok(network)
    }

    /// One object, over redirects.
    async fn get(&mut self, url: Url) -> Result<Network, Failure> {
        let mut url = url;
        let mut again = true;
        let mut redirects = 0;
        loop {
            url = secure(url).ok_or(Failure::Unknown(Cause::Garbled))?;
            let host = url.host_str().unwrap_or_default().to_owned();
            if self.client.is_busy(&host) {
                return Err(Failure::Unknown(Cause::RateLimited));
            }
            self.host.clone_from(&host);
            self.sent_at = self.ports.clock.now();
            let left = self.deadline.saturating_duration_since(Instant::now()).min(self.get_wait);
            if left.is_zero() {
                return Err(Failure::Unknown(Cause::Timeout));
            }
            let response = self.ports.fetch.get(url.as_str(), ACCEPT, MAX_BODY, left);
            let response = response.await.map_err(|error| Failure::Unknown(cause_of_fetch(error)))?;
            match (response.status, response.location) {
                (200, _) => {
                    let object: Value =
                        serde_json::from_slice(&response.body).map_err(|_| Failure::Unknown(Cause::Garbled))?;
                    let mut network = network::read(&object, self.address)?;
                    network.owner.registry =
                        network.owner.registry.or_else(|| registry_of_host(&host).map(str::to_owned));
                    return Ok(network);
                }
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    redirects += 1;
                    if redirects > MAX_REDIRECTS {
                        return Err(Failure::Unknown(Cause::AliasLoop));
                    }
                    url = url.join(&location).map_err(|_| Failure::Unknown(Cause::Garbled))?;
                }
                (404, _) => return Err(Failure::Absent),
                (429, _) => {
                    let pause = response.retry_after.filter(|seconds| *seconds <= MAX_RETRY_AFTER);
                    let Some(pause) = pause.filter(|_| again) else {
                        self.client.leave_alone(&host, response.retry_after);
                        return Err(Failure::Unknown(Cause::RateLimited));
                    };
                    again = false;
                    tokio::time::sleep(Duration::from_secs(pause)).await;
                }
                (401 | 403, _) => return Err(Failure::Unknown(Cause::Refused)),
                (500..=599, _) => return Err(Failure::Unknown(Cause::ServFail)),
                _ => return Err(Failure::Unknown(Cause::UnexpectedRcode)),
            }
        }
    }
}

/// The URL over https; registries still hand out some of their own with http. `None` for other schemes.
fn secure(mut url: Url) -> Option<Url> {
    if url.scheme() == "http" {
        url.set_scheme("https").ok()?;
    }
    (url.scheme() == "https").then_some(url)
}

/// What a failed fetch means for the fact.
const fn cause_of_fetch(error: FetchError) -> Cause {
    match error {
        FetchError::Path(path) => cause_of_path(path),
        FetchError::Tls => Cause::Bogus,
        FetchError::TooLarge => Cause::Garbled,
        FetchError::Url => Cause::NotAsked,
    }
}

/// Whether the first block around the address is the second or a part of it.
fn is_within(inner: &Owner, outer: &Owner, address: IpAddr) -> bool {
    let length = |owner: &Owner| {
        owner.blocks.iter().filter(|block| block.contains(&address)).map(ipnet::IpNet::prefix_len).max()
    };
    length(inner) >= length(outer)
}

/// The nearer object, with what only the other one knows.
fn merged(near: Network, far: Network) -> Network {
    let mut owner = near.owner;
    if !near.registrant && far.registrant {
        owner.holder = far.owner.holder;
        owner.handles.extend(far.owner.handles.into_iter().skip(1));
    }
    owner.abuse = owner.abuse.or(far.owner.abuse);
    owner.country = owner.country.or(far.owner.country);
    owner.block_type = owner.block_type.or(far.owner.block_type);
    owner.parent = owner.parent.or(far.owner.parent);
    Network { owner, registrant: near.registrant || far.registrant, links: near.links }
}

#[cfg(test)]
mod tests;

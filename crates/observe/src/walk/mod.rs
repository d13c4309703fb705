//! The delegation walk: from the root down to a question, keeping what every server said.
//!
//! One [`Walker`] serves a run: zone cuts, server addresses and what servers say about their zones are shared between
//! its walks. A walk asks one server per cut on the way down, every server of the deepest cut and of its parent
//! ([`Policy::Census`]), and ends within its budget of queries and time whatever it meets.

mod addresses;
mod canary;
mod census;
mod classify;
mod context;
mod descend;
mod leg;
mod parents;
mod probe;
mod query;
mod zone;

pub use context::{MAX_CUTS, MAX_DEPTH, MAX_LOOKUPS, MAX_QUERIES, MAX_SERVER_NAMES, MAX_SERVERS};

use crate::ports::Ports;
use crate::settings::Settings;
use classify::Said;
use context::Budget;
use descend::End;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use ptrust_facts::{Fact, Walk};
use ptrust_names::{Cause, Name, Observed, Question, Records};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore, watch};
use zone::Zone;

/// How thoroughly a walk looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Every server of the deepest cut and of its parent: for the PTR.
    Census,
    /// One good answer; every server only if the first ones fail: for forward names.
    Answer,
}

/// Where early answers go.
type Early = watch::Sender<Option<Fact<Records>>>;

/// First walks by the zone they ask and the name below it that they share.
type Flights = HashMap<(Name, Name), watch::Receiver<bool>>;

/// A walk ends this long before its target's deadline, so that what it found by then is still reported.
const MARGIN: Duration = Duration::from_millis(400);

/// Walks for one run.
pub struct Walker {
    ports: Ports,
    settings: Settings,
    root: Arc<Zone>,
    zones: Mutex<HashMap<Name, Arc<Zone>>>,
    addresses: Mutex<addresses::Cells>,
    /// First walks that ask a zone for names under one label; see `descend`.
    flights: Mutex<Flights>,
    limits: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
    /// Servers that stayed silent to a patient question; see `query`.
    silent: Mutex<HashSet<IpAddr>>,
    walks: Mutex<HashMap<(Question, Policy), Flight>>,
    canary_v4: OnceCell<canary::Seen>,
    canary_v6: OnceCell<canary::Seen>,
}

/// A walk under way, shared by all who want it.
#[derive(Clone)]
pub struct Flight {
    early: watch::Receiver<Option<Fact<Records>>>,
    walk: Shared<BoxFuture<'static, Arc<Fact<Walk>>>>,
}

impl Flight {
    /// The first authoritative answer, as soon as one server gave it.
    pub async fn early(&self) -> Fact<Records> {
        let mut early = self.early.clone();
        match early.wait_for(Option::is_some).await {
            Ok(fact) => fact.clone().unwrap_or_else(|| Fact::unknown(Cause::NotAsked)),
            // The walk ended without an answer.
            Err(_) => Fact { observed: Observed::Unknown(Cause::NotAsked), sources: Vec::new() },
        }
    }

    /// The whole walk.
    pub async fn walk(&self) -> Fact<Walk> {
        Fact::clone(&*self.walk.clone().await)
    }
}

impl Walker {
    /// A walker over ports.
    pub fn new(ports: Ports, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            root: Arc::new(Zone::root(&settings.root_hints)),
            ports,
            settings,
            zones: Mutex::default(),
            addresses: Mutex::default(),
            flights: Mutex::default(),
            limits: Mutex::default(),
            silent: Mutex::default(),
            walks: Mutex::default(),
            canary_v4: OnceCell::new(),
            canary_v6: OnceCell::new(),
        })
    }

    /// The ports it walks over.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Its settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts a walk, or joins the one under way for the same question.
    pub fn start(self: &Arc<Self>, question: Question, policy: Policy) -> Flight {
        let mut walks = self.walks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = walks.get(&(question.clone(), policy)) {
            return flight.clone();
        }
        let (sender, early) = watch::channel(None);
        let walker = Arc::clone(self);
        let asked = question.clone();
        let task = tokio::spawn(async move {
            let budget = Budget::new(walker.settings.timeout.saturating_sub(MARGIN));
            // The canary runs beside the first queries, and ends a walk that something on the path would answer.
            let unusable = async {
                if walker.usable().await {
                    std::future::pending::<()>().await;
                }
            };
            let walk = tokio::select! {
                biased;
                () = unusable => None,
                walk = walker.walk(&asked, policy, &sender, &budget) => Some(walk),
            };
            let open = walker.usable().await;
            Arc::new(match walk.filter(|_| open) {
                Some(walk) => Fact { observed: Observed::Present(walk), sources: Vec::new() },
                None => Fact::unknown(Cause::Unavailable),
            })
        });
        // A panic in a walk is a bug of ours; it surfaces as an unknown fact here and as a message on standard error.
        let walk =
            task.map(|joined| joined.unwrap_or_else(|_| Arc::new(Fact::unknown(Cause::NotAsked)))).boxed().shared();
        let flight = Flight { early, walk };
        walks.insert((question, policy), flight.clone());
        flight
    }

    /// One authoritative reply to a question as it came, aliases not followed, with signatures where there are any: for
    /// the validator.
    ///
    /// # Errors
    /// When no server of the zone gave such a reply in time.
    pub(crate) async fn message(&self, question: &Question) -> Result<Vec<u8>, Cause> {
        let budget = Budget::new(self.settings.timeout);
        match self.descend(question, false, &budget).await {
            End::Answered(_, word) if word.got.signed => Ok(word.got.octets),
            // That server does not speak EDNS, so it cannot send signatures; another may.
            End::Answered(..) => self.messages(question).await.into_iter().next().ok_or(Cause::FormErr),
            End::Holder(_) | End::Broken(_) => Err(if budget.left().is_none() { Cause::Budget } else { Cause::Lame }),
            End::TooDeep(_) => Err(Cause::Budget),
        }
    }

    /// The replies of all known servers of the zone to a question, those that carry signatures: for the validator, when
    /// one server's reply fails.
    pub(crate) async fn messages(&self, question: &Question) -> Vec<Vec<u8>> {
        let budget = Budget::new(self.settings.timeout);
        let End::Answered(zone, _) = self.descend(question, false, &budget).await else { return Vec::new() };
        let servers = self.all_servers(&zone, &budget).await;
        let asked = servers.iter().take(MAX_SERVERS).map(|(_, address)| async {
            let got = self.ask(*address, question, query::BRISK, &budget).await.ok()?;
            let usable = matches!(classify::classify(&got.reply, &zone.apex, question), Said::Answer(_));
            (usable && got.signed).then_some(got.octets)
        });
        futures_util::future::join_all(asked).await.into_iter().flatten().collect()
    }

    /// Whether the known path to a name is signed as far as it goes: a DS set at every parent that published one or
    /// proved its absence.
    pub(crate) fn ds_seen(&self, name: &Name) -> bool {
        let path = self.closest(name, ptrust_names::RecordType::A).path();
        let unsigned = path.iter().any(|zone| zone.signed == Some(false));
        !unsigned && path.iter().any(|zone| zone.signed == Some(true))
    }
}

//! Zone cuts as a walk knows them, shared by all walks of a run.

use super::Walker;
use super::classify::Referral;
use super::context::MAX_SERVER_NAMES;
use super::probe::Probe;
use jiff::{SignedDuration, Timestamp};
use ptrust_facts::{Class, Cut, Denial, ParentView, Role, RoleReason, Server, role};
use ptrust_names::{Name, RecordType};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// A referral is kept at least this long, so that one run is consistent even over data with TTL 0.
const MIN_KEEP: SignedDuration = SignedDuration::from_secs(30);
/// And at most this long, as resolvers cap it.
const MAX_KEEP: SignedDuration = SignedDuration::from_hours(24);

/// One zone cut.
#[derive(Debug)]
pub(super) struct Zone {
    /// Its apex.
    pub(super) apex: Name,
    /// Its role and why.
    pub(super) role: Role,
    reason: RoleReason,
    /// The zone that referred to it; `None` for the root.
    pub(super) above: Option<Arc<Self>>,
    /// Servers the parent lists; `None` where no referral was seen, since parent and child share their servers.
    pub(super) listed: Option<Vec<Name>>,
    /// Servers to ask.
    pub(super) servers: Vec<Name>,
    /// Addresses that came with the referral.
    pub(super) glue: Vec<(Name, IpAddr)>,
    /// Whether the parent published a DS set.
    pub(super) signed: Option<bool>,
    /// When the referral is too old to be used.
    expires: Timestamp,
    /// Servers that answered on the way down, with their best time.
    answered: Mutex<BTreeMap<IpAddr, Answered>>,
    /// What each server says about the zone itself; asked once for all walks.
    pub(super) probes: Mutex<HashMap<IpAddr, Arc<OnceCell<Probe>>>>,
    /// What the parent's servers say about the zone; asked once for all walks.
    pub(super) parents: OnceCell<(Vec<ParentView>, Vec<Denial>)>,
    /// Whether each server denies names that have names below them; asked once for all walks.
    pub(super) nonterminals: Mutex<Nonterminals>,
}

/// Answers for names between zone cuts, by server and name.
pub(super) type Nonterminals = HashMap<(IpAddr, Name), Arc<OnceCell<bool>>>;

/// A server that answered.
#[derive(Clone, Debug)]
struct Answered {
    name: Name,
    rtt: Duration,
    said: String,
}

impl Zone {
    /// The root, from hints.
    pub(super) fn root(hints: &[crate::settings::RootHint]) -> Self {
        let mut servers: Vec<Name> = hints.iter().map(|hint| hint.name.clone()).collect();
        servers.dedup();
        Self {
            apex: Name::root(),
            role: Role::Root,
            reason: RoleReason::Place,
            above: None,
            listed: Some(servers.clone()),
            servers,
            glue: hints.iter().map(|hint| (hint.name.clone(), hint.address)).collect(),
            signed: None,
            expires: Timestamp::MAX,
            answered: Mutex::default(),
            probes: Mutex::default(),
            parents: OnceCell::new(),
            nonterminals: Mutex::default(),
        }
    }

    /// Roles from the root down to and with this zone.
    fn roles(&self) -> Vec<Role> {
        let mut roles = self.above.as_ref().map(|above| above.roles()).unwrap_or_default();
        roles.push(self.role);
        roles
    }

    /// How many cuts lie above.
    pub(super) fn depth(&self) -> usize {
        std::iter::successors(self.above.as_deref(), |zone| zone.above.as_deref()).count()
    }

    /// The path from the root to this zone.
    pub(super) fn path(self: &Arc<Self>) -> Vec<Arc<Self>> {
        let mut path: Vec<_> = std::iter::successors(Some(Arc::clone(self)), |zone| zone.above.clone()).collect();
        path.reverse();
        path
    }

    /// Notes that a server answered.
    pub(super) fn note(&self, address: IpAddr, name: &Name, rtt: Duration, said: String) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = answered.entry(address).or_insert_with(|| Answered { name: name.clone(), rtt, said });
        entry.rtt = entry.rtt.min(rtt);
    }

    /// Addresses that answered before, the fastest first.
    pub(super) fn good(&self) -> Vec<(Name, IpAddr)> {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let mut good: Vec<_> = answered.iter().map(|(address, seen)| (seen.rtt, seen.name.clone(), *address)).collect();
        good.sort();
        good.into_iter().map(|(_, name, address)| (name, address)).collect()
    }

    /// The cut of this zone as a fact, without a census.
    pub(super) fn cut(&self) -> Cut {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let servers = answered.iter().map(|(address, seen)| Server {
            name: seen.name.clone(),
            address: Some(*address),
            in_parent: self.listed.as_ref().is_some_and(|listed| listed.contains(&seen.name)),
            in_child: false,
            class: Class::Authoritative,
            answer: None,
            serial: None,
            rtt_us: Some(micros(seen.rtt)),
            recurses: false,
            said: seen.said.clone(),
        });
        Cut {
            zone: self.apex.clone(),
            role: self.role,
            role_reason: self.reason.clone(),
            parent_servers: self.listed.clone(),
            child_servers: None,
            signed: self.signed,
            soa: None,
            servers: servers.collect(),
            parent_views: Vec::new(),
            glue_mismatches: Vec::new(),
            rtt_us: answered.values().map(|seen| micros(seen.rtt)).min(),
        }
    }
}

/// Microseconds, for facts.
pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Walker {
    /// The deepest known zone at or above a name. A DS set stands in the zone above its owner.
    pub(super) fn closest(&self, name: &Name, rtype: RecordType) -> Arc<Zone> {
        let zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.ports.clock.now();
        let own = (rtype != RecordType::DS).then(|| name.clone());
        own.into_iter()
            .chain(name.ancestors())
            .find_map(|name| zones.get(&name).filter(|zone| zone.expires > now).cloned())
            .unwrap_or_else(|| Arc::clone(&self.root))
    }

    /// Adds the zone a referral leads to, and returns the one kept: the first that came, within its time.
    pub(super) fn add(&self, above: &Arc<Zone>, referral: Referral) -> Arc<Zone> {
        let mut servers = referral.servers;
        servers.truncate(MAX_SERVER_NAMES);
        let (role, reason) = role(&referral.zone, &above.roles(), &servers, &self.settings.registry_zones);
        let now = self.ports.clock.now();
        let keep = SignedDuration::from_secs(i64::from(referral.ttl)).clamp(MIN_KEEP, MAX_KEEP);
        self.keep(Zone {
            role,
            reason,
            above: Some(Arc::clone(above)),
            listed: Some(servers.clone()),
            servers,
            glue: referral.glue,
            signed: Some(referral.signed),
            expires: now.checked_add(keep).unwrap_or(Timestamp::MAX),
            ..Zone::bare(referral.zone)
        })
    }

    /// Adds a zone that showed itself in an answer of its parent's servers, which serve both.
    pub(super) fn add_hidden(&self, above: &Arc<Zone>, apex: &Name) -> Arc<Zone> {
        let (role, reason) = role(apex, &above.roles(), &[], &self.settings.registry_zones);
        self.keep(Zone {
            role,
            reason,
            above: Some(Arc::clone(above)),
            servers: above.servers.clone(),
            glue: above.glue.clone(),
            expires: above.expires,
            ..Zone::bare(apex.clone())
        })
    }

    fn keep(&self, zone: Zone) -> Arc<Zone> {
        let mut zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.ports.clock.now();
        // A referral says more than a zone that showed itself.
        let better = |known: &Zone| known.listed.is_some() || zone.listed.is_none();
        if let Some(known) = zones.get(&zone.apex).filter(|known| known.expires > now && better(known)) {
            return Arc::clone(known);
        }
        let zone = Arc::new(zone);
        zones.insert(zone.apex.clone(), Arc::clone(&zone));
        zone
    }
}

impl Zone {
    /// A zone of which only the apex is known.
    fn bare(apex: Name) -> Self {
        Self {
            apex,
            role: Role::Forward,
            reason: RoleReason::Rest,
            above: None,
            listed: None,
            servers: Vec::new(),
            glue: Vec::new(),
            signed: None,
            expires: Timestamp::MAX,
            answered: Mutex::default(),
            probes: Mutex::default(),
            parents: OnceCell::new(),
            nonterminals: Mutex::default(),
        }
    }
}

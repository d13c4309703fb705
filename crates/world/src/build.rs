//! From [`Draft`] to a world that answers: what the text leaves out is filled in here.

use crate::dnssec::Key;
use crate::draft::{Draft, ServerRef, ZoneDraft, at};
use crate::infra::{self, A_ROOT, fixed_addresses};
use crate::pool::Pool;
use crate::rr::Rr;
use crate::server::{Inner, Who};
use crate::tls::Authorities;
use crate::zone::Zone;
use crate::{WorldError, mark, state};
use ptrust_names::{Name, RecordType, registrable, reverse_name};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// Name servers in a world at most, named or made up.
const MAX_SERVERS: usize = 4_096;
/// Aliases followed from the name of a server.
const MAX_ALIASES: usize = 8;

/// A world being put together.
pub(crate) struct Builder {
    /// What the text says, and what was added.
    pub(crate) draft: Draft,
    /// Zones of the text.
    explicit: BTreeSet<Name>,
    /// Addresses of names, by the zone that answers for them.
    addresses: BTreeMap<Name, Vec<IpAddr>>,
    /// Targets of aliases, likewise.
    aliases: BTreeMap<Name, Name>,
}

/// Puts a world together.
pub(crate) fn build(draft: Draft) -> Result<Inner, WorldError> {
    let mut builder = Builder {
        explicit: draft.zones.keys().cloned().collect(),
        draft,
        addresses: BTreeMap::new(),
        aliases: BTreeMap::new(),
    };
    builder.check_names()?;
    builder.marks()?;
    infra::add(&mut builder);
    builder.cover_servers();
    builder.extra()?;
    builder.assign()?;
    builder.complete();
    builder.finish()
}

impl Builder {
    /// Directives about zones must name zones.
    fn check_names(&mut self) -> Result<(), WorldError> {
        for (zone, line) in &self.draft.undelegated {
            if !self.explicit.contains(zone) {
                return Err(at(*line, format!("there is no zone {zone}")));
            }
        }
        for (zone, (line, _)) in &self.draft.bogus {
            let Some(draft) = self.draft.zones.get_mut(zone) else {
                return Err(at(*line, format!("there is no zone {zone}")));
            };
            draft.signed = true;
        }
        Ok(())
    }

    /// Makes the certificates of marks, and puts each at its URL.
    fn marks(&mut self) -> Result<(), WorldError> {
        let now = self.draft.now.unwrap_or(state::NOW);
        for script in std::mem::take(&mut self.draft.marks) {
            let logo = script.logo.as_ref().map(|url| {
                let document = self.draft.https.get(url).map(|document| document.body.clone());
                document.ok_or_else(|| at(script.line, format!("no https line says what {url} gives")))
            });
            let file = mark::file(&script, logo.transpose()?.as_deref(), now);
            let body = file.map_err(|message| at(script.line, message))?;
            self.draft.https.entry(script.url).or_default().body = body;
        }
        Ok(())
    }

    /// Adds a zone that the text does not have.
    pub(crate) fn ensure(&mut self, zone: &Name, servers: &[Name]) {
        if !self.draft.zones.contains_key(zone) {
            self.draft.order.push(zone.clone());
            let draft = ZoneDraft { servers: servers.to_vec(), ..ZoneDraft::default() };
            self.draft.zones.insert(zone.clone(), draft);
        }
    }

    /// The deepest zone at or above a name.
    pub(crate) fn closest(&self, name: &Name) -> Option<Name> {
        std::iter::once(name.clone()).chain(name.ancestors()).find(|at| self.draft.zones.contains_key(at))
    }

    /// The closest zone above another.
    fn parent(&self, zone: &Name) -> Option<Name> {
        zone.ancestors().find(|at| self.draft.zones.contains_key(at))
    }

    /// All names of servers, list by list, in the order of the text.
    pub(crate) fn server_lists(&self) -> Vec<Vec<Name>> {
        let mut lists = Vec::new();
        for zone in &self.draft.order {
            let Some(draft) = self.draft.zones.get(zone) else {
                continue;
            };
            let mut list = draft.servers.clone();
            let explicit = draft.records.iter().filter(|r| r.rtype == RecordType::NS);
            list.extend(explicit.filter_map(Rr::target));
            lists.push(list);
        }
        lists.extend(self.draft.delegate.values().cloned());
        lists.extend(self.draft.delegate_at.iter().map(|(.., list)| list.clone()));
        lists
    }

    /// Gives every server name a zone that answers for it. Such a zone has servers of its own, so that a fault of the
    /// server does not also hide its address.
    fn cover_servers(&mut self) {
        let arpa = infra::name("arpa");
        for server in self.server_lists().into_iter().flatten() {
            if server.is_below(&arpa) || self.draft.no_address.contains(&server) {
                continue;
            }
            let Some(closest) = self.closest(&server) else {
                continue;
            };
            if self.explicit.contains(&closest) || closest.label_count() > 1 {
                continue;
            }
            if let Some(domain) = registrable(&server).map(|found| found.domain)
                && !infra::is_tld_server(&server)
            {
                let servers = infra::below(&domain, ["a.dns", "b.dns"]);
                self.ensure(&domain, &servers);
            }
        }
    }

    /// Puts the records of directives into their zones.
    fn extra(&mut self) -> Result<(), WorldError> {
        for (line, record) in std::mem::take(&mut self.draft.extra) {
            self.put(record).map_err(|message| at(line, message))?;
        }
        Ok(())
    }

    /// Puts a record into the zone that holds its owner.
    fn put(&mut self, record: Rr) -> Result<(), String> {
        let zone = self.closest(&record.owner);
        let draft = zone.and_then(|zone| self.draft.zones.get_mut(&zone));
        let draft = draft.ok_or_else(|| format!("no zone holds {}", record.owner))?;
        draft.records.push(record);
        Ok(())
    }

    /// Finds the addresses of all names, and gives some to servers that have none.
    fn assign(&mut self) -> Result<(), WorldError> {
        self.collect();
        let mut used: BTreeSet<IpAddr> = self.addresses.values().flatten().copied().collect();
        used.extend(self.draft.checks.iter().map(|check| check.address));
        used.extend(self.draft.smtp.keys().map(|(address, _)| *address));
        used.extend(self.draft.glue.values().flatten());
        used.extend(self.resolvers().iter().map(std::net::SocketAddr::ip));
        let mut pool = Pool::new(used, self.draft.dual);
        let mut servers = 0;
        for list in self.server_lists() {
            let mut taken: Vec<IpAddr> = Vec::new();
            let names: Vec<(Name, Vec<IpAddr>)> = list
                .into_iter()
                .map(|name| {
                    let end = self.end_of(&name);
                    let addresses = self.addresses.get(&end).cloned().unwrap_or_default();
                    taken.extend(&addresses);
                    (end, addresses)
                })
                .collect();
            for (name, addresses) in names {
                servers += 1;
                if servers > MAX_SERVERS {
                    return Err(at(1, format!("more than {MAX_SERVERS} name servers")));
                }
                let known = !addresses.is_empty() || self.addresses.contains_key(&name);
                if known || self.draft.no_address.contains(&name) {
                    continue;
                }
                let fixed = fixed_addresses(&name, self.draft.dual);
                let given = if fixed.is_empty() { pool.take(&taken) } else { fixed };
                taken.extend(&given);
                for address in &given {
                    let record = Rr::of_address(name.clone(), *address);
                    self.put(record).map_err(|message| at(1, message))?;
                }
                self.addresses.insert(name, given);
            }
        }
        Ok(())
    }

    /// Reads the addresses and aliases of all names; where parent and child have some, the child's count.
    fn collect(&mut self) {
        let mut found: BTreeMap<Name, (usize, Vec<IpAddr>)> = BTreeMap::new();
        // Zones come in canonical order, so that a child comes after its parent.
        for (zone, draft) in &self.draft.zones {
            let depth = zone.label_count();
            for record in &draft.records {
                if record.rtype == RecordType::CNAME
                    && let Some(target) = record.target()
                {
                    self.aliases.insert(record.owner.clone(), target);
                }
                let Some(address) = record.address() else {
                    continue;
                };
                let entry = found.entry(record.owner.clone()).or_default();
                if entry.0 < depth {
                    *entry = (depth, Vec::new());
                }
                if entry.0 == depth {
                    entry.1.push(address);
                }
            }
        }
        let found = found.into_iter();
        self.addresses = found.map(|(name, (_, list))| (name, list)).collect();
    }

    /// The end of the alias chain that starts at a name.
    fn end_of(&self, name: &Name) -> Name {
        let mut name = name;
        for _ in 0..MAX_ALIASES {
            match self.aliases.get(name) {
                Some(target) => name = target,
                None => break,
            }
        }
        name.clone()
    }

    /// Adds SOA and NS sets, and the delegations.
    fn complete(&mut self) {
        let names: Vec<Name> = self.draft.zones.keys().cloned().collect();
        let mut delegations: BTreeMap<Name, Vec<Name>> = self.draft.delegate.clone();
        for zone in &names {
            let Some(draft) = self.draft.zones.get_mut(zone) else {
                continue;
            };
            let has = |rtype| {
                let mut records = draft.records.iter();
                records.any(|r: &Rr| r.owner == *zone && r.rtype == rtype)
            };
            let (own_soa, own_servers) = (has(RecordType::SOA), has(RecordType::NS));
            if !own_soa {
                draft.records.push(soa(zone, draft.servers.first()));
            }
            if !own_servers {
                let servers = draft.servers.iter();
                let set = servers.map(|s| Rr::of_name(zone.clone(), RecordType::NS, s));
                let set: Vec<Rr> = set.collect();
                draft.records.extend(set);
            }
            if !self.draft.undelegated.contains_key(zone) {
                let servers = draft.servers.clone();
                delegations.entry(zone.clone()).or_insert(servers);
            }
        }
        // NS records that the text of a parent has are a delegation already.
        let zones = self.draft.zones.iter();
        let own: BTreeSet<(Name, Name)> = zones
            .flat_map(|(zone, draft)| draft.records.iter().map(move |record| (zone, record)))
            .filter(|(zone, record)| record.rtype == RecordType::NS && record.owner != **zone)
            .map(|(zone, record)| (zone.clone(), record.owner.clone()))
            .collect();
        for (zone, servers) in delegations {
            let Some(parent) = self.parent(&zone) else {
                continue;
            };
            let has_own = own.contains(&(parent.clone(), zone.clone()));
            let overridden = self.draft.delegate.contains_key(&zone);
            let Some(draft) = self.draft.zones.get_mut(&parent) else {
                continue;
            };
            if has_own && !overridden {
                continue;
            }
            if has_own {
                let others = |r: &Rr| r.owner != zone || r.rtype != RecordType::NS;
                draft.records.retain(others);
            }
            let set = servers.iter();
            let set = set.map(|s| Rr::of_name(zone.clone(), RecordType::NS, s));
            draft.records.extend(set);
        }
    }

    /// Zones that are signed: those of the text that say so, and what was made up above them.
    fn signed(&self) -> BTreeSet<Name> {
        let zones = self.draft.zones.iter();
        let told: Vec<&Name> = zones.filter(|(_, d)| d.signed).map(|(name, _)| name).collect();
        let mut signed: BTreeSet<Name> = told.iter().map(|name| (*name).clone()).collect();
        for zone in told {
            let above = zone.ancestors();
            signed.extend(above.filter(|at| self.draft.zones.contains_key(at) && !self.explicit.contains(at)));
        }
        signed
    }

    /// Resolvers, with the default.
    fn resolvers(&self) -> Vec<std::net::SocketAddr> {
        let default = || vec![infra::RESOLVER.into()];
        self.draft.resolvers.clone().unwrap_or_else(default)
    }

    /// The zones with their keys.
    fn zones(&self) -> Result<BTreeMap<Name, Zone>, WorldError> {
        let signed = self.signed();
        let mut zones = BTreeMap::new();
        for (name, draft) in &self.draft.zones {
            let mut zone = Zone::new(name.clone());
            draft.records.iter().cloned().for_each(|r| zone.insert(r));
            zones.insert(name.clone(), zone);
        }
        for name in &signed {
            let bogus = self.draft.bogus.get(name).map(|(_, how)| *how);
            let Some(key) = Key::new(bogus) else {
                return Err(at(1, "the system gives no randomness for keys"));
            };
            let record = |rtype, rdata| Rr { owner: name.clone(), rtype, ttl: crate::rr::DEFAULT_TTL, rdata };
            let parent = self.parent(name);
            if let Some(parent) = parent.and_then(|parent| zones.get_mut(&parent))
                && parent.cut_above(name) == Some(name)
                && parent.set(name, RecordType::DS).is_empty()
            {
                parent.insert(record(RecordType::DS, key.ds(name, bogus)));
            }
            if let Some(zone) = zones.get_mut(name) {
                zone.insert(record(RecordType::DNSKEY, key.dnskey()));
                zone.key = Some(key);
            }
        }
        Ok(zones)
    }

    /// The addresses at which a server is reached: its own, and glue that differs.
    fn reached(&self, server: &Name) -> Vec<IpAddr> {
        let own = self.addresses.get(&self.end_of(server));
        let glue = self.draft.glue.get(server);
        own.into_iter().chain(glue).flatten().copied().collect()
    }

    /// Which zones each server address hosts; a server that hosts none is still there, and refuses.
    fn hosts(&self) -> BTreeMap<IpAddr, BTreeSet<Name>> {
        let mut hosts: BTreeMap<IpAddr, BTreeSet<Name>> = BTreeMap::new();
        for server in self.server_lists().iter().flatten() {
            for address in self.reached(server) {
                hosts.entry(address).or_default();
            }
        }
        for (zone, draft) in &self.draft.zones {
            let apex = draft.records.iter().filter(|r| r.owner == *zone);
            let own = apex.filter(|r| r.rtype == RecordType::NS).filter_map(Rr::target);
            for server in draft.servers.iter().cloned().chain(own) {
                for address in self.reached(&server) {
                    hosts.entry(address).or_default().insert(zone.clone());
                }
            }
        }
        hosts
    }

    /// The addresses that a directive means.
    fn who(
        &self,
        line: usize,
        server: &ServerRef,
        hosts: &BTreeMap<IpAddr, BTreeSet<Name>>,
    ) -> Result<Who, WorldError> {
        let resolvers = self.resolvers();
        let addresses: Vec<IpAddr> = match server {
            ServerRef::All => return Ok(Who::Servers),
            ServerRef::Resolvers => resolvers.iter().map(std::net::SocketAddr::ip).collect(),
            ServerRef::Address(address) => vec![*address],
            ServerRef::Name(name) => self.reached(name),
        };
        let known = |address: &IpAddr| hosts.contains_key(address) || resolvers.iter().any(|r| r.ip() == *address);
        match server {
            ServerRef::Name(name) if !addresses.iter().any(known) => {
                Err(at(line, format!("{name} is no server of this world")))
            }
            ServerRef::Address(address) if !known(address) => {
                Err(at(line, format!("{address} is no server of this world")))
            }
            _ => Ok(Who::Addresses(addresses.into_iter().collect())),
        }
    }

    /// The zones that single servers hold in another version.
    fn variants(
        &self,
        zones: &BTreeMap<Name, Zone>,
        hosts: &BTreeMap<IpAddr, BTreeSet<Name>>,
    ) -> Result<BTreeMap<(IpAddr, Name), Zone>, WorldError> {
        let mut variants: BTreeMap<(IpAddr, Name), Zone> = BTreeMap::new();
        for (line, server, zone, servers) in &self.draft.delegate_at {
            let parent = self.parent(zone).unwrap_or_else(Name::root);
            let Who::Addresses(addresses) = self.who(*line, server, hosts)? else {
                return Err(at(*line, "!delegate-at needs one server"));
            };
            for address in addresses {
                let hosted = hosts.get(&address).is_some_and(|held| held.contains(&parent));
                let original = zones
                    .get(&parent)
                    .filter(|_| hosted)
                    .ok_or_else(|| at(*line, format!("{address} does not serve {parent}, the parent of {zone}")))?;
                let variant = variants.entry((address, parent.clone())).or_insert_with(|| original.clone());
                variant.nodes.remove(zone);
                for server in servers {
                    variant.insert(Rr::of_name(zone.clone(), RecordType::NS, server));
                }
            }
        }
        Ok(variants)
    }

    /// The finished world.
    fn finish(self) -> Result<Inner, WorldError> {
        let zones = self.zones()?;
        let hosts = self.hosts();
        let variants = self.variants(&zones, &hosts)?;
        let mut faults = Vec::with_capacity(self.draft.faults.len());
        for fault in &self.draft.faults {
            let who = self.who(fault.line, &fault.server, &hosts)?;
            faults.push((who, fault.fault.clone()));
        }
        let mut latency = Vec::new();
        for (line, server, time) in &self.draft.latency {
            latency.push((self.who(*line, server, &hosts)?, *time));
        }
        let mut loss = Vec::new();
        for (line, server, share) in &self.draft.loss {
            loss.push((self.who(*line, server, &hosts)?, *share));
        }
        let root_servers = zones.get(&Name::root()).map(|root| {
            let set = root.set(&Name::root(), RecordType::NS);
            set.iter().filter_map(Rr::target).collect::<Vec<_>>()
        });
        let mut hints = Vec::new();
        for name in root_servers.unwrap_or_default() {
            for address in self.reached(&name) {
                hints.push((name.clone(), address));
            }
        }
        let resolvers = self.resolvers();
        let now = self.draft.now.unwrap_or(state::NOW);
        Ok(Inner {
            zones,
            variants,
            hosts,
            addresses: self.addresses,
            faults,
            latency,
            loss,
            hints,
            resolvers,
            glue: self.draft.glue,
            no_address: self.draft.no_address,
            bogus: self.draft.bogus.into_keys().collect(),
            network: self.draft.network,
            authorities: (!self.draft.tls.is_empty()).then(|| Arc::new(Authorities::new(now))),
            smtp: self.draft.smtp,
            imap: self.draft.imap,
            tls: self.draft.tls,
            https: self.draft.https,
            rdap: self.draft.rdap,
            registry: self.draft.registry,
            audits: self.draft.audits,
            checks: self.draft.checks,
            now,
            state: state::State::default(),
        })
    }

    /// Reverse names that need a registry: zones, delegations, and addresses to check.
    pub(crate) fn reverse_names(&self) -> Vec<Name> {
        let zones = self.draft.zones.keys().chain(self.draft.delegate.keys());
        let checks = self.draft.checks.iter();
        zones.cloned().chain(checks.map(|check| reverse_name(check.address.to_canonical()))).collect()
    }
}

/// A SOA record for a zone without one.
fn soa(zone: &Name, server: Option<&Name>) -> Rr {
    let mname = server.cloned().unwrap_or_else(|| infra::name(A_ROOT));
    let rname = zone.prepend(b"hostmaster").unwrap_or_else(|_| zone.clone());
    let mut rdata = [mname.wire(), rname.wire()].concat();
    // Serial, refresh, retry, expire, minimum.
    for number in [1u32, 7200, 3600, 1_209_600, 300] {
        rdata.extend(number.to_be_bytes());
    }
    Rr { owner: zone.clone(), rtype: RecordType::SOA, ttl: 3600, rdata }
}

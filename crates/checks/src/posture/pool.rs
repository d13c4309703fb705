//! The sending pool: which addresses send for the domain, or may, and how that is known.

use super::Posture;
use ipnet::IpNet;
use ptrust_facts::domain::RANGE_SAMPLE;
use ptrust_facts::{Facts, PoolSource};
use ptrust_knowledge::esp;
use ptrust_mail::spf::{Allowed, Qualifier, TermState};
use ptrust_names::{Name, registrable};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of a pool that are examined at most; more are for a scan.
const MAX_MEMBERS: usize = 4_096;
/// Ranges of a pool at most; an SPF record of 64 KiB holds a few thousand.
const MAX_RANGES: usize = 1_024;

/// The sending pool of a domain.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Its addresses, in order.
    pub members: BTreeMap<IpAddr, Member>,
    /// The ranges that SPF allows, in the order of the terms.
    pub ranges: Vec<PoolRange>,
    /// Addresses left out: private or otherwise not public.
    pub skipped: BTreeSet<IpAddr>,
    /// Whether there are more addresses or ranges than are looked at.
    pub limited: bool,
}

/// One address of the pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Where it is known from.
    pub sources: BTreeSet<PoolSource>,
    /// The mail exchangers that have it.
    pub hosts: Vec<Name>,
    /// Messages or lines in which it was seen sending.
    pub seen: u64,
    /// Whether the SPF record lets it send.
    pub in_spf: InSpf,
    /// The service whose range it lies in, when others send from it too.
    pub shared: Option<&'static str>,
}

/// Whether the SPF record lets an address send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InSpf {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Part of the record is not known, or depends on the sender.
    #[default]
    Unknown,
}

/// A range that SPF allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PoolRange {
    /// The range.
    #[schemars(with = "String")]
    pub range: IpNet,
    /// The term that allows it, as written.
    pub term: String,
    /// The included domains that lead to it; empty for the domain's own record.
    pub path: Vec<Name>,
    /// The service that runs it for many customers, whose duty its identity is; such ranges are not examined.
    pub shared: Option<&'static str>,
    /// Its addresses that are examined.
    pub examined: usize,
    /// Whether these are a sample.
    pub sampled: bool,
    /// Its addresses that were seen sending; null when nothing says what sends.
    pub seen: Option<usize>,
}

impl Member {
    /// Whether there is evidence that it sends for the domain.
    pub fn sends(&self) -> bool {
        self.sources.iter().any(|source| source.sends())
    }
}

impl Posture<'_> {
    /// The sending pool, as far as it is known.
    pub fn pool(&self) -> &Pool {
        self.pool.get_or_init(|| self.make_pool())
    }

    /// The addresses with evidence of sending that are nobody else's duty, with their facts where they were examined.
    pub fn senders(&self) -> impl Iterator<Item = (IpAddr, &Member, Option<&Facts>)> {
        let own = self.pool().members.iter().filter(|(_, member)| member.sends() && member.shared.is_none());
        own.map(|(address, member)| (*address, member, self.facts.addresses.get(address)))
    }

    /// Puts the pool together.
    fn make_pool(&self) -> Pool {
        let mut pool = Pool::default();
        let scope = self.facts.target.scope;
        for (exchanger, address) in self.exchangers().addresses() {
            if scope.holds(address) {
                let member = pool.members.entry(address).or_default();
                member.sources.insert(PoolSource::Mx);
                if !member.hosts.contains(&exchanger.host) {
                    member.hosts.push(exchanger.host.clone());
                }
            } else {
                pool.skipped.insert(address);
            }
        }
        let allowed = self.spf().allowed();
        for sighting in &self.facts.target.seen {
            let address = sighting.address.to_canonical();
            if !scope.holds(address) {
                pool.skipped.insert(address);
            } else if pool.members.len() < MAX_MEMBERS || pool.members.contains_key(&address) {
                let member = pool.members.entry(address).or_default();
                member.sources.insert(sighting.source);
                member.seen = member.seen.saturating_add(sighting.count);
            } else {
                pool.limited = true;
            }
        }
        let passing = allowed.iter().filter(|one| one.qualifier == Qualifier::Pass && !one.broken);
        for one in passing.clone() {
            self.add_range(&mut pool, one);
        }
        let whole = self.spf_is_whole();
        for (address, member) in &mut pool.members {
            let by = passing.clone().find(|one| one.range.contains(address));
            member.in_spf = match by {
                Some(_) => InSpf::Yes,
                None if whole => InSpf::No,
                None => InSpf::Unknown,
            };
            member.shared = member.shared.or_else(|| by.and_then(|one| self.service(&one.path)));
        }
        pool
    }

    /// Adds a range and those of its addresses that are examined.
    fn add_range(&self, pool: &mut Pool, one: &Allowed) {
        let scope = self.facts.target.scope;
        if one.singly {
            let address = one.range.addr();
            if scope.holds(address) {
                pool.members.entry(address).or_default().sources.insert(PoolSource::Spf);
            } else {
                pool.skipped.insert(address);
            }
            return;
        }
        if pool.ranges.len() >= MAX_RANGES || pool.ranges.iter().any(|known| known.range == one.range) {
            pool.limited |= pool.ranges.len() >= MAX_RANGES;
            return;
        }
        let shared = self.service(&one.path);
        let sample = if shared.is_some() { Vec::new() } else { sample(one.range, self.facts.target.range_limit) };
        let mut examined = 0;
        for address in sample {
            if !scope.holds(address) {
                pool.skipped.insert(address);
            } else if pool.members.len() < MAX_MEMBERS || pool.members.contains_key(&address) {
                pool.members.entry(address).or_default().sources.insert(PoolSource::SpfRange);
                examined += 1;
            } else {
                pool.limited = true;
            }
        }
        let seen = self.facts.target.seen.iter().filter(|sighting| one.range.contains(&sighting.address)).count();
        pool.ranges.push(PoolRange {
            range: one.range,
            term: one.text.to_string(),
            path: one.path.clone(),
            shared,
            examined,
            sampled: shared.is_none() && size(one.range) > self.facts.target.range_limit as u128,
            seen: (!self.facts.target.seen.is_empty()).then_some(seen),
        });
    }

    /// The service that runs what an include leads to: the outermost one that is known.
    fn service(&self, path: &[Name]) -> Option<&'static str> {
        let own = registrable(self.domain()).map(|found| found.domain);
        let foreign = |name: &&Name| registrable(name).map(|found| found.domain) != own;
        path.iter().filter(foreign).find_map(esp::by_include).map(|service| service.name.as_str())
    }

    /// Why part of the SPF record is not known, or that it depends on the sender.
    pub fn spf_cause(&self) -> ptrust_names::Cause {
        let tree = self.spf();
        let asked = |node: &ptrust_mail::spf::Node| {
            let terms = node.terms.iter().flat_map(|term| &term.questions);
            node.asked.answer.cause().or_else(|| terms.into_iter().find_map(|asked| asked.answer.cause()))
        };
        tree.nodes.iter().find_map(asked).unwrap_or(ptrust_names::Cause::NotAsked)
    }

    /// Whether every term of the SPF record is known and says the same of all senders.
    fn spf_is_whole(&self) -> bool {
        let tree = self.spf();
        let open = [TermState::Unknown, TermState::DependsOnSender, TermState::Cut];
        let known = tree.root().is_some_and(|root| root.asked.answer.cause().is_none());
        known && tree.cut.is_empty() && open.iter().all(|state| tree.in_state(*state).next().is_none())
    }
}

/// How many addresses a range has.
fn size(range: IpNet) -> u128 {
    1u128.checked_shl(u32::from(range.max_prefix_len() - range.prefix_len())).unwrap_or(u128::MAX)
}

/// The addresses of a range that are examined: all of them up to the limit, else a sample spread evenly over the range,
/// the first and the last address among them.
fn sample(range: IpNet, limit: usize) -> Vec<IpAddr> {
    let size = size(range);
    let at = |offset: u128| match range.network() {
        IpAddr::V4(first) => {
            IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().wrapping_add(u32::try_from(offset).unwrap_or(0))))
        }
        IpAddr::V6(first) => IpAddr::V6(Ipv6Addr::from_bits(first.to_bits().wrapping_add(offset))),
    };
    if size <= limit as u128 {
        return (0..size).map(at).collect();
    }
    let count = RANGE_SAMPLE.min(limit).max(2) as u128;
    // Whole steps, so that no product exceeds the width.
    let step = (size - 1) / (count - 1);
    (0..count).map(|number| if number + 1 == count { range.broadcast() } else { at(number * step) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(range: &str, limit: usize) -> Vec<String> {
        let range = range.parse().expect("a range");
        sample(range, limit).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn small_ranges_are_examined_in_full_and_large_ones_evenly() {
        assert_eq!(addresses("192.0.2.0/30", 4), ["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"]);
        let sampled = addresses("10.0.0.0/8", 1_024);
        assert_eq!(sampled.len(), RANGE_SAMPLE);
        assert_eq!(sampled.first().map(String::as_str), Some("10.0.0.0"));
        assert_eq!(sampled.last().map(String::as_str), Some("10.255.255.255"));
        let all = addresses("::/0", 1_024);
        assert_eq!(all.len(), RANGE_SAMPLE);
        assert_eq!(all.last().map(String::as_str), Some("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    }
}

//! A planned change over the live world: records that replace a set in the answer of the zone that holds it.
//!
//! Only answers and denials change, and only those of a zone that would hold the record: a registry's or a top-level
//! domain's denial stays, and so does every referral, since a perfect record in a zone that nobody delegated is seen by
//! nobody. Signatures of a replaced set are left out; whoever validates asks the ports below.

mod records;
mod watch;

pub use records::{AssumeError, parse};
pub use watch::Watch;

use crate::answer::MAX_ALIASES;
use crate::ports::{BoxFuture, Channel, Exchange, PathError};
use crate::wire::{self, Reply, rcode};
use ptrust_facts::{Role, role};
use ptrust_names::{Data, Name, NegativeSoa, Question, Record, RecordType, registrable};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// An exchange whose answers hold the assumed records.
pub struct Assume<E> {
    inner: E,
    records: Vec<Record>,
    registry_zones: Vec<Name>,
}

impl<E: Exchange> Assume<E> {
    /// Puts records over an exchange. Records of one owner and type replace the whole set; `registry_zones` are a
    /// registry's by decree, as in the settings of the run.
    pub const fn new(inner: E, records: Vec<Record>, registry_zones: Vec<Name>) -> Self {
        Self { inner, records, registry_zones }
    }

    /// The reply as it would be with the records; `None` when they do not touch it.
    fn changed(&self, query: &[u8], octets: &[u8]) -> Option<Vec<u8>> {
        let question = records::question(query)?;
        let reply = wire::parse(octets).ok()?;
        let answers = matches!(reply.rcode, rcode::NOERROR | rcode::NXDOMAIN) && !reply.tc;
        if !answers || !(reply.aa || (reply.ra && records::asks_recursion(query))) {
            return None;
        }
        if let Some(answer) = self.answer(&question, &reply) {
            return records::message(query, octets, &answer);
        }
        // What has a record, or has one below it, exists (RFC 8020 2).
        let exists = self.records.iter().any(|record| record.owner.is_at_or_below(&question.name));
        let denied = reply.rcode == rcode::NXDOMAIN && reply.answer.is_empty();
        (denied && exists && self.holds(&question.name, &reply)).then(|| records::without_rcode(octets))?
    }

    /// The answer section with the assumed sets in it.
    fn answer(&self, question: &Question, reply: &Reply) -> Option<Vec<Record>> {
        let (mut answer, mut changed) = (Vec::new(), false);
        let mut name = question.name.clone();
        for _ in 0..=MAX_ALIASES {
            let here = reply.answer.iter().filter(|record| {
                record.owner == name || (matches!(record.data, Data::Dname(_)) && name.is_below(&record.owner))
            });
            let here: Vec<&Record> = here.collect();
            let set = self.assumed(question.rtype, &name, &here, reply);
            let next = if set.is_empty() {
                answer.extend(here.iter().map(|record| (*record).clone()));
                here.iter().find_map(|record| target(record))
            } else {
                changed = true;
                let next = set.iter().find_map(target);
                answer.extend(set);
                next
            };
            match next {
                Some(next) if question.rtype != RecordType::CNAME => name = next,
                _ => break,
            }
        }
        changed.then_some(answer)
    }

    /// The assumed records that answer for a name: of the type asked for, or an alias.
    fn assumed(&self, rtype: RecordType, name: &Name, here: &[&Record], reply: &Reply) -> Vec<Record> {
        let of = |wanted: RecordType| -> Vec<Record> {
            let matching = |record: &&Record| record.owner == *name && record.data.rtype() == wanted;
            self.records.iter().filter(matching).cloned().collect()
        };
        let mut set = of(rtype);
        // An RFC 2317 alias is a delegation in all but name, and those are not assumed away.
        if is_reverse(name) && here.iter().any(|record| target(record).is_some()) {
            set.clear();
        }
        if set.is_empty() {
            set = of(RecordType::CNAME);
        }
        if set.is_empty() || !(here.iter().any(|record| record.owner == *name) || self.holds(name, reply)) {
            return Vec::new();
        }
        set
    }

    /// Whether the denial comes from a zone that would hold the name, and not from one that would have to delegate it.
    fn holds(&self, name: &Name, reply: &Reply) -> bool {
        let Some(NegativeSoa { zone, mname, .. }) = reply.negative_soa() else {
            return false;
        };
        if !name.is_at_or_below(&zone) {
            return false;
        }
        if is_reverse(name) {
            let above = [Role::Root, Role::Arpa, Role::Infrastructure];
            return role(&zone, &above, std::slice::from_ref(&mname), &self.registry_zones).0 == Role::Holder;
        }
        match registrable(name) {
            Some(found) if found.icann => zone.is_at_or_below(&found.domain),
            _ => zone.label_count() > 1,
        }
    }
}

impl<E: Exchange> Exchange for Assume<E> {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        Box::pin(async move {
            let octets = self.inner.exchange(server, channel, query, timeout).await?;
            Ok(self.changed(query, &octets).unwrap_or(octets))
        })
    }
}

impl<E: Exchange + ?Sized> Exchange for Arc<E> {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        (**self).exchange(server, channel, query, timeout)
    }
}

/// The target of an alias.
fn target(record: &Record) -> Option<Name> {
    match &record.data {
        Data::Cname(target) => Some(target.clone()),
        _ => None,
    }
}

/// Whether a name is in the reverse tree.
fn is_reverse(name: &Name) -> bool {
    let mut labels = name.labels().rev();
    labels.next() == Some(b"arpa") && matches!(labels.next(), Some(b"in-addr" | b"ip6"))
}

#[cfg(test)]
mod tests;

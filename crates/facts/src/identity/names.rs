//! The technical layer, first half: which names the address has, and what is wrong with each.

use super::forward::forward_name;
use super::{Delegation, Generic, NameFault, Names, PtrName, Unqualified, View, delegation};
use crate::{Facts, Server, Walk};
use ptrust_knowledge::{generic, local, providers};
use ptrust_names::{
    AbsenceKind, Cause, HostFault, Name, Observed, Records, host_fault, is_address_as_name, is_public_suffix,
    registrable,
};
use std::net::IpAddr;

/// Assesses the PTR names.
pub(super) fn assess(facts: &Facts, delegation: &Delegation, view: View) -> Names {
    if delegation.is_error() {
        return Names::NotApplicable;
    }
    let question = facts.ptr_question();
    let walk = facts.walk(&question);
    let walk = walk.present().copied();
    match view {
        View::Authoritative => match walk {
            Some(walk) => by_walk(facts, walk),
            None => Names::Undetermined(Cause::NotAsked),
        },
        View::Resolver => match facts.resolver(&question).map(|fact| &fact.observed) {
            Some(Observed::Present(records)) => present(facts, &[records], Vec::new()),
            Some(Observed::Absent(absence)) => {
                Names::Missing { zone: delegation::denying_zone(None, absence.soa.as_ref()) }
            }
            Some(Observed::Unknown(cause)) => Names::Undetermined(*cause),
            None => Names::Undetermined(Cause::NotAsked),
        },
        View::None => {
            let cause = match delegation {
                Delegation::Undetermined { cause, .. } => *cause,
                _ => walk.and_then(|walk| walk.answer.cause()).unwrap_or(Cause::NotAsked),
            };
            Names::Undetermined(cause)
        }
    }
}

/// The names that authoritative servers hold.
fn by_walk(facts: &Facts, walk: &Walk) -> Names {
    let legs = || std::iter::successors(Some(walk), |walk| walk.alias.as_deref());
    if let Some(conflict) = legs().map(|leg| &leg.alias_conflict).find(|lines| !lines.is_empty()) {
        return Names::AliasConflict(conflict.clone());
    }
    match &walk.answer {
        Observed::Present(records) => {
            // A server that denies the alias denies the PTR just as one that denies its target.
            let servers: Vec<_> = legs().filter_map(crate::Walk::deepest).flat_map(crate::Cut::authoritative).collect();
            let mut sets: Vec<&Records> =
                servers.iter().filter_map(|server| server.answer.as_ref()?.present()).collect();
            sets.insert(0, records);
            present(facts, &sets, servers.into_iter().filter(|server| denies(server)).map(Server::text).collect())
        }
        Observed::Absent(absence) => {
            Names::Missing { zone: delegation::denying_zone(Some(walk), absence.soa.as_ref()) }
        }
        Observed::Unknown(cause) => Names::Undetermined(*cause),
    }
}

/// Whether an authoritative server denies the name.
fn denies(server: &Server) -> bool {
    server.answer.as_ref().is_some_and(Observed::is_absent)
}

/// The union of several answers, in canonical order, each name with its fault and its forward lookup.
fn present(facts: &Facts, sets: &[&Records], denied_by: Vec<String>) -> Names {
    let mut all: Vec<Name> = sets.iter().flat_map(|set| set.ptr_names().cloned()).collect();
    let Some(first) = all.first().cloned() else {
        return Names::Missing { zone: None };
    };
    all.sort_unstable();
    all.dedup();
    let limit = facts.target.ptr_limit.max(1);
    let unevaluated = all.len().saturating_sub(limit);
    all.truncate(limit);
    let names = all.into_iter().map(|name| assess_name(facts, name)).collect();
    Names::Present { names, first, unevaluated, denied_by }
}

/// One name.
fn assess_name(facts: &Facts, name: Name) -> PtrName {
    let fault = name_fault(&name, facts.target.address, || top_level_denied(facts, &name));
    let usable = !matches!(fault, Some(NameFault::Illegal(_) | NameFault::AddressAsName | NameFault::Unqualified(_)));
    let forward = forward_name(facts, &name);
    PtrName { name, fault, usable, forward }
}

/// The first fault of a name (identity.md, "One situation, one finding").
pub fn name_fault(name: &Name, address: IpAddr, top_level_denied: impl FnOnce() -> bool) -> Option<NameFault> {
    let host = host_fault(name);
    if let Some(fault) = host
        && fault != HostFault::Underscore
    {
        return Some(NameFault::Illegal(fault));
    }
    if is_address_as_name(name) {
        return Some(NameFault::AddressAsName);
    }
    if let Some(why) = unqualified(name) {
        return Some(NameFault::Unqualified(why));
    }
    if top_level_denied() {
        return Some(NameFault::Unqualified(Unqualified::UnknownTopLevel));
    }
    if host == Some(HostFault::Underscore) {
        return Some(NameFault::Underscore);
    }
    let domain = registrable(name);
    if domain.as_ref().is_some_and(|domain| domain.icann && domain.domain == *name) {
        return Some(NameFault::Apex);
    }
    generic_name(name, domain.map(|domain| domain.domain), address).map(|found| NameFault::Generic(Box::new(found)))
}

/// Whether a name cannot be a public one by its own text.
fn unqualified(name: &Name) -> Option<Unqualified> {
    let text = name.to_string();
    if text.ends_with(".in-addr.arpa") || text.ends_with(".ip6.arpa") {
        return Some(Unqualified::Reverse);
    }
    if local::is_local_name(&text) {
        return Some(Unqualified::Local);
    }
    if name.label_count() < 2 {
        return Some(Unqualified::SingleLabel);
    }
    is_public_suffix(name).then_some(Unqualified::PublicSuffix)
}

/// Whether a name is not fully qualified in public DNS by its own text.
pub fn is_local(name: &Name) -> bool {
    unqualified(name).is_some()
}

/// Whether the root itself denies the name, so that its top-level domain does not exist.
fn top_level_denied(facts: &Facts, name: &Name) -> bool {
    let question = facts.forward_question(name);
    let walked = facts.walk(&question);
    let observed = match walked.present() {
        Some(walk) => Some(&walk.answer),
        None => facts.resolver(&question).map(|fact| &fact.observed),
    };
    matches!(
        observed,
        Some(Observed::Absent(absence))
            if absence.kind == AbsenceKind::NxDomain && absence.soa.as_ref().is_some_and(|soa| soa.zone.is_root())
    )
}

/// Why the name looks generic, if it does (`generic-rdns.toml` and provider defaults).
fn generic_name(name: &Name, domain: Option<Name>, address: IpAddr) -> Option<Generic> {
    let text = name.to_string();
    let provider = providers::default_name(&text);
    if provider.is_some_and(|provider| provider.kind.is_esp_or_mailbox()) {
        return None;
    }
    let judged = generic::judge(&text, domain.map(|domain| domain.to_string()).as_deref(), address);
    if judged.score < generic::THRESHOLD && provider.is_none() {
        return None;
    }
    let mut reasons = Vec::new();
    if let Some(provider) = provider {
        reasons.push(format!("default name of {}", provider.name));
    }
    if let Some(embedded) = &judged.embedded {
        reasons.push(format!("holds the address itself ({}: {})", embedded.form, embedded.text));
    }
    reasons.extend(judged.matched.iter().map(|found| format!("{} ({:+})", found.id, found.weight)));
    Some(Generic { score: judged.score, provider: provider.map(|provider| provider.id.as_str()), reasons })
}

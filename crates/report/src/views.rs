//! The `identity` of a report: what `facts::identity` proved, in the words of the JSON.

use crate::markup::free;
use crate::report::{Administrative, Holder, IdentityReport, Technical};
use ptrust_checks::remedy;
use ptrust_facts::identity::{Banner, ClasslessDefect, Delegation};
use ptrust_facts::{Cut, Facts, Walk};
use ptrust_names::Name;

/// The two layers of an address.
pub(crate) fn identity(facts: &Facts) -> IdentityReport {
    let identity = facts.identity();
    let cut = holding_cut(facts).or_else(|| deciding_cut(facts));
    let zone = cut.map(|cut| cut.zone.clone()).or_else(|| zone(&identity.delegation).cloned());
    let banner = match &identity.banner {
        Banner::Name { name, .. } => Some(name.to_string()),
        Banner::Unqualified(text) if !text.is_empty() => Some(free(text)),
        Banner::Unqualified(_) | Banner::NotSeen => None,
    };
    IdentityReport {
        administrative: Administrative {
            state: identity.delegation.state(),
            zone,
            servers: cut.map(servers).unwrap_or_default(),
            holder: holder(facts),
        },
        technical: Technical {
            ptr: identity.names.list().iter().map(|name| name.name.clone()).collect(),
            confirmed: identity.names.confirmed().map(|name| name.name.clone()).collect(),
            iprev: identity.iprev,
            helo: facts.target.helo.as_deref().map(free),
            banner,
            aligned: identity.aligned(),
        },
    }
}

/// The walk to the PTR, when there is one.
pub(crate) fn ptr_walk(facts: &Facts) -> Option<&Walk> {
    facts.walk(&facts.ptr_question()).present().copied()
}

/// The zone cut behind an alias: the one that holds the PTR, or that should and is broken.
pub(crate) fn holding_cut(facts: &Facts) -> Option<&Cut> {
    let walk = ptr_walk(facts).filter(|walk| walk.alias.is_some())?;
    match &facts.identity().delegation {
        Delegation::Delegated { zone: Some(_) }
        | Delegation::ClasslessBroken {
            defect: ClasslessDefect::Lame | ClasslessDefect::Unreachable | ClasslessDefect::Unresolvable,
            ..
        } => walk.last().deepest(),
        _ => None,
    }
}

/// The zone cut in the delegation tree that decides the administrative layer: the one that the delegation names, else
/// the deepest of the walk. Aliases are not followed.
pub(crate) fn deciding_cut(facts: &Facts) -> Option<&Cut> {
    let walk = ptr_walk(facts)?;
    let cuts = || std::iter::successors(Some(walk), |walk| walk.alias.as_deref()).flat_map(|walk| &walk.cuts);
    match zone(&facts.identity().delegation) {
        Some(zone) => cuts().find(|cut| cut.zone == *zone),
        None => walk.deepest(),
    }
}

/// The zone that a delegation names.
pub(crate) const fn zone(delegation: &Delegation) -> Option<&Name> {
    match delegation {
        Delegation::Delegated { zone } => zone.as_ref(),
        Delegation::Missing { zone }
        | Delegation::Lame { zone }
        | Delegation::Unreachable { zone }
        | Delegation::Unresolvable { zone }
        | Delegation::ParentsDiffer { zone }
        | Delegation::ZoneAlias { zone, .. } => Some(zone),
        Delegation::NotJudged
        | Delegation::ClasslessBroken { .. }
        | Delegation::Bogus
        | Delegation::Undetermined { .. } => None,
    }
}

/// The server names of a cut, in canonical order: what the parent and the zone itself list, else those asked.
pub(crate) fn servers(cut: &Cut) -> Vec<Name> {
    let listed = cut.parent_servers.iter().chain(&cut.child_servers).flatten();
    let mut names: Vec<_> = listed.cloned().collect();
    if names.is_empty() {
        names.extend(cut.servers.iter().map(|server| server.name.clone()));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Who holds the address, when registration data were seen.
fn holder(facts: &Facts) -> Option<Holder> {
    let owner = facts.owner();
    let owner = *owner.present()?;
    Some(Holder {
        name: owner.holder.as_deref().map(free),
        source: "rdap",
        provider: remedy::provider(facts).map(|provider| provider.id.as_str()),
        usage: owner.usage,
    })
}

//! The administrative layer: is the path to the reverse zone whole?

use super::{ClasslessDefect, Delegation, Doubt, View};
use crate::{Cut, Facts, Role, Says, Trust, Walk, WalkState, ZoneState, role};
use ptrust_names::{Cause, Name, NegativeSoa, Observed, Records};

/// Assesses the administrative layer, and says which view decided the PTR.
pub(super) fn assess(facts: &Facts) -> (Delegation, View) {
    let question = facts.ptr_question();
    let resolver = facts.resolver(&question).map(|fact| &fact.observed);
    match facts.walk(&question) {
        Observed::Present(walk) if facts.run.walk == WalkState::Open => by_walk(facts, walk, resolver),
        _ => by_resolver(facts, resolver),
    }
}

/// The resolver's view alone (identity.md, "Which view decides", rule 3).
fn by_resolver(facts: &Facts, resolver: Option<&Observed<Records>>) -> (Delegation, View) {
    match resolver {
        Some(Observed::Present(_)) => (Delegation::Delegated { zone: None }, View::Resolver),
        Some(Observed::Absent(absence)) => match &absence.soa {
            // Behind an alias the denial is of the target, and says nothing of the delegation.
            Some(soa) if facts.ptr_question().name.is_at_or_below(&soa.zone) && is_registry_zone(facts, soa) => {
                (Delegation::Missing { zone: soa.zone.clone() }, View::Resolver)
            }
            Some(soa) => (Delegation::Delegated { zone: Some(soa.zone.clone()) }, View::Resolver),
            None => (undetermined(Cause::Unavailable), View::Resolver),
        },
        Some(Observed::Unknown(cause)) => (undetermined(*cause), View::None),
        None => (undetermined(Cause::NotAsked), View::None),
    }
}

/// Whether the zone that denied the name is a registry's, as far as its SOA tells.
fn is_registry_zone(facts: &Facts, soa: &NegativeSoa) -> bool {
    let above = [Role::Root, Role::Arpa, Role::Infrastructure];
    let (role, _) = role(&soa.zone, &above, std::slice::from_ref(&soa.mname), &facts.run.registry_zones);
    role < Role::Holder
}

/// Authoritative answers decide; a resolver's positive answer only casts doubt on an error.
fn by_walk(facts: &Facts, walk: &Walk, resolver: Option<&Observed<Records>>) -> (Delegation, View) {
    let elsewhere = resolver.is_some_and(|observed| observed.present().is_some());
    let delegation = path(facts, walk);
    let mut legs = std::iter::successors(Some(walk), |leg| leg.alias.as_deref());
    if legs.any(|leg| !leg.alias_conflict.is_empty()) {
        // Resolvers differ in which of the records they follow; the zone's own data are broken all the same.
        return (delegation, View::Authoritative);
    }
    if !elsewhere || matches!(walk.answer, Observed::Present(_)) {
        let view = match (&walk.answer, resolver) {
            (Observed::Unknown(_), Some(Observed::Present(_) | Observed::Absent(_)))
                if !delegation.is_error() && !mixed(walk) =>
            {
                return unknown_walk(facts, &delegation, resolver);
            }
            (Observed::Unknown(_), _) if !delegation.is_error() => View::None,
            _ => View::Authoritative,
        };
        return (delegation, view);
    }
    // The resolver has the PTR and no authoritative server showed it to us (rule 4).
    let doubt = match &delegation {
        Delegation::Lame { .. } => Doubt::Lame,
        Delegation::Unreachable { .. } => Doubt::Unreachable,
        Delegation::Unresolvable { .. } => Doubt::Unresolvable,
        Delegation::ClasslessBroken { .. } => Doubt::ClasslessBroken,
        Delegation::Missing { .. } => Doubt::Missing,
        Delegation::Delegated { zone } if walk.answer.is_absent() => {
            // Authoritative servers deny it and a resolver has it: an old cache, or servers that answer by place. The
            // resolver's PTR proves that it is not missing everywhere (rule 4).
            return (Delegation::Delegated { zone: zone.clone() }, View::Resolver);
        }
        Delegation::Delegated { .. } | Delegation::Undetermined { .. } => {
            let zone = walk.deepest().filter(|cut| cut.role == Role::Holder).map(|cut| cut.zone.clone());
            return (Delegation::Delegated { zone }, View::Resolver);
        }
        _ => return (delegation, View::Authoritative),
    };
    let cause = match doubt {
        Doubt::Lame | Doubt::ClasslessBroken => Cause::Lame,
        Doubt::Unreachable => Cause::Timeout,
        Doubt::Unresolvable => Cause::Unresolvable,
        Doubt::Missing => Cause::NotAuthoritative,
    };
    (Delegation::Undetermined { cause, doubt: Some(doubt) }, View::Resolver)
}

/// Whether some authoritative server denies the name while another could not say: a resolver that met the first proves
/// no more than it did.
fn mixed(walk: &Walk) -> bool {
    walk.last().deepest().is_some_and(|cut| {
        let answers = || cut.authoritative().filter_map(|server| server.answer.as_ref());
        answers().any(Observed::is_absent) && answers().any(|answer| answer.cause().is_some())
    })
}

/// The walk could not tell: the resolver's view decides, if it has one.
fn unknown_walk(facts: &Facts, walked: &Delegation, resolver: Option<&Observed<Records>>) -> (Delegation, View) {
    let (delegation, view) = by_resolver(facts, resolver);
    match (&delegation, walked) {
        (Delegation::Undetermined { .. }, Delegation::Delegated { .. }) => (walked.clone(), view),
        _ => (delegation, view),
    }
}

/// What the walk alone says about the path.
fn path(facts: &Facts, walk: &Walk) -> Delegation {
    if let Some((zone, target)) = &walk.zone_alias {
        return Delegation::ZoneAlias { zone: zone.clone(), target: target.clone() };
    }
    let Some(cut) = walk.deepest() else {
        return undetermined(walk.answer.cause().unwrap_or(Cause::NotAsked));
    };
    let given = walk.answer.present().is_some();
    match cut.state() {
        // A set with authority proves the way to it, whatever a server says about the apex.
        ZoneState::Answers => {}
        _ if given => {}
        // The root itself is never broken: something between here and there is.
        ZoneState::Lame | ZoneState::Unreachable | ZoneState::Unresolvable if cut.role == Role::Root => {
            return undetermined(walk.answer.cause().unwrap_or(Cause::Unavailable));
        }
        ZoneState::Lame => {
            return Delegation::Lame { zone: cut.zone.clone() };
        }
        ZoneState::Unreachable => {
            return Delegation::Unreachable { zone: cut.zone.clone() };
        }
        ZoneState::Unresolvable => {
            return Delegation::Unresolvable { zone: cut.zone.clone() };
        }
        ZoneState::Undetermined(cause) => return undetermined(cause),
    }
    if parents_differ(cut) {
        return Delegation::ParentsDiffer { zone: cut.zone.clone() };
    }
    if facts.chain(&walk.question).present().is_some_and(|chain| chain.trust == Trust::Bogus) {
        return Delegation::Bogus;
    }
    if let Some(broken) = classless(walk) {
        return broken;
    }
    match &walk.answer {
        Observed::Absent(_) if cut.role < Role::Holder && walk.alias.is_none() => {
            Delegation::Missing { zone: cut.zone.clone() }
        }
        Observed::Unknown(cause) if walk.alias.is_some() || cut.role < Role::Holder => undetermined(*cause),
        _ => Delegation::Delegated { zone: Some(cut.zone.clone()) },
    }
}

/// Whether some servers of the parent refer to the zone while others deny it or answer in its place.
fn parents_differ(cut: &Cut) -> bool {
    let refers = cut.parent_views.iter().any(|view| matches!(view.says, Says::Refers(_) | Says::Serves));
    let others = cut.parent_views.iter().any(|view| matches!(view.says, Says::Denies(_) | Says::Answers(_)));
    refers && others
}

/// The defect of an alias whose target cannot answer (RFC 2317).
fn classless(walk: &Walk) -> Option<Delegation> {
    // A loop within one zone shows no second leg: the name itself is where it comes back to.
    let looping = walk.answer.cause() == Some(Cause::AliasLoop);
    let target = match walk.alias.as_deref() {
        Some(first) => first.question.name.clone(),
        None if looping => walk.question.name.clone(),
        None => return None,
    };
    let broken = |defect| Some(Delegation::ClasslessBroken { target: target.clone(), defect });
    if looping {
        return broken(ClasslessDefect::Loop);
    }
    let last = walk.last();
    match last.deepest().map(Cut::state) {
        Some(ZoneState::Lame) => return broken(ClasslessDefect::Lame),
        Some(ZoneState::Unreachable) => return broken(ClasslessDefect::Unreachable),
        Some(ZoneState::Unresolvable) => return broken(ClasslessDefect::Unresolvable),
        _ => {}
    }
    let denied =
        matches!(&last.answer, Observed::Absent(absence) if absence.kind == ptrust_names::AbsenceKind::NxDomain);
    match last.parent_exists {
        Some(false) if denied => broken(ClasslessDefect::NoZone),
        None if denied => Some(undetermined(Cause::NotAsked)),
        _ => None,
    }
}

/// Not known, without a doubt.
const fn undetermined(cause: Cause) -> Delegation {
    Delegation::Undetermined { cause, doubt: None }
}

/// The zone that denies the PTR, as the deciding view names it.
pub(super) fn denying_zone(walk: Option<&Walk>, soa: Option<&NegativeSoa>) -> Option<Name> {
    soa.map(|soa| soa.zone.clone()).or_else(|| walk?.last().deepest().map(|cut| cut.zone.clone()))
}

//! What the delegation checks share. Of the errors at most one holds; the warnings are about the servers of a holder's
//! zone, and an error of that zone excludes them.

use crate::prelude::*;
use ptrust_knowledge::registries;
use std::iter;

/// Judges one of the delegation errors. `mine` makes the failure when the assessed finding is this check's own;
/// `doubted` is the doubt that stands for it.
pub(crate) fn delegation(
    facts: &Facts,
    doubted: Option<Doubt>,
    mine: impl FnOnce(&Delegation) -> Option<Failure>,
) -> Judgement {
    let delegation = &facts.identity().delegation;
    if let Some(failure) = mine(delegation) {
        return Judgement::fail(failure);
    }
    let address = facts.target.address;
    match delegation {
        Delegation::Delegated { .. } => Judgement::Pass,
        Delegation::Undetermined { cause, doubt: None } => {
            Judgement::inconclusive(format!("the delegation of {address}"), *cause)
        }
        Delegation::Undetermined { cause, doubt } if *doubt == doubted => Judgement::inconclusive(
            format!("why the PTR of {address} is seen by the resolver, not by us: access list, geography or cache"),
            *cause,
        ),
        _ => Judgement::NotApplicable,
    }
}

/// The same for an error that no resolver can see, so that a run without walks cannot judge it.
pub(crate) fn delegation_by_walk(facts: &Facts, mine: impl FnOnce(&Delegation) -> Option<Failure>) -> Judgement {
    let judgement = delegation(facts, None, mine);
    let judged = matches!(judgement, Judgement::Fail(_) | Judgement::NotApplicable);
    if facts.run.walk == WalkState::Open || judged { judgement } else { Judgement::Skipped }
}

/// The walk to the PTR and those to its alias targets, in order; none without a walk.
pub(crate) fn walks(facts: &Facts) -> impl Iterator<Item = &Walk> {
    let first = facts.walk(&facts.ptr_question()).present().copied();
    iter::successors(first, |walk| walk.alias.as_deref())
}

/// The cut of a zone, and the zone that delegates it, as the first walk through it saw them: later ones only pass.
pub(crate) fn cut<'a>(facts: &'a Facts, zone: &Name) -> Option<(&'a Cut, Option<&'a Name>)> {
    walks(facts).find_map(|walk| {
        let at = walk.cuts.iter().position(|cut| cut.zone == *zone)?;
        let parent = at.checked_sub(1).and_then(|above| walk.cuts.get(above));
        Some((walk.cuts.get(at)?, parent.map(|cut| &cut.zone)))
    })
}

/// The holders' zones at the ends of the walks: that of the PTR and, behind an alias, that of its target. `Err` is the
/// judgement when there is none to look at.
pub(crate) fn zones(facts: &Facts) -> Result<Vec<(&Walk, &Cut)>, Judgement> {
    if facts.identity().scope != AddressScope::Public {
        return Err(Judgement::NotApplicable);
    }
    if facts.run.walk != WalkState::Open {
        return Err(Judgement::Skipped);
    }
    let question = facts.ptr_question();
    match facts.walk(&question) {
        Observed::Present(_) => {}
        Observed::Absent(_) => return Err(Judgement::NotApplicable),
        Observed::Unknown(cause) => {
            return Err(Judgement::inconclusive(format!("the walk to {question}"), cause));
        }
    }
    let ends = walks(facts).filter_map(|walk| Some((walk, walk.deepest()?)));
    Ok(ends.filter(|(_, cut)| cut.role >= Role::Holder).collect())
}

/// Judges each holder's zone that no delegation error stands before; the gravest judgement counts.
pub(crate) fn each_zone(facts: &Facts, judge: impl Fn(&Walk, &Cut) -> Judgement) -> Judgement {
    let judge_one = |(walk, cut): (&Walk, &Cut)| match cut.state() {
        _ if is_broken(facts, &cut.zone) => Judgement::NotApplicable,
        ZoneState::Answers => judge(walk, cut),
        ZoneState::Undetermined(cause) => match judge(walk, cut) {
            failed @ Judgement::Fail(_) => failed,
            _ => Judgement::inconclusive(format!("what the servers of {} say", cut.zone), cause),
        },
        ZoneState::Lame | ZoneState::Unreachable | ZoneState::Unresolvable => Judgement::NotApplicable,
    };
    match zones(facts) {
        Ok(zones) => gravest(zones.into_iter().map(judge_one)),
        Err(judgement) => judgement,
    }
}

/// Whether a delegation error other than that of the zone's own servers is about this zone.
fn is_broken(facts: &Facts, zone: &Name) -> bool {
    match &facts.identity().delegation {
        Delegation::ParentsDiffer { zone: broken } => broken == zone,
        Delegation::Bogus => bogus_zone(facts) == Some(zone),
        _ => false,
    }
}

/// The zone at which the chain of trust of the PTR ends: as the chain says, else the last one with DS records.
pub(crate) fn bogus_zone(facts: &Facts) -> Option<&Name> {
    let question = facts.ptr_question();
    let chain = facts.chain(&question).present().copied();
    let end = chain.and_then(|chain| chain.zone.as_ref());
    let cuts = walks(facts).flat_map(|walk| &walk.cuts);
    let holds = |cut: &&Cut| end.map_or(cut.signed == Some(true), |end| end.is_at_or_below(&cut.zone));
    cuts.filter(holds).last().map(|cut| &cut.zone)
}

/// The gravest of several judgements; the first among equals.
pub(crate) fn gravest(judgements: impl IntoIterator<Item = Judgement>) -> Judgement {
    let rank = |judgement: &Judgement| match judgement {
        Judgement::Fail(_) => 4,
        Judgement::Inconclusive(_) => 3,
        Judgement::Pass => 2,
        Judgement::Skipped => 1,
        Judgement::NotApplicable => 0,
    };
    let graver = |one: Judgement, other: Judgement| {
        if rank(&other) > rank(&one) { other } else { one }
    };
    judgements.into_iter().fold(Judgement::NotApplicable, graver)
}

/// How a zone without a working server is repaired: on its servers, as `first` says, or by other servers at the parent,
/// which the registry lists for the holder, or whoever runs the parent.
pub(crate) fn repair(facts: &Facts, zone: &Name, first: String) -> Vec<String> {
    let (role, parent) = cut(facts, zone).map_or((Role::Holder, None), |(cut, parent)| (cut.role, parent));
    if role < Role::Holder {
        let operator = operator(facts, zone, role);
        return vec![format!("Report the evidence to {operator}, which runs {zone}: nobody else can repair it.")];
    }
    let parent = parent.cloned().unwrap_or_else(Name::root);
    let other = if role == Role::Holder && parent_role(facts, &parent) < Role::Holder {
        let ask = remedy::ask_delegation(facts, &parent);
        format!("Or move {zone} to other name servers: {}", ask.join(" "))
    } else {
        format!("Or ask whoever runs {parent} to list other name servers for {zone}.")
    };
    vec![first, other]
}

/// Who runs a zone above the holders' own.
fn operator(facts: &Facts, zone: &Name, role: Role) -> String {
    match role {
        Role::Root | Role::Arpa | Role::Infrastructure => "IANA".into(),
        Role::Registry => {
            let block = registries::block(facts.target.address);
            let known = block.and_then(|block| registries::registry(&block.registry));
            known.map_or_else(|| format!("the registry of {zone}"), |registry| registry.name.clone())
        }
        Role::NationalRegistry | Role::Holder | Role::Forward => format!("the registry of {zone}"),
    }
}

/// A sentence for a broken zone that is not a holder's: its operator must act, and the holder cannot.
pub(crate) fn registry_note(facts: &Facts, cut: &Cut) -> String {
    if cut.role >= Role::Holder {
        return String::new();
    }
    let (zone, operator) = (&cut.zone, operator(facts, &cut.zone, cut.role));
    format!(" {operator} runs {zone}, so the holder of the address cannot repair it.")
}

/// The role of a zone on the way.
fn parent_role(facts: &Facts, zone: &Name) -> Role {
    cut(facts, zone).map_or(Role::Holder, |(cut, _)| cut.role)
}

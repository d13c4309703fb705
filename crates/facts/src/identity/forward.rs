//! The technical layer, second half: do the names lead back?

use super::{Doubt, Forward, ForwardName, Names, PtrName};
use crate::{Facts, Trust, Walk, ZoneState};
use ptrust_names::{Cause, Name, Observed, Records};

/// What one name's addresses of the sending family say.
pub(super) fn forward_name(facts: &Facts, name: &Name) -> ForwardName {
    if name.is_root() {
        return ForwardName::NoAddress;
    }
    let question = facts.forward_question(name);
    if facts.chain(&question).present().is_some_and(|chain| chain.trust == Trust::Bogus) {
        return ForwardName::Bogus;
    }
    let walk = facts.walk(&question);
    let walk = walk.present().copied();
    let resolver = facts.resolver(&question).map(|fact| &fact.observed);
    let walked = walk.map(|walk| &walk.answer);
    match walked {
        Some(Observed::Present(records)) => leads_back(facts, records, false),
        Some(Observed::Absent(_)) => ForwardName::NoAddress,
        Some(Observed::Unknown(Cause::AliasLoop)) => ForwardName::Loop,
        Some(Observed::Unknown(_)) | None => {
            let broken = walk.and_then(broken_zone);
            match (resolver, broken) {
                (Some(Observed::Present(records)), broken) => leads_back(facts, records, broken.is_some()),
                (_, Some((zone, how))) => ForwardName::ZoneBroken { zone, how },
                (Some(Observed::Absent(_)), None) => ForwardName::NoAddress,
                (Some(Observed::Unknown(Cause::AliasLoop)), None) => ForwardName::Loop,
                (Some(Observed::Unknown(cause)), None) => ForwardName::Undetermined(*cause),
                (None, None) => ForwardName::Undetermined(walked.and_then(Observed::cause).unwrap_or(Cause::NotAsked)),
            }
        }
    }
}

/// Whether an answer holds the sender.
fn leads_back(facts: &Facts, records: &Records, doubt: bool) -> ForwardName {
    let mut addresses: Vec<_> = records.addresses().collect();
    if addresses.contains(&facts.target.address) {
        return ForwardName::Confirmed { via_alias: !records.aliases.is_empty(), doubt };
    }
    addresses.sort_unstable();
    addresses.dedup();
    ForwardName::Other(addresses)
}

/// The zone at which a walk provably breaks.
pub(super) fn broken_zone(walk: &Walk) -> Option<(Name, Doubt)> {
    let cut = walk.last().deepest()?;
    let how = match cut.state() {
        ZoneState::Lame => Doubt::Lame,
        ZoneState::Unreachable => Doubt::Unreachable,
        ZoneState::Unresolvable => Doubt::Unresolvable,
        ZoneState::Answers | ZoneState::Undetermined(_) => return None,
    };
    Some((cut.zone.clone(), how))
}

/// Forward confirmation over the usable names.
pub(super) fn assess(names: &Names) -> Forward {
    let Names::Present { names, unevaluated, .. } = names else {
        return match names {
            Names::Undetermined(cause) => Forward::Undetermined(*cause),
            _ => Forward::NotApplicable,
        };
    };
    let usable: Vec<_> = names.iter().filter(|name| name.usable).collect();
    over(&usable, *unevaluated > 0)
}

/// The result over some names: any match wins; then what is not known; then what is proven, gravest first.
pub(super) fn over(names: &[&PtrName], limited: bool) -> Forward {
    let has = |f: fn(&ForwardName) -> bool| names.iter().any(|name| f(&name.forward));
    if names.is_empty() {
        return if limited { Forward::LimitReached } else { Forward::NotApplicable };
    }
    if has(|forward| matches!(forward, ForwardName::Confirmed { .. })) {
        return Forward::Confirmed {
            partial: has(|forward| matches!(forward, ForwardName::Other(_) | ForwardName::NoAddress)),
        };
    }
    if limited {
        return Forward::LimitReached;
    }
    let unknown = names.iter().find_map(|name| match name.forward {
        ForwardName::Undetermined(cause) => Some(cause),
        _ => None,
    });
    if let Some(cause) = unknown {
        return Forward::Undetermined(cause);
    }
    if has(|forward| matches!(forward, ForwardName::Loop)) {
        return Forward::Loop;
    }
    if has(|forward| matches!(forward, ForwardName::Bogus)) {
        return Forward::Bogus;
    }
    if has(|forward| matches!(forward, ForwardName::ZoneBroken { .. })) {
        return Forward::ZoneBroken;
    }
    if has(|forward| matches!(forward, ForwardName::Other(_))) {
        return Forward::Mismatch;
    }
    Forward::NoAddress
}

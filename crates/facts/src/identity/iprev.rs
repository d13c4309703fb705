//! The iprev result (RFC 8601 2.7.3 and 3), over all queryable names, legal or not.

use super::forward::over;
use super::{Delegation, Forward, Iprev, Names};
use crate::{Facts, WalkState};
use ptrust_names::Cause;

/// The result; `None` when not judged.
pub(super) fn assess(facts: &Facts, delegation: &Delegation, names: &Names) -> Option<Iprev> {
    match delegation {
        Delegation::NotJudged => return None,
        Delegation::Missing { .. } | Delegation::ZoneAlias { .. } => return Some(Iprev::PermError),
        Delegation::Lame { .. }
        | Delegation::Unreachable { .. }
        | Delegation::Unresolvable { .. }
        | Delegation::ParentsDiffer { .. }
        | Delegation::ClasslessBroken { .. }
        | Delegation::Bogus => return Some(Iprev::TempError),
        Delegation::Delegated { .. } | Delegation::Undetermined { .. } => {}
    }
    match names {
        Names::NotApplicable => None,
        Names::Missing { .. } | Names::AliasConflict(_) => Some(Iprev::PermError),
        // Without a walk a silent resolver is an outage of ours, and says nothing of the address.
        Names::Undetermined(Cause::Timeout | Cause::Refused) if facts.run.walk != WalkState::Open => None,
        Names::Undetermined(cause) => unknown(*cause),
        Names::Present { names, unevaluated, .. } => {
            let names: Vec<_> = names.iter().collect();
            match over(&names, *unevaluated > 0) {
                Forward::Confirmed { .. } => Some(Iprev::Pass),
                Forward::Mismatch | Forward::NoAddress => Some(Iprev::Fail),
                Forward::Loop | Forward::Bogus | Forward::ZoneBroken => Some(Iprev::TempError),
                Forward::Undetermined(cause) => unknown(cause),
                Forward::LimitReached | Forward::NotApplicable => None,
            }
        }
    }
}

/// A failure of the world is a temporary error; what was never asked is not judged.
const fn unknown(cause: Cause) -> Option<Iprev> {
    match cause {
        Cause::NotAsked | Cause::Unavailable | Cause::Local | Cause::Budget => None,
        _ => Some(Iprev::TempError),
    }
}

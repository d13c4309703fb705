//! The address has PTR names, and none of them is usable since they do not exist in public DNS by their form.

use super::common;
use crate::prelude::*;
use ptrust_facts::identity::{Unqualified, is_local};

/// No PTR name is usable, and the gravest fault is a name that is not fully qualified in public DNS.
pub const CHECK: Check = Check {
    id: "ptr-unqualified-name",
    title: "The PTR name is not a fully qualified public name",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 2.3.5"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::Owner],
    page: include_str!("unqualified_name.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::if_unusable(facts, |fault| matches!(fault, NameFault::Unqualified(_)), |name| failure(facts, name))
}

fn failure(facts: &Facts, name: &PtrName) -> Failure {
    let mut evidence = common::holding(facts, [name]);
    let why = match &name.fault {
        Some(NameFault::Unqualified(Unqualified::SingleLabel)) => "is a single label without a domain",
        Some(NameFault::Unqualified(Unqualified::Local)) => "is a name for local networks only",
        Some(NameFault::Unqualified(Unqualified::PublicSuffix)) => {
            "is a public suffix, under which others register their domains"
        }
        Some(NameFault::Unqualified(Unqualified::Reverse)) => {
            "lies in the reverse tree itself, most likely since the final dot of the name was left out in the zone file"
        }
        _ => {
            evidence.extend(evidence::answers(facts, &facts.forward_question(&name.name)));
            evidence.truncate(evidence::MAX_EVIDENCE);
            "lies under a top-level domain that does not exist"
        }
    };
    Failure {
        subject: common::subject(facts, &name.name),
        explanation: format!(
            "The PTR of {} is {}, which {why}. Receivers cannot look it up, so it confirms nothing.",
            facts.target.address, name.name
        ),
        evidence,
        remedy: remedy::set_ptr_or(facts, without_zone(facts, &name.name)),
    }
}

/// The name that was meant, where the server appended the reverse zone to it.
fn without_zone(facts: &Facts, name: &Name) -> Option<Name> {
    let owner = remedy::ptr_owner(facts);
    let zone = owner.ancestors().find(|zone| !zone.is_root() && name.is_below(zone))?;
    let kept = name.label_count().checked_sub(zone.label_count())?;
    Name::from_labels(name.labels().take(kept)).ok().filter(|name| !is_local(name))
}

//! Whether an authenticated identifier is aligned with the author domain (RFC 9989 sections 4.4 and 4.10.2).

use super::record::AlignmentMode;
use super::walk::{Determined, Missing, organizational_domain};
use crate::{Answers, Step};
use ptrust_names::{Name, registrable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether two domains are aligned, by both ways of finding organizational domains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcAlignment")]
pub struct Alignment {
    /// Whether they are the same domain: strict alignment.
    pub strict: bool,
    /// Whether their organizational domains are the same by the tree walk.
    pub tree_walk: Determined<bool>,
    /// Whether their organizational domains are the same by the public suffix list.
    pub suffix_list: bool,
}

impl Alignment {
    /// Whether they are aligned for readers of RFC 9989.
    pub fn holds(&self, mode: AlignmentMode) -> Determined<bool> {
        match mode {
            AlignmentMode::Relaxed => self.tree_walk.clone(),
            AlignmentMode::Strict => Determined::Known(self.strict),
        }
    }

    /// Whether they are aligned for readers of RFC 7489.
    pub const fn holds_old(&self, mode: AlignmentMode) -> bool {
        match mode {
            AlignmentMode::Relaxed => self.suffix_list,
            AlignmentMode::Strict => self.strict,
        }
    }
}

/// Compares an identifier (the domain that SPF or a DKIM signature authenticated) with the author domain. Walks only
/// where the outcome is open: an organizational domain is always at or above the name it is for.
pub fn align(author: &Name, identifier: &Name, answers: &impl Answers) -> Step<Alignment> {
    let strict = author == identifier;
    let registered = |name: &Name| registrable(name).map_or_else(|| name.clone(), |found| found.domain);
    let suffix_list = registered(author) == registered(identifier);
    let done = |tree_walk| Step::Done(Alignment { strict, tree_walk, suffix_list });
    if strict {
        return done(Determined::Known(true));
    }
    if !share_a_label(author, identifier) {
        return done(Determined::Known(false));
    }
    let mut missing = Missing::default();
    let ours = missing.take(organizational_domain(author, answers));
    if let Some(Determined::Known(ours)) = &ours
        && !identifier.is_at_or_below(ours)
    {
        return done(Determined::Known(false));
    }
    let theirs = missing.take(organizational_domain(identifier, answers));
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return missing.ask() };
    done(match (ours, theirs) {
        (Determined::Known(ours), Determined::Known(theirs)) => Determined::Known(ours == theirs),
        (Determined::Known(_), Determined::Undetermined(cause)) | (Determined::Undetermined(cause), _) => {
            Determined::Undetermined(cause)
        }
    })
}

/// Whether two names have the same rightmost label, without which no domain is above both.
fn share_a_label(one: &Name, other: &Name) -> bool {
    one.labels().next_back().is_some_and(|label| other.labels().next_back() == Some(label))
}

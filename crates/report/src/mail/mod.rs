//! The mail of a domain in the words of the JSON: one short summary a family, which the text output reads too.

mod mx;
mod spf;

pub use mx::{Mx, MxHost, MxState};
pub use spf::{Spf, SpfState};

use ptrust_checks::Posture;
use ptrust_facts::Need;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// What was found, by family; null where a run did not look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mail {
    /// The mail exchangers.
    pub mx: Option<Mx>,
    /// The SPF record.
    pub spf: Option<Spf>,
}

impl Mail {
    /// The summaries of what these needs looked at.
    pub(crate) fn of(posture: &Posture, needs: &BTreeSet<Need>) -> Self {
        let looked = |need| needs.contains(&need);
        Self {
            mx: looked(Need::Mx).then(|| mx::summary(posture)),
            spf: looked(Need::Spf).then(|| spf::summary(posture)),
        }
    }
}

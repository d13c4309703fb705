//! Who may send.

use ptrust_checks::Posture;
use ptrust_mail::spf::{Selection, Tree, passing_ipv4};
use ptrust_names::{Cause, CharString, Observed};
use schemars::JsonSchema;
use serde::Serialize;

/// The SPF record of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Spf {
    /// Whether there is one.
    pub state: SpfState,
    /// Its text.
    pub record: Option<CharString>,
    /// Terms that need DNS and are evaluated for a sender that no term matches, of ten (RFC 7208 4.6.4).
    pub lookups: usize,
    /// Those that lead to nothing, of two: for the family that has more.
    pub voids: usize,
    /// IPv4 addresses that may send.
    pub ipv4_addresses: u64,
    /// Every record, term and answer.
    pub tree: Tree,
}

/// Whether there is an SPF record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpfState {
    /// One that can be used.
    Present,
    /// None.
    Missing,
    /// One, or several, that receivers cannot use.
    Broken,
    /// Nobody could say.
    Unknown(Cause),
}

/// The SPF record of a domain.
pub(super) fn summary(posture: &Posture) -> Spf {
    let tree = posture.spf();
    let root = tree.root();
    let state = match root.map(|root| (&root.asked.answer, &root.selection, root)) {
        None => SpfState::Unknown(Cause::NotAsked),
        Some((Observed::Unknown(cause), _, _)) => SpfState::Unknown(*cause),
        Some((_, Selection::Missing(_), _)) => SpfState::Missing,
        Some((_, _, root)) if root.is_broken() => SpfState::Broken,
        Some(_) => SpfState::Present,
    };
    Spf {
        state,
        record: root.and_then(|root| root.texts.first().cloned()),
        lookups: tree.lookups,
        voids: tree.voids.v4.max(tree.voids.v6),
        ipv4_addresses: passing_ipv4(&tree.allowed()),
        tree: tree.clone(),
    }
}

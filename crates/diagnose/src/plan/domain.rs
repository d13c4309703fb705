//! What to ask next about a domain.

use super::Plan;
use ptrust_facts::{DomainFacts, Need};
use std::collections::BTreeSet;

/// What should be asked about a domain, given the facts so far.
pub(crate) fn next(_facts: &DomainFacts, _needs: &BTreeSet<Need>) -> Plan {
    Plan::default()
}

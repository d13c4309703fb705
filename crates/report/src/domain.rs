//! What only the report of a domain has: its pool, what it risks where, and the score.

use crate::IdentityReport;
use crate::Report;
use crate::mail::Mail;
use crate::report::Verdict;
use ptrust_checks::posture::pool::{InSpf, Member, PoolRange};
use ptrust_checks::risk::{Risk, risks};
use ptrust_checks::score::{Score, score};
use ptrust_checks::{Finding, Judged, Posture, Settings};
use ptrust_facts::Need;
use ptrust_facts::domain::Role;
use ptrust_facts::identity::Iprev;
use ptrust_facts::{DomainFacts, DomainTarget, PoolSource};
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// What only the report of a domain has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DomainBody {
    /// What was audited, with the user's circumstances.
    pub target: DomainTarget,
    /// The score: it orders, the verdict decides.
    pub score: Score,
    /// What mailbox services make of it; empty unless everything was looked at.
    pub risk: Vec<Risk>,
    /// The mail of the domain, by family.
    pub mail: Mail,
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
    /// Those of them for which nobody could say.
    pub undetermined: usize,
    /// Addresses that are private or otherwise special, and were left out.
    pub skipped: usize,
    /// The ranges that SPF allows.
    pub ranges: Vec<PoolRange>,
    /// Whether there are more addresses or ranges than are looked at.
    pub limited: bool,
}

/// One address of the pool.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PoolAddress {
    /// The address.
    #[schemars(with = "String")]
    pub address: IpAddr,
    /// Where it is known from.
    pub sources: Vec<PoolSource>,
    /// The mail exchangers that have it.
    pub hosts: Vec<Name>,
    /// Messages or lines in which it was seen sending.
    pub seen: u64,
    /// Whether the SPF record lets it send.
    pub in_spf: InSpf,
    /// The service whose range it lies in, when others send from it too: its identity is the service's duty.
    pub shared: Option<&'static str>,
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
pub(crate) fn body(posture: &Posture, judged: &[Judged], settings: &Settings) -> DomainBody {
    let facts = posture.facts;
    let members = &posture.pool().members;
    // What is selected are families of the domain; an address is judged in full.
    let settings = &Settings { select: Vec::new(), ..settings.clone() };
    let examined = |(address, member): (&IpAddr, &Member)| {
        let report = facts.addresses.get(address).map(|facts| Report::build(facts, settings));
        let identity = report.as_ref().and_then(Report::address).map(|body| body.identity.clone());
        PoolAddress {
            address: *address,
            sources: member.sources.iter().copied().collect(),
            hosts: member.hosts.clone(),
            seen: member.seen,
            in_spf: member.in_spf,
            shared: member.shared,
            verdict: report.as_ref().map(|report| report.verdict),
            findings: report.map(|report| report.findings).unwrap_or_default(),
            identity,
        }
    };
    let addresses: Vec<_> = members.iter().map(examined).collect();
    let sending = || addresses.iter().filter(|one| one.sends() && one.shared.is_none());
    let confirmed = |one: &&PoolAddress| one.identity.as_ref().is_some_and(IdentityReport::confirmed);
    let needs = Need::closure(judged.iter().flat_map(|one| one.check.needs.iter().copied()));
    DomainBody {
        target: facts.target.clone(),
        score: score(judged),
        risk: if facts.target.role != Role::Address && needs.contains(&Need::Pool) && needs.contains(&Need::Dmarc) {
            risks(posture, judged)
        } else {
            Vec::new()
        },
        mail: Mail::of(posture, &needs),
        pool: Pool {
            sending: sending().count(),
            confirmed: sending().filter(confirmed).count(),
            undetermined: sending().filter(|one| !one.is_decided()).count(),
            skipped: posture.pool().skipped.len(),
            ranges: posture.pool().ranges.clone(),
            limited: posture.pool().limited,
        },
        addresses,
        source: facts.clone(),
    }
}

impl PoolAddress {
    /// Whether there is evidence that it sends for the domain.
    pub fn sends(&self) -> bool {
        self.sources.iter().any(|source| source.sends())
    }

    /// Whether it is known if a name leads back to it (RFC 8601 2.7.3).
    pub fn is_decided(&self) -> bool {
        let iprev = self.identity.as_ref().and_then(|identity| identity.technical.iprev);
        !matches!(iprev, None | Some(Iprev::TempError))
    }
}

//! The facts of one mail domain, with those of the addresses that send for it.

use crate::{AnyFact, Facts, Key, Observations, PTR_LIMIT, Run, Scope};
use jiff::Timestamp;
use ptrust_names::{Hex, Name, address_of_reverse, reverse_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Deref;

/// Addresses of one SPF range that are examined each; a larger range is sampled.
pub const RANGE_LIMIT: usize = 1_024;
/// Addresses of a larger range that are examined: evenly spread, so that no part is left out.
pub const RANGE_SAMPLE: usize = 32;

/// Where an address of the sending pool is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PoolSource {
    /// A row of a DMARC aggregate report (RFC 9990).
    DmarcReport,
    /// A list of addresses.
    List,
    /// A mail log.
    Log,
    /// The hops of a message.
    Message,
    /// A mail exchanger: it receives, and whether it sends is not known.
    Mx,
    /// The SPF record names it singly.
    Spf,
    /// It lies in a range that SPF allows.
    SpfRange,
}

impl PoolSource {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DmarcReport => "dmarc-report",
            Self::List => "list",
            Self::Log => "log",
            Self::Message => "message",
            Self::Mx => "mx",
            Self::Spf => "spf",
            Self::SpfRange => "spf-range",
        }
    }

    /// Whether it is evidence that the address sends for the domain.
    pub const fn sends(self) -> bool {
        !matches!(self, Self::Mx | Self::SpfRange)
    }
}

/// An address that was seen sending, outside DNS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sighting {
    /// The address.
    pub address: IpAddr,
    /// Where it was seen.
    pub source: PoolSource,
    /// How often: messages, or lines.
    pub count: u64,
}

/// Whether the name is a domain with mail exchangers, one host, or stands for one address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// An address, by its reverse name: only what lists say of it is looked at.
    Address,
    /// A mail domain.
    #[default]
    Domain,
    /// A host: its own mail servers are looked at, and no MX.
    Host,
}

/// One domain to audit, and what the user said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DomainTarget {
    /// The domain, the host, or the reverse name of the address.
    pub domain: Name,
    /// Which of them.
    #[serde(default)]
    pub role: Role,
    /// DKIM selectors that the domain is said to use; others are only guessed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<String>,
    /// Selector of the BIMI record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bimi_selector: Option<String>,
    /// Root certificates of mark authorities in DER, where the user names some: none are built in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bimi_roots: Vec<Hex>,
    /// Addresses seen sending for it (`--from`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Sighting>,
    /// Whether mail servers are connected to.
    pub probe: bool,
    /// Blocklist zones that replace the built-in set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_zones: Vec<Name>,
    /// Ids of lists that the run has a key for. The keys themselves are never part of facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_keys: Vec<String>,
    /// Addresses of one range that are examined each; a larger range is sampled.
    pub range_limit: usize,
    /// Which addresses count as public.
    #[serde(default)]
    pub scope: Scope,
    /// How many PTR names are evaluated per address.
    pub ptr_limit: usize,
}

impl DomainTarget {
    /// A target with the defaults.
    pub fn new(domain: Name) -> Self {
        Self {
            domain,
            role: Role::Domain,
            selectors: Vec::new(),
            bimi_selector: None,
            bimi_roots: Vec::new(),
            seen: Vec::new(),
            probe: true,
            list_zones: Vec::new(),
            list_keys: Vec::new(),
            range_limit: RANGE_SAMPLE,
            scope: Scope::default(),
            ptr_limit: PTR_LIMIT,
        }
    }

    /// An address as a target with the defaults.
    pub fn of_address(address: IpAddr) -> Self {
        Self { role: Role::Address, ..Self::new(reverse_name(address.to_canonical())) }
    }

    /// The address, when the target is one.
    pub fn address(&self) -> Option<IpAddr> {
        if self.role == Role::Address { address_of_reverse(&self.domain) } else { None }
    }
}

/// The facts of one domain.
#[derive(Clone, Debug)]
pub struct DomainFacts {
    /// What is audited.
    pub target: DomainTarget,
    observations: Observations,
    /// The facts of addresses of its pool.
    pub addresses: BTreeMap<IpAddr, Facts>,
}

/// Reading facts is reading what was observed.
impl Deref for DomainFacts {
    type Target = Observations;

    fn deref(&self) -> &Observations {
        &self.observations
    }
}

impl DomainFacts {
    /// No facts yet.
    pub const fn new(target: DomainTarget, observed_at: Timestamp, run: Run) -> Self {
        Self { target, observations: Observations::new(observed_at, run), addresses: BTreeMap::new() }
    }

    /// Adds or replaces a fact.
    pub fn insert(&mut self, key: Key, fact: AnyFact) {
        self.observations.insert(key, fact);
    }

    /// What was observed, to be changed.
    pub const fn observations_mut(&mut self) -> &mut Observations {
        &mut self.observations
    }
}

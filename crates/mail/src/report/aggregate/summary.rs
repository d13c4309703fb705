//! A report in short: totals, and one line for each source address.

use super::{Aggregate, Aligned, Disposition, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Domains that are kept for each source.
const MAX_DOMAINS: usize = 8;

/// A report in short. Numbers of messages stop at the largest number instead of starting over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Messages in all.
    pub messages: u64,
    /// Messages that passed DMARC: an aligned DKIM signature or an aligned SPF pass.
    pub passed: u64,
    /// Messages that were refused.
    pub rejected: u64,
    /// Messages that were treated as suspicious.
    pub quarantined: u64,
    /// The sources, those with most messages first.
    pub sources: Vec<SourceSummary>,
}

/// One source in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceSummary {
    /// The address.
    pub source: IpAddr,
    /// Its messages.
    pub messages: u64,
    /// Those that passed DMARC.
    pub passed: u64,
    /// Those with an aligned DKIM signature that passed.
    pub dkim: u64,
    /// Those with an aligned SPF pass.
    pub spf: u64,
    /// Those that were refused.
    pub rejected: u64,
    /// Those that were treated as suspicious.
    pub quarantined: u64,
    /// Those for which the reporter did something else than the policy says.
    pub overridden: u64,
    /// Domains of their From fields, the first few.
    pub header_from: BTreeSet<String>,
}

impl Record {
    /// Whether the messages passed DMARC.
    pub fn passed(&self) -> bool {
        self.dkim == Aligned::Pass || self.spf == Aligned::Pass
    }
}

impl SourceSummary {
    /// A source without messages.
    fn new(source: IpAddr) -> Self {
        Self {
            source,
            messages: 0,
            passed: 0,
            dkim: 0,
            spf: 0,
            rejected: 0,
            quarantined: 0,
            overridden: 0,
            header_from: BTreeSet::new(),
        }
    }

    /// Adds the messages of a record.
    fn add(&mut self, record: &Record) {
        let numbers = [
            (&mut self.messages, true),
            (&mut self.passed, record.passed()),
            (&mut self.dkim, record.dkim == Aligned::Pass),
            (&mut self.spf, record.spf == Aligned::Pass),
            (&mut self.rejected, record.disposition == Disposition::Reject),
            (&mut self.quarantined, record.disposition == Disposition::Quarantine),
            (&mut self.overridden, !record.overrides.is_empty()),
        ];
        for (number, counts) in numbers {
            *number = number.saturating_add(if counts { record.count } else { 0 });
        }
        if self.header_from.len() < MAX_DOMAINS {
            self.header_from.extend(record.header_from.clone());
        }
    }

    /// Adds the messages of another summary of the source.
    fn merge(&mut self, other: &Self) {
        let numbers = [
            (&mut self.messages, other.messages),
            (&mut self.passed, other.passed),
            (&mut self.dkim, other.dkim),
            (&mut self.spf, other.spf),
            (&mut self.rejected, other.rejected),
            (&mut self.quarantined, other.quarantined),
            (&mut self.overridden, other.overridden),
        ];
        for (number, more) in numbers {
            *number = number.saturating_add(more);
        }
        for domain in &other.header_from {
            if self.header_from.len() < MAX_DOMAINS {
                self.header_from.insert(domain.clone());
            }
        }
    }
}

impl Summary {
    /// A summary of sources.
    fn of(sources: BTreeMap<IpAddr, SourceSummary>) -> Self {
        let mut sources: Vec<_> = sources.into_values().collect();
        sources.sort_by(|one, other| other.messages.cmp(&one.messages).then(one.source.cmp(&other.source)));
        let total = |number: fn(&SourceSummary) -> u64| sources.iter().map(number).fold(0, u64::saturating_add);
        Self {
            messages: total(|source| source.messages),
            passed: total(|source| source.passed),
            rejected: total(|source| source.rejected),
            quarantined: total(|source| source.quarantined),
            sources,
        }
    }

    /// Adds another summary: its messages count with those of the same source.
    pub fn merge(&mut self, other: &Self) {
        let own = std::mem::take(&mut self.sources).into_iter();
        let mut sources: BTreeMap<IpAddr, SourceSummary> = own.map(|source| (source.source, source)).collect();
        for source in &other.sources {
            sources.entry(source.source).or_insert_with(|| SourceSummary::new(source.source)).merge(source);
        }
        *self = Self::of(sources);
    }
}

impl Aggregate {
    /// The report in short.
    pub fn summary(&self) -> Summary {
        let mut sources: BTreeMap<IpAddr, SourceSummary> = BTreeMap::new();
        for record in &self.records {
            sources.entry(record.source).or_insert_with(|| SourceSummary::new(record.source)).add(record);
        }
        Summary::of(sources)
    }
}

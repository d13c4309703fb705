//! Which mail service a domain uses, by the names it publishes. The typed esp-fingerprints.toml

use std::sync::OnceLock;

use ptrust_names::Name;
use regex::{RegexSet, RegexSetBuilder};
use serde::{Deserialize, Serialize};

use crate::providers::{self, Provider};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/esp-fingerprints.toml");

/// What a service does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Sends for others.
    Esp,
    /// Filters and relays the mail of others.
    Gateway,
    /// Hosts mailboxes.
    Mailbox,
}

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in a source.
    Seen,
    /// General knowledge that was not re-checked.
    Background,
}

/// One mail service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Esp {
    /// Stable id; the same as the provider's where providers.toml has the service.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// Targets of SPF `include` and `redirect`; names below them belong to the service too.
    pub spf: Vec<Name>,
    /// Regexes of mail exchangers.
    pub mx: Vec<String>,
    /// Regexes of return-path domains, or of what they are aliases of.
    pub return_path: Vec<String>,
    /// Regexes of what DKIM key names are aliases of.
    pub dkim_cname: Vec<String>,
    /// Regexes of names of sending hosts.
    pub ptr: Vec<String>,
    /// How well the entry is known.
    pub evidence: Evidence,
}

impl Esp {
    /// The same service as owner of address space.
    pub fn provider(&self) -> Option<&'static Provider> {
        providers::provider(&self.id)
    }

    /// The regexes for a mark; none for SPF, whose targets are names.
    fn patterns(&self, mark: Mark) -> &[String] {
        match mark {
            Mark::DkimCname => &self.dkim_cname,
            Mark::Mx => &self.mx,
            Mark::Ptr => &self.ptr,
            Mark::ReturnPath => &self.return_path,
            Mark::Spf => &[],
        }
    }
}

/// Where a name was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Target of the alias at a DKIM key name.
    DkimCname,
    /// Mail exchanger.
    Mx,
    /// Name of a sending host.
    Ptr,
    /// Domain of the return path, or the target of its alias.
    ReturnPath,
    /// Target of an SPF `include` or `redirect`.
    Spf,
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    #[serde(rename = "ptr_reference")]
    _ptr_reference: String,
    esp: Vec<Esp>,
}

/// All services, in file order.
pub fn esps() -> &'static [Esp] {
    static TABLE: OnceLock<Vec<Esp>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded esp-fingerprints.toml is tested");
        file.esp
    })
}

/// The service with this id.
pub fn esp(id: &str) -> Option<&'static Esp> {
    esps().iter().find(|esp| esp.id == id)
}

/// All regexes of one mark in one set, with the position of the service each of them belongs to.
struct Patterns {
    set: RegexSet,
    owners: Vec<usize>,
}

/// The set of a mark.
fn patterns(mark: Mark) -> Option<&'static Patterns> {
    static SETS: [OnceLock<Patterns>; 4] = [const { OnceLock::new() }; 4];
    let slot = match mark {
        Mark::DkimCname => SETS.first(),
        Mark::Mx => SETS.get(1),
        Mark::Ptr => SETS.get(2),
        Mark::ReturnPath => SETS.get(3),
        Mark::Spf => None,
    }?;
    Some(slot.get_or_init(|| {
        let all = || esps().iter().enumerate().flat_map(|(at, esp)| esp.patterns(mark).iter().map(move |p| (at, p)));
        let set = RegexSetBuilder::new(all().map(|(_, pattern)| pattern)).unicode(false).build();
        Patterns { set: set.expect("embedded fingerprints are tested"), owners: all().map(|(at, _)| at).collect() }
    }))
}

/// The services that a name points to, best first: for SPF those with the longest target, else in file order. Several
/// share names where one sends through another.
pub fn recognize(mark: Mark, name: &Name) -> Vec<&'static Esp> {
    let Some(patterns) = patterns(mark) else { return by_spf(name) };
    let matches = patterns.set.matches(&name.to_string());
    let mut found: Vec<usize> = matches.iter().filter_map(|index| patterns.owners.get(index).copied()).collect();
    found.dedup();
    found.into_iter().filter_map(|at| esps().get(at)).collect()
}

/// The services one of whose SPF targets is this name or above it.
fn by_spf(name: &Name) -> Vec<&'static Esp> {
    let longest = |esp: &'static Esp| {
        let depths = esp.spf.iter().filter(|target| name.is_at_or_below(target)).map(Name::label_count);
        depths.max().map(|depth| (std::cmp::Reverse(depth), esp))
    };
    let mut found: Vec<_> = esps().iter().filter_map(longest).collect();
    found.sort_by_key(|(depth, _)| *depth);
    found.into_iter().map(|(_, esp)| esp).collect()
}

/// Who an SPF `include` or `redirect` target belongs to.
pub fn owner_of_include(target: &Name) -> Option<&'static Esp> {
    by_spf(target).first().copied()
}

#[cfg(test)]
mod tests;

//! Who can change the PTR of an address, and how: the typed providers.toml

use std::cmp::Reverse;
use std::sync::OnceLock;

use regex::{RegexSet, RegexSetBuilder};
use serde::{Deserialize, Serialize};

mod steps;

pub use steps::{Step, Steps};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/providers.toml");

/// Longest name that is matched against default shapes; DNS allows 253 characters, escapes make presentation longer.
const MAX_NAME: usize = 1024;

/// What sort of holder a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Cloud platform.
    Cloud,
    /// Virtual servers.
    Vps,
    /// Dedicated servers.
    Dedicated,
    /// Shared web hosting.
    Shared,
    /// E-mail service provider: its own sending hosts.
    Esp,
    /// Mailbox provider: its own sending hosts.
    Mailbox,
    /// The customer brings the address space and keeps its reverse zone.
    Byoip,
    /// Access provider.
    Isp,
    /// Space held directly from a registry.
    Rir,
}

impl Kind {
    /// True for holders whose default names are normal and must not be reported as a fault.
    pub fn is_esp_or_mailbox(self) -> bool {
        matches!(self, Self::Esp | Self::Mailbox)
    }
}

/// Whether the provider checks the forward record before it accepts a PTR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forward {
    /// The A or AAAA record must exist first.
    Yes,
    /// No check.
    No,
    /// Ownership of the domain is proved in another way.
    DnsVerify,
    /// Customers do not set the PTR there.
    #[serde(rename = "n/a")]
    NotApplicable,
    /// Not known.
    Unknown,
}

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in the sources named.
    Seen,
    /// Partly read; the rest is named under `unconfirmed`.
    Mixed,
    /// General knowledge that was not re-checked.
    Background,
}

/// One provider of address space, or one sender that owns its names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Stable id, for example `hetzner-cloud`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Sort of holder.
    pub kind: Kind,
    /// Ways to set the PTR: console, api, cli, ticket, fixed, own-zone …
    pub methods: Vec<String>,
    /// Where to click, or whom to ask.
    pub console: String,
    /// HTTP method of the API call; empty when there is no API.
    #[serde(default)]
    pub api_method: String,
    /// URL of the API call.
    #[serde(default)]
    pub api_url: String,
    /// Body of the API call.
    #[serde(default)]
    pub api_body: String,
    /// Related calls, for example the IPv6 one.
    #[serde(default)]
    pub api_variants: Vec<String>,
    /// How to go back to the default name.
    #[serde(default)]
    pub api_reset: String,
    /// Command line that sets the PTR.
    #[serde(default)]
    pub cli: String,
    /// Command line that shows the PTR.
    #[serde(default)]
    pub cli_check: String,
    /// Whether the forward record is checked first.
    pub forward_required: Forward,
    /// What must be true before the change works.
    pub preconditions: Vec<String>,
    /// Whether IPv6 addresses can have a PTR, in words.
    pub ipv6_ptr: String,
    /// Whether the reverse zone can be delegated to the customer, in words.
    pub zone_delegation: String,
    /// Machine-readable lists of the provider's addresses.
    pub feeds: Vec<String>,
    /// Regexes of default names: lower case, no trailing dot.
    pub generic_ptr: Vec<String>,
    /// Examples of default names.
    pub generic_examples: Vec<String>,
    /// Autonomous systems.
    pub asns: Vec<u32>,
    /// Handles and organisation names as RDAP gives them.
    pub rdap_orgs: Vec<String>,
    /// How long a change takes, in words.
    pub propagation: String,
    /// What goes wrong in practice.
    pub traps: Vec<String>,
    /// Pages to send a user to.
    pub docs: Vec<String>,
    /// Where the entry was read.
    pub sources: Vec<String>,
    /// How well the entry is known.
    pub evidence: Evidence,
    /// Parts that are not confirmed, in words.
    pub unconfirmed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    provider: Vec<Provider>,
}

/// All providers, in file order.
pub fn providers() -> &'static [Provider] {
    static TABLE: OnceLock<Vec<Provider>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded providers.toml is tested");
        file.provider
    })
}

/// The provider with this id.
pub fn provider(id: &str) -> Option<&'static Provider> {
    providers().iter().find(|p| p.id == id)
}

/// Default shapes of every provider in one set, with the provider each of them belongs to.
struct Defaults {
    set: RegexSet,
    owners: Vec<usize>,
}

fn defaults() -> &'static Defaults {
    static DEFAULTS: OnceLock<Defaults> = OnceLock::new();
    DEFAULTS.get_or_init(|| {
        let mut patterns = Vec::new();
        let mut owners = Vec::new();
        for (index, provider) in providers().iter().enumerate() {
            for pattern in &provider.generic_ptr {
                patterns.push(pattern.as_str());
                owners.push(index);
            }
        }
        // Names are ASCII in presentation form: leaving Unicode classes out makes the set much smaller.
        let set = RegexSetBuilder::new(patterns).unicode(false).build().expect("embedded provider regexes are tested");
        Defaults { set, owners }
    })
}

/// Positions in the table of the providers whose default shape `name` has, in file order.
fn owners_of(name: &str) -> impl Iterator<Item = usize> {
    let defaults = defaults();
    let matches = (name.len() <= MAX_NAME).then(|| defaults.set.matches(name));
    matches.into_iter().flat_map(IntoIterator::into_iter).filter_map(|index| defaults.owners.get(index).copied())
}

/// The provider whose default name this is: lower-case name without a trailing dot; the first match wins.
pub fn default_name(name: &str) -> Option<&'static Provider> {
    let index = owners_of(name).next()?;
    providers().get(index)
}

/// Providers that hold an address according to registry data, best first.
///
/// `names_and_handles` are handles and organisation names of the registration. A handle must be equal, a name must be
/// equal after normalisation of case, punctuation and company suffix. Several providers share one organisation: the
/// names found in the PTR (`ptr_names`, lower case, no trailing dot) then decide the order, and a hosting product goes
/// before a sender that uses the same space.
pub fn by_holder(names_and_handles: &[&str], ptr_names: &[&str]) -> Vec<&'static Provider> {
    let wanted: Vec<(String, String)> = names_and_handles
        .iter()
        .map(|text| (text.trim().to_lowercase(), normalise(text)))
        .filter(|(_, normal)| !normal.is_empty())
        .collect();
    let shaped: Vec<usize> = ptr_names.iter().flat_map(|name| owners_of(name)).collect();
    let mut found = Vec::new();
    for (index, provider) in providers().iter().enumerate() {
        let score = provider
            .rdap_orgs
            .iter()
            .map(|org| {
                let (exact, normal) = (org.to_lowercase(), normalise(org));
                wanted.iter().map(|(e, n)| u8::from(*n == normal) + u8::from(*e == exact)).max().unwrap_or(0)
            })
            .max()
            .unwrap_or(0);
        if score > 0 {
            let key = (!shaped.contains(&index), Reverse(score), provider.kind.is_esp_or_mailbox(), index);
            found.push((key, provider));
        }
    }
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, provider)| provider).collect()
}

/// Legal forms that registries write, or leave out, at the end of a name.
const SUFFIXES: &[&str] = &[
    "inc",
    "incorporated",
    "llc",
    "ltd",
    "limited",
    "gmbh",
    "mbh",
    "ag",
    "se",
    "kg",
    "bv",
    "nv",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "srl",
    "spa",
    "corp",
    "corporation",
    "co",
    "company",
    "plc",
    "pte",
    "pty",
    "oy",
    "oyj",
    "ab",
    "as",
    "aps",
    "lp",
    "llp",
];

/// Lower-case words without punctuation and company suffix.
fn normalise(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut words: Vec<String> = Vec::new();
    let mut joins = false;
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let single = word.chars().count() == 1;
        // "B.V." and "S.A.S." come apart into single letters: put them together again.
        match words.last_mut() {
            Some(last) if single && joins => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        joins = single;
    }
    while words.len() > 1 && words.last().is_some_and(|w| SUFFIXES.contains(&w.as_str())) {
        words.pop();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests;

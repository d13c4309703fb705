//! Which DKIM selectors to try when no message is at hand, and whose a selector is. The typed dkim-selectors.toml
//!
//! Selectors cannot be enumerated: a miss proves nothing. A random name goes first, since a wildcard record answers for
//! all of them ([`wildcard_probe`]).

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ptrust_names::Name;
use regex::Regex;
use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/dkim-selectors.toml");

/// Selectors that are tried for one domain at most: each is a query, and most are misses.
pub const MAX_PROBES: usize = 60;

/// Longest selector that is matched against the table: labels have 63 octets, selectors may have several labels.
const MAX_SELECTOR: usize = 255;

/// How well an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in a public list.
    Seen,
    /// General knowledge that was not re-checked.
    Background,
}

/// The selectors of one service or product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Name for people.
    pub name: String,
    /// Ids of [`crate::esp::Esp`], where it is one.
    #[serde(default)]
    pub esp: Vec<String>,
    /// Selectors it gives to customers.
    pub selectors: Vec<String>,
    /// Shape of its selectors, where they are not fixed.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Shape of what its key names are aliases of.
    #[serde(default)]
    pub cname_target: Option<Pattern>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
    /// How well the entry is known.
    pub evidence: Evidence,
}

/// A regex of the table: lower-case names without trailing dot.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Regex::new(&text).map(Self)
    }
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    generic: Vec<String>,
    #[serde(rename = "generic_source")]
    _generic_source: String,
    #[serde(rename = "provider")]
    signers: Vec<Signer>,
}

/// The parsed table.
fn table() -> &'static File {
    static TABLE: OnceLock<File> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(DATA).expect("embedded dkim-selectors.toml is tested"))
}

/// All services and products with selectors of their own, in file order.
pub fn signers() -> &'static [Signer] {
    &table().signers
}

/// Selectors that anybody may have chosen, the commonest first.
pub fn generic() -> &'static [String] {
    &table().generic
}

/// The selectors to try, at most [`MAX_PROBES`], each once: those of the services that the domain is known to use
/// (`esps`: ids of [`crate::esp::Esp`]), then the generic ones, then those of other services, the well known first.
pub fn probes(esps: &[&str]) -> Vec<&'static str> {
    let hinted = signers().iter().filter(|signer| signer.esp.iter().any(|id| esps.contains(&id.as_str())));
    let of = |evidence| signers().iter().filter(move |signer| signer.evidence == evidence);
    let others = of(Evidence::Seen).chain(of(Evidence::Background)).flat_map(|signer| &signer.selectors);
    let all = hinted.flat_map(|signer| &signer.selectors).chain(generic()).chain(others);
    let mut seen = BTreeSet::new();
    all.map(String::as_str).filter(|selector| seen.insert(*selector)).take(MAX_PROBES).collect()
}

/// A selector that nobody has: a key at it means that a wildcard answers for every name. `random` is the caller's.
pub fn wildcard_probe(random: u64) -> String {
    format!("ptrust-{random:016x}")
}

/// The services that a selector is typical of; generic words are typical of none.
pub fn by_selector(selector: &str) -> Vec<&'static Signer> {
    let selector = selector.to_ascii_lowercase();
    if selector.len() > MAX_SELECTOR || generic().contains(&selector) {
        return Vec::new();
    }
    let fits = |signer: &&Signer| {
        signer.selectors.contains(&selector) || signer.pattern.as_ref().is_some_and(|shape| shape.0.is_match(&selector))
    };
    signers().iter().filter(fits).collect()
}

/// The service that a DKIM key name is an alias into.
pub fn by_alias(target: &Name) -> Option<&'static Signer> {
    let target = target.to_string();
    signers().iter().find(|signer| signer.cname_target.as_ref().is_some_and(|shape| shape.0.is_match(&target)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esp;

    #[test]
    fn rows_hold_their_rules() {
        for signer in signers() {
            assert!(signer.esp.iter().all(|id| esp::esp(id).is_some()), "{}", signer.name);
            assert!(!signer.selectors.is_empty() || signer.pattern.is_some(), "{}", signer.name);
            for selector in signer.selectors.iter().chain(generic()) {
                let name = format!("{selector}._domainkey.example.com").parse::<Name>();
                assert!(name.is_ok() && *selector == selector.to_ascii_lowercase(), "{selector}");
            }
            for shape in signer.pattern.iter().chain(&signer.cname_target) {
                assert!(!shape.0.is_match(""), "{}", signer.name);
            }
        }
    }

    #[test]
    fn hints_go_first_and_the_number_is_bounded() {
        let plain = probes(&[]);
        assert_eq!(plain.len(), MAX_PROBES);
        assert_eq!(plain.first(), Some(&"default"));
        assert_eq!(plain.iter().collect::<BTreeSet<_>>().len(), plain.len());
        let hinted = probes(&["google-workspace", "mandrill"]);
        assert!(hinted.starts_with(&["google", "20161025", "20210112", "20230601", "mandrill"]), "{hinted:?}");
        assert!(hinted.len() <= MAX_PROBES && hinted.contains(&"default"));
    }

    #[test]
    fn selectors_and_aliases_lead_to_their_service() {
        let by = |selector: &str| by_selector(selector).iter().map(|signer| signer.name.as_str()).collect::<Vec<_>>();
        assert_eq!(by("20240115093000pm"), ["Postmark"]);
        assert_eq!(by("protonmail2"), ["Proton Mail"]);
        assert_eq!(by("abcdefghijklmnopqrstuvwxyz234567"), ["Amazon SES",]);
        assert!(by("default").is_empty() && by(&"a".repeat(1000)).is_empty());
        let alias = |target: &str| by_alias(&target.parse().expect("a name")).map(|signer| signer.name.as_str());
        assert_eq!(alias("dkim2.mcsv.net"), Some("Mailchimp"));
        assert_eq!(alias("selector1-example-com._domainkey.example.onmicrosoft.com"), Some("Microsoft 365"));
        assert_eq!(alias("fm1.example.com.dkim.fmhosted.com"), Some("Fastmail"));
        assert_eq!(alias("key.example.com"), None);
    }

    #[test]
    fn the_probe_for_wildcards_is_a_label() {
        assert_eq!(wildcard_probe(u64::MAX), "ptrust-ffffffffffffffff");
        assert_eq!(wildcard_probe(1).len(), wildcard_probe(u64::MAX).len());
    }
}

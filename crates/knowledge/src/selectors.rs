//! DKIM selectors that are worth a guess: the typed dkim-selectors.toml.
//!
//! A guess that fails proves nothing: selectors cannot be listed.

use crate::esp;
use ptrust_names::Name;
use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/dkim-selectors.toml");
/// Selectors that are tried at most: each is a query to the domain's own servers.
pub const MAX_PROBES: usize = 60;
/// A selector that nobody has: an answer to it is a wildcard's.
pub const WILDCARD_PROBE: &str = "ptrust-no-such-selector";

/// What is known of one service's selectors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    name: String,
    /// Ids of [`crate::esp::Esp`], where it is one.
    #[serde(default)]
    esp: Vec<String>,
    selectors: Vec<String>,
    #[serde(default)]
    cname_target: Option<String>,
    #[serde(default, rename = "pattern")]
    _pattern: Option<String>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(rename = "evidence")]
    _evidence: String,
}

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
    provider: Vec<Provider>,
}

/// The table with its expressions.
struct Table {
    file: File,
    targets: Vec<(usize, Regex)>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("the shipped dkim-selectors.toml is valid");
        let targets = file.provider.iter().enumerate().filter_map(|(at, provider)| {
            let text = provider.cname_target.as_ref()?;
            Some((at, Regex::new(text).expect("the shipped expressions compile")))
        });
        let targets = targets.collect();
        Table { file, targets }
    })
}

/// The selectors to try: first those of the services that the domain seems to use (ids or names of [`esp::Esp`]), then
/// what many use, then the rest, each once, at most [`MAX_PROBES`].
pub fn probe_list(services: &[&str]) -> Vec<&'static str> {
    let file = &table().file;
    let ids: Vec<&str> = services.iter().map(|text| esp::by_name(text).map_or(*text, |service| &service.id)).collect();
    let used = |provider: &&Provider| provider.esp.iter().any(|id| ids.contains(&id.as_str()));
    let own = file.provider.iter().filter(used).flat_map(|provider| &provider.selectors);
    let others = file.provider.iter().filter(|provider| !used(provider)).flat_map(|provider| &provider.selectors);
    let mut list: Vec<&'static str> = Vec::new();
    for selector in own.chain(&file.generic).chain(others) {
        if !list.contains(&selector.as_str()) && list.len() < MAX_PROBES {
            list.push(selector);
        }
    }
    list
}

/// The service that the alias of a key leads to.
pub fn by_target(target: &Name) -> Option<&'static str> {
    let text = target.to_string();
    let table = table();
    let (at, _) = table.targets.iter().find(|(_, pattern)| pattern.is_match(&text))?;
    table.file.provider.get(*at).map(|provider| provider.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_in_use_come_first() {
        let list = probe_list(&["Google Workspace"]);
        assert_eq!(list.first(), Some(&"google"));
        assert!(list.len() <= MAX_PROBES && list.contains(&"default"));
        assert!(!list.contains(&WILDCARD_PROBE));
        assert_eq!(probe_list(&[]).first(), Some(&"default"));
        // Names differ between the tables: the id joins them.
        for service in ["Zoho Mail", "zoho"] {
            assert_eq!(probe_list(&[service]).first(), Some(&"zoho"), "{service}");
        }
    }

    #[test]
    fn ids_are_those_of_services() {
        for provider in &table().file.provider {
            assert!(provider.esp.iter().all(|id| esp::by_id(id).is_some()), "{}", provider.name);
        }
    }

    #[test]
    fn selectors_are_labels() {
        for selector in probe_list(&[]) {
            assert!(selector.parse::<Name>().is_ok(), "{selector}");
        }
    }

    #[test]
    fn targets_are_recognized() {
        let name = |text: &str| text.parse().expect("a name");
        assert_eq!(by_target(&name("s1.domainkey.u1.wl.sendgrid.net")), Some("SendGrid"));
        assert_eq!(by_target(&name("www.example.com")), None);
    }
}

//! How mail services show themselves in DNS: the typed esp-fingerprints.toml.

use ptrust_names::Name;
use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/esp-fingerprints.toml");

/// What a service does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Sends for others.
    Esp,
    /// Filters and relays the mail of others.
    Gateway,
    /// Hosts mailboxes.
    Mailbox,
}

/// One mail service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Esp {
    /// Stable id; the same as the provider's where providers.toml has the service.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// What customers include in their SPF records.
    pub spf: Vec<Name>,
    /// What its mail exchangers look like.
    #[serde(deserialize_with = "patterns")]
    mx: Vec<Regex>,
    /// What its return paths look like.
    #[serde(deserialize_with = "patterns")]
    return_path: Vec<Regex>,
    /// What the aliases of its DKIM keys lead to.
    #[serde(deserialize_with = "patterns")]
    dkim_cname: Vec<Regex>,
    /// What the PTR names of its addresses look like.
    #[serde(deserialize_with = "patterns")]
    ptr: Vec<Regex>,
    /// How well the entry is known.
    pub evidence: String,
}

/// Reads regular expressions over lower-case names.
fn patterns<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Regex>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| Regex::new(text).map_err(serde::de::Error::custom)).collect()
}

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

/// All services, in the order of the table.
pub fn services() -> &'static [Esp] {
    static TABLE: OnceLock<Vec<Esp>> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str::<File>(DATA).expect("the shipped esp-fingerprints.toml is valid").esp)
}

/// The service with this id.
pub fn by_id(id: &str) -> Option<&'static Esp> {
    services().iter().find(|service| service.id == id)
}

/// The service with this name, whatever the case of its letters.
pub fn by_name(name: &str) -> Option<&'static Esp> {
    services().iter().find(|service| service.name.eq_ignore_ascii_case(name))
}

/// The service that an SPF include or redirect leads to: its own target, or a name below it.
pub fn by_include(target: &Name) -> Option<&'static Esp> {
    let owns = |service: &&Esp| service.spf.iter().any(|own| target.is_at_or_below(own));
    services().iter().find(owns)
}

/// The service that runs a mail exchanger.
pub fn by_mx(host: &Name) -> Option<&'static Esp> {
    matching(host, |service| &service.mx)
}

/// The service whose return path a domain is.
pub fn by_return_path(domain: &Name) -> Option<&'static Esp> {
    matching(domain, |service| &service.return_path)
}

/// The service that an alias of a DKIM key leads to.
pub fn by_dkim_cname(target: &Name) -> Option<&'static Esp> {
    matching(target, |service| &service.dkim_cname)
}

/// The service that a PTR name belongs to.
pub fn by_ptr(name: &Name) -> Option<&'static Esp> {
    matching(name, |service| &service.ptr)
}

/// The first service with a pattern that fits.
fn matching(name: &Name, patterns: impl Fn(&Esp) -> &Vec<Regex>) -> Option<&'static Esp> {
    let text = name.to_string();
    services().iter().find(|service| patterns(service).iter().any(|pattern| pattern.is_match(&text)))
}

#[cfg(test)]
mod tests;

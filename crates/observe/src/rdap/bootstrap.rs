//! Which RDAP service knows an address: IANA's bootstrap files (RFC 9224), the built-in snapshot or a newer copy.

use ipnet::IpNet;
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use std::net::IpAddr;

/// Snapshots made from `data/registries.toml`; a test holds them together.
const SNAPSHOTS: [&str; 2] = [
    include_str!("../../../../data/rdap-bootstrap/ipv4.json"),
    include_str!("../../../../data/rdap-bootstrap/ipv6.json"),
];
/// Asked for IPv6 space that no row holds, since rows are as old as the file: ARIN redirects to the registry that
/// knows.
const FALLBACK_V6: &str = "https://rdap.arin.net/registry/";
/// Rows read of one file at most; IANA's have some hundred.
const MAX_ROWS: usize = 10_000;

/// A family's bootstrap file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `ipv4.json`.
    V4,
    /// `ipv6.json`.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The family of an address.
    pub const fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Name of the file at IANA and in the cache.
    pub const fn file(self) -> &'static str {
        match self {
            Self::V4 => "ipv4.json",
            Self::V6 => "ipv6.json",
        }
    }

    /// Where IANA publishes it.
    pub const fn url(self) -> &'static str {
        match self {
            Self::V4 => "https://data.iana.org/rdap/ipv4.json",
            Self::V6 => "https://data.iana.org/rdap/ipv6.json",
        }
    }
}

/// The file as IANA writes it (RFC 9224 3); members that are not needed are left out.
#[derive(Deserialize)]
struct File {
    /// When it was published.
    publication: Timestamp,
    /// Pairs of prefixes and base URLs.
    services: Vec<(Vec<String>, Vec<String>)>,
}

/// A bootstrap file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// When it was published.
    pub publication: Timestamp,
    /// Prefixes and the https base URL of their service.
    rows: Vec<(IpNet, Url)>,
}

/// The text is no bootstrap file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RDAP bootstrap file")]
pub struct BootstrapError;

impl Bootstrap {
    /// Reads a file. Rows without a readable prefix or an https service are left out.
    ///
    /// # Errors
    /// When the text is no such file, or none of its rows can be used.
    pub fn parse(text: &[u8]) -> Result<Self, BootstrapError> {
        let file: File = serde_json::from_slice(text).map_err(|_| BootstrapError)?;
        let mut rows = Vec::new();
        for (prefixes, urls) in file.services {
            let Some(url) = urls.iter().find_map(|url| base_url(url)) else {
                continue;
            };
            let prefixes = prefixes.iter().filter_map(|prefix| prefix.parse().ok());
            rows.extend(prefixes.map(|prefix: IpNet| (prefix.trunc(), url.clone())));
            if rows.len() > MAX_ROWS {
                return Err(BootstrapError);
            }
        }
        if rows.is_empty() { Err(BootstrapError) } else { Ok(Self { publication: file.publication, rows }) }
    }

    /// The built-in file of a family.
    pub fn snapshot(family: Family) -> Self {
        let [v4, v6] = SNAPSHOTS;
        let text = if family == Family::V4 { v4 } else { v6 };
        Self::parse(text.as_bytes()).expect("the built-in snapshots are bootstrap files")
    }

    /// Base URL of the service for an address: that of its longest prefix.
    pub fn base(&self, address: IpAddr) -> Option<Url> {
        let rows = self.rows.iter().filter(|(prefix, _)| prefix.contains(&address));
        let found = rows.max_by_key(|(prefix, _)| prefix.prefix_len()).map(|(_, url)| url.clone());
        found.or_else(|| is_global_v6(address).then(|| Url::parse(FALLBACK_V6).ok()).flatten())
    }
}

/// Whether the address is in the unicast space that IANA hands to registries, 2000::/3 (RFC 4291 2.4).
fn is_global_v6(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.segments().first().is_some_and(|first| first >> 13 == 1))
}

/// A service's base URL, when it is https; with the final slash that RFC 9224 3 asks for.
fn base_url(text: &str) -> Option<Url> {
    let slash = if text.ends_with('/') { "" } else { "/" };
    Url::parse(&format!("{text}{slash}")).ok().filter(|url| url.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptrust_knowledge::registries;

    fn base(file: &Bootstrap, address: &str) -> Option<String> {
        file.base(address.parse().expect("an address")).map(|url| url.to_string())
    }

    #[test]
    fn snapshots_hold_the_rows_of_the_registries_table() {
        for family in Family::ALL {
            let file = Bootstrap::snapshot(family);
            let is_mine = |block: &&registries::Block| Family::of(block.prefix.addr()) == family;
            let mut rows = 0;
            for block in registries::blocks().iter().filter(is_mine) {
                let Some(registry) = registries::registry(&block.registry) else {
                    continue;
                };
                rows += 1;
                assert!(
                    file.rows.iter().any(|(prefix, url)| *prefix == block.prefix && url.as_str() == registry.rdap),
                    "{} is not in data/rdap-bootstrap/{}",
                    block.prefix,
                    family.file()
                );
            }
            assert_eq!(file.rows.len(), rows);
        }
    }

    #[test]
    fn the_longest_prefix_decides() {
        let text = br#"{"version":"1.0","publication":"2024-01-07T10:11:12Z","services":[
            [["192.0.0.0/8","2001:db8::/32"],["http://a.example/","https://a.example/rdap"]],
            [["192.0.2.0/24","nonsense"],["https://b.example/"]],
            [["198.51.100.0/24"],["http://c.example/"]]]}"#;
        let file = Bootstrap::parse(text).expect("a file");
        assert_eq!(base(&file, "192.1.2.3").as_deref(), Some("https://a.example/rdap/"));
        assert_eq!(base(&file, "192.0.2.1").as_deref(), Some("https://b.example/"));
        assert_eq!(base(&file, "198.51.100.1"), None, "no https service");
        assert_eq!(base(&file, "2001:db8::1").as_deref(), Some("https://a.example/rdap/"));
        assert_eq!(base(&file, "2abc::1").as_deref(), Some(FALLBACK_V6));
        assert_eq!(base(&file, "fe80::1"), None);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "{}", "[]", r#"{"publication":"2024-01-07T10:11:12Z","services":[]}"#] {
            assert_eq!(Bootstrap::parse(text.as_bytes()), Err(BootstrapError), "{text}");
        }
    }
}

//! The configuration file: what a user would otherwise write as options every time.
//!
//! Unknown keys are refused, so that a misspelt one does not silently do nothing. Options and environment go over it.

use crate::usage::Usage;
use crate::{args, targets};
use ptrust_checks::Severity;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A configuration file's size at most: it is written by hand.
const MAX_FILE: usize = 256 * 1024;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// How names are looked up.
    pub(crate) dns: Dns,
    /// What is trusted.
    pub(crate) dnssec: Dnssec,
    /// The SMTP probe.
    pub(crate) smtp: Smtp,
    /// What is known of mark authorities.
    pub(crate) bimi: Bimi,
    /// Which blocklists are asked.
    pub(crate) blocklists: Blocklists,
    /// Which checks run.
    pub(crate) checks: Checks,
    /// How holders are looked up.
    pub(crate) rdap: Rdap,
    /// The file itself.
    #[serde(skip)]
    pub(crate) path: PathBuf,
}

/// `[dns]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Dns {
    /// Resolvers to ask.
    #[serde(deserialize_with = "resolvers")]
    pub(crate) resolvers: Vec<SocketAddr>,
    /// File of root servers.
    pub(crate) root_hints: Option<PathBuf>,
    /// Whether to walk.
    pub(crate) walk: Option<bool>,
    /// Queries in flight per server.
    pub(crate) per_server: Option<usize>,
    /// One target's deadline.
    #[serde(deserialize_with = "time")]
    pub(crate) timeout: Option<Duration>,
}

/// `[dnssec]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Dnssec {
    /// File of trust anchors.
    pub(crate) trust_anchor: Option<PathBuf>,
}

/// `[smtp]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Smtp {
    /// Port of the probe.
    pub(crate) port: Option<u16>,
    /// Name that the probe gives in EHLO.
    pub(crate) helo: Option<String>,
    /// Whether to probe at all.
    pub(crate) probe: Option<bool>,
}

/// `[bimi]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bimi {
    /// PEM file with the root certificates of mark authorities.
    pub(crate) roots: Option<PathBuf>,
}

/// `[blocklists]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Blocklists {
    /// Zones in place of the built-in set.
    pub(crate) zones: Vec<ptrust_names::Name>,
    /// Keys by the ids of lists.
    #[serde(deserialize_with = "keys")]
    pub(crate) keys: BTreeMap<String, String>,
}

/// `[checks]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Checks {
    /// Ids or families to run.
    pub(crate) select: Vec<String>,
    /// Ids or families to leave out.
    pub(crate) ignore: Vec<String>,
    /// Severities by id.
    pub(crate) severity: BTreeMap<String, Severity>,
    /// PTR names evaluated per address.
    pub(crate) ptr_limit: Option<usize>,
}

/// `[rdap]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Rdap {
    /// Directory of IANA's bootstrap files.
    pub(crate) cache: Option<PathBuf>,
}

/// Reads the file that was named, or the one in the user's configuration directory if there is one.
pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Config> {
    let default = || {
        let base = std::env::var_os("XDG_CONFIG_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
        base.map(|base| base.join("ptrust/config.toml")).filter(|path| path.is_file())
    };
    let Some(path) = named.map(Path::to_owned).or_else(default) else {
        return Ok(Config::default());
    };
    let text =
        std::fs::read_to_string(&path).map_err(|error| Usage(format!("--config {}: {error}", path.display())))?;
    Ok(read(&text, &path)?)
}

/// Reads the text of a file. Relative paths in it start where the file is.
pub(crate) fn read(text: &str, path: &Path) -> Result<Config, Usage> {
    if text.len() > MAX_FILE {
        return Err(Usage(format!("{}: longer than {MAX_FILE} octets", path.display())));
    }
    let mut config: Config = toml::from_str(text).map_err(|error| complaint(text, path, &error))?;
    let here = path.parent().unwrap_or(Path::new(""));
    let paths =
        [&mut config.bimi.roots, &mut config.dns.root_hints, &mut config.dnssec.trust_anchor, &mut config.rdap.cache];
    for path in paths.into_iter().flatten() {
        *path = here.join(&*path);
    }
    let out_of_range = |key: &str| Err(Usage(format!("{}: {key} must be from 1 to 1000", path.display())));
    if config.dns.per_server.is_some_and(|number| !(1..=1000).contains(&number)) {
        return out_of_range("dns.per-server");
    }
    if config.checks.ptr_limit.is_some_and(|number| !(1..=1000).contains(&number)) {
        return out_of_range("checks.ptr-limit");
    }
    if let Some(helo) = &config.smtp.helo
        && !targets::is_greeting(helo)
    {
        let name = path.display();
        return Err(Usage(format!("{name}: smtp.helo: {helo:?} is neither a host name nor an address literal")));
    }
    path.clone_into(&mut config.path);
    Ok(config)
}

/// One line: file, line, what is wrong with which key.
fn complaint(text: &str, path: &Path, error: &toml::de::Error) -> Usage {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().replace("unknown field", "unknown key").replace('\n', "; ");
    let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let key = key.filter(|key| !message.contains(*key)).map(|key| format!("{key}: ")).unwrap_or_default();
    Usage(format!("{}:{line}: {key}{message}", path.display()))
}

/// Resolvers as text.
fn resolvers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parsed = texts.iter().map(|text| args::resolver(text).map_err(|fix| format!("{text:?} is no resolver; {fix}")));
    parsed.collect::<Result<_, _>>().map_err(serde::de::Error::custom)
}

/// Keys as text. The usual complaint of a wrong type would quote the key.
fn keys<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, toml::Value>::deserialize(deserializer)?;
    let text = |(id, value): (String, toml::Value)| match value {
        toml::Value::String(key) => Ok((id, key)),
        _ => Err(serde::de::Error::custom(format!("the key of {} must be text in quotes", ptrust_names::escape(&id)))),
    };
    values.into_iter().map(text).collect()
}

/// A time as text.
fn time<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    args::duration(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests;

//! What is checked, and under which circumstances of the run.

use ptrust_names::{Name, Record};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Which addresses count as public.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Globally reachable ones (IANA special-purpose registries).
    #[default]
    Public,
    /// Those, and the documentation prefixes: inside a world.
    World,
    /// All of them: internal networks and labs, by `--allow-special-use`.
    All,
}

impl Scope {
    /// Whether the address can have a public identity under this scope.
    pub fn holds(self, address: IpAddr) -> bool {
        use ptrust_knowledge::special_use::{is_documentation, special_use};
        match self {
            Self::All => true,
            Self::World => is_documentation(address) || special_use(address).is_none(),
            Self::Public => special_use(address).is_none(),
        }
    }
}

/// One address to check, and what the user said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The sending address; IPv4-mapped IPv6 is unwrapped.
    pub address: IpAddr,
    /// The HELO the host sends, from `--helo` or a message: text as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// The host name that the user asked about, when the address came from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Name>,
    /// Port of the SMTP probe; `None` to leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smtp_port: Option<u16>,
    /// Which addresses count as public.
    #[serde(default)]
    pub scope: Scope,
    /// How many PTR names are evaluated (RFC 8601 3 asks for a limit).
    pub ptr_limit: usize,
}

/// Names evaluated per address unless configured: the limit that SPF has for its `ptr` (RFC 7208 4.6.4).
pub const PTR_LIMIT: usize = 10;

impl Target {
    /// A target with the defaults.
    pub fn new(address: IpAddr) -> Self {
        Self {
            address: address.to_canonical(),
            helo: None,
            host: None,
            smtp_port: None,
            scope: Scope::default(),
            ptr_limit: PTR_LIMIT,
        }
    }
}

/// Whether walks are possible in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WalkState {
    /// Root servers answer as root servers do.
    #[default]
    Open,
    /// No root server answered: outbound port 53 is closed here.
    Closed,
    /// Root queries are answered by something else: outbound port 53 is intercepted here.
    Intercepted,
    /// The user left it out (`--no-walk`).
    Off,
}

/// Whether an address family can be used in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// It works, or nothing was asked over it.
    #[default]
    Available,
    /// Every root address of it failed locally.
    Unavailable,
}

/// The circumstances of a run, found by its first queries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Whether walks are possible.
    pub walk: WalkState,
    /// Transport over IPv4.
    pub ipv4: Family,
    /// Transport over IPv6.
    pub ipv6: Family,
    /// Zones that are a registry's by decree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registry_zones: Vec<Name>,
    /// Records that were put over the world (`--assume`): answers with them were not observed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<Record>,
}

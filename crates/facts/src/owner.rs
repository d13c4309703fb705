//! Who holds an address.

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the block is one customer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// The block is registered to one end user: the reverse zone can be delegated to them.
    Dedicated,
    /// The address belongs to a provider's pool that serves many customers.
    Shared,
    /// The registration does not tell.
    #[default]
    Unknown,
}

/// The holder of an address, from RDAP (RFC 9083). All text is escaped and bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// Organization that holds the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Handles of the block and of its holder, for provider matching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    /// Name of the block, such as `HETZNER-fsn1-dc14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_name: Option<String>,
    /// The smallest registered block around the address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub blocks: Vec<IpNet>,
    /// Type of the block as registered, such as `ASSIGNED PA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_type: Option<String>,
    /// Handle of the block above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Registry that answered: `ripencc`, `arin`, `apnic`, `lacnic`, `afrinic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Mailbox for complaints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abuse: Option<String>,
    /// Country code as registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whether one customer or many use the block.
    #[serde(default, rename = "use")]
    pub usage: Use,
    /// Why `use` was given, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_reason: Option<String>,
}

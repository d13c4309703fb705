//! Roles of zone cuts: who runs a zone of this kind.

use ptrust_knowledge::registries;
use ptrust_names::{Name, zone_block};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who runs a zone cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The root.
    Root,
    /// `arpa`.
    Arpa,
    /// `in-addr.arpa` and `ip6.arpa`.
    Infrastructure,
    /// A regional registry.
    Registry,
    /// A national registry.
    NationalRegistry,
    /// The holder of the block, or whoever they delegated to.
    Holder,
    /// A zone outside the reverse tree.
    Forward,
}

/// Why a role was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleReason {
    /// By its place in the tree.
    Place,
    /// The registry's block of IANA's list is this very zone.
    Allocated(String),
    /// Most of the servers the parent lists are a registry's.
    Servers(String),
    /// The world or the user said so.
    Told,
    /// Nothing makes it a registry's.
    Rest,
}

/// Zones that are a registry's by decree (`!registry ZONE` of a world).
pub type Overrides = [Name];

/// The role of a cut, from its zone name, the roles above it and the servers the parent lists.
pub fn role(zone: &Name, above: &[Role], parent_servers: &[Name], overrides: &Overrides) -> (Role, RoleReason) {
    if zone.is_root() {
        return (Role::Root, RoleReason::Place);
    }
    let text = zone.to_string();
    match text.as_str() {
        "arpa" => return (Role::Arpa, RoleReason::Place),
        "in-addr.arpa" | "ip6.arpa" => return (Role::Infrastructure, RoleReason::Place),
        _ => {}
    }
    if !(text.ends_with(".in-addr.arpa") || text.ends_with(".ip6.arpa")) {
        return (Role::Forward, RoleReason::Place);
    }
    let open = above.iter().all(|role| matches!(role, Role::Root | Role::Arpa | Role::Infrastructure | Role::Registry));
    if overrides.contains(zone) {
        return (Role::Registry, RoleReason::Told);
    }
    let majority = majority_registry(parent_servers);
    if !open {
        return (Role::Holder, RoleReason::Rest);
    }
    let Some(covered) = zone_block(zone) else {
        return (Role::Holder, RoleReason::Rest);
    };
    let row = registries::block(covered.addr());
    let allocated = row.filter(|row| row.status == registries::Status::Allocated);
    if let Some(row) = allocated {
        let above_registry = !above.contains(&Role::Registry);
        if above_registry && covered.prefix_len() <= registries::registry_zone_len(row) {
            return (Role::Registry, RoleReason::Allocated(row.registry.clone()));
        }
    }
    match majority {
        Some(registry) => (Role::Registry, RoleReason::Servers(registry)),
        None => (Role::Holder, RoleReason::Rest),
    }
}

/// The registry that runs more than half of the servers; holders use a registry's server as one secondary, so a
/// single one proves nothing.
fn majority_registry(servers: &[Name]) -> Option<String> {
    let found: Vec<_> = servers.iter().filter_map(|name| registries::is_registry_server(&name.to_string())).collect();
    (found.len() * 2 > servers.len()).then(|| found.first().map(|registry| registry.id.clone())).flatten()
}

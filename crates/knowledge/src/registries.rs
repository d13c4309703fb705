//! Which registry an address block belongs to, and whether it belongs to any.
//!
//! Not here: the role of a zone cut. `facts` decides that, from these rows and from the name servers that were seen.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv6Net};
use serde::Deserialize;

use crate::local::is_under;
use crate::special_use;

/// Date of the data file. IANA's IPv6 table in it is of 2019, so a missing IPv6 row proves nothing.
pub const DATA_DATE: &str = "2026-11-23";

/// A regional internet registry.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Short name that the rows of [`blocks`] use, such as "ripencc".
    pub id: String,
    /// Name for readers, such as "RIPE NCC".
    pub name: String,
    /// Base address of its RDAP service, with the final slash.
    pub rdap: String,
    /// Domains of the name servers that it runs for its own reverse zones.
    pub nameserver_suffixes: Vec<String>,
}

/// A row of IANA's table of address space.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The addresses of the row.
    pub prefix: IpNet,
    /// How the block was given out.
    pub status: Status,
    /// Id of the registry that is responsible for it.
    pub registry: String,
    /// The organization that a legacy block was given to, where IANA names one.
    #[serde(default)]
    pub designation: Option<String>,
}

/// How a block was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// To a registry, which runs the reverse zone of the whole row.
    Allocated,
    /// Before the registries existed: the holder may run the zone of the row itself.
    Legacy,
    /// To nobody.
    Reserved,
}

/// Whether any registry was given an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// Given to a registry, or set aside for a special use.
    Allocated,
    /// Given to nobody.
    Unallocated,
    /// Our table is too old to tell.
    NotKnown,
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with DATA_DATE in a test"))]
    date: String,
    registry: Vec<Registry>,
    block: Vec<Block>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/registries.toml"))
        .expect("the embedded registries.toml parses, see the tests")
});

/// The half of global unicast space (RFC 3587) out of which IANA has handed blocks to registries: its table may be
/// newer than ours there. Nothing of 3000::/4 was ever given to one.
static HANDED_OUT_V6: LazyLock<Ipv6Net> = LazyLock::new(|| "2000::/4".parse().expect("a well formed prefix"));

/// Every row.
pub fn blocks() -> &'static [Block] {
    &FILE.block
}

/// Every registry.
pub fn registries() -> &'static [Registry] {
    &FILE.registry
}

/// The most specific row that holds `addr`; an IPv4-mapped IPv6 address is looked up as the IPv4 address it holds.
pub fn block(addr: IpAddr) -> Option<&'static Block> {
    let addr = addr.to_canonical();
    blocks().iter().filter(|block| block.prefix.contains(&addr)).max_by_key(|block| block.prefix.prefix_len())
}

/// The registry with this id.
pub fn registry(id: &str) -> Option<&'static Registry> {
    registries().iter().find(|registry| registry.id == id)
}

/// The registry whose RDAP service to ask about `addr` first. It redirects where a block was transferred.
pub fn rdap_base(addr: IpAddr) -> Option<&'static Registry> {
    registry(&block(addr)?.registry)
}

/// Whether `addr` was given to a registry.
pub fn allocation(addr: IpAddr) -> Allocation {
    let addr = addr.to_canonical();
    if special_use::is_listed(addr) || special_use::is_documentation(addr) {
        return Allocation::Allocated;
    }
    match (block(addr).map(|block| block.status), addr) {
        (Some(Status::Allocated | Status::Legacy), _) => Allocation::Allocated,
        (None, IpAddr::V6(addr)) if HANDED_OUT_V6.contains(&addr) => Allocation::NotKnown,
        // IANA's IPv4 table is complete and final: what has no row belongs to nobody. Outside 2000::/4 IANA gave out
        // no IPv6 space at all.
        (Some(Status::Reserved) | None, _) => Allocation::Unallocated,
    }
}

/// How many bits of an address the name of the registry's reverse zone covers at most.
///
/// Reverse zones are cut at 4 bits in IPv6, so a /23 is run as zones of 24 bits.
pub fn registry_zone_len(block: &Block) -> u8 {
    match block.prefix {
        IpNet::V4(prefix) => prefix.prefix_len(),
        IpNet::V6(prefix) => prefix.prefix_len().next_multiple_of(4),
    }
}

/// The registry that runs the name server `ns_name`, in any case and with or without the final dot.
pub fn is_registry_server(ns_name: &str) -> Option<&'static Registry> {
    let name = ns_name.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let runs = |suffix: &String| is_under(name, suffix);
    registries().iter().find(|registry| registry.nameserver_suffixes.iter().any(runs))
}

#[cfg(test)]
mod tests;

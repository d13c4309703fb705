//! An RDAP answer about an address: the `ip network` object (RFC 9083 5.4), read leniently.
//!
//! Registries differ in what they leave out, so nothing is required but the range. Text is escaped and cut, lists are
//! bounded, and nothing is believed about other addresses.

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use ptrust_facts::Owner;
use ptrust_names::escape;
use serde_json::Value;
use std::net::IpAddr;

/// Characters kept of one text.
const MAX_TEXT: usize = 200;
/// Entities looked at in one object, nested ones included.
const MAX_ENTITIES: usize = 64;
/// Depth to which entities are looked at: an organization's contact's abuse desk.
const MAX_NESTING: usize = 4;
/// Handles kept of one object.
const MAX_HANDLES: usize = 8;
/// Blocks kept of one range. A range of any ends needs up to 62 in IPv4; real ones are few.
const MAX_BLOCKS: usize = 16;
/// Links looked at.
const MAX_LINKS: usize = 32;
/// The largest blocks ever given to one holder are a /8 and a /13; anything wider is IANA's or a registry's row, and
/// tells that the address is nobody's.
const MIN_PREFIX: (u8, u8) = (8, 12);

/// What an object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Network {
    /// The holder, without `usage`.
    pub owner: Owner,
    /// Whether the holder is named as registrant; else it was taken from remarks or the block's name.
    pub registrant: bool,
    /// Links to other objects about the address.
    pub links: Vec<Link>,
}

/// A link to another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Relation: `up` or `related`.
    pub rel: Relation,
    /// Where to.
    pub href: String,
}

/// Relations that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The same address at another registry, which often knows more.
    Related,
    /// The block above.
    Up,
}

/// Why an object cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NetworkError {
    /// It is no network, or not one around the address.
    #[error("not a network around the address")]
    Other,
    /// It is the space itself, which nobody holds.
    #[error("held by nobody")]
    Nobody,
}

/// Reads an object that was asked for by address.
///
/// # Errors
/// When it is about something else, or about space that is not given out.
pub(super) fn read(object: &Value, address: IpAddr) -> Result<Network, NetworkError> {
    let blocks = blocks(object, address).ok_or(NetworkError::Other)?;
    let (v4, v6) = MIN_PREFIX;
    let least = if address.is_ipv4() { v4 } else { v6 };
    if blocks.iter().any(|block| block.prefix_len() < least) {
        return Err(NetworkError::Nobody);
    }
    let entities = entities(object);
    let registrant = registrant(&entities);
    let block_name = string(object, "name");
    let holder = registrant.and_then(Entity::title).or_else(|| first_remark(object)).or_else(|| block_name.clone());
    let mut handles: Vec<String> = Vec::new();
    for handle in string(object, "handle").into_iter().chain(registrant.and_then(|entity| entity.handle.clone())) {
        if handles.len() < MAX_HANDLES && !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    let owner = Owner {
        holder,
        handles,
        block_name,
        blocks,
        block_type: string(object, "type"),
        parent: string(object, "parentHandle"),
        registry: string(object, "port43").as_deref().and_then(registry_of_host).map(str::to_owned),
        abuse: entities.iter().filter(|entity| entity.has("abuse")).find_map(|entity| entity.email.clone()),
        country: string(object, "country").map(|country| country.to_ascii_uppercase()),
        ..Owner::default()
    };
    Ok(Network { owner, registrant: registrant.is_some(), links: links(object) })
}

/// The registry that runs a WHOIS or RDAP host; national registries count as their regional one.
pub(super) fn registry_of_host(host: &str) -> Option<&'static str> {
    const HOSTS: [(&str, &str); 14] = [
        ("afrinic.net", "afrinic"),
        ("apnic.net", "apnic"),
        ("arin.net", "arin"),
        ("cnnic.cn", "apnic"),
        ("idnic.net", "apnic"),
        ("irinn.in", "apnic"),
        ("kisa.or.kr", "apnic"),
        ("lacnic.net", "lacnic"),
        ("nic.ad.jp", "apnic"),
        ("nic.br", "lacnic"),
        ("nic.mx", "lacnic"),
        ("registro.br", "lacnic"),
        ("ripe.net", "ripencc"),
        ("twnic.tw", "apnic"),
    ];
    let host = host.to_ascii_lowercase();
    let under = |domain: &str| host.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    HOSTS.iter().find(|(domain, _)| under(domain)).map(|(_, registry)| *registry)
}

/// One entity of an object: a person, a group, an organization.
#[derive(Debug)]
struct Entity {
    handle: Option<String>,
    roles: Vec<String>,
    kind: Option<String>,
    /// `fn`, the name for display.
    name: Option<String>,
    /// `org`, the organization that a person belongs to.
    organization: Option<String>,
    email: Option<String>,
}

impl Entity {
    /// Reads an entity with its jCard (RFC 7095).
    fn read(value: &Value) -> Self {
        let card =
            || value.get("vcardArray").and_then(|card| card.get(1)).and_then(Value::as_array).into_iter().flatten();
        let property = |name: &str| card().find(|item| item.get(0).and_then(Value::as_str) == Some(name))?.get(3);
        let text_of = |name| property(name).and_then(first_text);
        let roles = value.get("roles").and_then(Value::as_array).into_iter().flatten();
        Self {
            handle: string(value, "handle"),
            roles: roles.filter_map(Value::as_str).take(MAX_LINKS).map(str::to_ascii_lowercase).collect(),
            kind: text_of("kind").map(|kind| kind.to_ascii_lowercase()),
            name: text_of("fn"),
            organization: text_of("org"),
            email: text_of("email"),
        }
    }

    /// Whether the entity has the role.
    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }

    /// Its name as a holder.
    fn title(&self) -> Option<String> {
        let organization = self.kind.as_deref() == Some("org");
        let (first, second) =
            if organization { (&self.name, &self.organization) } else { (&self.organization, &self.name) };
        first.clone().or_else(|| second.clone())
    }

    /// How likely it is the holder: an organization, some person, or (RIPE) a maintainer object, which is not.
    fn rank(&self) -> u8 {
        if self.kind.as_deref() == Some("org") || self.organization.is_some() {
            2
        } else {
            u8::from(self.name.is_some() && self.name != self.handle)
        }
    }
}

/// The entity that holds the block: a registrant, else an organization that administers it.
fn registrant(entities: &[Entity]) -> Option<&Entity> {
    let best = |role: &'static str, least: u8| {
        let named = entities.iter().filter(move |entity| entity.has(role) && entity.rank() >= least);
        // The first of equals: objects list the holder before its contacts' holders.
        named.rev().max_by_key(|entity| entity.rank())
    };
    best("registrant", 1).or_else(|| best("administrative", 2).filter(|entity| entity.kind.as_deref() == Some("org")))
}

/// The entities of an object, outer ones first.
fn entities(object: &Value) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut level = vec![object];
    for _ in 0..MAX_NESTING {
        let inner = level.iter().filter_map(|value| value.get("entities")?.as_array()).flatten();
        level = inner.take(MAX_ENTITIES - found.len()).collect();
        found.extend(level.iter().map(|value| Entity::read(value)));
    }
    found
}

/// The links that lead to other objects about addresses.
fn links(object: &Value) -> Vec<Link> {
    let links = object.get("links").and_then(Value::as_array).into_iter().flatten().take(MAX_LINKS);
    let link = |link: &Value| {
        let rel = match link.get("rel")?.as_str()? {
            "related" => Relation::Related,
            "up" | "rdap-up" => Relation::Up,
            _ => return None,
        };
        let media = link.get("type").and_then(Value::as_str).unwrap_or("application/rdap+json");
        let href = link.get("href")?.as_str()?;
        let usable = media == "application/rdap+json" && href.contains("/ip/") && href.len() <= MAX_TEXT;
        usable.then(|| Link { rel, href: href.to_owned() })
    };
    links.filter_map(link).collect()
}

/// The object's range as blocks, if it holds the address.
fn blocks(object: &Value, address: IpAddr) -> Option<Vec<IpNet>> {
    let end = |name| object.get(name)?.as_str()?.split('/').next()?.parse::<IpAddr>().ok();
    let blocks: Vec<IpNet> = match (end("startAddress"), end("endAddress")) {
        (Some(IpAddr::V4(first)), Some(IpAddr::V4(last))) if first <= last => {
            Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect()
        }
        (Some(IpAddr::V6(first)), Some(IpAddr::V6(last))) if first <= last => {
            Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect()
        }
        _ => cidrs(object),
    };
    let around = blocks.iter().position(|block| block.contains(&address))?;
    let mut kept: Vec<IpNet> = blocks.iter().copied().take(MAX_BLOCKS).collect();
    if around >= MAX_BLOCKS {
        kept.pop();
        kept.push(*blocks.get(around)?);
    }
    Some(kept)
}

/// The blocks of the `cidr0` extension.
fn cidrs(object: &Value) -> Vec<IpNet> {
    let cidrs = object.get("cidr0_cidrs").and_then(Value::as_array).into_iter().flatten().take(MAX_LINKS);
    let block = |cidr: &Value| {
        let prefix = cidr.get("v4prefix").or_else(|| cidr.get("v6prefix"))?.as_str()?.parse().ok()?;
        let length = u8::try_from(cidr.get("length")?.as_u64()?).ok()?;
        IpNet::new(prefix, length).ok().map(|block| block.trunc())
    };
    cidrs.filter_map(block).collect()
}

/// The first line of the first description: where registries put the holder when there is no entity for it.
fn first_remark(object: &Value) -> Option<String> {
    let remarks = object.get("remarks")?.as_array()?;
    remarks.iter().filter_map(|remark| remark.get("description")).find_map(first_text)
}

/// A member that is text, escaped and cut.
fn string(object: &Value, member: &str) -> Option<String> {
    text(object.get(member)?.as_str()?)
}

/// Text, or the first text of a list.
fn first_text(value: &Value) -> Option<String> {
    match value {
        Value::String(plain) => text(plain),
        Value::Array(items) => items.iter().filter_map(Value::as_str).find_map(text),
        _ => None,
    }
}

/// Text made safe: trimmed, escaped, cut. `None` when nothing is left.
fn text(raw: &str) -> Option<String> {
    let cut: String = raw.trim().chars().take(MAX_TEXT).collect();
    let safe: String = escape(&cut).chars().take(MAX_TEXT).collect();
    (!safe.is_empty()).then_some(safe)
}

#[cfg(test)]
pub(super) mod tests;

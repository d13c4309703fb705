//! Registrations of address blocks, told as RDAP (RFC 9083).

use ipnet::IpNet;
use ptrust_knowledge::registries;
use ptrust_observe::ports::{FetchError, PathError, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// What a registry knows of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    /// The block.
    pub(crate) block: IpNet,
    /// Organization that holds it.
    pub(crate) holder: Option<String>,
    /// Handle of the organization.
    pub(crate) handle: Option<String>,
    /// Handle of the block.
    pub(crate) net_handle: Option<String>,
    /// Name of the block.
    pub(crate) name: Option<String>,
    /// Type of the block.
    pub(crate) block_type: Option<String>,
    /// Id of the registry.
    pub(crate) registry: Option<String>,
    /// Mailbox for complaints.
    pub(crate) abuse: Option<String>,
    /// Handle of the block above.
    pub(crate) parent: Option<String>,
    /// Country code.
    pub(crate) country: Option<String>,
    /// Where the answer is instead.
    pub(crate) redirect: Option<String>,
    /// How long the registry takes.
    pub(crate) delay: Duration,
    /// What goes wrong.
    pub(crate) trouble: Option<Trouble>,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No answer.
    Timeout,
    /// Too many requests (RFC 7480 5.5).
    TooMany,
    /// An answer that is not JSON.
    Garbage,
}

impl Registration {
    /// A block of which nothing is known.
    pub(crate) const fn new(block: IpNet) -> Self {
        Self {
            block,
            holder: None,
            handle: None,
            net_handle: None,
            name: None,
            block_type: None,
            registry: None,
            abuse: None,
            parent: None,
            country: None,
            redirect: None,
            delay: Duration::ZERO,
            trouble: None,
        }
    }

    /// The answer as JSON.
    fn json(&self, url: &str) -> Value {
        let (first, last) = (self.block.network(), self.block.broadcast());
        let mut entities = Vec::new();
        if self.holder.is_some() || self.handle.is_some() {
            let name = self.holder.clone().unwrap_or_default();
            entities.push(entity(
                "registrant",
                self.handle.as_deref(),
                &json!([["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["kind", {}, "text", "org"]]),
            ));
        }
        if let Some(abuse) = &self.abuse {
            entities.push(entity(
                "abuse",
                None,
                &json!([["version", {}, "text", "4.0"], ["fn", {}, "text", "Abuse"], ["email", {}, "text", abuse]]),
            ));
        }
        let handle = self.net_handle.clone();
        let mut object = json!({
            "rdapConformance": ["rdap_level_0", "cidr0"],
            "objectClassName": "ip network",
            "handle": handle.unwrap_or_else(|| format!("{first} - {last}")),
            "startAddress": first.to_string(),
            "endAddress": last.to_string(),
            "ipVersion": if first.is_ipv4() { "v4" } else { "v6" },
            "cidr0_cidrs": [cidr(self.block)],
            "status": ["active"],
            "entities": entities,
            "links": [{ "rel": "self", "href": url, "value": url, "type": "application/rdap+json" }],
        });
        let optional = [
            ("name", self.name.clone()),
            ("type", self.block_type.clone()),
            ("country", self.country.clone()),
            ("parentHandle", self.parent.clone()),
            ("port43", self.port43()),
        ];
        if let Some(object) = object.as_object_mut() {
            for (key, value) in optional {
                object.extend(value.map(|value| (key.to_owned(), value.into())));
            }
        }
        object
    }

    /// Where the registry that holds the block answers, when another one was asked: blocks were transferred.
    fn elsewhere(&self, url: &str) -> Option<String> {
        let own = registries::registry(self.registry.as_deref()?)?;
        let mut others = registries::registries().iter();
        let other = others.find(|other| url.starts_with(&other.rdap) && other.id != own.id)?;
        Some(format!("{}{}", own.rdap, url.strip_prefix(&other.rdap)?))
    }

    /// The registry's WHOIS server, by which RDAP answers tell whose they are.
    fn port43(&self) -> Option<String> {
        let registry = registries::registry(self.registry.as_deref()?)?;
        let suffix = registry.nameserver_suffixes.first()?;
        Some(format!("whois.{suffix}"))
    }
}

/// A person or organization (RFC 9083 5.1, RFC 7095).
fn entity(role: &str, handle: Option<&str>, card: &Value) -> Value {
    let mut entity = json!({
        "objectClassName": "entity",
        "roles": [role],
        "vcardArray": ["vcard", card],
    });
    if let (Some(object), Some(handle)) = (entity.as_object_mut(), handle) {
        object.insert("handle".into(), handle.into());
    }
    entity
}

/// A block as the `cidr0` extension has it.
fn cidr(block: IpNet) -> Value {
    let key = match block {
        IpNet::V4(_) => "v4prefix",
        IpNet::V6(_) => "v6prefix",
    };
    json!({ key: block.network().to_string(), "length": block.prefix_len() })
}

/// Answers a request after the time it takes.
pub(crate) async fn get(
    blocks: &BTreeMap<IpNet, Registration>,
    url: &str,
    limit: usize,
    timeout: Duration,
) -> Result<Response, FetchError> {
    if !url.starts_with("https://") {
        return Err(FetchError::Url);
    }
    let Some(found) = asked(url).and_then(|block| longest(blocks, block)) else {
        return Ok(response(404, Vec::new()));
    };
    if found.trouble == Some(Trouble::Timeout) || found.delay >= timeout {
        tokio::time::sleep(timeout).await;
        return Err(PathError::Timeout.into());
    }
    tokio::time::sleep(found.delay).await;
    if let Some(target) = found.redirect.clone().or_else(|| found.elsewhere(url)) {
        return Ok(Response { location: Some(target), ..response(302, Vec::new()) });
    }
    let answer = match found.trouble {
        Some(Trouble::TooMany) => Response { retry_after: Some(60), ..response(429, Vec::new()) },
        Some(_) => response(200, b"<html>\xff not JSON".to_vec()),
        None => response(200, found.json(url).to_string().into_bytes()),
    };
    if answer.body.len() > limit {
        return Err(FetchError::TooLarge);
    }
    Ok(answer)
}

/// A response with a status and a body.
const fn response(status: u16, body: Vec<u8>) -> Response {
    Response { status, content_type: None, location: None, retry_after: None, body }
}

/// Whether a URL asks for a registration.
pub(crate) fn is_request(url: &str) -> bool {
    asked(url).is_some()
}

/// The address or block that the URL asks for: its path ends with `ip/ADDRESS` or `ip/ADDRESS/LENGTH`.
fn asked(url: &str) -> Option<IpNet> {
    let path = url.split(['?', '#']).next()?;
    let (_, asked) = path.rsplit_once("/ip/")?;
    let asked = asked.replace("%3A", ":").replace("%3a", ":");
    let block = asked.parse::<IpNet>().ok();
    block.or_else(|| asked.parse::<IpAddr>().ok().map(IpNet::from))
}

/// The smallest registered block around another.
fn longest(blocks: &BTreeMap<IpNet, Registration>, asked: IpNet) -> Option<&Registration> {
    let around = blocks.values().filter(|found| found.block.contains(&asked));
    around.max_by_key(|found| found.block.prefix_len())
}

//! Whether a block serves one customer or many: a rule over its registration, the same for everyone.

use super::network::Network;
use ptrust_facts::{Owner, Use};
use ptrust_knowledge::providers::{Kind, Provider, by_holder};

/// Types by which a registry gives a block to an end user.
const TO_END_USERS: [&str; 8] = [
    "ASSIGNED ANYCAST",
    "ASSIGNED PI",
    "ASSIGNED PORTABLE",
    "DIRECT ASSIGNMENT",
    "REALLOCATED",
    "REALLOCATION",
    "REASSIGNED",
    "REASSIGNMENT",
];
/// Types by which a provider gives a part of its block to a customer, or keeps it for its own use.
const BY_PROVIDERS: [&str; 4] = ["ASSIGNED", "ASSIGNED NON PORTABLE", "ASSIGNED PA", "ASSIGNMENT"];
/// Types of blocks that their holder gives out further.
const TO_PROVIDERS: [&str; 12] = [
    "AGGREGATED BY LIR",
    "ALLOCATED",
    "ALLOCATED BY LIR",
    "ALLOCATED BY RIR",
    "ALLOCATED NON PORTABLE",
    "ALLOCATED PA",
    "ALLOCATED PORTABLE",
    "ALLOCATION",
    "DIRECT ALLOCATION",
    "LIR PARTITIONED PA",
    "SUB ALLOCATED",
    "SUB ALLOCATED PA",
];

/// Adds the use of the block, and why.
pub(super) fn with_usage(network: Network) -> Owner {
    let mut owner = network.owner;
    let (usage, reason) = usage(&owner, network.registrant);
    owner.usage = usage;
    owner.usage_reason = Some(reason);
    owner
}

/// The rule. A known provider's own blocks are pools, whatever their type; else the type decides.
fn usage(owner: &Owner, registrant: bool) -> (Use, String) {
    if let Some(provider) = provider(owner) {
        return (Use::Shared, format!("held by {}, which serves many customers", provider.name));
    }
    let Some(registered) = &owner.block_type else {
        return (Use::Unknown, "the registration names no type".into());
    };
    let kind = registered.to_uppercase().replace(['-', '_'], " ");
    let is = |types: &[&str]| types.contains(&kind.as_str());
    if is(&TO_END_USERS) {
        (Use::Dedicated, format!("registered to one organization as {registered}"))
    } else if is(&TO_PROVIDERS) {
        (Use::Shared, format!("registered as {registered}: its holder gives addresses to customers"))
    } else if is(&BY_PROVIDERS) && registrant {
        (Use::Dedicated, format!("assigned by a provider to an organization of its own as {registered}"))
    } else if is(&BY_PROVIDERS) {
        (Use::Unknown, format!("registered as {registered} without an organization"))
    } else {
        (Use::Unknown, format!("registered as {registered}, which does not tell"))
    }
}

/// The known provider that holds the block.
fn provider(owner: &Owner) -> Option<&'static Provider> {
    let known: Vec<&str> = owner.holder.iter().chain(&owner.handles).map(String::as_str).collect();
    // Brought address space is the customer's, and a registry's name says nothing.
    by_holder(&known, &[]).into_iter().find(|provider| !matches!(provider.kind, Kind::Byoip | Kind::Rir))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(holder: &str, kind: Option<&str>) -> Owner {
        Owner { holder: Some(holder.into()), block_type: kind.map(Into::into), ..Owner::default() }
    }

    #[test]
    fn the_type_decides() {
        let cases = [
            ("ASSIGNED PI", false, Use::Dedicated),
            ("ASSIGNED PORTABLE", false, Use::Dedicated),
            ("REASSIGNMENT", true, Use::Dedicated),
            ("Reassigned", true, Use::Dedicated),
            ("ASSIGNED PA", true, Use::Dedicated),
            ("ASSIGNED PA", false, Use::Unknown),
            ("ASSIGNED NON-PORTABLE", true, Use::Dedicated),
            ("ALLOCATED PA", true, Use::Shared),
            ("SUB-ALLOCATED PA", true, Use::Shared),
            ("ALLOCATED-BY-LIR", true, Use::Shared),
            ("DIRECT ALLOCATION", true, Use::Shared),
            ("LEGACY", true, Use::Unknown),
            ("ACTIVE", true, Use::Unknown),
        ];
        for (kind, registrant, expected) in cases {
            let (usage, reason) = usage(&owner("Example Widgets", Some(kind)), registrant);
            assert_eq!(usage, expected, "{kind} {registrant}: {reason}");
            assert!(reason.contains(kind), "{reason}");
        }
        assert_eq!(usage(&owner("Example Widgets", None), true).0, Use::Unknown);
    }

    #[test]
    fn a_known_provider_decides_first() {
        let (usage, reason) = usage(&owner("Hetzner Online GmbH", Some("ASSIGNED PI")), true);
        assert_eq!(usage, Use::Shared);
        assert!(reason.contains("Hetzner"), "{reason}");
    }
}

//! The scenarios, by the layer they concern.

use crate::scenario::Scenario;

mod classless;
mod delegation;
mod mapping;
mod servers;
mod signed;

/// The hosting company's two servers.
pub(crate) const HOSTING: [&str; 2] = ["ns1.hosting-example.net.", "ns2.hosting-example.net."];
/// The forward operator's two servers, which refuse every reverse zone they do not have.
const NAMES: [&str; 2] = ["ns1.names-example.org.", "ns2.names-example.org."];
/// The customer's two servers.
const CUSTOMER: [&str; 2] = ["ns1.customer-example.com.", "ns2.customer-example.com."];

/// Every scenario.
pub(crate) fn all() -> Vec<Scenario> {
    let mut all = delegation::scenarios();
    all.extend(servers::scenarios());
    all.extend(classless::scenarios());
    all.extend(signed::scenarios());
    all.extend(mapping::scenarios());
    all.push(crate::mail::block());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique() {
        let all = all();
        for (index, one) in all.iter().enumerate() {
            for other in &all[..index] {
                assert_ne!(one.name, other.name);
                assert!(one.number != other.number || one.registry != other.registry, "number {} twice", one.number);
            }
        }
    }
}

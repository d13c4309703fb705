//! Host names: the part of all domain names that mail may use (RFC 952, RFC 1123 2.1).

use crate::Name;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Why a name is not a host name. The first that holds, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFault {
    /// The root, as in `PTR .`.
    Empty,
    /// Control bytes, white space, markup or any other octet outside letters, digits, hyphen and underscore.
    IllegalCharacter,
    /// A label that starts or ends with a hyphen.
    Hyphen,
    /// Legal but for underscores.
    Underscore,
}

/// What is wrong with a name as a host name; `None` when nothing is.
pub fn host_fault(name: &Name) -> Option<HostFault> {
    if name.is_root() {
        return Some(HostFault::Empty);
    }
    let mut underscore = false;
    for label in name.labels() {
        if !label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_') {
            return Some(HostFault::IllegalCharacter);
        }
        underscore |= label.contains(&b'_');
    }
    if name.labels().any(|label| label.first() == Some(&b'-') || label.last() == Some(&b'-')) {
        return Some(HostFault::Hyphen);
    }
    underscore.then_some(HostFault::Underscore)
}

/// Whether the whole name is an address written as a name: four decimal labels, or a single label that reads as an
/// IPv6 address. Postfix refuses such names (`valid_hostname`), since they pass for an address in logs.
pub fn is_address_as_name(name: &Name) -> bool {
    let labels: Vec<_> = name.labels().map(|label| String::from_utf8_lossy(label).into_owned()).collect();
    let text = labels.join(".");
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let numeric = !labels.is_empty() && labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    numeric || bare.parse::<Ipv4Addr>().is_ok() || bare.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<HostFault> {
        host_fault(&text.parse().expect("a name"))
    }

    #[test]
    fn host_names_follow_rfc_1123() {
        assert_eq!(fault("3com.example"), None);
        assert_eq!(fault("."), Some(HostFault::Empty));
        assert_eq!(fault("a_b.example"), Some(HostFault::Underscore));
        assert_eq!(fault("-a_b.example"), Some(HostFault::Hyphen));
        assert_eq!(fault("a\\032b.example"), Some(HostFault::IllegalCharacter));
        assert_eq!(fault("0/25.example"), Some(HostFault::IllegalCharacter));
    }

    #[test]
    fn addresses_are_seen() {
        let is = |text: &str| is_address_as_name(&text.parse().expect("a name"));
        assert!(is("192.0.2.1") && is("[192.0.2.1]") && is("2001:db8::1") && is("1234"));
        assert!(!is("192-0-2-1.example.com") && !is("1.2.3.4.example"));
    }
}

//! HELO and greeting: two roles of one host, kept apart.

use super::names::is_local;
use super::{Banner, Helo, Iprev, Names};
use crate::{Facts, Trust};
use ptrust_names::{
    Cause, HostFault, Name, Observed, Question, RecordType, host_fault, is_address_as_name, registrable,
};
use std::net::{IpAddr, Ipv6Addr};

/// Assesses the HELO that the host sends; the first defect that holds.
pub(super) fn assess(facts: &Facts, names: &Names, iprev: Option<Iprev>) -> Helo {
    let Some(text) = facts.target.helo.as_deref() else {
        return Helo::NotGiven;
    };
    if let Some(literal) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match parse_literal(literal) {
            Some(address) if address.to_canonical() == facts.target.address => Helo::LiteralOfSender,
            Some(address) => Helo::LiteralMismatch(address),
            None => Helo::Illegal,
        };
    }
    if text.parse::<IpAddr>().is_ok() {
        return Helo::BareAddress;
    }
    let Ok(name) = text.parse::<Name>() else {
        return Helo::Illegal;
    };
    match host_fault(&name) {
        None => {}
        // Receivers that check the syntax refuse underscores in HELO (Postfix reject_invalid_helo_hostname does not,
        // RFC 5321 4.1.2 does): not a host name.
        Some(HostFault::Underscore | HostFault::IllegalCharacter | HostFault::Hyphen | HostFault::Empty) => {
            return Helo::Illegal;
        }
    }
    if is_address_as_name(&name) {
        return Helo::BareAddress;
    }
    if is_local(&name) {
        return Helo::Unqualified;
    }
    named(facts, names, iprev, name)
}

/// Reads the inside of an address literal (RFC 5321 4.1.3).
fn parse_literal(literal: &str) -> Option<IpAddr> {
    match literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")) {
        Some(_) => literal.get(5..)?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => literal.parse::<std::net::Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// A HELO that is a fully qualified host name.
fn named(facts: &Facts, names: &Names, iprev: Option<Iprev>, name: Name) -> Helo {
    let looked_up = [RecordType::A, RecordType::AAAA].map(|rtype| addresses(facts, &name, rtype));
    let mut found: Vec<IpAddr> = looked_up.iter().filter_map(|list| list.as_ref().ok()).flatten().copied().collect();
    let unknown = looked_up.iter().find_map(|list| list.as_ref().err().copied());
    found.sort_unstable();
    found.dedup();
    let sender = facts.target.address;
    let sibling = shares_domain(&name, names);
    if !found.contains(&sender) {
        // One family failed to answer: the other alone proves neither defect (hard case 36).
        if let Some(cause) = unknown {
            return Helo::Undetermined { name, cause, addresses_known: false };
        }
        if found.is_empty() {
            return Helo::NoAddress(name);
        }
        if !(iprev == Some(Iprev::Pass) && sibling) {
            return Helo::AddressMismatch(name, found);
        }
    }
    match names {
        Names::Present { names: list, .. } if list.iter().any(|ptr| ptr.name == name) => Helo::Matches(name),
        Names::Present { unevaluated: 0, .. } => Helo::OtherThanPtr { name, sibling },
        Names::Present { .. } => Helo::Undetermined { name, cause: Cause::Budget, addresses_known: true },
        Names::Undetermined(cause) => Helo::Undetermined { name, cause: *cause, addresses_known: true },
        Names::NotApplicable | Names::Missing { .. } | Names::AliasConflict(_) => Helo::Sound(name),
    }
}

/// The addresses of one family, or why they are not known. The walk decides, else the resolver.
fn addresses(facts: &Facts, name: &Name, rtype: RecordType) -> Result<Vec<IpAddr>, Cause> {
    let question = Question::new(name.clone(), rtype);
    if facts.chain(&question).present().is_some_and(|chain| chain.trust == Trust::Bogus) {
        return Err(Cause::Bogus);
    }
    let walk = facts.walk(&question);
    let walked = walk.present().map(|walk| &walk.answer);
    let resolver = facts.resolver(&question).map(|fact| &fact.observed);
    let decided = walked.filter(|observed| observed.cause().is_none()).or(resolver).or(walked);
    match decided {
        Some(Observed::Present(records)) => Ok(records.addresses().collect()),
        Some(Observed::Absent(_)) => Ok(Vec::new()),
        Some(Observed::Unknown(cause)) => Err(*cause),
        None => Err(Cause::NotAsked),
    }
}

/// Whether a name shares the registrable domain with a PTR name.
fn shares_domain(name: &Name, names: &Names) -> bool {
    let Some(domain) = registrable(name) else {
        return false;
    };
    names.list().iter().any(|ptr| registrable(&ptr.name).is_some_and(|other| other.domain == domain.domain))
}

/// Assesses the greeting.
pub(super) fn banner(facts: &Facts, names: &Names) -> Banner {
    let smtp = facts.smtp();
    let Some(smtp) = smtp.present() else {
        return Banner::NotSeen;
    };
    let Some(text) = &smtp.greeting else {
        // A server that refuses service need not name itself.
        return if smtp.code == 220 { Banner::Unqualified(String::new()) } else { Banner::NotSeen };
    };
    match text.parse::<Name>() {
        Ok(name) if host_fault(&name).is_none() && !is_address_as_name(&name) && !is_local(&name) => {
            let matches = match names {
                Names::Present { names: list, unevaluated, .. } => {
                    let hit = list.iter().any(|ptr| ptr.name == name);
                    (hit || *unevaluated == 0).then_some(hit)
                }
                _ => None,
            };
            Banner::Name { name, matches }
        }
        _ if smtp.code == 220 => Banner::Unqualified(text.clone()),
        _ => Banner::NotSeen,
    }
}

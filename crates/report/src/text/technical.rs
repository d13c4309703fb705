//! The technical layer: the names, where they lead, HELO and greeting.

use super::layers::{Layer, doubt_text};
use super::words;
use crate::markup::free;
use ptrust_facts::Facts;
use ptrust_facts::identity::{Banner, ClasslessDefect, Delegation, Forward, ForwardName, Helo, NameFault, Names};

/// Names of one line at most.
const FEW: usize = 3;

/// The technical layer.
pub(super) fn technical(facts: &Facts) -> Layer {
    let identity = facts.identity();
    let address = facts.target.address;
    let (names, unevaluated) = match &identity.names {
        Names::NotApplicable => return Layer::open("not judged", before(&identity.delegation)),

        Names::Missing { .. } => {
            return Layer::bad("no name", format!("{address} has no PTR record"));
        }
        Names::AliasConflict(_) => {
            return Layer::bad("unusable", "the reverse name holds an alias beside other data");
        }
        Names::Undetermined(cause) => {
            return Layer::open("not known", format!("the PTR could not be read: {cause}"));
        }
        Names::Present { names, unevaluated, .. } => (names, *unevaluated),
    };
    let all: Vec<_> = names.iter().map(|name| name.name.to_string()).collect();
    let ptr = words::list(&all, FEW);
    let leads = |pick: fn(&ForwardName) -> bool| names.iter().find(|name| pick(&name.forward));
    match identity.forward {
        Forward::Confirmed { partial } => {
            let good: Vec<_> = identity.names.confirmed().map(|name| name.name.to_string()).collect();
            let names = words::list(&good, FEW);
            let verb = if good.len() == 1 { "leads" } else { "lead" };
            let rest = all.len() - good.len();
            let others = if partial {
                format!("; {rest} of {} names {}", all.len(), if rest == 1 { "does not" } else { "do not" })
            } else {
                String::new()
            };
            Layer::good("confirmed", format!("PTR {names}, which {verb} back{others}"))
        }
        Forward::Mismatch => match leads(|forward| matches!(forward, ForwardName::Other(_))) {
            Some(name) => {
                let ForwardName::Other(addresses) = &name.forward else { unreachable!("just matched") };
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                Layer::bad("mismatch", format!("PTR {}, which is {}", name.name, words::list(&addresses, FEW)))
            }
            None => Layer::bad("mismatch", format!("PTR {ptr}")),
        },
        Forward::NoAddress => {
            let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
            Layer::bad("no address", format!("PTR {ptr}, which has no {family} address"))
        }
        Forward::Loop => Layer::bad("alias loop", format!("PTR {ptr}, whose aliases lead nowhere")),
        Forward::Bogus => Layer::bad("bogus", format!("PTR {ptr}, whose DNSSEC validation fails")),
        Forward::ZoneBroken => match leads(|forward| matches!(forward, ForwardName::ZoneBroken { .. })) {
            Some(name) => {
                let ForwardName::ZoneBroken { zone, how } = &name.forward else { unreachable!("just matched") };
                Layer::bad("zone broken", format!("PTR {}, whose zone {zone} is {}", name.name, doubt_text(*how)))
            }
            None => Layer::bad("zone broken", format!("PTR {ptr}")),
        },
        Forward::LimitReached => Layer::open(
            "not known",
            format!("none of the first {} names leads back, {unevaluated} more were not looked up", all.len()),
        ),
        Forward::Undetermined(cause) => {
            Layer::open("not known", format!("PTR {ptr}, whose address is not known: {cause}"))
        }
        Forward::NotApplicable => {
            let fault = names.iter().find_map(|name| name.fault.as_ref()).map_or("not usable", fault);
            Layer::bad("unusable", format!("PTR {ptr}, {fault}"))
        }
    }
}

/// Why a name cannot confirm.
const fn fault(fault: &NameFault) -> &'static str {
    match fault {
        NameFault::Illegal(_) => "which is no legal host name",
        NameFault::AddressAsName => "which is an address written as a name",
        NameFault::Unqualified(_) => "which is no public name",
        NameFault::Underscore | NameFault::Apex | NameFault::Generic(_) => "which cannot be used",
    }
}

/// HELO and greeting, where they are known.
pub(super) fn extra(facts: &Facts) -> Vec<String> {
    let identity = facts.identity();
    if let (Helo::Matches(_), Banner::Name { matches: Some(true), .. }) = (&identity.helo, &identity.banner) {
        return vec!["HELO and greeting are the same name".into()];
    }
    let mut all = Vec::new();
    if let Some(helo) = &facts.target.helo {
        let how = match &identity.helo {
            Helo::Matches(_) => "the PTR name",
            Helo::Sound(_) | Helo::NotGiven => "a sound name",
            Helo::OtherThanPtr { sibling: true, .. } => "another name of the same domain",
            Helo::OtherThanPtr { sibling: false, .. } => "a name of another domain",
            Helo::LiteralOfSender => "an address instead of a name",
            Helo::Illegal => "no legal host name",
            Helo::BareAddress => "an address without brackets",
            Helo::Unqualified => "no public name",
            Helo::LiteralMismatch(_) | Helo::AddressMismatch(..) => "which leads elsewhere",
            Helo::NoAddress(_) => "which has no address",
            Helo::Undetermined { .. } => "which could not be looked up",
        };
        all.push(format!("HELO {}, {how}", free(helo)));
    }
    match &identity.banner {
        Banner::Name { name, matches } => {
            let how = match matches {
                Some(true) => ", the PTR name",
                Some(false) => ", another name",
                None => "",
            };
            all.push(format!("greets as {name}{how}"));
        }
        Banner::Unqualified(text) if !text.is_empty() => all.push(format!("greets as {}, no public name", free(text))),
        Banner::Unqualified(_) | Banner::NotSeen => {}
    }
    all
}

/// Why nothing could be judged about the names.
const fn before(delegation: &Delegation) -> &'static str {
    match delegation {
        Delegation::Missing { .. } | Delegation::ZoneAlias { .. } => "there is no zone that could hold a PTR",
        Delegation::ParentsDiffer { .. } => "whether a PTR is found is a matter of chance",
        Delegation::Bogus => "validating resolvers discard the answer",
        Delegation::Lame { .. } | Delegation::ClasslessBroken { defect: ClasslessDefect::Lame, .. } => {
            "no server serves the zone that should hold the PTR"
        }
        Delegation::Unresolvable { .. } | Delegation::ClasslessBroken { defect: ClasslessDefect::Unresolvable, .. } => {
            "no server of the zone that should hold the PTR has a usable address"
        }
        Delegation::ClasslessBroken { defect: ClasslessDefect::Loop, .. } => "the alias leads to no PTR",
        Delegation::ClasslessBroken { defect: ClasslessDefect::NoZone, .. } => "what the alias leads to does not exist",
        _ => "the zone that should hold the PTR does not answer",
    }
}

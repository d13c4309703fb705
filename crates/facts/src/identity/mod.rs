//! What the facts prove about an address: assessed once, judged by many.
//!
//! [`assess`] decides which view counts, what excludes what, and the iprev result; each check then matches its own
//! variant. The JSON's `identity` and the status words of the bulk scan come from the same function.

mod delegation;
mod forward;
mod helo;
mod iprev;
mod names;

use crate::Facts;
use ptrust_knowledge::registries;
use ptrust_knowledge::special_use::{SpecialUse, special_use};
use ptrust_names::{Cause, HostFault, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

pub use names::{is_local, name_fault};

/// What is proven about an address.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Whether the address can have a public identity.
    pub scope: AddressScope,
    /// Which view decided the PTR.
    pub view: View,
    /// The administrative layer.
    pub delegation: Delegation,
    /// The PTR names.
    pub names: Names,
    /// Forward confirmation over the usable names.
    pub forward: Forward,
    /// The HELO the host sends.
    pub helo: Helo,
    /// The name the SMTP server shows.
    pub banner: Banner,
    /// The result of RFC 8601 2.7.3; `None` when not judged.
    pub iprev: Option<Iprev>,
}

/// Whether an address can have a public identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressScope {
    /// It can.
    Public,
    /// It is not globally reachable, or multicast.
    SpecialUse(&'static SpecialUse),
    /// Global space that no registry was given.
    Unallocated,
}

/// Which view decided the PTR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Authoritative servers.
    Authoritative,
    /// Resolvers, since the walk could not tell.
    Resolver,
    /// None: nobody could tell, or nobody was asked.
    None,
}

/// The administrative layer. The errors exclude each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegation {
    /// Not judged: no public address.
    NotJudged,
    /// The path to a zone that answers is whole. The zone is known from a walk only.
    Delegated {
        /// The zone that holds the PTR (before aliases), if known.
        zone: Option<Name>,
    },
    /// The name is denied by a zone above the holder's.
    Missing {
        /// The zone that denies it.
        zone: Name,
    },
    /// No server answers with authority; at least one is lame or failing.
    Lame {
        /// The broken zone.
        zone: Name,
    },
    /// All servers are mute.
    Unreachable {
        /// The broken zone.
        zone: Name,
    },
    /// No name server name has a usable address.
    Unresolvable {
        /// The broken zone.
        zone: Name,
    },
    /// Servers of the parent disagree about the zone.
    ParentsDiffer {
        /// The zone they disagree about.
        zone: Name,
    },
    /// A zone name on the path is an alias.
    ZoneAlias {
        /// The zone name.
        zone: Name,
        /// What it is an alias of.
        target: Name,
    },
    /// The RFC 2317 alias leads nowhere.
    ClasslessBroken {
        /// The alias target.
        target: Name,
        /// What is wrong with it.
        defect: ClasslessDefect,
    },
    /// The chain of trust to the PTR provably fails.
    Bogus,
    /// Not known.
    Undetermined {
        /// Why.
        cause: Cause,
        /// What the walk found, when a resolver's positive answer speaks against it.
        doubt: Option<Doubt>,
    },
}

/// What is wrong with an alias target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClasslessDefect {
    /// Its zone is lame.
    Lame,
    /// All servers of its zone are mute.
    Unreachable,
    /// No server name of its zone has an address.
    Unresolvable,
    /// Aliases loop or are too many.
    Loop,
    /// The target and the name above it do not exist.
    NoZone,
}

/// An error the walk found, against which a resolver's PTR speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// `delegation-lame`.
    Lame,
    /// `delegation-unreachable`.
    Unreachable,
    /// `delegation-nameserver-unresolvable`.
    Unresolvable,
    /// `delegation-classless-broken`.
    ClasslessBroken,
    /// `delegation-missing` or `ptr-missing`.
    Missing,
}

/// The PTR names.
#[derive(Clone, Debug)]
pub enum Names {
    /// Not judged: no public address, or a delegation error stands before it.
    NotApplicable,
    /// Every authoritative server denies the name.
    Missing {
        /// The zone that denies it, if known.
        zone: Option<Name>,
    },
    /// Two aliases, or an alias and other data, at one name; as zone file lines.
    AliasConflict(Vec<String>),
    /// There are names, in canonical order.
    Present {
        /// The names evaluated (at most the target's limit).
        names: Vec<PtrName>,
        /// The first name in the order of the first server that answered: the one that some receivers use.
        first: Name,
        /// Names beyond the limit, not evaluated.
        unevaluated: usize,
        /// Authoritative servers that deny the name although others have it, as text.
        denied_by: Vec<String>,
    },
    /// Not known.
    Undetermined(Cause),
}

/// One PTR name.
#[derive(Clone, Debug)]
pub struct PtrName {
    /// The name.
    pub name: Name,
    /// The first fault that holds.
    pub fault: Option<NameFault>,
    /// Whether it may confirm the address. Illegal, numeric and unqualified names may not.
    pub usable: bool,
    /// What the name's own addresses say.
    pub forward: ForwardName,
}

/// What is wrong with a PTR name; one per name, the first that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Not a host name.
    Illegal(HostFault),
    /// An address written as a name.
    AddressAsName,
    /// Not fully qualified in public DNS.
    Unqualified(Unqualified),
    /// Has an underscore.
    Underscore,
    /// Is a registrable domain itself.
    Apex,
    /// Looks generic.
    Generic(Box<Generic>),
}

/// Why a name is not fully qualified in public DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unqualified {
    /// A single label.
    SingleLabel,
    /// Under a local top-level domain such as `.local`.
    Local,
    /// A public suffix itself.
    PublicSuffix,
    /// Under in-addr.arpa or ip6.arpa.
    Reverse,
    /// Under a top-level domain that the root denies.
    UnknownTopLevel,
}

/// Why a name looks generic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generic {
    /// Sum of the weights.
    pub score: i32,
    /// Id of the provider whose default name it is.
    pub provider: Option<&'static str>,
    /// What was found, in words.
    pub reasons: Vec<String>,
}

/// What the forward lookup of one name says about the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardName {
    /// Its addresses include the sender.
    Confirmed {
        /// Whether through an alias.
        via_alias: bool,
        /// Whether the walk found the zone broken and only a resolver confirms.
        doubt: bool,
    },
    /// It has addresses of the sending family, none is the sender.
    Other(Vec<IpAddr>),
    /// Proven to have no address of the sending family.
    NoAddress,
    /// Its aliases loop or are too many.
    Loop,
    /// Its zone is lame, unreachable or unresolvable.
    ZoneBroken {
        /// The zone.
        zone: Name,
        /// How it is broken.
        how: Doubt,
    },
    /// Its chain of trust provably fails.
    Bogus,
    /// Not known.
    Undetermined(Cause),
}

/// Forward confirmation over the usable names. The errors exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// No usable name to confirm, or a finding stands before it.
    NotApplicable,
    /// A name leads back.
    Confirmed {
        /// Whether other names provably do not.
        partial: bool,
    },
    /// At least one name has addresses of the family, none is the sender.
    Mismatch,
    /// No name has an address of the family.
    NoAddress,
    /// Aliases loop.
    Loop,
    /// A forward zone is broken.
    ZoneBroken,
    /// A forward chain of trust provably fails.
    Bogus,
    /// No match among the names evaluated, and there are more.
    LimitReached,
    /// Not known.
    Undetermined(Cause),
}

/// The HELO the host sends; the first defect that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Helo {
    /// Not given.
    NotGiven,
    /// Not a host name.
    Illegal,
    /// An address without brackets.
    BareAddress,
    /// Not fully qualified, or a local name.
    Unqualified,
    /// An address literal of the sender.
    LiteralOfSender,
    /// An address literal of another host.
    LiteralMismatch(IpAddr),
    /// The name has no address.
    NoAddress(Name),
    /// The name has addresses, none is the sender.
    AddressMismatch(Name, Vec<IpAddr>),
    /// Leads to the sender (or shares its domain), and equals no PTR name.
    OtherThanPtr {
        /// The HELO.
        name: Name,
        /// Whether it shares the registrable domain with a PTR name.
        sibling: bool,
    },
    /// Equals a PTR name.
    Matches(Name),
    /// Sound, with no PTR name to compare with.
    Sound(Name),
    /// Not known.
    Undetermined {
        /// The HELO.
        name: Name,
        /// Why.
        cause: Cause,
        /// Whether its addresses are known and only the comparison with the PTR is open.
        addresses_known: bool,
    },
}

/// The name an SMTP server shows in its greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Banner {
    /// Nobody listens, or nobody was asked: normal for an outbound address.
    NotSeen,
    /// No name, or not a fully qualified one; the text seen.
    Unqualified(String),
    /// A name, with whether it equals a PTR name; `None` when there is no PTR name to compare with.
    Name {
        /// The name.
        name: Name,
        /// Whether it equals a PTR name.
        matches: Option<bool>,
    },
}

/// Results of the iprev method (RFC 8601 2.7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Iprev {
    /// A name leads back to the address.
    Pass,
    /// The lookups finished and none does.
    Fail,
    /// A failure that may pass decided.
    TempError,
    /// There is no PTR, or its data are broken.
    PermError,
}

/// Assesses the facts. Pure; called through [`Facts::identity`].
pub fn assess(facts: &Facts) -> Identity {
    let address = facts.target.address;
    let scope = scope(facts);
    if !matches!(scope, AddressScope::Public) {
        return Identity {
            scope,
            view: View::None,
            delegation: Delegation::NotJudged,
            names: Names::NotApplicable,
            forward: Forward::NotApplicable,
            helo: Helo::NotGiven,
            banner: Banner::NotSeen,
            iprev: None,
        };
    }
    debug_assert_eq!(address, address.to_canonical(), "targets are unwrapped");
    let (delegation, view) = delegation::assess(facts);
    let names = names::assess(facts, &delegation, view);
    let forward = forward::assess(&names);
    let iprev = iprev::assess(facts, &delegation, &names);
    let helo = helo::assess(facts, &names, iprev);
    let banner = helo::banner(facts, &names);
    Identity { scope, view, delegation, names, forward, helo, banner, iprev }
}

/// The scope of the target under the run's rules.
fn scope(facts: &Facts) -> AddressScope {
    let target = &facts.target;
    if !target.scope.holds(target.address)
        && let Some(special) = special_use(target.address)
    {
        return AddressScope::SpecialUse(special);
    }
    if target.scope != crate::Scope::All
        && special_use(target.address).is_none()
        && registries::allocation(target.address) == registries::Allocation::Unallocated
    {
        return AddressScope::Unallocated;
    }
    AddressScope::Public
}

impl Delegation {
    /// Whether this is one of the delegation errors.
    pub const fn is_error(&self) -> bool {
        !matches!(self, Self::NotJudged | Self::Delegated { .. } | Self::Undetermined { .. })
    }

    /// The word of the JSON's `administrative.state`; `None` for addresses that are not judged.
    pub const fn state(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotJudged => return None,
            Self::Delegated { .. } => "delegated",
            Self::Missing { .. } | Self::ZoneAlias { .. } => "not-delegated",
            Self::Lame { .. } => "lame",
            Self::Unreachable { .. } => "unreachable",
            Self::Unresolvable { .. } => "unresolvable",
            Self::ClasslessBroken { .. } => "classless-broken",
            Self::Bogus => "bogus",
            // Parents that disagree leave the result to chance: neither delegated nor not.
            Self::ParentsDiffer { .. } | Self::Undetermined { .. } => "undetermined",
        })
    }
}

impl Names {
    /// The names evaluated.
    pub fn list(&self) -> &[PtrName] {
        match self {
            Self::Present { names, .. } => names,
            _ => &[],
        }
    }

    /// The names that lead back to the address.
    pub fn confirmed(&self) -> impl Iterator<Item = &PtrName> {
        self.list().iter().filter(|name| matches!(name.forward, ForwardName::Confirmed { .. }))
    }
}

impl Identity {
    /// Whether the HELO equals a confirmed name; `None` when no HELO is known, or it could not be compared.
    pub fn aligned(&self) -> Option<bool> {
        let name = match &self.helo {
            Helo::NotGiven | Helo::Undetermined { .. } => return None,
            Helo::Matches(name) => name,
            _ => return Some(false),
        };
        Some(self.names.confirmed().any(|confirmed| confirmed.name == *name))
    }
}

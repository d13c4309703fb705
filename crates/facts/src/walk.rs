//! A delegation walk: zone cuts from the root down, and what each server said.

use crate::{Role, RoleReason};
use ptrust_names::{Absence, Cause, Name, Observed, Question, Records, Soa};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The walk to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Walk {
    /// What was asked.
    pub question: Question,
    /// Zone cuts from the root to the deepest one reached.
    pub cuts: Vec<Cut>,
    /// The answer, reduced over the authoritative servers asked; aliases followed. Only authoritative servers prove
    /// absence.
    pub answer: Observed<Records>,
    /// The walk to the alias target, when the answer is an alias that leads out of the zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Box<Self>>,
    /// Two aliases, or an alias and other data, at one name: which, as zone file lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alias_conflict: Vec<String>,
    /// For a denied name: whether the name one label up exists. `None` when not asked or not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_exists: Option<bool>,
    /// Servers that deny a name that has names below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denied_nonterminals: Vec<Denial>,
    /// A zone name on the path that is itself an alias, and its target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_alias: Option<(Name, Name)>,
    /// Name server names of the deepest cut that are aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nameserver_aliases: Vec<Name>,
    /// Queries sent for this walk.
    pub queries: u32,
}

/// A server that denies a name which has names below it (RFC 8020 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Denial {
    /// The denied name.
    pub name: Name,
    /// The server, as text.
    pub server: String,
}

/// One zone cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cut {
    /// Apex of the zone.
    pub zone: Name,
    /// Who runs zones of this kind.
    pub role: Role,
    /// Why the role was given.
    pub role_reason: RoleReason,
    /// Name servers the parent lists (hints for the root); `None` when the cut was not seen as a referral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_servers: Option<Vec<Name>>,
    /// Name servers the zone itself lists, from its authoritative servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_servers: Option<Vec<Name>>,
    /// Whether the parent published a DS set; `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// The zone's SOA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soa: Option<Soa>,
    /// Servers by address, with what each said; above the deepest cut only those that were needed.
    pub servers: Vec<Server>,
    /// What each server of the parent says about this cut; asked for the deepest cut only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parent_views: Vec<ParentView>,
    /// Glue that differs from the zone's own addresses: server, glue, own addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glue_mismatches: Vec<(Name, Vec<IpAddr>, Vec<IpAddr>)>,
    /// Microseconds of the fastest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
}

/// One server address of a zone cut, or a server name without a usable one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    /// Its name.
    pub name: Name,
    /// Its address; `None` where the name has none, or it could not be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Whether the parent lists the name.
    pub in_parent: bool,
    /// Whether the zone itself lists the name.
    pub in_child: bool,
    /// How it counts.
    pub class: Class,
    /// Its own answer to the question, when it was asked and answered with authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Observed<Records>>,
    /// Serial of its SOA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<u32>,
    /// Microseconds of its fastest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
    /// Whether it was proven to recurse for us.
    #[serde(default)]
    pub recurses: bool,
    /// What it last said, in a few words: `NOERROR AA`, `REFUSED`, `no answer in 3 tries, TCP 1`.
    pub said: String,
}

impl Server {
    /// Name and address for people.
    pub fn text(&self) -> String {
        crate::fact::server_text(Some(&self.name), self.address)
    }
}

/// How a server of a zone cut counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It answers for the zone with authority. Only such servers prove absence.
    Authoritative,
    /// It answers, but not for the zone.
    Lame(LameReason),
    /// It answers only SERVFAIL or FORMERR.
    Failing(Cause),
    /// Silent to every question, over UDP and TCP.
    Mute,
    /// Its address is one that nobody can reach; never asked, counts as none.
    SpecialUse,
    /// It was not asked: family unavailable, no route, or the budget was spent.
    NotAsked(Cause),
    /// The name is proven to have no address.
    NoAddress,
    /// The name's addresses could not be looked up.
    AddressUnknown(Cause),
}

/// Why a server is lame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LameReason {
    /// Answers without the AA flag.
    NoAuthority,
    /// REFUSED.
    Refused,
    /// NOTAUTH.
    NotAuth,
    /// It refers to a zone above the one it is listed for.
    UpwardReferral,
    /// NXDOMAIN at the apex of the zone.
    ApexDenied,
    /// AA at the apex with neither SOA nor referral.
    ApexEmpty,
}

impl std::fmt::Display for LameReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoAuthority => "answers without authority",
            Self::Refused => "REFUSED",
            Self::NotAuth => "NOTAUTH",
            Self::UpwardReferral => "refers upward",
            Self::ApexDenied => "denies the zone itself",
            Self::ApexEmpty => "has no SOA for the zone",
        })
    }
}

/// What one server of the parent says about a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParentView {
    /// The server, as text.
    pub server: String,
    /// What it says.
    pub says: Says,
}

/// A parent server's word about a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// It refers to these name servers.
    Refers(Vec<Name>),
    /// It denies the name with authority.
    Denies(Absence),
    /// It answers the question itself, with authority and with data other than the zone's.
    Answers(Records),
    /// It serves the zone itself, so there is nothing to refer to.
    Serves,
    /// It did not say.
    Silent(Cause),
}

/// Whether a zone can be asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneState {
    /// At least one server is authoritative.
    Answers,
    /// None is; at least one is lame or failing.
    Lame,
    /// All are mute.
    Unreachable,
    /// No name server name has a usable address.
    Unresolvable,
    /// None is authoritative, and some could not be asked.
    Undetermined(Cause),
}

impl Cut {
    /// The state of the zone (identity.md, "Servers of a zone cut"): the first rule that holds.
    pub fn state(&self) -> ZoneState {
        let has = |f: fn(&Class) -> bool| self.servers.iter().any(|server| f(&server.class));
        if has(|class| matches!(class, Class::Authoritative)) {
            return ZoneState::Answers;
        }
        if has(|class| matches!(class, Class::Lame(_) | Class::Failing(_))) {
            return ZoneState::Lame;
        }
        let open = self.servers.iter().find_map(|server| match server.class {
            Class::NotAsked(cause) | Class::AddressUnknown(cause) => Some(cause),
            _ => None,
        });
        if let Some(cause) = open {
            return ZoneState::Undetermined(cause);
        }
        if has(|class| matches!(class, Class::Mute)) {
            return ZoneState::Unreachable;
        }
        if self.servers.is_empty() {
            return ZoneState::Undetermined(Cause::NotAsked);
        }
        ZoneState::Unresolvable
    }

    /// The authoritative servers.
    pub fn authoritative(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(|server| server.class == Class::Authoritative)
    }

    /// The servers that are lame, failing, mute or without an address: what a partly lame zone names.
    pub fn broken_servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(|server| {
            matches!(server.class, Class::Lame(_) | Class::Failing(_) | Class::Mute | Class::NoAddress)
        })
    }
}

impl Walk {
    /// The deepest cut of this walk, aliases not followed.
    pub fn deepest(&self) -> Option<&Cut> {
        self.cuts.last()
    }

    /// The walk at the end of the alias chain: itself when there is no alias.
    pub fn last(&self) -> &Self {
        let mut walk = self;
        while let Some(next) = &walk.alias {
            walk = next;
        }
        walk
    }
}

//! Where mail for the domain goes: the mail exchangers and their addresses (RFC 5321 5.1).

use super::{Posture, View};
use ptrust_facts::domain::Role;
use ptrust_mail::Answers as _;
use ptrust_names::{Name, Observed, Question, RecordType};
use std::net::IpAddr;

/// Exchangers that are looked at. RFC 5321 5.1 has clients try at least two addresses; a domain with more than this has
/// them for show.
pub const MAX_EXCHANGERS: usize = 16;
/// Addresses of one exchanger that are looked at.
pub const MAX_ADDRESSES: usize = 8;

/// The mail exchangers of a domain.
#[derive(Clone, Debug)]
pub struct Exchangers {
    /// How they are known.
    pub kind: Exchange,
    /// The hosts in order of preference, at most [`MAX_EXCHANGERS`]; the null host left out.
    pub hosts: Vec<Exchanger>,
    /// Hosts beyond that limit.
    pub more: usize,
    /// The highest preference of a null MX, where there is one.
    pub null_preference: Option<u16>,
}

/// How the exchangers of a domain are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// Nobody could say, or not yet.
    Unknown(ptrust_names::Cause),
    /// There is no MX, so the domain's own addresses stand for it (RFC 5321 5.1).
    Implicit,
    /// By MX records.
    Listed {
        /// Whether the null MX is among them (RFC 7505).
        null: bool,
        /// How many MX records there are.
        records: usize,
    },
    /// The domain is a host that is looked at by itself.
    Host,
}

/// One mail exchanger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanger {
    /// Preference; the lowest is tried first.
    pub preference: u16,
    /// The host.
    pub host: Name,
    /// The target of the alias that the host name is (RFC 2181 10.3 forbids that).
    pub alias: Option<Name>,
    /// IPv4 addresses, at most [`MAX_ADDRESSES`].
    pub v4: Observed<Vec<IpAddr>>,
    /// IPv6 addresses, at most [`MAX_ADDRESSES`].
    pub v6: Observed<Vec<IpAddr>>,
}

impl Exchanger {
    /// All addresses that are known.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        [&self.v4, &self.v6].into_iter().filter_map(Observed::present).flatten().copied()
    }

    /// The questions for its addresses.
    pub fn questions(&self) -> [Question; 2] {
        [RecordType::A, RecordType::AAAA].map(|rtype| Question::new(self.host.clone(), rtype))
    }

    /// Why its addresses are not known, when none is and some could not be asked for.
    pub fn unknown(&self) -> Option<ptrust_names::Cause> {
        if self.addresses().next().is_some() {
            return None;
        }
        self.v4.cause().or(self.v6.cause())
    }

    /// Whether it is proven to have no address at all.
    pub const fn without_address(&self) -> bool {
        self.v4.is_absent() && self.v6.is_absent()
    }
}

impl Exchangers {
    /// None that is known of.
    const fn none() -> Self {
        let kind = Exchange::Unknown(ptrust_names::Cause::NotAsked);
        Self { kind, hosts: Vec::new(), more: 0, null_preference: None }
    }

    /// Whether the domain says that it takes no mail (RFC 7505 3): the null MX alone.
    pub fn refuses_mail(&self) -> bool {
        matches!(self.kind, Exchange::Listed { null: true, .. }) && self.hosts.is_empty()
    }

    /// All hosts with their addresses.
    pub fn addresses(&self) -> impl Iterator<Item = (&Exchanger, IpAddr)> {
        self.hosts.iter().flat_map(|host| host.addresses().map(move |address| (host, address)))
    }
}

/// The exchangers of a domain, as far as the answers go.
pub(super) fn exchangers(posture: &Posture) -> Exchangers {
    let view = &posture.view;
    let domain = &posture.facts.target.domain;
    let own = || vec![exchanger(view, 0, domain)];
    if posture.facts.target.role == Role::Host {
        return Exchangers { kind: Exchange::Host, hosts: own(), ..Exchangers::none() };
    }
    match view.answer(&posture.question(RecordType::MX)) {
        None => Exchangers::none(),
        Some(Observed::Unknown(cause)) => Exchangers { kind: Exchange::Unknown(cause), ..Exchangers::none() },
        Some(Observed::Absent(_)) => Exchangers { kind: Exchange::Implicit, hosts: own(), ..Exchangers::none() },
        Some(Observed::Present(records)) => {
            let mut listed: Vec<(u16, &Name)> = records.exchangers().collect();
            let count = listed.len();
            listed.sort();
            let nulls = listed.iter().filter(|(_, host)| host.is_root());
            let null_preference = nulls.map(|(preference, _)| *preference).max();
            listed.retain(|(_, host)| !host.is_root());
            // A host that stands in several records counts once, where it is tried first.
            let mut seen = std::collections::BTreeSet::new();
            listed.retain(|(_, host)| seen.insert(*host));
            let hosts = listed.iter().take(MAX_EXCHANGERS).map(|(preference, host)| exchanger(view, *preference, host));
            Exchangers {
                kind: Exchange::Listed { null: null_preference.is_some(), records: count },
                hosts: hosts.collect(),
                more: listed.len().saturating_sub(MAX_EXCHANGERS),
                null_preference,
            }
        }
    }
}

/// One exchanger with its addresses.
fn exchanger(view: &View, preference: u16, host: &Name) -> Exchanger {
    let mut alias = None;
    let mut addresses = |rtype| {
        let question = Question::new(host.clone(), rtype);
        match view.answer(&question) {
            None => Observed::Unknown(ptrust_names::Cause::NotAsked),
            Some(observed) => observed.map(|records| {
                if !records.aliases.is_empty() {
                    alias = records.set.first().map(|record| record.owner.clone());
                }
                records.addresses().map(|address| address.to_canonical()).take(MAX_ADDRESSES).collect()
            }),
        }
    };
    let (v4, v6) = (addresses(RecordType::A), addresses(RecordType::AAAA));
    Exchanger { preference, host: host.clone(), alias, v4, v6 }
}

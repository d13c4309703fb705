//! The way of a message, and the address that sent it to the recipient's side.
//!
//! The newest hop was written by the recipient's own host, and so can be believed; each older one only as long as the
//! client of the hop above belongs to the recipient too. The walk goes down from the newest hop and passes every hop
//! whose client is internal. The first hop with a client from outside is the boundary: its client is the sending
//! address, and everything below it is the sender's word.

use super::authentication::{AuthenticationResults, Claim, ReceivedSpf};
use super::header::Header;
use super::received::{Hop, ReverseName, Software, received};
use super::text::organization;
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Hops that are read. RFC 5321 6.3 lets servers refuse a message as looping at 100.
pub const MAX_HOPS: usize = 200;

/// Receivers whose own hosts write names of several registered domains.
const ONE_RECEIVER: [&[&str]; 3] = [
    &["exchangelabs.com", "office365.com", "outlook.com"],
    &["gmail.com", "google.com", "googlemail.com"],
    &["aol.com", "yahoo.com", "yahoodns.net"],
];

/// Which addresses can be reached from the whole internet: the caller's rule, since it knows special use and labs.
pub type IsPublic<'a> = &'a dyn Fn(IpAddr) -> bool;

/// The hop through which a message came to the recipient's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sending {
    /// The sending address.
    pub address: IpAddr,
    /// The name it greeted with, escaped.
    pub helo: Option<String>,
    /// Index into the hops, in order of travel; `None` when only a claim tells the address.
    pub hop: Option<usize>,
    /// How it was found.
    pub why: Why,
    /// What the receiver's own authentication fields say of the client's address.
    pub cross_check: CrossCheck,
}

/// How the sending address was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// No Received field tells it; an authentication field does.
    ClaimOnly,
    /// The receiver evaluated SPF or iprev for this client, so it stands at the boundary.
    Evaluated,
    /// The newest hop whose client has a public address and is not of the recipient's organization.
    FirstOutside,
    /// No hop came from outside: the oldest relay of the recipient's own organization with a public address, before
    /// the user's submission or private addresses.
    OwnRelay,
}

/// Whether the receiver's own authentication fields agree on the sending address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrossCheck {
    /// A field names the same address.
    Agrees,
    /// Fields name other addresses only.
    Differs(Vec<IpAddr>),
    /// No field names an address.
    NotRecorded,
}

/// Why the walk passed a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PassedWhy {
    /// The field names no address: a local handover.
    NoAddress,
    /// The address cannot be reached from the internet.
    NotPublic,
    /// The client's name belongs to the organization of a host that already received the message.
    OwnOrganization,
    /// A user's submission, not a relay between servers.
    Submission,
}

/// A hop that the walk passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passed {
    /// Index into the hops, in order of travel.
    pub hop: usize,
    /// Why.
    pub why: PassedWhy,
}

/// The sending address, and the hops between it and the recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Boundary {
    /// The sending address; `None` when the message never crossed the internet as far as the header tells.
    pub sending: Option<Sending>,
    /// Hops that were passed, the newest first.
    pub passed: Vec<Passed>,
}

/// Reads the hops of a header, in order of travel (the oldest first), with the delay to each next one. The second value
/// tells whether there were more than [`MAX_HOPS`]; the oldest are left out then, since the newest can be believed.
pub fn hops(header: &Header<'_>) -> (Vec<Hop>, bool) {
    let mut hops: Vec<Hop> =
        header.named("received").take(MAX_HOPS).map(|field| received(&field.unfolded(), field.at)).collect();
    hops.reverse();
    let next: Vec<_> = hops.iter().skip(1).map(|hop| hop.time).collect();
    for (hop, next) in hops.iter_mut().zip(next) {
        hop.delay = hop.time.zip(next).map(|(from, to)| to.as_second() - from.as_second());
    }
    (hops, header.named("received").count() > MAX_HOPS)
}

/// Finds the sending address. `hops` are in order of travel.
pub fn boundary(
    hops: &[Hop],
    results: &[AuthenticationResults],
    received_spf: &[ReceivedSpf],
    is_public: IsPublic<'_>,
) -> Boundary {
    let mut claims: Vec<Claim> = results
        .iter()
        .flat_map(AuthenticationResults::claims)
        .chain(received_spf.iter().filter_map(ReceivedSpf::claim))
        .collect();
    claims.sort_by_key(|claim| claim.at);
    let mut walk = Walk { hops, claims: &claims, is_public, own: BTreeSet::new(), passed: Vec::new() };
    let sending = walk.run();
    Boundary { sending, passed: walk.passed }
}

/// The organization that a host belongs to, by its registered domain; the same for all domains of one receiver.
fn receiver(host: &str) -> Option<Name> {
    let own = organization(host)?;
    let text = own.to_string();
    let group = ONE_RECEIVER.iter().find(|group| group.contains(&text.as_str()));
    group.and_then(|group| group.first()?.parse().ok()).or(Some(own))
}

/// The walk from the newest hop down.
struct Walk<'a> {
    /// The hops in order of travel.
    hops: &'a [Hop],
    /// Addresses that authentication fields name, from top to bottom.
    claims: &'a [Claim],
    /// Which addresses are public.
    is_public: IsPublic<'a>,
    /// Organizations of the hosts that already received the message.
    own: BTreeSet<Name>,
    /// Hops passed so far.
    passed: Vec<Passed>,
}

impl Walk<'_> {
    /// Walks, and picks.
    fn run(&mut self) -> Option<Sending> {
        let mut own_relay = None;
        for (index, hop) in self.hops.iter().enumerate().rev() {
            self.own.extend(hop.by.as_deref().and_then(receiver));
            let public = hop.address.filter(|address| (self.is_public)(*address));
            let why = match (hop.address, public) {
                (None, _) => PassedWhy::NoAddress,
                (_, None) => PassedWhy::NotPublic,
                (_, Some(address)) if self.evaluated(index, address) && !hop.authenticated => {
                    return Some(self.sending(index, hop, address, Why::Evaluated));
                }
                // Below a submission stands only what the user's program wrote.
                (_, Some(_)) if hop.authenticated => {
                    self.passed.push(Passed { hop: index, why: PassedWhy::Submission });
                    break;
                }
                (_, Some(address)) => {
                    if !self.is_own(hop) {
                        return Some(self.sending(index, hop, address, Why::FirstOutside));
                    }
                    own_relay = Some((index, hop, address));
                    PassedWhy::OwnOrganization
                }
            };
            self.passed.push(Passed { hop: index, why });
        }
        if let Some((index, hop, address)) = own_relay {
            return Some(self.sending(index, hop, address, Why::OwnRelay));
        }
        // Without any Received field a part of a header was pasted; with one, a claim below it may be anybody's.
        let claim = self.claims.iter().find(|claim| self.hops.is_empty() && (self.is_public)(claim.address))?;
        Some(Sending {
            address: claim.address,
            helo: claim.helo.clone(),
            hop: None,
            why: Why::ClaimOnly,
            cross_check: CrossCheck::Agrees,
        })
    }

    /// Whether the client's name belongs to the recipient's side. Only a name that the host looked up counts; the HELO
    /// is the client's word, and serves only for formats of Exchange, which record nothing else.
    fn is_own(&self, hop: &Hop) -> bool {
        let name = match (&hop.reverse, hop.software) {
            (ReverseName::Name(name), _) => Some(name),
            (ReverseName::NotRecorded, Software::Exchange) => hop.helo.as_ref(),
            _ => None,
        };
        name.and_then(|name| receiver(name)).is_some_and(|receiver| self.own.contains(&receiver))
    }

    /// Claims that the host of this hop, or a newer one, wrote: they stand above the next older hop. Servers put them
    /// above their own Received field, Gmail below it.
    fn claims_of(&self, index: usize) -> impl Iterator<Item = &Claim> {
        let end = index.checked_sub(1).and_then(|older| self.hops.get(older)).map_or(usize::MAX, |older| older.at);
        self.claims.iter().take_while(move |claim| claim.at < end)
    }

    /// Whether the receiver evaluated this client.
    fn evaluated(&self, index: usize, address: IpAddr) -> bool {
        self.claims_of(index).any(|claim| claim.address == address)
    }

    /// The hop as the result.
    fn sending(&self, index: usize, hop: &Hop, address: IpAddr, why: Why) -> Sending {
        let mut others = Vec::new();
        for claim in self.claims_of(index) {
            if !others.contains(&claim.address) {
                others.push(claim.address);
            }
        }
        let cross_check = if others.is_empty() {
            CrossCheck::NotRecorded
        } else if others.contains(&address) {
            CrossCheck::Agrees
        } else {
            CrossCheck::Differs(others)
        };
        Sending { address, helo: hop.helo.clone(), hop: Some(index), why, cross_check }
    }
}

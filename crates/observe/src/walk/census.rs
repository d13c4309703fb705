//! The census of a zone cut: every address of every listed server, asked for the zone and for the question.

use super::Walker;
use super::classify::{Referral, Said, classify, words};
use super::context::{Budget, MAX_SERVER_NAMES, MAX_SERVERS};
use super::probe::{Probe, silent_class, silent_words};
use super::query::{Got, PATIENT, Silence};
use super::zone::{Zone, micros};
use crate::answer::Answer;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::{Class, Cut, Server, ZoneState};
use ptrust_names::{Absence, Cause, Name, Observed, Question, Record, Records};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, watch};

/// What is said of an address beyond the limit of a census.
const TOO_MANY: &str = "not asked: too many servers";

/// The first usable word of a census, for those who need not wait for the rest.
pub(super) type First = watch::Sender<Option<(Name, IpAddr, Said)>>;

/// What a census found.
#[derive(Debug)]
pub(super) struct Census {
    /// The cut with its servers.
    pub(super) cut: Cut,
    /// The answer, reduced; aliases that lead on are in `alias`.
    pub(super) answer: Observed<Records>,
    /// An alias that leads on.
    pub(super) alias: Option<(Vec<Record>, Name)>,
    /// Records that exclude each other, as zone file lines.
    pub(super) conflict: Vec<String>,
    /// A referral that some server gave.
    pub(super) referral: Option<Referral>,
    /// A zone further down that the same servers hold, so that none refers to it.
    pub(super) hidden: Option<Name>,
    /// What the apex is an alias of.
    pub(super) zone_alias: Option<Name>,
    /// Server names that are aliases.
    pub(super) nameserver_aliases: Vec<Name>,
}

/// What the members of one census share.
struct Ballot<'a> {
    question: &'a Question,
    first: &'a First,
    /// Addresses asked so far.
    places: AtomicUsize,
    /// Server names that the zone itself lists.
    listed: mpsc::UnboundedSender<Name>,
}

/// One server's part.
struct Member {
    server: Server,
    said: Option<Said>,
    hidden: Option<Name>,
    probe: Option<Probe>,
}

/// One server name's part.
struct Roll {
    members: Vec<Member>,
    alias: bool,
    glue_mismatch: Option<(Name, Vec<IpAddr>, Vec<IpAddr>)>,
}

impl Walker {
    /// Takes the census of a zone for a question.
    pub(super) async fn census(&self, zone: &Arc<Zone>, question: &Question, first: &First, budget: &Budget) -> Census {
        let (sender, mut listed) = mpsc::unbounded_channel();
        let ballot = Ballot { question, first, places: AtomicUsize::new(0), listed: sender };
        let mut names: Vec<Name> = zone.servers.iter().take(MAX_SERVER_NAMES).cloned().collect();
        let mut waiting: FuturesUnordered<_> = names
            .iter()
            .enumerate()
            .map(|(place, name)| self.placed(zone, name.clone(), place, true, &ballot, budget))
            .collect();
        let mut rolls = Vec::new();
        loop {
            let name = tokio::select! {
                biased;
                Some(name) = listed.recv() => name,
                roll = waiting.next() => match roll {
                    Some(roll) => {
                        rolls.push(roll);
                        continue;
                    }
                    None => break,
                },
            };
            // A name that only the zone itself lists is asked as soon as one of its servers tells it.
            if !names.contains(&name) && names.len() < 2 * MAX_SERVER_NAMES {
                waiting.push(self.placed(zone, name.clone(), names.len(), false, &ballot, budget));
                names.push(name);
            }
        }
        rolls.sort_by_key(|(place, _)| *place);
        let rolls: Vec<Roll> = rolls.into_iter().map(|(_, roll)| roll).collect();
        let child_servers = child_servers(&rolls);
        gather(zone, rolls, child_servers)
    }

    /// A roll with its place in the list.
    async fn placed(
        &self,
        zone: &Arc<Zone>,
        name: Name,
        place: usize,
        in_parent: bool,
        ballot: &Ballot<'_>,
        budget: &Budget,
    ) -> (usize, Roll) {
        (place, self.roll(zone, &name, in_parent, ballot, budget).await)
    }

    /// One server name: its addresses from glue and lookup, each asked as soon as it is known.
    async fn roll(&self, zone: &Arc<Zone>, name: &Name, in_parent: bool, ballot: &Ballot<'_>, budget: &Budget) -> Roll {
        let glue: Vec<IpAddr> =
            zone.glue.iter().filter(|(owner, _)| owner == name).map(|(_, address)| *address).collect();
        let ask = |address: IpAddr| self.member(zone, name, address, in_parent, ballot, budget);
        let from_glue = join_all(glue.iter().map(|address| ask(*address)));
        let looked_up = async {
            let addresses = self.addresses(name, budget).await;
            let others: Vec<_> = addresses.found.iter().filter(|found| !glue.contains(found)).copied().collect();
            let members = join_all(others.into_iter().map(&ask)).await;
            (addresses, members)
        };
        let (mut members, (addresses, others)) = tokio::join!(from_glue, looked_up);
        members.extend(others);
        if members.is_empty() {
            let class = addresses.unknown.map_or(Class::NoAddress, Class::AddressUnknown);
            let said = match class {
                Class::AddressUnknown(cause) => {
                    format!("its address could not be looked up: {cause}")
                }
                _ => "the name has no address".into(),
            };
            members.push(Member {
                server: server(name, None, in_parent, class, said),
                said: None,
                hidden: None,
                probe: None,
            });
        }
        let own_zone_answered = addresses.unknown.is_none() && !addresses.found.is_empty();
        let differs = own_zone_answered && !glue.is_empty() && {
            // Only families that the glue speaks of: a parent need not publish both.
            let of_family = |v4: bool| {
                let own: Vec<_> = addresses.found.iter().filter(|address| address.is_ipv4() == v4).copied().collect();
                let given: Vec<_> = glue.iter().filter(|address| address.is_ipv4() == v4).copied().collect();
                !given.is_empty() && given.iter().any(|address| !own.contains(address))
            };
            of_family(true) || of_family(false)
        };
        let alias = addresses.alias;
        let glue_mismatch = differs.then(|| (name.clone(), glue.clone(), addresses.found));
        Roll { members, alias, glue_mismatch }
    }

    /// One address: the probe of the zone and the question, together.
    async fn member(
        &self,
        zone: &Arc<Zone>,
        name: &Name,
        address: IpAddr,
        in_parent: bool,
        ballot: &Ballot<'_>,
        budget: &Budget,
    ) -> Member {
        let none = |class, said: &str| Member {
            server: server(name, Some(address), in_parent, class, said.to_owned()),
            said: None,
            hidden: None,
            probe: None,
        };
        if !self.settings.scope.holds(address) {
            return none(Class::SpecialUse, "never asked: an address that nobody can reach");
        }
        if ballot.places.fetch_add(1, Ordering::Relaxed) >= MAX_SERVERS {
            return none(Class::NotAsked(Cause::Budget), TOO_MANY);
        }
        let asking = async {
            let question = ballot.question;
            let result = self.ask(address, question, PATIENT, budget).await;
            let said = result.as_ref().ok().map(|got| classify(&got.reply, &zone.apex, question));
            if let (Ok(got), Some(said @ (Said::Answer(_) | Said::Referral(_)))) = (&result, &said) {
                zone.note(address, name, got.rtt, words(&got.reply));
                ballot.first.send_if_modified(|slot| {
                    let empty = slot.is_none();
                    if empty {
                        *slot = Some((name.clone(), address, said.clone()));
                    }
                    empty
                });
            }
            (result, said)
        };
        let probing = async {
            let probe = self.probe(zone, address, budget).await;
            if probe.class == Class::Authoritative {
                for name in probe.servers.iter().flatten() {
                    // The census that listens is the one that asks.
                    let _ = ballot.listed.send(name.clone());
                }
            }
            probe
        };
        let (probe, (result, said)) = tokio::join!(probing, asking);
        let (class, words) = weigh(&probe, &result, said.as_ref());
        // A server that is lame about the apex may still hold the set, as servers that make up answers do.
        let has_set = matches!(&said, Some(Said::Answer(Answer::Set(_))));
        let counts = class == Class::Authoritative || has_set;
        let answer = counts.then(|| own_answer(said.as_ref(), &result)).flatten();
        let rtt = result.as_ref().ok().map(|got| got.rtt).into_iter().chain(probe.rtt).min();
        let server = Server {
            answer,
            serial: probe.soa.as_ref().map(|soa| soa.serial),
            rtt_us: rtt.map(micros),
            recurses: probe.recurses,
            ..server(name, Some(address), in_parent, class, words)
        };
        let hidden = result
            .as_ref()
            .ok()
            .zip(said.as_ref())
            .and_then(|(got, said)| hidden_apex(zone, ballot.question, got, said));
        Member { server, said, hidden, probe: Some(probe) }
    }
}

/// Puts the parts together.
fn gather(zone: &Arc<Zone>, rolls: Vec<Roll>, child_servers: Option<Vec<Name>>) -> Census {
    let nameserver_aliases = rolls
        .iter()
        .filter(|roll| roll.alias)
        .filter_map(|roll| roll.members.first().map(|member| member.server.name.clone()))
        .collect();
    let glue_mismatches = rolls.iter().filter_map(|roll| roll.glue_mismatch.clone()).collect();
    let mut members: Vec<Member> = rolls.into_iter().flat_map(|roll| roll.members).collect();
    for member in &mut members {
        member.server.in_child = child_servers.iter().flatten().any(|name| *name == member.server.name);
    }
    let mut census = Census {
        cut: Cut { child_servers, glue_mismatches, ..zone.cut() },
        answer: Observed::Unknown(Cause::NotAsked),
        alias: None,
        conflict: Vec::new(),
        referral: None,
        hidden: members.iter().find_map(|member| member.hidden.clone()),
        zone_alias: None,
        nameserver_aliases,
    };
    for member in &members {
        let probe = member.probe.as_ref();
        census.cut.soa = census.cut.soa.take().or_else(|| probe.and_then(|probe| probe.soa.clone()));
        census.zone_alias = census.zone_alias.take().or_else(|| probe.and_then(|probe| probe.alias.clone()));
        match &member.said {
            Some(Said::Referral(referral)) if census.referral.is_none() => {
                census.referral = Some(referral.clone());
            }
            Some(Said::Answer(Answer::Set(records))) if !records.aliases.is_empty() && census.alias.is_none() => {
                // Answered through an alias by servers that hold both zones: the target's zone gets a census too.
                census.alias = last_target(&records.aliases).map(|target| (records.aliases.clone(), target));
            }
            Some(Said::Answer(Answer::Alias { aliases, target })) if census.alias.is_none() => {
                census.alias = Some((aliases.clone(), target.clone()));
            }
            Some(Said::Answer(Answer::Negative { aliases, name, .. }))
                if !aliases.is_empty() && census.alias.is_none() =>
            {
                // The chain ends in this zone; the target is walked like any other, so that its parent is seen.
                census.alias = Some((aliases.clone(), name.clone()));
            }
            Some(Said::Answer(Answer::Conflict(records))) if census.conflict.is_empty() => {
                census.conflict = records.iter().map(ToString::to_string).collect();
            }
            _ => {}
        }
    }
    census.cut.servers = members.into_iter().map(|member| member.server).collect();
    bound(&mut census.cut.servers);
    census.cut.rtt_us = census.cut.servers.iter().filter_map(|server| server.rtt_us).min();
    census.answer = reduce(&census.cut);
    census
}

/// The zone's own NS set: the union over its authoritative servers, in the order seen.
fn child_servers(rolls: &[Roll]) -> Option<Vec<Name>> {
    let mut all: Option<Vec<Name>> = None;
    for member in rolls.iter().flat_map(|roll| &roll.members) {
        let own = member.probe.as_ref().filter(|_| member.server.class == Class::Authoritative);
        if let Some(servers) = own.and_then(|probe| probe.servers.as_ref()) {
            let all = all.get_or_insert_default();
            for name in servers {
                if !all.contains(name) && all.len() < MAX_SERVER_NAMES {
                    all.push(name.clone());
                }
            }
        }
    }
    all
}

/// How a server counts, by its word on the zone and its word on the question.
fn weigh(probe: &Probe, result: &Result<Got, Silence>, said: Option<&Said>) -> (Class, String) {
    let on_question = match result {
        Ok(got) => words(&got.reply),
        Err(silence) => silent_words(*silence),
    };
    match (probe.class, said) {
        (Class::Authoritative, _) => (Class::Authoritative, probe.said.clone()),
        // Silent or failing about the apex, yet it answers the question with authority.
        (Class::Mute | Class::Failing(_) | Class::NotAsked(_), Some(Said::Answer(_) | Said::Referral(_))) => {
            (Class::Authoritative, on_question)
        }
        (Class::Mute | Class::NotAsked(_), Some(Said::Lame(reason))) => (Class::Lame(*reason), on_question),
        (Class::Mute | Class::NotAsked(_), Some(Said::Failing(cause))) => (Class::Failing(*cause), on_question),
        (class @ Class::Lame(reason), _) => {
            let why = reason.to_string();
            // REFUSED says it all.
            (class, if probe.said.starts_with(&why) { probe.said.clone() } else { format!("{}: {why}", probe.said) })
        }
        (Class::NotAsked(_), None) => match result {
            Err(silence) => (silent_class(*silence), on_question),
            Ok(_) => (probe.class, probe.said.clone()),
        },
        (class, _) => (class, probe.said.clone()),
    }
}

/// An authoritative server's own answer; `None` where it only leads on.
fn own_answer(said: Option<&Said>, result: &Result<Got, Silence>) -> Option<Observed<Records>> {
    Some(match said {
        Some(Said::Answer(Answer::Set(records))) if records.aliases.is_empty() => Observed::Present(records.clone()),
        Some(Said::Answer(Answer::Negative { aliases, absence, .. })) if aliases.is_empty() => {
            Observed::Absent(Absence::clone(absence))
        }
        Some(Said::Answer(Answer::Loop { .. })) => Observed::Unknown(Cause::AliasLoop),
        Some(Said::Answer(Answer::Conflict(_))) => Observed::Unknown(Cause::Garbled),
        Some(Said::Answer(_) | Said::Referral(_)) => return None,
        Some(Said::Failing(cause)) => Observed::Unknown(*cause),
        Some(Said::Lame(_)) => Observed::Unknown(Cause::NotAuthoritative),
        None => Observed::Unknown(result.as_ref().err().map_or(Cause::Garbled, |silence| Cause::from(*silence))),
    })
}

/// The answer of a cut. A set with authority counts from whichever server gave it. Absence takes every authoritative
/// server: one that could not say leaves it open. Without authoritative servers the state of the zone says why it is
/// not known.
fn reduce(cut: &Cut) -> Observed<Records> {
    let given =
        cut.servers.iter().filter_map(|server| server.answer.as_ref()).find(|answer| answer.present().is_some());
    if let Some(given) = given {
        return given.clone();
    }
    match cut.state() {
        ZoneState::Answers => {}
        ZoneState::Lame => return Observed::Unknown(Cause::Lame),
        ZoneState::Unreachable => return Observed::Unknown(Cause::Timeout),
        ZoneState::Unresolvable => return Observed::Unknown(Cause::Unresolvable),
        ZoneState::Undetermined(cause) => return Observed::Unknown(cause),
    }
    let answers = || cut.authoritative().filter_map(|server| server.answer.as_ref());
    answers()
        .find(|answer| answer.cause().is_some())
        .or_else(|| answers().next())
        .cloned()
        .unwrap_or(Observed::Unknown(Cause::NotAsked))
}

/// The name that a chain of aliases ends in.
fn last_target(aliases: &[Record]) -> Option<Name> {
    aliases.iter().rev().find_map(|record| match &record.data {
        ptrust_names::Data::Cname(target) => Some(target.clone()),
        _ => None,
    })
}

/// The apex of a zone below this one that an authoritative reply comes from.
fn hidden_apex(zone: &Zone, question: &Question, got: &Got, said: &Said) -> Option<Name> {
    let apex = match said {
        Said::Answer(Answer::Set(records)) if records.aliases.is_empty() => got.reply.authority_ns()?.0.clone(),
        Said::Answer(Answer::Negative { aliases, absence, .. }) if aliases.is_empty() => {
            absence.soa.as_ref()?.zone.clone()
        }
        _ => return None,
    };
    (apex.is_below(&zone.apex) && question.name.is_at_or_below(&apex)).then_some(apex)
}

/// Keeps of the addresses that were not asked, for being too many or special-use, a few: a referral can hold hundreds.
fn bound(servers: &mut Vec<Server>) {
    let (mut over, mut special) = (0, 0);
    servers.retain(|server| match server.class {
        Class::NotAsked(Cause::Budget) if server.said == TOO_MANY => {
            over += 1;
            over == 1
        }
        Class::SpecialUse => {
            special += 1;
            special <= MAX_SERVER_NAMES
        }
        _ => true,
    });
}

/// A server without answers.
fn server(name: &Name, address: Option<IpAddr>, in_parent: bool, class: Class, said: String) -> Server {
    Server {
        name: name.clone(),
        address,
        in_parent,
        in_child: false,
        class,
        answer: None,
        serial: None,
        rtt_us: None,
        recurses: false,
        said,
    }
}

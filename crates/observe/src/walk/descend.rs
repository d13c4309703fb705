//! The way down: from the closest known zone, one good answer per cut.

use super::Walker;
use super::addresses::Addresses;
use super::classify::{Referral, Said, classify, words};
use super::context::{Budget, MAX_CUTS};
use super::query::{BRISK, Got, Silence};
use super::zone::Zone;
use crate::answer::{Answer, MAX_ALIASES};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::Role;
use ptrust_names::{Cause, Data, Name, Observed, Question, Record, Records};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

/// How long one server is waited for before the next is asked too.
const HEDGE: Duration = Duration::from_millis(350);
/// Attempts at one cut, over all its servers.
const MAX_ATTEMPTS: usize = 16;
/// How long one cut may take on the way down. A census waits longer, and asks all servers at once.
const RACE: Duration = Duration::from_secs(2);
/// Other servers asked about a zone that one server of its parent answers for.
const MAX_OTHERS: usize = 6;
/// Server names looked up at once when a referral came without addresses.
const LOOKUPS_AT_ONCE: usize = 3;
/// How long a walk waits for another that asks the same cut.
const FLIGHT_WAIT: Duration = Duration::from_secs(3);

/// One server's usable word.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The server.
    pub(super) server: (Name, IpAddr),
    /// What it said.
    pub(super) said: Said,
    /// Its reply, for the answer time.
    pub(super) got: Got,
}

/// Where the way down ended.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one per cut, moved at once")]
pub(super) enum End {
    /// A zone whose servers answer the question, or deny it.
    Answered(Arc<Zone>, Word),
    /// A zone of a holder: its servers are to be asked all.
    Holder(Arc<Zone>),
    /// A zone none of whose servers gave a usable answer.
    Broken(Arc<Zone>),
    /// Too many cuts.
    TooDeep(Arc<Zone>),
}

impl Walker {
    /// Goes down to the zone that answers. With `stop_at_holder` it stops at each holder's zone without asking it.
    pub(super) async fn descend(&self, question: &Question, stop_at_holder: bool, budget: &Budget) -> End {
        let mut zone = self.closest(&question.name, question.rtype);
        loop {
            if zone.depth() > MAX_CUTS {
                return End::TooDeep(zone);
            }
            if stop_at_holder && matches!(zone.role, Role::Holder) {
                return End::Holder(zone);
            }
            match self.step(&zone, question, budget).await {
                Step::Closer(child) => zone = child,
                Step::Answered(word) => match self.hidden(&zone, &word, question, stop_at_holder, budget).await {
                    Some(child) if stop_at_holder => zone = child,
                    Some(child) => return End::Answered(child, word),
                    None => return End::Answered(zone, word),
                },
                Step::Broken => return End::Broken(zone),
            }
        }
    }

    /// One cut further. Walks of one run that ask the same zone for names under the same label wait for the first of
    /// them, and then look again: most often its referral covers them.
    async fn step(&self, zone: &Arc<Zone>, question: &Question, budget: &Budget) -> Step {
        let shared = budget.depth == 0 && (zone.role < Role::Holder || zone.apex.label_count() < 2);
        let group = shared.then(|| group(&question.name, &zone.apex)).flatten();
        let Some(group) = group else {
            return self.ask_zone(zone, question, budget).await;
        };
        let key = (zone.apex.clone(), group);
        let lead = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(flight) = flights.get(&key) {
                Err(flight.clone())
            } else {
                let (sender, receiver) = watch::channel(false);
                flights.insert(key, receiver);
                Ok(sender)
            }
        };
        match lead {
            Ok(done) => {
                let step = self.ask_zone(zone, question, budget).await;
                done.send_replace(true);
                return step;
            }
            // The leader's end, or its dropping out, ends the wait; so does time.
            Err(mut flight) => drop(timeout(FLIGHT_WAIT, flight.wait_for(|done| *done)).await),
        }
        let closest = self.closest(&question.name, question.rtype);
        if closest.apex.is_below(&zone.apex) {
            return Step::Closer(closest);
        }
        self.ask_zone(zone, question, budget).await
    }

    /// Asks servers of a zone until one gives a usable answer, without waiting long for any. Names without known addresses
    /// are looked up a few at a time, when the addresses at hand do not answer.
    async fn ask_zone(&self, zone: &Arc<Zone>, question: &Question, budget: &Budget) -> Step {
        let mut queue: VecDeque<(Name, IpAddr)> = zone.good().into_iter().chain(self.known(zone)).collect();
        // What lies in the zone itself is known by glue or not at all.
        let mut names = zone.servers.iter().filter(|name| !name.is_at_or_below(&zone.apex));
        let mut tried: Vec<IpAddr> = Vec::new();
        let mut asked = FuturesUnordered::new();
        let mut lookups = FuturesUnordered::new();
        let end = Instant::now() + RACE;
        loop {
            let next = loop {
                match queue.pop_front() {
                    Some((_, address)) if tried.contains(&address) || !self.settings.scope.holds(address) => {}
                    other => break other,
                }
            };
            if let Some((name, address)) = next {
                tried.push(address);
                asked.push(async move {
                    let result = self.ask(address, question, BRISK, budget).await;
                    (name, address, result)
                });
            } else if lookups.is_empty() {
                for name in names.by_ref().take(LOOKUPS_AT_ONCE) {
                    lookups.push(async move { (name, self.addresses(name, budget).await) });
                }
            }
            if asked.is_empty() && lookups.is_empty() {
                return Step::Broken;
            }
            // Wait for whatever comes first; after a while ask the next server too.
            let more = !queue.is_empty() || names.clone().next().is_some();
            let hedge = if more && tried.len() < MAX_ATTEMPTS { Instant::now() + HEDGE } else { end };
            tokio::select! {
                Some((name, address, result)) = asked.next(), if !asked.is_empty() => {
                    if let Some(word) = usable(zone, question, &name, address, result) {
                        return self.read(zone, word);
                    }
                }
                Some((name, found)) = lookups.next(), if !lookups.is_empty() => {
                    let found: &Addresses = &found;
                    queue.extend(found.found.iter().map(|address| (Name::clone(name), *address)));
                }
                () = sleep_until(hedge.min(end)) => {
                    if Instant::now() >= end {
                        return Step::Broken;
                    }
                }
            }
            if tried.len() >= MAX_ATTEMPTS && asked.is_empty() {
                return Step::Broken;
            }
        }
    }

    /// Addresses known without a lookup, IPv4 first, in the parent's order.
    fn known(&self, zone: &Zone) -> Vec<(Name, IpAddr)> {
        let cells = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let looked_up = zone.servers.iter().filter_map(|name| Some((name, cells.get(name)?.get()?)));
        let mut known: Vec<(Name, IpAddr)> = zone.glue.clone();
        known.extend(looked_up.flat_map(|(name, found)| found.found.iter().map(|address| (name.clone(), *address))));
        known.sort_by_key(|(_, address)| address.is_ipv6());
        known
    }

    /// Turns a usable word into a step.
    fn read(&self, zone: &Arc<Zone>, word: Word) -> Step {
        zone.note(word.server.1, &word.server.0, word.got.rtt, words(&word.got.reply));
        match &word.said {
            Said::Referral(referral) => Step::Closer(self.add(zone, referral.clone())),
            _ => Step::Answered(word),
        }
    }

    /// A zone between this one and the answer that no referral showed, since the server holds both: the SOA of a denial
    /// names it, and so does the NS set beside an answer. Else, when thorough, the server is asked. Another server of this zone may
    /// still refer to it, as a parent's server does that is also the child's.
    async fn hidden(
        &self,
        zone: &Arc<Zone>,
        word: &Word,
        question: &Question,
        thorough: bool,
        budget: &Budget,
    ) -> Option<Arc<Zone>> {
        let Said::Answer(answer) = &word.said else { return None };
        let server = word.server.1;
        let apex = match answer {
            Answer::Negative { aliases, absence, .. } if aliases.is_empty() => absence.soa.as_ref()?.zone.clone(),
            Answer::Set(records) if records.aliases.is_empty() => match word.got.reply.authority_ns() {
                Some((owner, _)) => owner.clone(),
                None if thorough => self.apex_at(server, zone, &question.name, budget).await?,
                None => return None,
            },
            // At an alias the SOA is that of the name above.
            _ if !thorough => return None,
            _ => self.apex_at(server, zone, &question.name.parent()?, budget).await?,
        };
        if !(apex.is_below(&zone.apex) && question.name.is_at_or_below(&apex)) {
            return None;
        }
        if !thorough {
            return Some(self.add_hidden(zone, &apex));
        }
        let soa = Question::new(apex.clone(), ptrust_names::RecordType::SOA);
        let mut asked: FuturesUnordered<_> =
            zone.servers.iter().take(MAX_OTHERS).map(|name| self.refers(name, server, zone, &soa, budget)).collect();
        let first = async {
            while let Some(referral) = asked.next().await {
                if referral.is_some() {
                    return referral;
                }
            }
            None
        };
        if let Ok(Some(referral)) = timeout(RACE, first).await {
            return Some(self.add(zone, referral));
        }
        Some(self.add_hidden(zone, &apex))
    }

    /// The referral that a server of a zone other than the one at `except` gives to the apex in question. Its address may
    /// have to be looked up: the first server to answer did so before the others were known.
    async fn refers(
        &self,
        name: &Name,
        except: IpAddr,
        zone: &Zone,
        soa: &Question,
        budget: &Budget,
    ) -> Option<Referral> {
        let glue = zone.glue.iter().filter(|(owner, _)| owner == name);
        let mut addresses: Vec<IpAddr> = glue.map(|(_, address)| *address).collect();
        if addresses.is_empty() {
            addresses = self.addresses(name, budget).await.found;
        }
        for address in addresses.into_iter().filter(|address| *address != except && self.settings.scope.holds(*address))
        {
            let Ok(got) = self.ask(address, soa, BRISK, budget).await else { continue };
            match classify(&got.reply, &zone.apex, soa) {
                Said::Referral(referral) if referral.zone == soa.name => return Some(referral),
                // Its other addresses would say the same.
                Said::Answer(_) => return None,
                Said::Referral(_) | Said::Lame(_) | Said::Failing(_) => {}
            }
        }
        None
    }

    /// The apex of the zone in which a server holds a name: the owner of the SOA it answers or denies with.
    async fn apex_at(&self, server: IpAddr, zone: &Zone, name: &Name, budget: &Budget) -> Option<Name> {
        let soa = Question::new(name.clone(), ptrust_names::RecordType::SOA);
        let got = self.ask(server, &soa, BRISK, budget).await.ok()?;
        match classify(&got.reply, &zone.apex, &soa) {
            Said::Answer(Answer::Set(records)) if records.aliases.is_empty() => Some(name.clone()),
            Said::Answer(Answer::Negative { absence, .. }) => Some(absence.soa?.zone),
            _ => None,
        }
    }

    /// Resolves a question without a census, aliases followed: for server names.
    pub(super) async fn resolve(&self, question: &Question, budget: &Budget) -> Observed<Records> {
        let mut aliases = Vec::new();
        let mut question = question.clone();
        while links(&aliases) <= MAX_ALIASES {
            let word = match Box::pin(self.descend(&question, false, budget)).await {
                End::Answered(_, word) => word,
                End::Broken(_) | End::Holder(_) => {
                    let spent = budget.left().is_none();
                    return Observed::Unknown(if spent { Cause::Budget } else { Cause::Lame });
                }
                End::TooDeep(_) => return Observed::Unknown(Cause::Budget),
            };
            match word.said {
                Said::Answer(Answer::Set(records)) => {
                    aliases.extend(records.aliases);
                    return Observed::Present(Records { aliases, set: records.set });
                }
                Said::Answer(Answer::Negative { absence, .. }) => return Observed::Absent(absence),
                Said::Answer(Answer::Alias { aliases: more, target }) => {
                    aliases.extend(more);
                    question.name = target;
                }
                Said::Answer(Answer::Conflict(_)) => return Observed::Unknown(Cause::Garbled),
                Said::Answer(Answer::Loop { .. }) => return Observed::Unknown(Cause::AliasLoop),
                Said::Referral(_) | Said::Lame(_) | Said::Failing(_) => {
                    return Observed::Unknown(Cause::Lame);
                }
            }
        }
        Observed::Unknown(Cause::AliasLoop)
    }
}

/// One step of the way down.
#[expect(clippy::large_enum_variant, reason = "one per cut, moved at once")]
enum Step {
    /// A zone further down.
    Closer(Arc<Zone>),
    /// An answer or a denial.
    Answered(Word),
    /// No server gave a usable answer.
    Broken,
}

/// The word of a server, if it leads anywhere.
fn usable(
    zone: &Zone,
    question: &Question,
    name: &Name,
    address: IpAddr,
    result: Result<Got, Silence>,
) -> Option<Word> {
    let got = result.ok()?;
    let said = classify(&got.reply, &zone.apex, question);
    matches!(said, Said::Answer(_) | Said::Referral(_)).then(|| Word { server: (name.clone(), address), said, got })
}

/// The name one label below the zone on the way to `name`: what walks to the same part of the tree share.
fn group(name: &Name, apex: &Name) -> Option<Name> {
    std::iter::once(name.clone()).chain(name.ancestors()).find(|one| one.parent().as_ref() == Some(apex))
}

/// How many links an alias chain has: a DNAME counts with the CNAME made of it, if that came along.
pub(super) fn links(aliases: &[Record]) -> usize {
    let next = aliases.iter().skip(1).map(Some).chain([None]);
    let made = |next: Option<&Record>| next.is_some_and(|next| matches!(next.data, Data::Cname(_)));
    let counts = |(record, next): &(&Record, Option<&Record>)| match record.data {
        Data::Dname(_) => !made(*next),
        _ => true,
    };
    aliases.iter().zip(next).filter(counts).count()
}

//! The way down: from the closest known zone, one good answer per cut.

use super::Walker;
use super::classify::{Said, classify, words};
use super::context::{Budget, MAX_ALIAS_WALKS, MAX_CUTS};
use super::query::{BRISK, Got, Silence};
use super::zone::Zone;
use crate::answer::Answer;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::Role;
use ptrust_names::{Cause, Name, Observed, Question, Records};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::timeout;

/// How long one server is waited for before the next is asked too.
const HEDGE: Duration = Duration::from_millis(350);
/// Attempts at one cut, over all its servers.
const MAX_ATTEMPTS: usize = 16;
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
                Step::Answered(word) => match self.hidden(&zone, &word, question, budget).await {
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
        let cell = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(flights.entry((zone.apex.clone(), group)).or_insert_with(|| Arc::new(OnceCell::new())))
        };
        let mut led = None;
        let leading = cell.get_or_init(|| async { led = Some(self.ask_zone(zone, question, budget).await) });
        let _ = timeout(FLIGHT_WAIT, leading).await;
        if let Some(step) = led {
            return step;
        }
        let closest = self.closest(&question.name, question.rtype);
        if closest.apex.is_below(&zone.apex) {
            return Step::Closer(closest);
        }
        self.ask_zone(zone, question, budget).await
    }

    /// Asks servers of a zone until one gives a usable answer.
    async fn ask_zone(&self, zone: &Arc<Zone>, question: &Question, budget: &Budget) -> Step {
        let mut tried: Vec<IpAddr> = Vec::new();
        let mut candidates = zone.good();
        candidates.extend(self.known(zone));
        if let Some(word) = self.race(zone, &candidates, question, &mut tried, budget).await {
            return self.read(zone, word);
        }
        // Without glue, or when all of it failed: look the names up, a few at a time.
        for names in zone.servers.chunks(LOOKUPS_AT_ONCE) {
            let mut lookups: FuturesUnordered<_> =
                names.iter().map(|name| async move { (name, self.addresses(name, budget).await) }).collect();
            while let Some((name, addresses)) = lookups.next().await {
                let more: Vec<_> = addresses.found.iter().map(|address| (name.clone(), *address)).collect();
                if let Some(word) = self.race(zone, &more, question, &mut tried, budget).await {
                    return self.read(zone, word);
                }
            }
            if budget.left().is_none() {
                break;
            }
        }
        Step::Broken
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

    /// Asks candidates one after the other, without waiting long for any; the first usable word wins.
    async fn race(
        &self,
        zone: &Zone,
        candidates: &[(Name, IpAddr)],
        question: &Question,
        tried: &mut Vec<IpAddr>,
        budget: &Budget,
    ) -> Option<Word> {
        let mut waiting = candidates.iter();
        let mut asked = FuturesUnordered::new();
        loop {
            let next = loop {
                match waiting.next() {
                    Some((_, address)) if tried.contains(address) || !self.settings.scope.holds(*address) => {}
                    other => break other,
                }
            };
            if let Some((name, address)) = next
                && tried.len() < MAX_ATTEMPTS
            {
                tried.push(*address);
                asked.push(async move { (name, *address, self.ask(*address, question, BRISK, budget).await) });
            } else if asked.is_empty() {
                return None;
            }
            let hedge = if waiting.len() > 0 && tried.len() < MAX_ATTEMPTS { HEDGE } else { Duration::MAX };
            let Ok(Some((name, address, result))) = timeout_or_forever(hedge, asked.next()).await else {
                continue;
            };
            if let Some(word) = usable(zone, question, name, address, result) {
                return Some(word);
            }
        }
    }

    /// Turns a usable word into a step.
    fn read(&self, zone: &Arc<Zone>, word: Word) -> Step {
        zone.note(word.server.1, &word.server.0, word.got.rtt, words(&word.got.reply));
        match &word.said {
            Said::Referral(referral) => Step::Closer(self.add(zone, referral.clone())),
            _ => Step::Answered(word),
        }
    }

    /// A zone between this one and the answer that no referral showed, since the same servers hold both: the SOA of a
    /// denial names it, and so does the NS set beside an answer. Else the server is asked.
    async fn hidden(&self, zone: &Arc<Zone>, word: &Word, question: &Question, budget: &Budget) -> Option<Arc<Zone>> {
        let Said::Answer(answer) = &word.said else {
            return None;
        };
        let apex = match answer {
            Answer::Negative { aliases, absence, .. } if aliases.is_empty() => absence.soa.as_ref()?.zone.clone(),
            Answer::Negative { .. } | Answer::Alias { .. } | Answer::Conflict(_) | Answer::Loop { .. } => return None,
            Answer::Set(records) if !records.aliases.is_empty() => return None,
            Answer::Set(_) => match word.got.reply.authority_ns() {
                Some((owner, _)) => owner.clone(),
                None => self.apex_at(word.server.1, zone, question, budget).await?,
            },
        };
        (apex.is_below(&zone.apex) && question.name.is_at_or_below(&apex)).then(|| self.add_hidden(zone, &apex))
    }

    /// The apex of the zone in which a server holds a name: the owner of the SOA it answers or denies with.
    async fn apex_at(&self, server: IpAddr, zone: &Zone, question: &Question, budget: &Budget) -> Option<Name> {
        let soa = Question::new(question.name.clone(), ptrust_names::RecordType::SOA);
        let got = self.ask(server, &soa, BRISK, budget).await.ok()?;
        match classify(&got.reply, &zone.apex, &soa) {
            Said::Answer(Answer::Set(records)) if records.aliases.is_empty() => Some(question.name.clone()),
            Said::Answer(Answer::Negative { absence, .. }) => Some(absence.soa?.zone),
            _ => None,
        }
    }

    /// Resolves a question without a census, aliases followed: for server names.
    pub(super) async fn resolve(&self, question: &Question, budget: &Budget) -> Observed<Records> {
        let mut aliases = Vec::new();
        let mut question = question.clone();
        for _ in 0..MAX_ALIAS_WALKS {
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

/// A timeout that `Duration::MAX` turns off.
async fn timeout_or_forever<T>(
    wait: Duration,
    future: impl Future<Output = T>,
) -> Result<T, tokio::time::error::Elapsed> {
    if wait == Duration::MAX { Ok(future.await) } else { timeout(wait, future).await }
}

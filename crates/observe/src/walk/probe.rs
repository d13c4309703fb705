//! What one server says about a zone itself: its SOA, its own NS set, whether it recurses. Asked once a run.

use super::Walker;
use super::classify::{Said, classify, words};
use super::context::Budget;
use super::query::{BRISK, PATIENT, Silence};
use super::zone::Zone;
use crate::answer::Answer;
use ptrust_facts::{Class, LameReason, Role};
use ptrust_names::{AbsenceKind, Data, Name, Question, RecordType, Soa};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// A server's word about a zone.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// How it counts by its answer for the SOA of the apex.
    pub(super) class: Class,
    /// The SOA.
    pub(super) soa: Option<Soa>,
    /// The zone's own NS set.
    pub(super) servers: Option<Vec<Name>>,
    /// What the apex is an alias of.
    pub(super) alias: Option<Name>,
    /// Whether it recurses for us.
    pub(super) recurses: bool,
    /// Its answer time.
    pub(super) rtt: Option<Duration>,
    /// Its answer in a few words.
    pub(super) said: String,
}

impl Walker {
    /// Probes a server for a zone; shared by all walks. A probe cut short by one walk's budget is not kept.
    pub(super) async fn probe(&self, zone: &Arc<Zone>, server: IpAddr, budget: &Budget) -> Probe {
        let cell = {
            let mut probes = zone.probes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(probes.entry(server).or_default())
        };
        let probed = cell.get_or_try_init(|| async {
            let probe = self.probe_now(zone, server, budget).await;
            if matches!(probe.class, Class::NotAsked(ptrust_names::Cause::Budget)) { Err(probe) } else { Ok(probe) }
        });
        match probed.await {
            Ok(probe) => probe.clone(),
            Err(probe) => probe,
        }
    }

    async fn probe_now(&self, zone: &Arc<Zone>, server: IpAddr, budget: &Budget) -> Probe {
        let soa_question = Question::new(zone.apex.clone(), RecordType::SOA);
        let ns_question = Question::new(zone.apex.clone(), RecordType::NS);
        // Some servers set RA only where RD asks for it, so a holder's servers are asked outright; a registry's are left
        // in peace.
        let recursion = async {
            let root = Question::new(Name::root(), RecordType::SOA);
            zone.role == Role::Holder && self.recurses(server, &root, budget).await
        };
        let (soa, ns, recurses) = tokio::join!(
            self.ask(server, &soa_question, PATIENT, budget),
            self.ask(server, &ns_question, BRISK, budget),
            recursion,
        );
        let servers = ns.ok().and_then(|got| match classify(&got.reply, &zone.apex, &ns_question) {
            Said::Answer(Answer::Set(records)) => Some(
                records
                    .set
                    .iter()
                    .filter_map(|record| match &record.data {
                        Data::Ns(name) => Some(name.clone()),
                        _ => None,
                    })
                    .collect(),
            ),
            _ => None,
        });
        let got = match soa {
            Ok(got) => got,
            Err(silence) => {
                return Probe {
                    class: silent_class(silence),
                    soa: None,
                    servers,
                    alias: None,
                    recurses,
                    rtt: None,
                    said: silent_words(silence),
                };
            }
        };
        let said = classify(&got.reply, &zone.apex, &soa_question);
        let (class, soa, alias) = apex_class(&said);
        Probe { class, soa, servers, alias, recurses, rtt: Some(got.rtt), said: words(&got.reply) }
    }
}

/// How a server counts that gave no reply at all.
pub(super) const fn silent_class(silence: Silence) -> Class {
    match silence {
        Silence::Budget => Class::NotAsked(ptrust_names::Cause::Budget),
        Silence::Local => Class::NotAsked(ptrust_names::Cause::Local),
        Silence::Mute | Silence::Closed => Class::Mute,
        Silence::Garbled => Class::Failing(ptrust_names::Cause::Garbled),
        // It lives, and could not be asked in full.
        Silence::Truncated => Class::NotAsked(ptrust_names::Cause::Garbled),
    }
}

/// The same in words.
pub(super) fn silent_words(silence: Silence) -> String {
    match silence {
        Silence::Budget => "not asked: the budget of the walk was spent".into(),
        Silence::Local => "not asked: no route from here".into(),
        Silence::Mute => format!("no answer in {} tries over UDP and one over TCP", PATIENT.len()),
        Silence::Closed => "refuses connections on port 53".into(),
        Silence::Garbled => "an answer that cannot be read".into(),
        Silence::Truncated => "its answer does not fit a datagram, and TCP fails".into(),
    }
}

/// How a server counts by its answer for the SOA of the apex.
fn apex_class(said: &Said) -> (Class, Option<Soa>, Option<Name>) {
    match said {
        Said::Answer(Answer::Set(records)) => {
            let alias = records.aliases.iter().find_map(|record| match &record.data {
                Data::Cname(target) => Some(target.clone()),
                _ => None,
            });
            let soa = records.set.iter().find_map(|record| match &record.data {
                Data::Soa(soa) => Some(soa.clone()),
                _ => None,
            });
            if alias.is_some() {
                return (Class::Lame(LameReason::ApexEmpty), None, alias);
            }
            (Class::Authoritative, soa, None)
        }
        Said::Answer(Answer::Negative { absence, .. }) => match absence.kind {
            AbsenceKind::NxDomain => (Class::Lame(LameReason::ApexDenied), None, None),
            AbsenceKind::NoData => (Class::Lame(LameReason::ApexEmpty), None, None),
        },
        Said::Answer(Answer::Alias { target, .. }) => (Class::Lame(LameReason::ApexEmpty), None, Some(target.clone())),
        Said::Answer(Answer::Conflict(_) | Answer::Loop { .. }) | Said::Referral(_) => {
            (Class::Lame(LameReason::ApexEmpty), None, None)
        }
        Said::Lame(reason) => (Class::Lame(*reason), None, None),
        Said::Failing(cause) => (Class::Failing(*cause), None, None),
    }
}

//! What the parent's servers say about a cut, and the names between.

use super::Walker;
use super::classify::{Said, classify};
use super::context::{Budget, MAX_NONTERMINALS, MAX_SERVERS};
use super::query::{BRISK, PATIENT};
use super::zone::Zone;
use crate::answer::Answer;
use futures_util::future::join_all;
use ptrust_facts::{Denial, ParentView, Says};
use ptrust_names::{AbsenceKind, Cause, Data, Name, Question, RecordType};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

/// Lengths at which IPv6 reverse zones are cut in practice, besides the registries' own: every nibble from /32 to /64.
const V6_CUTS: std::ops::RangeInclusive<usize> = 8..=16;

impl Walker {
    /// Asks every address of the parent's servers about the cut; once for all walks.
    pub(super) async fn parent_views(&self, zone: &Arc<Zone>, budget: &Budget) -> (Vec<ParentView>, Vec<Denial>) {
        let Some(above) = zone.above.as_ref() else {
            return (Vec::new(), Vec::new());
        };
        let views = zone.parents.get_or_init(|| async {
            let servers = self.all_servers(above, budget).await;
            let question = Question::new(zone.apex.clone(), RecordType::SOA);
            let asked = servers.iter().take(MAX_SERVERS).map(|(name, address)| {
                let question = &question;
                async move {
                    let says = self.says(*address, above, zone, question, budget).await;
                    (*address, ParentView { server: format!("{name} ({address})"), says })
                }
            });
            let addresses: Vec<IpAddr> = servers.iter().take(MAX_SERVERS).map(|(_, address)| *address).collect();
            let denied = self.denied_between(above, &zone.apex, &addresses, budget);
            let (views, denied) = tokio::join!(join_all(asked), denied);
            // Only who refers to the zone knows that there are names below.
            let refers = |server: IpAddr| {
                views.iter().find(|(address, view)| *address == server && matches!(view.says, Says::Refers(_)))
            };
            let denials = denied.into_iter().filter_map(|(name, server)| {
                refers(server).map(|(_, view)| Denial { name, server: view.server.clone() })
            });
            let denials = denials.collect();
            (views.into_iter().map(|(_, view)| view).collect(), denials)
        });
        views.await.clone()
    }

    /// Every server address of a zone that can be asked.
    pub(super) async fn all_servers(&self, zone: &Arc<Zone>, budget: &Budget) -> Vec<(Name, IpAddr)> {
        // Glue of one family alone leaves the other to be looked up.
        let of_family =
            |name: &Name, v4: bool| zone.glue.iter().any(|(owner, glue)| owner == name && glue.is_ipv4() == v4);
        let complete = |name: &Name| zone.apex.is_root() || (of_family(name, true) && of_family(name, false));
        let looked_up = join_all(zone.servers.iter().filter(|name| !complete(name)).map(|name| async move {
            let found = self.addresses(name, budget).await.found;
            found.into_iter().map(|address| (name.clone(), address)).collect::<Vec<_>>()
        }));
        let mut all = zone.glue.clone();
        all.extend(looked_up.await.into_iter().flatten());
        all.retain(|(_, address)| self.settings.scope.holds(*address));
        all.sort();
        all.dedup();
        all
    }

    /// One parent server's word about the cut.
    async fn says(&self, server: IpAddr, above: &Zone, zone: &Zone, question: &Question, budget: &Budget) -> Says {
        let got = match self.ask(server, question, PATIENT, budget).await {
            Ok(got) => got,
            Err(silence) => return Says::Silent(silence.into()),
        };
        match classify(&got.reply, &above.apex, question) {
            Said::Referral(referral) => Says::Refers(referral.servers),
            Said::Answer(Answer::Set(records)) => {
                let own = records.set.iter().any(|record| record.owner == zone.apex);
                if own { Says::Serves } else { Says::Answers(records) }
            }
            Said::Answer(Answer::Negative { absence, .. }) => {
                // The zone's own servers may deny other types; a denial of the SOA by the zone above denies the zone.
                Says::Denies(absence)
            }
            Said::Answer(Answer::Alias { .. } | Answer::Conflict(_) | Answer::Loop { .. }) => {
                Says::Silent(Cause::Garbled)
            }
            Said::Lame(_) => Says::Silent(Cause::NotAuthoritative),
            Said::Failing(cause) => Says::Silent(cause),
        }
    }

    /// Names between a zone's apex and a name that exists, with the servers that deny them though they have names below
    /// (RFC 8020). Each server is asked for each name once a run, and a zone's servers for so many in all.
    pub(super) async fn denied_between(
        &self,
        zone: &Zone,
        name: &Name,
        servers: &[IpAddr],
        budget: &Budget,
    ) -> Vec<(Name, IpAddr)> {
        let mut names: Vec<Name> = name.ancestors().take_while(|above| above.is_below(&zone.apex)).collect();
        // The name right above first; of the others those that most addresses share.
        if let Some((_, others)) = names.split_first_mut() {
            others.reverse();
        }
        let mut cells = Vec::new();
        {
            let mut known = zone.nonterminals.lock().unwrap_or_else(PoisonError::into_inner);
            for key in names.iter().flat_map(|name| servers.iter().map(|server| (*server, name.clone()))) {
                if known.len() < MAX_NONTERMINALS || known.contains_key(&key) {
                    cells.push((key.clone(), Arc::clone(known.entry(key).or_default())));
                }
            }
        }
        let asked = cells.into_iter().map(|((server, name), cell)| async move {
            let denied = cell.get_or_try_init(|| async {
                let denied = self.denies(server, zone, &name, budget).await;
                // Cut short by one walk's budget: the next walk may do better.
                if budget.left().is_none() { Err(denied) } else { Ok(denied) }
            });
            let denied = denied.await.is_ok_and(|denied| *denied);
            denied.then_some((name, server))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// Whether a server denies a name.
    async fn denies(&self, server: IpAddr, zone: &Zone, name: &Name, budget: &Budget) -> bool {
        let question = Question::new(name.clone(), RecordType::SOA);
        let Ok(got) = self.ask(server, &question, BRISK, budget).await else {
            return false;
        };
        matches!(
            classify(&got.reply, &zone.apex, &question),
            Said::Answer(Answer::Negative { absence, .. }) if absence.kind == AbsenceKind::NxDomain
        )
    }

    /// For a denied name: a zone name on the way to it that is an alias, as some holders try instead of a delegation.
    pub(super) async fn zone_alias(
        &self,
        zone: &Arc<Zone>,
        server: IpAddr,
        name: &Name,
        budget: &Budget,
    ) -> Option<(Name, Name)> {
        let v4 = name.to_string().ends_with(".in-addr.arpa");
        let candidates = name.ancestors().take_while(|above| above.is_below(&zone.apex)).filter(|above| {
            let digits = above.label_count().saturating_sub(2);
            if v4 { (2..=3).contains(&digits) } else { V6_CUTS.contains(&digits) }
        });
        let asked = candidates.map(|candidate| async move {
            let question = Question::new(candidate.clone(), RecordType::CNAME);
            let got = self.ask(server, &question, BRISK, budget).await.ok()?;
            match classify(&got.reply, &zone.apex, &question) {
                Said::Answer(Answer::Set(records)) => records.set.iter().find_map(|record| match &record.data {
                    Data::Cname(target) if record.owner == candidate => Some((candidate.clone(), target.clone())),
                    _ => None,
                }),
                _ => None,
            }
        });
        join_all(asked).await.into_iter().flatten().next()
    }
}

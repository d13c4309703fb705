//! What the parent's servers say about a cut, and the names between.

use super::Walker;
use super::classify::{Said, classify};
use super::context::{Budget, MAX_SERVERS};
use super::query::{BRISK, PATIENT};
use super::zone::Zone;
use crate::answer::Answer;
use futures_util::future::join_all;
use ptrust_facts::{Denial, ParentView, Says};
use ptrust_names::{AbsenceKind, Cause, Data, Name, Question, RecordType};
use std::net::IpAddr;
use std::sync::Arc;

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
            let between = zone.apex.parent().filter(|name| name.is_below(&above.apex));
            let asked = servers.iter().take(MAX_SERVERS).map(|(name, address)| {
                let server = format!("{name} ({address})");
                let (question, between) = (&question, &between);
                async move {
                    let says = self.says(*address, above, zone, question, budget);
                    let denies = async {
                        match between {
                            Some(name) => self.denies(*address, above, name, budget).await,
                            None => false,
                        }
                    };
                    let (says, denies) = tokio::join!(says, denies);
                    (ParentView { server, says }, denies)
                }
            });
            let mut views = Vec::new();
            let mut denials = Vec::new();
            for (view, denies) in join_all(asked).await {
                if denies && matches!(view.says, Says::Refers(_)) {
                    denials.extend(between.clone().map(|name| Denial { name, server: view.server.clone() }));
                }
                views.push(view);
            }
            (views, denials)
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

    /// Whether a server denies a name that has names below it (RFC 8020).
    pub(super) async fn denies(&self, server: IpAddr, zone: &Zone, name: &Name, budget: &Budget) -> bool {
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

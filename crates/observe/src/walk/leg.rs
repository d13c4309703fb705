//! The legs of a walk: from a question to the end of its path, and on along its aliases.

use super::census::Census;
use super::classify::{self, Said};
use super::context::{Budget, MAX_CUTS};
use super::descend::{self, End, Word};
use super::zone::Zone;
use super::{Early, Policy, Walker, query};
use crate::answer::{Answer, MAX_ALIASES};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ptrust_facts::{Cut, Denial, Fact, ParentView, Role, Source, Transport, Walk};
use ptrust_names::{Cause, Name, Observed, Question, Record, Records};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long the parent's servers are left alone while no server of the cut answers.
const UNANSWERED: Duration = Duration::from_millis(700);

impl Walker {
    /// One walk with its aliases.
    pub(super) async fn walk(&self, question: &Question, policy: Policy, early: &Early, budget: &Budget) -> Walk {
        let mut seen = vec![question.name.clone()];
        let mut walk = self.leg(question, policy, early, budget, &mut seen, Vec::new()).await;
        walk.queries = budget.spent();
        walk
    }

    /// A walk to one name; at its end an alias begins the next leg.
    fn leg<'a>(
        &'a self,
        question: &'a Question,
        policy: Policy,
        early: &'a Early,
        budget: &'a Budget,
        seen: &'a mut Vec<Name>,
        aliases: Vec<Record>,
    ) -> BoxFuture<'a, Walk> {
        async move {
            let stop_at_holder = policy == Policy::Census;
            loop {
                let (zone, word) = match self.descend(question, stop_at_holder, budget).await {
                    End::Answered(zone, word) => (zone, Some(word)),
                    End::Holder(zone) | End::Broken(zone) => (zone, None),
                    End::TooDeep(zone) => {
                        return bare(question, &zone, Observed::Unknown(Cause::Budget));
                    }
                };
                if let (Policy::Answer, Some(word)) = (policy, &word) {
                    let mut walk = bare(question, &zone, Observed::Unknown(Cause::NotAsked));
                    let found = Found::of_word(word);
                    attribute(&mut walk, word, &found);
                    self.finish(&mut walk, found, policy, early, budget, seen, aliases).await;
                    return walk;
                }
                if let Some(word) = &word {
                    publish(early, &aliases, &word.server, &word.said, self);
                }
                let (first, mut firsts) = watch::channel(None);
                // The parent is asked beside the census, once it is plain that this cut is the deepest.
                let parents = self.parents_beside(&zone, first.subscribe(), policy, budget);
                let census = async { tokio::join!(self.census(&zone, question, &first, budget), parents) };
                let census = tokio::select! {
                    biased;
                    referral = first_referral(&mut firsts, early, &aliases, self) => Err(referral),
                    census = census => Ok(census),
                };
                match census {
                    Err(referral) | Ok((Census { referral: Some(referral), .. }, _)) if is_closer(&zone, &referral) => {
                        self.add(&zone, referral);
                    }
                    Err(_) => return bare(question, &zone, Observed::Unknown(Cause::Budget)),
                    Ok((Census { hidden: Some(apex), .. }, _))
                        if apex.is_below(&zone.apex) && zone.depth() < MAX_CUTS =>
                    {
                        self.add_hidden(&zone, &apex);
                    }
                    Ok((census, views)) => {
                        let end = Conclusion { census, views, word };
                        return self.conclude(question, &zone, end, policy, early, budget, seen, aliases).await;
                    }
                }
            }
        }
        .boxed()
    }

    /// What the parent's servers say about a cut, asked when a server of it has answered, or after a while.
    async fn parents_beside(
        &self,
        zone: &Arc<Zone>,
        mut firsts: watch::Receiver<Option<(Name, IpAddr, Said)>>,
        policy: Policy,
        budget: &Budget,
    ) -> Views {
        if policy == Policy::Answer {
            return Views::default();
        }
        drop(timeout(UNANSWERED, firsts.wait_for(Option::is_some)).await.map(|first| first.is_ok()));
        self.parent_views(zone, budget).await
    }

    /// Ends a leg after its census.
    #[expect(clippy::too_many_arguments, reason = "one private step of the walk")]
    async fn conclude(
        &self,
        question: &Question,
        zone: &Arc<Zone>,
        end: Conclusion,
        policy: Policy,
        early: &Early,
        budget: &Budget,
        seen: &mut Vec<Name>,
        aliases: Vec<Record>,
    ) -> Walk {
        let Conclusion { census, views: (views, denials), word } = end;
        let mut walk = bare(question, zone, Observed::Unknown(Cause::NotAsked));
        let found = Found { answer: census.answer, alias: census.alias, conflict: census.conflict };
        walk.nameserver_aliases = census.nameserver_aliases;
        let authoritative: Vec<IpAddr> = census.cut.authoritative().filter_map(|server| server.address).collect();
        // One odd server does not make the zone an alias while others serve it.
        let apex_alias = census.zone_alias.filter(|_| authoritative.is_empty());
        walk.zone_alias = apex_alias.map(|target| (zone.apex.clone(), target));
        if let Some(last) = walk.cuts.last_mut() {
            *last = census.cut;
        }
        let nonterminals = self.denied_nonterminals(zone, question, &found, &authoritative, policy, budget);
        let zone_alias = async {
            let denied = found.answer.is_absent() && found.alias.is_none() && policy == Policy::Census;
            let server = word.as_ref().map(|word| word.server.1).or(authoritative.first().copied());
            match server.filter(|_| denied) {
                Some(server) => self.zone_alias(zone, server, &question.name, budget).await,
                None => None,
            }
        };
        let rest = async {
            let mut walk = walk;
            let (more, zone_alias) = tokio::join!(nonterminals, zone_alias);
            if let Some(last) = walk.cuts.last_mut() {
                last.parent_views = views;
            }
            walk.denied_nonterminals = denials;
            walk.denied_nonterminals.extend(more);
            walk.zone_alias = walk.zone_alias.take().or(zone_alias);
            walk
        };
        // The alias is followed beside the questions to the parent.
        let mut target = bare(question, zone, Observed::Unknown(Cause::NotAsked));
        let (mut walk, ()) =
            tokio::join!(rest, self.finish(&mut target, found.clone(), policy, early, budget, seen, aliases));
        walk.answer = target.answer;
        walk.alias = target.alias;
        walk.alias_conflict = target.alias_conflict;
        if walk.answer.is_absent() && walk.alias.is_none() && !seen.is_empty() && seen.len() > 1 {
            walk.parent_exists = self.parent_exists(question, &authoritative, zone, budget).await;
        }
        walk
    }

    /// Puts the answer into a walk, and follows an alias.
    #[expect(clippy::too_many_arguments, reason = "one private step of the walk")]
    async fn finish(
        &self,
        walk: &mut Walk,
        found: Found,
        policy: Policy,
        early: &Early,
        budget: &Budget,
        seen: &mut Vec<Name>,
        mut aliases: Vec<Record>,
    ) {
        walk.alias_conflict = found.conflict;
        if !walk.alias_conflict.is_empty() && found.answer.present().is_none() {
            walk.answer = Observed::Unknown(Cause::Garbled);
            return;
        }
        if found
            .answer
            .present()
            .is_some_and(|records| descend::links(&aliases) + descend::links(&records.aliases) > MAX_ALIASES)
        {
            walk.answer = Observed::Unknown(Cause::AliasLoop);
            return;
        }
        walk.answer = found.answer.map(|mut records| {
            let mut chain = aliases.clone();
            chain.append(&mut records.aliases);
            records.aliases = chain;
            records
        });
        let Some((links, target)) = found.alias.filter(|_| walk.answer.present().is_none()) else {
            if let Some(records) = walk.answer.present() {
                publish_fact(early, records.clone(), None, self);
            }
            return;
        };
        aliases.extend(links);
        if seen.contains(&target) || descend::links(&aliases) > MAX_ALIASES {
            walk.answer = Observed::Unknown(Cause::AliasLoop);
            return;
        }
        seen.push(target.clone());
        let question = Question::new(target, walk.question.rtype);
        let next = self.leg(&question, policy, early, budget, seen, aliases).await;
        walk.answer = next.answer.clone();
        walk.alias = Some(Box::new(next));
    }

    /// Servers that deny names above a PTR that exists: in its own zone, and in those of holders above. The parent of its
    /// zone is asked with the referral to it.
    async fn denied_nonterminals(
        &self,
        zone: &Arc<Zone>,
        question: &Question,
        found: &Found,
        authoritative: &[IpAddr],
        policy: Policy,
        budget: &Budget,
    ) -> Vec<Denial> {
        let exists = found.answer.present().is_some() || found.alias.is_some();
        if !exists || policy != Policy::Census || zone.role != Role::Holder {
            return Vec::new();
        }
        let own = self.denied_between(zone, &question.name, authoritative, budget);
        // Further up the servers that led here are asked, and no others.
        let path = zone.above.as_ref().map(Zone::path).unwrap_or_default();
        let cuts = path.iter().filter(|cut| cut.role == Role::Holder);
        let above = cuts.filter_map(|cut| Some((cut.above.as_ref()?, &cut.apex))).map(|(above, apex)| async move {
            let servers: Vec<IpAddr> = above.good().into_iter().map(|(_, address)| address).collect();
            self.denied_between(above, apex, &servers, budget).await
        });
        let (own, above) = tokio::join!(own, futures_util::future::join_all(above));
        let denied = own.into_iter().chain(above.into_iter().flatten());
        denied.map(|(name, server)| Denial { name, server: server.to_string() }).collect()
    }

    /// Whether the name above a denied alias target exists: the first authoritative server that says decides.
    async fn parent_exists(
        &self,
        question: &Question,
        authoritative: &[IpAddr],
        zone: &Arc<Zone>,
        budget: &Budget,
    ) -> Option<bool> {
        let parent = question.name.parent()?;
        if !parent.is_below(&zone.apex) {
            // The apex itself, which answers.
            return Some(true);
        }
        let parent = Question::new(parent, ptrust_names::RecordType::SOA);
        for server in authoritative {
            let Ok(got) = self.ask(*server, &parent, query::BRISK, budget).await else {
                continue;
            };
            match classify::classify(&got.reply, &zone.apex, &parent) {
                Said::Answer(Answer::Negative { absence, .. }) => {
                    return Some(absence.kind == ptrust_names::AbsenceKind::NoData);
                }
                Said::Answer(_) | Said::Referral(_) => return Some(true),
                Said::Lame(_) | Said::Failing(_) => {}
            }
        }
        None
    }
}

/// Whether a referral leads further down, within the limit of cuts.
fn is_closer(zone: &Zone, referral: &classify::Referral) -> bool {
    referral.zone.is_below(&zone.apex) && zone.depth() < MAX_CUTS
}

/// What the servers of the parent say, and which of them deny a name between.
type Views = (Vec<ParentView>, Vec<Denial>);

/// What the end of a leg begins with.
struct Conclusion {
    census: Census,
    views: Views,
    /// The word that showed the zone to be the deepest, where one server was asked first.
    word: Option<Word>,
}

/// What the end of a leg found.
#[derive(Clone, Debug)]
struct Found {
    answer: Observed<Records>,
    alias: Option<(Vec<Record>, Name)>,
    conflict: Vec<String>,
}

impl Found {
    /// What one server's word is.
    fn of_word(word: &Word) -> Self {
        let mut found = Self { answer: Observed::Unknown(Cause::NotAsked), alias: None, conflict: Vec::new() };
        match &word.said {
            Said::Answer(Answer::Set(records)) => found.answer = Observed::Present(records.clone()),
            Said::Answer(Answer::Negative { absence, .. }) => {
                found.answer = Observed::Absent(absence.clone());
            }
            Said::Answer(Answer::Alias { aliases, target }) => {
                found.alias = Some((aliases.clone(), target.clone()));
            }
            Said::Answer(Answer::Conflict(records)) => {
                found.conflict = records.iter().map(ToString::to_string).collect();
            }
            Said::Answer(Answer::Loop { .. }) => found.answer = Observed::Unknown(Cause::AliasLoop),
            Said::Referral(_) | Said::Lame(_) | Said::Failing(_) => {
                found.answer = Observed::Unknown(Cause::Lame);
            }
        }
        found
    }
}

/// A walk that ends at a zone, with the cuts on the way and nothing else.
fn bare(question: &Question, zone: &Arc<Zone>, answer: Observed<Records>) -> Walk {
    Walk {
        question: question.clone(),
        cuts: zone.path().iter().map(|zone| zone.cut()).collect::<Vec<Cut>>(),
        answer,
        alias: None,
        alias_conflict: Vec::new(),
        parent_exists: None,
        denied_nonterminals: Vec::new(),
        zone_alias: None,
        nameserver_aliases: Vec::new(),
        queries: 0,
    }
}

/// Notes at the server that gave a walk its answer what it said.
fn attribute(walk: &mut Walk, word: &Word, found: &Found) {
    let servers = walk.cuts.last_mut().map(|cut| cut.servers.as_mut_slice()).unwrap_or_default();
    if let Some(server) = servers.iter_mut().find(|server| server.address == Some(word.server.1)) {
        server.answer = found.alias.is_none().then(|| found.answer.clone());
    }
}

/// Waits for the first usable word of a census; returns only if it is a referral, and publishes an answer.
async fn first_referral(
    firsts: &mut watch::Receiver<Option<(Name, IpAddr, Said)>>,
    early: &Early,
    aliases: &[Record],
    walker: &Walker,
) -> classify::Referral {
    let first = match firsts.wait_for(Option::is_some).await {
        Ok(first) => first.clone(),
        Err(_) => None,
    };
    if let Some((name, address, said)) = first {
        if let Said::Referral(referral) = said {
            return referral;
        }
        publish(early, aliases, &(name, address), &said, walker);
    }
    std::future::pending().await
}

/// Publishes an answer that a server gave, once.
fn publish(early: &Early, aliases: &[Record], server: &(Name, IpAddr), said: &Said, walker: &Walker) {
    if let Said::Answer(Answer::Set(records)) = said {
        let mut records = records.clone();
        let mut chain = aliases.to_vec();
        chain.append(&mut records.aliases);
        records.aliases = chain;
        publish_fact(early, records, Some(server), walker);
    }
}

/// Publishes the early fact, once.
fn publish_fact(early: &Early, records: Records, server: Option<&(Name, IpAddr)>, walker: &Walker) {
    early.send_if_modified(|slot| {
        if slot.is_some() {
            return false;
        }
        *slot = Some(Fact::of(vec![Source {
            address: server.map(|(_, address)| *address),
            server: server.map(|(name, _)| name.to_string()),
            transport: Transport::Udp,
            sent_at: walker.ports.clock.now(),
            rtt_us: None,
            outcome: Observed::Present(records),
        }]));
        true
    });
}

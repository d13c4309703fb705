//! Gathers the facts of one subject: every key that the plan opens is asked at once, and the plan runs again after every
//! answer. No stages, no barriers.

mod answer;

use crate::engine::Engine;
use crate::plan::{self, Plan};
use crate::spf::Sender;
use answer::{answer, unanswered};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use ptrust_checks::{Letter, LetterFacts, LetterTarget};
use ptrust_facts::{
    AnyFact, DomainFacts, DomainTarget, FactKind, Facts, Key, Need, Observations, Run, Target, WalkState,
};
use ptrust_mail::message::{self, NotMessage};
use ptrust_mail::spf::CheckHost;
use ptrust_observe::verify;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Time that SMTP, RDAP and slow resolvers get after the last DNS answer, unless told to wait: a silent port 25 is no news, and most
/// servers that answer at all have done so while the names were looked up.
const GRACE: Duration = Duration::from_secs(1);

/// What comes back from the world.
enum Arrival {
    /// What the first queries showed of the network here.
    Run(Run),
    /// A fact.
    Fact(Key, Box<AnyFact>),
    /// The facts of an address of the subject's pool.
    Address(Box<Facts>),
}

/// What facts are gathered about.
trait Subject: Send + Sized {
    /// What was observed.
    fn observations(&self) -> &Observations;

    /// The same, to be changed.
    fn observations_mut(&mut self) -> &mut Observations;

    /// What should be asked, given the facts so far.
    fn plan(&self, needs: &BTreeSet<Need>) -> Plan;

    /// Takes the facts of an address of its pool.
    fn add(&mut self, address: Facts);

    /// Whether a kind of fact must not delay the rest.
    fn is_slow(kind: FactKind) -> bool;
}

impl Subject for Facts {
    fn observations(&self) -> &Observations {
        self
    }

    fn observations_mut(&mut self) -> &mut Observations {
        self.observations_mut()
    }

    fn plan(&self, needs: &BTreeSet<Need>) -> Plan {
        Plan { keys: plan::next(&self.target, needs, self), ..Plan::default() }
    }

    /// An address has no pool.
    fn add(&mut self, _: Facts) {}

    /// What is no DNS can only add a remark to an identity.
    fn is_slow(kind: FactKind) -> bool {
        matches!(kind, FactKind::Owner | FactKind::Smtp)
    }
}

impl Subject for DomainFacts {
    fn observations(&self) -> &Observations {
        self
    }

    fn observations_mut(&mut self) -> &mut Observations {
        self.observations_mut()
    }

    fn plan(&self, needs: &BTreeSet<Need>) -> Plan {
        plan::domain::next(self, needs)
    }

    fn add(&mut self, address: Facts) {
        self.addresses.insert(address.target.address, address);
    }

    /// Mail servers and policies are what an audit is about: it waits for them as for DNS.
    fn is_slow(kind: FactKind) -> bool {
        matches!(kind, FactKind::Owner)
    }
}

impl Subject for LetterFacts {
    fn observations(&self) -> &Observations {
        self
    }

    fn observations_mut(&mut self) -> &mut Observations {
        self.observations_mut()
    }

    fn plan(&self, needs: &BTreeSet<Need>) -> Plan {
        plan::letter::next(self, needs)
    }

    fn add(&mut self, address: Facts) {
        self.sender = Some(address);
    }

    fn is_slow(kind: FactKind) -> bool {
        matches!(kind, FactKind::Owner)
    }
}

impl Subject for Sender {
    fn observations(&self) -> &Observations {
        &self.observations
    }

    fn observations_mut(&mut self) -> &mut Observations {
        &mut self.observations
    }

    fn plan(&self, _: &BTreeSet<Need>) -> Plan {
        Plan { keys: self.keys(), ..Plan::default() }
    }

    /// Its records are all that is looked at.
    fn add(&mut self, _: Facts) {}

    /// It asks DNS only.
    fn is_slow(_: FactKind) -> bool {
        false
    }
}

/// The facts of one address, gathered within the engine's deadline.
pub(crate) async fn address(engine: &Engine, target: Target) -> Facts {
    let deadline = Instant::now() + engine.deadline();
    gather(engine, facts_of(engine, target), engine.needs().clone(), deadline).await
}

/// The facts of one message and of the address that sent it, gathered within the engine's deadline.
pub(crate) async fn letter(engine: &Engine, text: &[u8], target: LetterTarget) -> Result<LetterFacts, NotMessage> {
    let deadline = Instant::now() + engine.deadline();
    let scope = target.scope;
    let message = message::parse(text, &|address| scope.holds(address))?;
    let facts = LetterFacts::new(target, message, verify::key_questions(text), engine.now(), engine.assumed_run());
    let mut facts = gather(engine, facts, engine.needs().clone(), deadline).await;
    facts.verified = verify::verify(text, Letter::settled(&facts).answers(), facts.received_at(), facts.observed_at);
    Ok(facts)
}

/// The facts of one domain and its pool, gathered within the engine's deadline.
pub(crate) async fn domain(engine: &Engine, target: DomainTarget) -> DomainFacts {
    let deadline = Instant::now() + engine.deadline();
    let facts = DomainFacts::new(target, engine.now(), engine.assumed_run());
    gather(engine, facts, engine.needs().clone(), deadline).await
}

/// What decides whether a client may send, gathered within the engine's deadline.
pub(crate) async fn sender(engine: &Engine, check: CheckHost) -> Sender {
    let deadline = Instant::now() + engine.deadline();
    let observations = Observations::new(engine.now(), engine.assumed_run());
    gather(engine, Sender { check, observations }, BTreeSet::new(), deadline).await
}

/// An address without facts.
fn facts_of(engine: &Engine, target: Target) -> Facts {
    Facts::new(target, engine.now(), engine.assumed_run())
}

/// The facts of a subject.
async fn gather<S: Subject>(engine: &Engine, subject: S, needs: BTreeSet<Need>, deadline: Instant) -> S {
    let mut gathering = Gathering {
        subject,
        needs,
        deadline,
        asked: BTreeSet::new(),
        examined: BTreeSet::new(),
        pending: FuturesUnordered::new(),
        run_open: false,
        open: BTreeSet::new(),
        addresses_open: 0,
    };
    gathering.open(engine);
    if !gathering.asked.is_empty() && engine.settings().walk {
        gathering.run_open = true;
        gathering.pending.push(Box::pin(async { Arrival::Run(engine.run().await) }));
    }
    let mut limit = gathering.limit(engine);
    loop {
        let arrival = tokio::select! {
            biased;
            arrival = gathering.pending.next() => arrival,
            () = sleep_until(limit) => None,
        };
        let Some(arrival) = arrival else { break };
        let mut decisive = gathering.take(arrival);
        // What has come at the same time is taken before the plan runs again.
        while let Some(Some(arrival)) = gathering.pending.next().now_or_never() {
            decisive |= gathering.take(arrival);
        }
        if decisive {
            gathering.open(engine);
            limit = gathering.limit(engine);
        }
    }
    gathering.end()
}

/// The facts of an address of a pool, as an arrival.
fn examine(engine: &Engine, target: Target, needs: BTreeSet<Need>, deadline: Instant) -> BoxFuture<'_, Arrival> {
    Box::pin(async move {
        let facts = gather(engine, facts_of(engine, target), needs, deadline).await;
        Arrival::Address(Box::new(facts))
    })
}

/// The state of one subject.
struct Gathering<'a, S> {
    subject: S,
    needs: BTreeSet<Need>,
    deadline: Instant,
    asked: BTreeSet<Key>,
    /// Addresses of the pool that are, or were, examined.
    examined: BTreeSet<IpAddr>,
    pending: FuturesUnordered<BoxFuture<'a, Arrival>>,
    /// Whether the canary is still out.
    run_open: bool,
    /// Keys asked and not answered that are waited for.
    open: BTreeSet<Key>,
    /// Addresses still being examined.
    addresses_open: usize,
}

impl<'a, S: Subject> Gathering<'a, S> {
    /// Asks what the plan opens.
    fn open(&mut self, engine: &'a Engine) {
        let Plan { keys, census, addresses } = self.subject.plan(&self.needs);
        for key in keys {
            if self.asked.insert(key.clone()) {
                if !S::is_slow(key.kind()) {
                    self.open.insert(key.clone());
                }
                let whole = key.question().is_some_and(|question| census.contains(question));
                self.pending.push(Box::pin(answer(engine, key, whole)));
            }
        }
        for target in addresses {
            if self.examined.insert(target.address) {
                self.addresses_open += 1;
                self.pending.push(examine(engine, target, self.needs.clone(), self.deadline));
            }
        }
    }

    /// Takes what arrived; whether it was something that is waited for.
    fn take(&mut self, arrival: Arrival) -> bool {
        match arrival {
            Arrival::Run(run) => {
                self.run_open = false;
                self.subject.observations_mut().set_run(run);
            }
            Arrival::Fact(key, fact) => {
                let slow = S::is_slow(key.kind());
                self.open.remove(&key);
                if self.subject.observations().run.walk == WalkState::Open || !key.kind().needs_walk() {
                    self.subject.observations_mut().insert(key, *fact);
                }
                if slow {
                    return false;
                }
            }
            Arrival::Address(facts) => {
                self.addresses_open -= 1;
                self.subject.add(*facts);
            }
        }
        true
    }

    /// Until when to wait: the deadline while something that can decide is open, then a grace for the rest.
    fn limit(&self, engine: &Engine) -> Instant {
        let decisive = self.addresses_open > 0 || self.open.iter().any(|key| !self.is_beside(key));
        if self.run_open || decisive || engine.waits() {
            self.deadline
        } else {
            self.deadline.min(Instant::now() + GRACE)
        }
    }

    /// Whether a key is a resolver's view of a question that a walk has answered or denied: it can add a remark, and a
    /// resolver that takes longer than the whole walk is not waited for.
    fn is_beside(&self, key: &Key) -> bool {
        let Key::Resolver(question) = key else { return false };
        let walk = self.subject.observations().walk(question);
        walk.present().is_some_and(|walk| walk.answer.cause().is_none())
    }

    /// The facts, with what never came as unknown.
    fn end(mut self) -> S {
        let observations = self.subject.observations_mut();
        for key in self.asked {
            if !observations.has(&key) && (observations.run.walk == WalkState::Open || !key.kind().needs_walk()) {
                observations.insert(key.clone(), unanswered(key.kind()));
            }
        }
        self.subject
    }
}

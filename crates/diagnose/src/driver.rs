//! Gathers the facts of one target: every key that the plan opens is asked at once, and the plan runs again after every
//! answer. No stages, no barriers.

use crate::engine::Engine;
use crate::plan;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::{AnyFact, Fact, FactKind, Facts, Key, Run, Target, WalkState};
use ptrust_names::Cause;
use ptrust_observe::walk::Policy;
use ptrust_observe::{resolver, smtp};
use std::collections::BTreeSet;
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
}

/// The facts of one target, gathered within its deadline.
pub(crate) async fn gather(engine: &Engine, target: Target) -> Facts {
    let deadline = Instant::now() + engine.deadline();
    let mut gathering = Gathering {
        facts: Facts::new(target, engine.now(), engine.assumed_run()),
        asked: BTreeSet::new(),
        pending: FuturesUnordered::new(),
        run_open: false,
        dns_open: BTreeSet::new(),
    };
    gathering.open(engine);
    if !gathering.asked.is_empty() && engine.settings().walk {
        gathering.run_open = true;
        gathering.pending.push(Box::pin(async { Arrival::Run(engine.run().await) }));
    }
    let mut limit = gathering.limit(engine, deadline);
    loop {
        let arrival = tokio::select! {
            biased;
            arrival = gathering.pending.next() => arrival,
            () = sleep_until(limit) => None,
        };
        let Some(arrival) = arrival else { break };
        if gathering.take(engine, arrival) {
            limit = gathering.limit(engine, deadline);
        }
    }
    gathering.end()
}

/// The state of one target.
struct Gathering<'a> {
    facts: Facts,
    asked: BTreeSet<Key>,
    pending: FuturesUnordered<BoxFuture<'a, Arrival>>,
    /// Whether the canary is still out.
    run_open: bool,
    /// DNS keys asked and not answered.
    dns_open: BTreeSet<Key>,
}

impl<'a> Gathering<'a> {
    /// Asks what the plan opens.
    fn open(&mut self, engine: &'a Engine) {
        for key in plan::next(&self.facts.target, engine.needs(), &self.facts) {
            if self.asked.insert(key.clone()) {
                if !is_slow(key.kind()) {
                    self.dns_open.insert(key.clone());
                }
                self.pending.push(Box::pin(answer(engine, key)));
            }
        }
    }

    /// Takes what arrived; whether it was DNS.
    fn take(&mut self, engine: &'a Engine, arrival: Arrival) -> bool {
        match arrival {
            Arrival::Run(run) => {
                self.run_open = false;
                self.set_run(run);
            }
            Arrival::Fact(key, fact) => {
                let slow = is_slow(key.kind());
                self.dns_open.remove(&key);
                if self.facts.run.walk == WalkState::Open || !needs_walk(key.kind()) {
                    self.facts.insert(key, *fact);
                }
                if slow {
                    return false;
                }
            }
        }
        self.open(engine);
        true
    }

    /// Replaces the run that was hoped for by the one that is. Without a walk, what looked like one came from whoever
    /// sits on the path.
    fn set_run(&mut self, run: Run) {
        let mut facts = Facts::new(self.facts.target.clone(), self.facts.observed_at, run);
        for (key, fact) in self.facts.iter() {
            if facts.run.walk == WalkState::Open || !needs_walk(key.kind()) {
                facts.insert(key.clone(), fact.clone());
            }
        }
        self.facts = facts;
    }

    /// Until when to wait: the deadline while DNS that can decide is open, then a grace for the rest.
    fn limit(&self, engine: &Engine, deadline: Instant) -> Instant {
        let decisive = self.dns_open.iter().any(|key| !self.is_beside(key));
        if self.run_open || decisive || engine.waits() { deadline } else { deadline.min(Instant::now() + GRACE) }
    }

    /// Whether a key is a resolver's view of a question that a walk has answered or denied: it can add a remark, and a
    /// resolver that takes longer than the whole walk is not waited for.
    fn is_beside(&self, key: &Key) -> bool {
        let Key::Resolver(question) = key else { return false };
        self.facts.walk(question).present().is_some_and(|walk| walk.answer.cause().is_none())
    }

    /// The facts, with what never came as unknown.
    fn end(mut self) -> Facts {
        for key in self.asked {
            if !self.facts.has(&key) && (self.facts.run.walk == WalkState::Open || !needs_walk(key.kind())) {
                self.facts.insert(key.clone(), unanswered(key.kind()));
            }
        }
        self.facts
    }
}

/// Whether a kind of fact is no DNS, and must not delay it.
const fn is_slow(kind: FactKind) -> bool {
    matches!(kind, FactKind::Owner | FactKind::Smtp)
}

/// Whether a kind of fact comes from a walk.
const fn needs_walk(kind: FactKind) -> bool {
    matches!(kind, FactKind::Answer | FactKind::Chain | FactKind::Walk)
}

/// The fact of a key that was not answered in time.
const fn unanswered(kind: FactKind) -> AnyFact {
    match kind {
        FactKind::Answer => AnyFact::Records(Fact::unknown(Cause::Budget)),
        FactKind::Resolver => AnyFact::Records(Fact::unknown(Cause::Timeout)),
        FactKind::Chain => AnyFact::Chain(Fact::unknown(Cause::Budget)),
        FactKind::Owner => AnyFact::Owner(Fact::unknown(Cause::Timeout)),
        FactKind::Smtp => AnyFact::Smtp(Fact::unknown(Cause::Timeout)),
        FactKind::Walk => AnyFact::Walk(Fact::unknown(Cause::Budget)),
    }
}

/// Asks the world for one key.
async fn answer(engine: &Engine, key: Key) -> Arrival {
    let policy = if key_is_ptr(&key) { Policy::Census } else { Policy::Answer };
    let (ports, settings) = (engine.ports(), engine.settings());
    let fact = match &key {
        Key::Walk(question) => AnyFact::Walk(engine.walker().start(question.clone(), policy).walk().await),
        Key::Answer(question) => AnyFact::Records(engine.walker().start(question.clone(), policy).early().await),
        Key::Chain(question) => AnyFact::Chain(engine.chain(question).await),
        Key::Resolver(question) => AnyFact::Records(resolver::view(ports, settings, question).await),
        Key::Owner(address) => AnyFact::Owner(engine.owner(*address).await),
        Key::Smtp(address, port) => AnyFact::Smtp(smtp::probe(ports, settings, *address, *port).await),
    };
    Arrival::Fact(key, Box::new(fact))
}

/// Whether a key is about a PTR question: every server of its zone is asked.
fn key_is_ptr(key: &Key) -> bool {
    match key {
        Key::Answer(question) | Key::Walk(question) => question.rtype == ptrust_names::RecordType::PTR,
        _ => false,
    }
}

//! One key, asked.

use super::Arrival;
use crate::engine::Engine;
use ptrust_facts::{AnyFact, Fact, FactKind, Key};
use ptrust_knowledge::dnsbl;
use ptrust_names::{Cause, Observed, Question, RecordType, Records};
use ptrust_observe::walk::Policy;
use ptrust_observe::{document, resolver, session, smtp};

/// The fact of a key that was not answered in time.
pub(super) const fn unanswered(kind: FactKind) -> AnyFact {
    match kind {
        FactKind::Answer => AnyFact::Records(Fact::unknown(Cause::Budget)),
        FactKind::Resolver => AnyFact::Records(Fact::unknown(Cause::Timeout)),
        FactKind::Chain => AnyFact::Chain(Fact::unknown(Cause::Budget)),
        FactKind::Document => AnyFact::Document(Fact::unknown(Cause::Timeout)),
        FactKind::Owner => AnyFact::Owner(Fact::unknown(Cause::Timeout)),
        FactKind::Session => AnyFact::Session(Fact::unknown(Cause::Timeout)),
        FactKind::Smtp => AnyFact::Smtp(Fact::unknown(Cause::Timeout)),
        FactKind::Walk => AnyFact::Walk(Fact::unknown(Cause::Budget)),
    }
}

/// What the resolvers say to a question for a keyed list. The user's key goes out, and never into a fact.
async fn keyed(engine: &Engine, question: &Question) -> Fact<Records> {
    let list = dnsbl::by_keyed_name(&question.name);
    let key = list.and_then(|list| engine.list_key(&list.id));
    let Some(asked) = key.and_then(|key| dnsbl::with_key(&question.name, key).ok()) else {
        return Fact::unknown(Cause::NotAsked);
    };
    let asked = Question::new(asked, question.rtype);
    let mut fact = resolver::view(engine.ports(), engine.settings(), &asked).await;
    let hide = |observed: &mut Observed<Records>| match observed {
        Observed::Present(records) => {
            records.aliases.clear();
            records.set.iter_mut().for_each(|record| record.owner = question.name.clone());
        }
        // The zone of the denial has the key in its name too.
        Observed::Absent(absence) => absence.soa = None,
        Observed::Unknown(_) => {}
    };
    hide(&mut fact.observed);
    fact.sources.iter_mut().for_each(|source| hide(&mut source.outcome));
    fact
}

/// Asks the world for one key; `whole` asks every server of the last zone.
pub(super) async fn answer(engine: &Engine, key: Key, whole: bool) -> Arrival {
    let whole = whole || key.question().is_some_and(|question| question.rtype == RecordType::PTR);
    let policy = if whole { Policy::Census } else { Policy::Answer };
    let (ports, settings) = (engine.ports(), engine.settings());
    let fact = match &key {
        Key::Walk(question) => AnyFact::Walk(engine.walker().start(question.clone(), policy).walk().await),
        Key::Answer(question) => AnyFact::Records(engine.walker().start(question.clone(), policy).early().await),
        Key::Chain(question) => AnyFact::Chain(engine.chain(question).await),
        Key::Resolver(question) if dnsbl::by_keyed_name(&question.name).is_some() => {
            AnyFact::Records(keyed(engine, question).await)
        }
        Key::Resolver(question) => AnyFact::Records(resolver::view(ports, settings, question).await),
        Key::Document(url) => AnyFact::Document(document::fetch(ports, settings, url).await),
        Key::Session(service) => AnyFact::Session(session::probe(ports, settings, service).await),
        Key::Owner(address) => AnyFact::Owner(engine.owner(*address).await),
        Key::Smtp(address, port) => AnyFact::Smtp(smtp::probe(ports, settings, *address, *port).await),
    };
    Arrival::Fact(key, Box::new(fact))
}

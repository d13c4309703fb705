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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Options;
    use ptrust_names::{Absence, Data};
    use ptrust_world::World;

    /// The key of the tests, which must be in no fact.
    const SECRET: &str = "S3cr3tK3y";
    /// A keyed list: one listing, one behind an alias, one test point that nobody answers for.
    const WORLD: &str = "\
zone dq.spamhaus.net ns1.list.example
25.113.0.203.s3cr3tk3y.zen A 127.0.0.4
26.113.0.203.s3cr3tk3y.zen CNAME listed.s3cr3tk3y.zen.dq.spamhaus.net.
listed.s3cr3tk3y.zen A 127.0.0.2
!servfail ns1.list.example 28.113.0.203.s3cr3tk3y.zen.dq.spamhaus.net A
";

    /// What is known after asking for an address of the keyed list, with a key or none.
    async fn asked(first: u8, key: Option<&str>) -> (Question, Fact<Records>) {
        let world = World::parse(WORLD).expect("a world");
        let list_keys = key.map(|key| ("spamhaus-zen".to_owned(), key.to_owned())).into_iter().collect();
        let options = Options { list_keys, ..Options::default() };
        let engine = Engine::new(world.ports(), world.settings(), ptrust_checks::Settings::default(), options);
        let engine = engine.expect("the world's anchors");
        let name = format!("{first}.113.0.203.{{key}}.zen.dq.spamhaus.net").parse().expect("a name");
        let question = Question::new(name, RecordType::A);
        let Arrival::Fact(key, fact) = answer(&engine, Key::Resolver(question.clone()), false).await else {
            panic!("no fact");
        };
        assert_eq!(key, Key::Resolver(question.clone()));
        let AnyFact::Records(fact) = *fact else { panic!("{fact:?}") };
        let told = format!("{fact:?} {}", serde_json::to_string(&fact).expect("JSON")).to_ascii_lowercase();
        assert!(!told.contains(&SECRET.to_ascii_lowercase()), "{told}");
        (question, fact)
    }

    #[tokio::test(start_paused = true)]
    async fn a_listing_is_told_under_the_name_without_the_key() {
        for (first, listed) in [(25, [127, 0, 0, 4]), (26, [127, 0, 0, 2])] {
            let (question, fact) = asked(first, Some(SECRET)).await;
            let records = fact.observed.present().expect("a listing");
            assert_eq!(records.aliases, []);
            let found: Vec<_> = records.set.iter().map(|record| (&record.owner, &record.data)).collect();
            assert_eq!(found, [(&question.name, &Data::A(listed.into()))]);
            assert!(!fact.sources.is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_listed_or_not_known_stays_so() {
        let (_, fact) = asked(27, Some(SECRET)).await;
        assert!(matches!(fact.observed, Observed::Absent(Absence { soa: None, .. })), "{fact:?}");
        let (_, fact) = asked(28, Some(SECRET)).await;
        assert!(matches!(fact.observed, Observed::Unknown(_)), "{fact:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_asked_without_a_usable_key() {
        for key in [None, Some(""), Some("a label of more than sixty-three octets is no label that a name can have")] {
            let (_, fact) = asked(25, key).await;
            assert_eq!((fact.observed.cause(), fact.sources.len()), (Some(Cause::NotAsked), 0), "{fact:?}");
        }
    }
}

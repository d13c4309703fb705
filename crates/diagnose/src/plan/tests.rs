//! Which keys follow from which facts.

use super::*;
use jiff::Timestamp;
use ptrust_facts::{Fact, FactKind, Run, Scope};
use ptrust_names::{Cause, Data, Record};

fn target(address: &str) -> Target {
    let address = address.parse().expect("an address");
    Target { scope: Scope::World, smtp_port: Some(25), ..Target::new(address) }
}

fn facts(target: &Target) -> Facts {
    Facts::new(target.clone(), Timestamp::UNIX_EPOCH, Run::default())
}

fn all() -> BTreeSet<Need> {
    Need::ALL.into()
}

fn ptrs(facts: &Facts, names: &[&str]) -> AnyFact {
    let owner = facts.ptr_question().name;
    let set = names.iter().map(|name| {
        let data = Data::Ptr(name.parse().expect("a name"));
        Record { owner: owner.clone(), ttl: 60, data }
    });
    let records = Records { aliases: Vec::new(), set: set.collect() };
    AnyFact::Records(Fact { observed: Observed::Present(records), sources: Vec::new() })
}

fn kinds(keys: &BTreeSet<Key>) -> Vec<FactKind> {
    keys.iter().map(Key::kind).collect()
}

#[test]
fn nothing_is_asked_of_special_use_addresses() {
    for address in ["10.0.0.1", "127.0.0.1", "::1", "224.0.0.1", "fe80::1"] {
        let target = target(address);
        assert!(next(&target, &all(), &facts(&target)).is_empty(), "{address}");
    }
}

#[test]
fn the_first_keys_are_those_of_the_address() {
    use FactKind::{Answer, Chain, Owner, Resolver, Smtp, Walk};
    let target = target("203.0.113.25");
    let keys = next(&target, &all(), &facts(&target));
    assert_eq!(kinds(&keys), [Walk, Answer, Chain, Resolver, Owner, Smtp]);
    let quiet = Target { smtp_port: None, ..target };
    assert!(!kinds(&next(&quiet, &all(), &facts(&quiet))).contains(&Smtp));
}

#[test]
fn needs_decide_what_is_asked() {
    let target = target("203.0.113.25");
    let needs = Need::closure([Need::Owner]);
    assert_eq!(kinds(&next(&target, &needs, &facts(&target))), [FactKind::Owner]);
    assert!(next(&target, &BTreeSet::new(), &facts(&target)).is_empty());
}

#[test]
fn without_a_walk_only_resolvers_are_asked() {
    let target = target("203.0.113.25");
    for walk in [WalkState::Closed, WalkState::Intercepted, WalkState::Off] {
        let facts = Facts::new(target.clone(), Timestamp::UNIX_EPOCH, Run { walk, ..Run::default() });
        let keys = next(&target, &Need::closure([Need::ForwardChain, Need::Chain]), &facts);
        assert_eq!(kinds(&keys), [FactKind::Resolver]);
    }
}

#[test]
fn names_of_every_view_open_forward_questions() {
    let target = target("203.0.113.25");
    let mut facts = facts(&target);
    let ptr = facts.ptr_question();
    let (early, resolver) = (ptrs(&facts, &["a.example.com"]), ptrs(&facts, &["b.example.com", "."]));
    facts.insert(Key::Answer(ptr.clone()), early);
    facts.insert(Key::Resolver(ptr.clone()), resolver);
    facts.insert(Key::Walk(ptr), AnyFact::Walk(Fact::unknown(Cause::Timeout)));
    let keys = next(&target, &all(), &facts);
    for name in ["a.example.com", "b.example.com"] {
        let question = Question::new(name.parse().expect("a name"), RecordType::A);
        for key in [Key::Walk(question.clone()), Key::Resolver(question.clone()), Key::Chain(question)] {
            assert!(keys.contains(&key), "{key}");
        }
    }
    assert_eq!(keys.iter().filter(|key| key.kind() == FactKind::Walk).count(), 3);
}

#[test]
fn the_limit_of_names_holds_per_view() {
    let target = Target { ptr_limit: 2, ..target("2001:db8::25") };
    let mut facts = facts(&target);
    let ptr = facts.ptr_question();
    let fact = ptrs(&facts, &["c.example.com", "a.example.com", "b.example.com"]);
    facts.insert(Key::Resolver(ptr), fact);
    let keys = next(&target, &Need::closure([Need::Forward]), &facts);
    let forward = |name: &str| Key::Walk(Question::new(name.parse().expect("a name"), RecordType::AAAA));
    assert!(keys.contains(&forward("a.example.com")) && keys.contains(&forward("b.example.com")));
    assert!(!keys.contains(&forward("c.example.com")));
}

#[test]
fn only_host_names_are_looked_up_for_helo() {
    for (helo, looked_up) in [
        ("mail.example.com", true),
        ("[203.0.113.25]", false),
        ("203.0.113.25", false),
        ("2001:db8::1", false),
        ("mail.example.com\u{7}", false),
        ("mail_1.example.com", false),
        ("mail.local", false),
    ] {
        let target = Target { helo: Some(helo.into()), ..target("203.0.113.25") };
        let keys = next(&target, &Need::closure([Need::Helo]), &facts(&target));
        assert_eq!(keys.len(), if looked_up { 6 } else { 0 }, "{helo}");
    }
}

#[test]
fn more_facts_never_mean_fewer_keys() {
    let target = target("203.0.113.25");
    let mut facts = facts(&target);
    let before = next(&target, &all(), &facts);
    let ptr = facts.ptr_question();
    let fact = ptrs(&facts, &["a.example.com"]);
    facts.insert(Key::Resolver(ptr), fact);
    assert!(next(&target, &all(), &facts).is_superset(&before));
}

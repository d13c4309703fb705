//! Blocklists of single addresses and of hosts: the same care as for a domain.

use crate::support::{Outcome, audit_for, engine, paused};
use ptrust_diagnose::Options;
use ptrust_facts::{DomainTarget, Need, Scope};
use ptrust_world::World;
use std::collections::BTreeSet;

/// A list that is sound, and has one address of each family and one domain.
const LIST: &str = "zone bl.example.org ns1.list.example\n2.0.0.127 A 127.0.0.2\n25.113.0.203 A 127.0.0.4\n\
                    5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.4\n\
                    mail.example.com A 127.0.1.2\n";

/// The needs of the checks of blocklists.
fn needs() -> BTreeSet<Need> {
    Need::closure([Need::Lists])
}

/// A target for one list.
fn asking(target: DomainTarget, list: &str) -> DomainTarget {
    DomainTarget { list_zones: vec![list.parse().expect("a name")], scope: Scope::World, ..target }
}

/// An address on one list of a world.
fn address(text: &str, address: &str, list: &str) -> Outcome {
    audit_for(text, asking(DomainTarget::of_address(address.parse().expect("an address")), list), &needs()).1
}

#[test]
fn an_address_of_either_family_is_looked_up() {
    for (sender, listed) in
        [("203.0.113.25", true), ("2001:db8::25", true), ("203.0.113.26", false), ("2001:db8::26", false)]
    {
        let outcome = address(LIST, sender, "bl.example.org");
        assert_eq!(outcome.says("dnsbl-listed"), if listed { "fail" } else { "pass" }, "{sender}");
        assert_eq!((outcome.word("/subject/kind"), outcome.word("/subject/value")), ("address".into(), sender.into()));
        assert_eq!(outcome.verdict(), if listed { "warn" } else { "pass" });
        assert_eq!(outcome.word("/mail/lists/heard"), "1");
        // Nothing else is said of it.
        for family in ["mx", "spf", "dmarc", "bimi"] {
            assert_eq!(outcome.word(&format!("/mail/{family}")), "null");
        }
        assert!(
            outcome
                .judged
                .iter()
                .all(|one| { one.check.id.starts_with("dnsbl-") || one.judgement.as_str() == "not-applicable" })
        );
    }
}

#[test]
fn a_list_that_fails_its_own_test_is_not_believed_of_an_address() {
    // It lists everything, or not its own test entry.
    for zone in ["* A 127.0.0.2\n", "25.113.0.203 A 127.0.0.2\n"] {
        let text = format!("zone bl.example.org ns1.list.example\n{zone}");
        let outcome = address(&text, "203.0.113.25", "bl.example.org");
        assert_eq!(outcome.says("dnsbl-listed"), "not-applicable", "{zone}");
        assert_eq!(outcome.word("/mail/lists/not_believed/0"), "bl.example.org");
    }
}

#[test]
fn a_refusal_is_no_listing_of_an_address() {
    for code in ["127.255.255.254", "198.51.100.7"] {
        let text = format!("zone zen.spamhaus.org ns1.list.example\n2.0.0.127 A 127.0.0.2\n25.113.0.203 A {code}\n");
        let outcome = address(&text, "203.0.113.25", "zen.spamhaus.org");
        assert_eq!(outcome.says("dnsbl-listed"), "inconclusive", "{code}");
    }
    let mute = format!("{LIST}!timeout ns1.list.example\n");
    assert_eq!(address(&mute, "203.0.113.25", "bl.example.org").says("dnsbl-listed"), "inconclusive");
}

#[test]
fn through_a_public_resolver_silence_of_lists_proves_nothing_of_an_address() {
    let run = |resolver: &str, sender: &str| {
        let world = World::parse(&format!("{LIST}!resolver {resolver}\n")).expect("a world");
        let target = asking(DomainTarget::of_address(sender.parse().expect("an address")), "bl.example.org");
        let settings = ptrust_observe::settings::Settings { walk: false, ..world.settings() };
        let checks = ptrust_checks::Settings::default();
        let facts = paused(async {
            let engine = ptrust_diagnose::Engine::new(world.ports(), settings, checks, Options::default());
            engine.expect("settings of a world").with_needs(needs()).domain_facts(target).await
        });
        Outcome::of(&ptrust_report::Report::audit(&facts, &ptrust_checks::Settings::default()))
    };
    let open = run("8.8.8.8", "203.0.113.26");
    assert_eq!(open.says("dnsbl-listed"), "inconclusive");
    assert!(
        open.word("/mail/lists/public_resolver").contains("Google"),
        "{}",
        open.word("/mail/lists/public_resolver")
    );
    assert_eq!(run("198.51.100.53", "203.0.113.26").says("dnsbl-listed"), "pass");
    assert_eq!(run("198.51.100.53", "203.0.113.25").says("dnsbl-listed"), "fail");
}

#[test]
fn only_lists_are_asked_about_an_address() {
    let world = World::parse(LIST).expect("a world");
    let target = asking(DomainTarget::of_address("203.0.113.25".parse().expect("an address")), "bl.example.org");
    // Whatever is needed else.
    let facts = paused(async { engine(&world, Options::default()).domain_facts(target).await });
    let list: ptrust_names::Name = "bl.example.org".parse().expect("a name");
    let asked: Vec<_> = facts.iter().filter_map(|(key, _)| key.question()).map(|question| &question.name).collect();
    assert!(!asked.is_empty() && asked.iter().all(|name| name.is_below(&list)), "{asked:?}");
}

#[test]
fn a_host_is_looked_up_with_its_addresses() {
    let text = format!(
        "{LIST}zone example.com ns1.example.net\nmail A 203.0.113.25\nmail AAAA 2001:db8::25\nother A 203.0.113.26\n"
    );
    let host = |name: &str| {
        let target = asking(DomainTarget::new(name.parse().expect("a name")), "bl.example.org");
        audit_for(&text, target, &needs()).1
    };
    let listed = host("mail.example.com");
    let subjects: BTreeSet<String> =
        (0..3).map(|index| listed.word(&format!("/mail/lists/listed/{index}/subject"))).collect();
    assert_eq!(subjects, ["203.0.113.25", "2001:db8::25", "mail.example.com"].map(str::to_owned).into());
    assert_eq!(host("other.example.com").says("dnsbl-listed"), "pass");
}

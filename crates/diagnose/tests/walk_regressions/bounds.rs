//! Silence costs bounded time, and a family that is missing here costs nothing.

use super::{Cause, F, Observed, Z, alone, expect, ptr_walk, says};
use crate::support::{Checked, check, engine, paused, targets};
use ptrust_diagnose::Options;
use ptrust_facts::{Class, Facts, Scope, Target, WalkState};
use ptrust_world::World;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::Instant;

/// The one target of a world, and the virtual time that its check took.
fn timed(text: &str) -> (Checked, Duration) {
    let text = format!("!check 203.0.113.25\n!no-resolver\n{text}");
    let world = World::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let target = targets(&world).remove(0);
    let (facts, took) = paused(async {
        let begun = Instant::now();
        (engine(&world, Options::default()).facts(target).await, begun.elapsed())
    });
    (Checked::new(facts), took)
}

#[test]
fn review_12_a_block_with_a_mute_server_is_walked_in_full() {
    let mut text = String::from("!no-resolver\n!latency * 20ms\n!timeout ns2.example.net\n");
    let mut forward = String::from("zone example.com ns1.example.org ns2.example.org\n");
    text.push_str("zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n");
    for host in 1..=250 {
        let _ = writeln!(text, "{host} PTR h{host}.example.com.");
        let _ = writeln!(forward, "h{host} A 203.0.113.{host}");
    }
    let world = World::parse(&format!("{text}{forward}")).expect("a world");
    let (all, took): (Vec<Facts>, Duration) = paused(async {
        let engine = engine(&world, Options::default());
        let begun = Instant::now();
        let target = |host: u8| Target { scope: Scope::World, ..Target::new([203, 0, 113, host].into()) };
        let all = futures_util::future::join_all((1..=250).map(|host| engine.facts(target(host)))).await;
        (all, begun.elapsed())
    });
    assert_eq!(all.len(), 250);
    for facts in all {
        let checked = Checked::new(facts);
        let walk = ptr_walk(&checked.facts);
        let servers = &walk.deepest().expect("a cut").servers;
        let cut_short = |server: &ptrust_facts::Server| server.class == Class::NotAsked(Cause::Budget);
        assert!(!servers.iter().any(cut_short), "{}", checked.summary());
        expect(&checked, &[], "pass");
        says(&checked, &[("delegation-partly-lame", "fail")]);
    }
    assert!(took <= Duration::from_secs(9), "{took:?}");
}

#[test]
fn review_16_a_forward_zone_without_answers_is_broken() {
    let list: Vec<String> = (1..=8).map(|server| format!("n{server}.dead.example")).collect();
    let mute: Vec<String> = list.iter().map(|server| format!("!timeout {server}")).collect();
    let forward = format!("zone example.com {}\nmail A 203.0.113.25\n{}\n", list.join(" "), mute.join("\n"));
    let (checked, took) = timed(&format!("{Z}{forward}"));
    expect(&checked, &["fcrdns-zone-broken"], "temperror");
    assert!(took <= Duration::from_secs(10), "{took:?}");
}

#[test]
fn review_17_roots_that_refuse_or_are_silent_end_the_walk_soon() {
    for (refused, silent) in [("a", "m"), ("m", "a")] {
        let roots = format!("!refused {refused}.root-servers.net\n!timeout {silent}.root-servers.net\n");
        let (checked, took) = timed(&format!("{Z}{F}{roots}"));
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(checked.facts.run.walk, WalkState::Intercepted);
        assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
        assert_eq!(checked.verdict(), "unknown");
    }
}

#[test]
fn review_18_silent_roots_of_one_family_cost_nothing() {
    let roots = "!timeout 2001:503:ba3e::2:30\n!timeout 2001:dc3::35\n!latency * 20ms\n";
    let (checked, took) = timed(&format!("{Z}{F}{roots}"));
    expect(&checked, &[], "pass");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn review_28_either_family_alone_is_enough() {
    let v6 = "zone 8.b.d.0.1.0.0.2.ip6.arpa ns1.example.net ns2.example.net\n\
              5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.\n";
    for family in ["!no-ipv4", "!no-ipv6", ""] {
        for target in ["203.0.113.25", "2001:db8::25"] {
            let text = format!("!check {target}\n!no-resolver\n!dual\n{family}\n{Z}{v6}{F}mail AAAA 2001:db8::25\n");
            let checked = check(&text);
            expect(&checked, &[], "pass");
            says(&checked, &[("delegation-partly-lame", "pass")]);
            assert_eq!(checked.verdict(), "pass", "{family} {target}\n{}", checked.summary());
            let walk = ptr_walk(&checked.facts);
            assert!(matches!(walk.answer, Observed::Present(_)));
        }
    }
}

#[test]
fn review_28_no_family_at_all_is_no_fault_of_anybody() {
    let checked = alone(&format!("!dual\n!no-ipv4\n!no-ipv6\n{Z}{F}"));
    assert_eq!(checked.facts.run.walk, WalkState::Closed);
    assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
}

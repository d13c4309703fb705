//! The delegation walk over worlds: cuts, servers, answers, budgets.

use ptrust_facts::{Class, Role, Says, Walk, WalkState, ZoneState};
use ptrust_names::{Cause, Observed, Question, RecordType, reverse_name};
use ptrust_observe::walk::{Policy, Walker};
use ptrust_world::World;
use std::net::IpAddr;

/// Walks to the PTR of an address of a world.
async fn walk(text: &str, address: &str) -> Walk {
    let world = World::parse(text).expect("a world");
    let walker = Walker::new(world.ports(), world.settings());
    let address: IpAddr = address.parse().expect("an address");
    let question = Question::new(reverse_name(address), RecordType::PTR);
    let fact = walker.start(question, Policy::Census).walk().await;
    match fact.observed {
        Observed::Present(walk) => walk,
        other => panic!("no walk: {other:?}"),
    }
}

/// The zones of the cuts, from the root down.
fn zones(walk: &Walk) -> Vec<String> {
    walk.cuts.iter().map(|cut| cut.zone.to_string()).collect()
}

const GOOD: &str = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 PTR mail.example.com.
zone example.com ns1.example.net ns2.example.net
mail A 203.0.113.25
";

#[tokio::test(start_paused = true)]
async fn a_good_walk_names_every_cut_and_server() {
    let walk = walk(GOOD, "203.0.113.25").await;
    assert_eq!(zones(&walk), [".", "arpa", "in-addr.arpa", "203.in-addr.arpa", "113.0.203.in-addr.arpa"]);
    let roles: Vec<_> = walk.cuts.iter().map(|cut| cut.role).collect();
    assert_eq!(roles, [Role::Root, Role::Arpa, Role::Infrastructure, Role::Registry, Role::Holder]);
    let last = walk.deepest().expect("a cut");
    assert_eq!(last.state(), ZoneState::Answers);
    assert_eq!(last.authoritative().count(), 2);
    assert_eq!(last.parent_servers, last.child_servers);
    assert!(last.parent_views.iter().all(|view| matches!(view.says, Says::Refers(_))), "{:?}", last.parent_views);
    assert_eq!(walk.answer.present().expect("a PTR").ptr_names().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn mute_servers_end_in_unreachable() {
    let text = format!("{GOOD}\n!timeout ns1.example.net\n!timeout ns2.example.net\n");
    let walk = walk(&text, "203.0.113.25").await;
    let last = walk.deepest().expect("a cut");
    assert!(last.servers.iter().all(|server| server.class == Class::Mute), "{:#?}", last.servers);
    assert_eq!(last.state(), ZoneState::Unreachable);
    assert_eq!(walk.answer, Observed::Unknown(Cause::Timeout));
}

#[tokio::test(start_paused = true)]
async fn classless_aliases_are_walked_to_their_own_zone() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 CNAME 25.0/26
zone 0/26.113.0.203.in-addr.arpa ns1.customer.example ns2.customer.example
25 PTR mail.example.com.
";
    let walk = walk(text, "203.0.113.25").await;
    let alias = walk.alias.as_deref().expect("an alias walk");
    assert_eq!(zones(alias).last().map(String::as_str), Some("0/26.113.0.203.in-addr.arpa"));
    assert_eq!(walk.answer.present().expect("a PTR").aliases.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn thousands_of_glueless_servers_end_within_the_budget() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 PTR mail.example.com.
!glueless 113.0.203.in-addr.arpa 1000
";
    let walk = walk(text, "203.0.113.25").await;
    assert!(walk.queries <= ptrust_observe::walk::MAX_QUERIES + 1, "{} queries", walk.queries);
    assert!(matches!(walk.answer, Observed::Unknown(_)));
}

#[tokio::test(start_paused = true)]
async fn a_dname_leads_to_the_customers_zone() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
@ DNAME rev.customer.example.
zone rev.customer.example ns1.customer.example ns2.customer.example
25 PTR mail.example.com.
";
    let walk = walk(text, "203.0.113.25").await;
    let records = walk.answer.present().expect("a PTR");
    assert_eq!(records.ptr_names().next().expect("a name").to_string(), "mail.example.com");
    assert!(!records.aliases.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_single_address_may_be_a_zone() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
zone 25.113.0.203.in-addr.arpa ns1.customer.example ns2.customer.example
@ PTR mail.example.com.
";
    let walk = walk(text, "203.0.113.25").await;
    assert_eq!(zones(&walk).last().map(String::as_str), Some("25.113.0.203.in-addr.arpa"));
    assert_eq!(walk.answer.present().expect("a PTR").ptr_names().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn parents_that_disagree_are_each_kept() {
    let text = format!("{GOOD}\n!delegate-at ns1.apnic.net 113.0.203.in-addr.arpa none\n");
    let walk = walk(&text, "203.0.113.25").await;
    let last = walk.deepest().expect("a cut");
    assert_eq!(last.zone.to_string(), "113.0.203.in-addr.arpa");
    let says: Vec<_> = last.parent_views.iter().map(|view| matches!(view.says, Says::Refers(_))).collect();
    assert!(says.contains(&true) && says.contains(&false), "{:?}", last.parent_views);
}

#[tokio::test(start_paused = true)]
async fn an_upward_referral_is_lame() {
    let text = format!("{GOOD}\n!upward ns1.example.net 113.0.203.in-addr.arpa\n");
    let walk = walk(&text, "203.0.113.25").await;
    let last = walk.deepest().expect("a cut");
    let classes: Vec<_> = last.servers.iter().map(|server| server.class).collect();
    assert!(classes.contains(&Class::Lame(ptrust_facts::LameReason::UpwardReferral)), "{classes:?}");
    assert_eq!(last.state(), ZoneState::Answers);
}

#[tokio::test(start_paused = true)]
async fn a_missing_delegation_ends_at_the_registry() {
    let text = format!("{GOOD}\n!undelegated 113.0.203.in-addr.arpa\n");
    let walk = walk(&text, "203.0.113.25").await;
    let last = walk.deepest().expect("a cut");
    assert_eq!((last.zone.to_string().as_str(), last.role), ("203.in-addr.arpa", Role::Registry));
    assert!(walk.answer.is_absent());
}

#[tokio::test(start_paused = true)]
async fn server_names_without_addresses_are_unresolvable() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.gone.example ns2.gone.example
25 PTR mail.example.com.
!no-address ns1.gone.example
!no-address ns2.gone.example
";
    let walk = walk(text, "203.0.113.25").await;
    assert_eq!(walk.deepest().expect("a cut").state(), ZoneState::Unresolvable, "{:#?}", walk.deepest());
}

#[tokio::test(start_paused = true)]
async fn denied_empty_nonterminals_are_named() {
    let text = "
zone 8.b.d.0.1.0.0.2.ip6.arpa ns1.example.net ns2.example.net
5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.
!nxdomain ns1.example.net 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa
";
    let walk = walk(text, "2001:db8::25").await;
    assert_eq!(walk.denied_nonterminals.len(), 1, "{:#?}", walk.denied_nonterminals);
    assert!(walk.answer.present().is_some());
}

#[tokio::test(start_paused = true)]
async fn an_alias_loop_ends() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 CNAME a.customer.example.
zone customer.example ns1.customer.example ns2.customer.example
a CNAME b
b CNAME a
";
    let walk = walk(text, "203.0.113.25").await;
    assert_eq!(walk.answer, Observed::Unknown(Cause::AliasLoop));
}

#[tokio::test(start_paused = true)]
async fn two_aliases_are_never_followed() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 CNAME a.customer.example.
25 CNAME b.customer.example.
zone customer.example ns1.customer.example ns2.customer.example
a PTR mail.example.com.
b PTR mail.example.com.
";
    let walk = walk(text, "203.0.113.25").await;
    assert_eq!(walk.alias_conflict.len(), 2, "{walk:#?}");
    assert!(walk.alias.is_none() && walk.answer.present().is_none());
}

#[tokio::test(start_paused = true)]
async fn closed_and_intercepted_networks_are_seen_by_the_canary() {
    for (line, state) in
        [("!closed 53", WalkState::Closed), ("!intercepted 53", WalkState::Intercepted), ("", WalkState::Open)]
    {
        let world = World::parse(&format!("{GOOD}\n{line}\n")).expect("a world");
        let walker = Walker::new(world.ports(), world.settings());
        assert_eq!(walker.run().await.walk, state);
        let question = Question::new(reverse_name("203.0.113.25".parse().expect("v4")), RecordType::PTR);
        let fact = walker.start(question, Policy::Census).walk().await;
        assert_eq!(fact.observed.present().is_some(), state == WalkState::Open);
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_family_is_no_fault_of_the_zone() {
    for line in ["!no-ipv6"] {
        let walk = walk(&format!("!dual\n{GOOD}\n{line}\n"), "203.0.113.25").await;
        let last = walk.deepest().expect("a cut");
        assert_eq!(last.authoritative().count(), 2, "{:#?}", last.servers);
        assert_eq!(last.broken_servers().count(), 0, "{:#?}", last.servers);
        assert!(walk.answer.present().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn truncated_answers_come_over_tcp() {
    let walk = walk(&format!("{GOOD}\n!huge 26.113.0.203.in-addr.arpa. PTR 200\n"), "203.0.113.26").await;
    assert_eq!(walk.answer.present().expect("names").ptr_names().count(), 200);
}

#[tokio::test(start_paused = true)]
async fn hostile_servers_end_in_unknown() {
    for fault in ["garbage", "loop", "wrong-id", "wrong-question"] {
        let text = format!("{GOOD}\n!{fault} ns1.example.net\n!{fault} ns2.example.net\n");
        let walk = walk(&text, "203.0.113.25").await;
        assert!(matches!(walk.answer, Observed::Unknown(_)), "{fault}: {:?}", walk.answer);
        assert!(walk.queries <= ptrust_observe::walk::MAX_QUERIES + 1);
    }
}

/// The bench's world: the longest chain of dependent answers is 13, each 20 ms away.
const CHAIN: u32 = 13;
/// A cold check may take a quarter more than its longest chain.
const COLD: std::time::Duration = std::time::Duration::from_millis(20 * CHAIN as u64 * 5 / 4);

#[tokio::test(start_paused = true)]
async fn a_walk_takes_as_long_as_its_longest_chain() {
    let world = World::parse(include_str!("../../../bench/latency.world")).expect("a world");
    let walker = Walker::new(world.ports(), world.settings());
    let begun = tokio::time::Instant::now();
    let question = Question::new(reverse_name("203.0.113.25".parse().expect("v4")), RecordType::PTR);
    let reverse = walker.start(question, Policy::Census);
    assert!(reverse.early().await.observed.present().is_some());
    let forward = Question::new("mail25.example.com".parse().expect("a name"), RecordType::A);
    let (forward, _) = tokio::join!(async { walker.start(forward, Policy::Answer).walk().await }, reverse.walk());
    assert!(forward.observed.present().is_some());
    assert!(begun.elapsed() <= COLD, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_classless_zone_on_the_same_servers_is_seen() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 CNAME 25.0/26
zone 0/26.113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 PTR mail.example.com.
";
    let walk = walk(text, "203.0.113.25").await;
    let alias = walk.alias.as_deref().expect("an alias walk");
    assert_eq!(zones(alias).last().map(String::as_str), Some("0/26.113.0.203.in-addr.arpa"));
    assert_eq!(alias.deepest().expect("a cut").authoritative().count(), 2);
    assert!(walk.answer.present().is_some());
}

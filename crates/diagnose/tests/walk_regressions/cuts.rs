//! Which zone cuts a walk sees, and who of their servers counts.

use super::{F, PTR, Z, alone, both, changed, delegation_is_open, expect, ptr_walk, says};
use crate::support::{Checked, check, engine, paused};
use ptrust_diagnose::Options;
use ptrust_facts::{Class, LameReason, Scope, Target};
use ptrust_world::World;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A registry's zone on servers that no list knows.
const REGISTRY: &str = "zone 203.in-addr.arpa ns1.reg.example ns2.reg.example\n!registry 203.in-addr.arpa\n";

/// The zones of a walk, its aliases not followed.
fn zones(checked: &Checked) -> Vec<String> {
    ptr_walk(&checked.facts).cuts.iter().map(|cut| cut.zone.to_string()).collect()
}

#[test]
fn review_13_mute_servers_at_two_cuts_of_a_holder_leave_the_walk_complete() {
    let above = "zone 0.203.in-addr.arpa n1.isp.example n2.isp.example\n";
    let checked = alone(&format!("{above}{Z}{F}!timeout n2.isp.example\n!timeout ns2.example.net\n"));
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-partly-lame", "fail")]);
    assert_eq!(zones(&checked)[3..], ["203.in-addr.arpa", "0.203.in-addr.arpa", "113.0.203.in-addr.arpa"]);
    let cut = ptr_walk(&checked.facts).deepest().expect("a cut");
    let classes: BTreeMap<_, _> = cut.servers.iter().map(|server| (server.name.to_string(), server.class)).collect();
    assert_eq!(classes["ns2.example.net"], Class::Mute, "{}", checked.summary());
}

#[test]
fn review_14_mute_servers_of_both_lists_leave_the_walk_complete() {
    let own = "@ NS ns1.example.net.\n@ NS ns3.example.net.\n";
    let checked = alone(&format!("{Z}{own}{F}!timeout ns2.example.net\n!timeout ns3.example.net\n"));
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-partly-lame", "fail"), ("delegation-ns-mismatch", "fail")]);
    let cut = ptr_walk(&checked.facts).deepest().expect("a cut");
    let mute =
        |name: &str| cut.servers.iter().any(|server| server.name.to_string() == name && server.class == Class::Mute);
    assert!(mute("ns2.example.net") && mute("ns3.example.net"), "{}", checked.summary());
}

#[test]
fn review_15_a_registry_with_more_mute_servers_than_not_is_passed() {
    let list = ["m1", "m2", "m3", "m4", "g"].map(|head| format!("{head}.reg.example")).join(" ");
    let above = format!("zone 203.in-addr.arpa {list}\n!registry 203.in-addr.arpa\n");
    let mute = "!timeout m1.reg.example\n!timeout m2.reg.example\n!timeout m3.reg.example\n";
    let checked = alone(&format!("{above}{Z}{F}{mute}"));
    expect(&checked, &[], "pass");
    assert_eq!(checked.state(), "delegated");
    // One of five is enough.
    let checked = alone(&format!("{above}{Z}{F}{mute}!timeout m4.reg.example\n"));
    expect(&checked, &[], "pass");
}

#[test]
fn review_19_a_server_of_parent_and_child_refers_to_itself() {
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns1.reg.example\n25 PTR mail.example.com.\n";
    let checked = alone(&format!("{REGISTRY}{zone}{F}"));
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-partly-lame", "pass"), ("delegation-parents-differ", "pass")]);
    let denied = "!delegate-at ns2.reg.example 113.0.203.in-addr.arpa none\n";
    let checked = alone(&format!("{REGISTRY}{zone}{F}{denied}"));
    expect(&checked, &["delegation-parents-differ"], "temperror");
}

#[test]
fn review_20_an_alias_in_a_zone_that_no_referral_shows_belongs_to_that_zone() {
    let zones_there = "zone 113.0.203.in-addr.arpa ns1.reg.example ns2.reg.example\n25 CNAME 25.0/25\n\
                       zone 0/25.113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n25 PTR mail.example.com.\n";
    let checked = alone(&format!("{REGISTRY}{zones_there}{F}"));
    expect(&checked, &[], "pass");
    assert_eq!(zones(&checked).last().map(String::as_str), Some("113.0.203.in-addr.arpa"), "{}", checked.summary());
    let walk = ptr_walk(&checked.facts).last();
    let target = walk.deepest().expect("a cut");
    assert_eq!(target.zone.to_string(), "0/25.113.0.203.in-addr.arpa");
}

#[test]
fn review_21_a_registry_that_fails_on_the_name_leaves_the_delegation_open() {
    let fail = format!("!servfail ns1.apnic.net {PTR} PTR\n!servfail ns2.apnic.net {PTR} PTR\n");
    for zone in ["", Z] {
        delegation_is_open(&alone(&format!("{zone}{F}{fail}")));
    }
}

#[test]
fn review_23_an_alias_in_place_of_a_delegation_is_named() {
    let zone = "zone 0.203.in-addr.arpa ns1.example.net ns2.example.net\n113 CNAME rev.example.com.\n";
    let checked = alone(&format!("{zone}{F}25.rev PTR mail.example.com.\n"));
    expect(&checked, &["delegation-zone-alias"], "permerror");
}

/// A world's IPv6 target below a holder's /48, whose names between nobody mentions.
fn sparse(host: &str, faults: &str) -> String {
    format!(
        "!no-resolver\nzone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa ns1.example.net ns2.example.net\n{host}\n\
         zone example.com ns1.example.org ns2.example.org\nmail AAAA 2001:db8:1::25\n{faults}"
    )
}

/// The PTR of 2001:db8:1::25.
const SPARSE: &str = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.";

#[test]
fn review_26_denied_names_far_up_are_found() {
    let reverse = ptrust_names::reverse_name("2001:db8:1::25".parse().expect("an address"));
    // Between the holder's zone and the name above the PTR, and between the registry's zone and the holder's.
    let between: Vec<_> = reverse.ancestors().collect();
    let at = |labels: usize| between.iter().find(|name| name.label_count() == labels + 2).expect("a name");
    for nibbles in [31, 25, 16, 13, 11, 9, 5] {
        let denied = at(nibbles);
        for server in ["*", if nibbles > 12 { "ns2.example.net" } else { "ns2.apnic.net" }] {
            let checked =
                check(&format!("!check 2001:db8:1::25\n{}", sparse(SPARSE, &format!("!nxdomain {server} {denied}\n"))));
            expect(&checked, &[], "pass");
            says(&checked, &[("delegation-empty-nonterminal-denied", "fail")]);
            assert!(checked.word("/findings/0/subject").contains(&denied.to_string()), "{}", checked.word("/findings"));
        }
    }
    let sound = check(&format!("!check 2001:db8:1::25\n{}", sparse(SPARSE, "")));
    says(&sound, &[("delegation-empty-nonterminal-denied", "pass")]);
}

#[test]
fn review_26_names_between_are_asked_once_a_run() {
    let hosts =
        |count: u32| (0..count).map(move |host| IpAddr::V6((0x2001_0db8_0001_u128 << 80 | u128::from(host)).into()));
    let records = |address: IpAddr| format!("{}. PTR mail.example.com.\n", ptrust_names::reverse_name(address));
    let queries = |count: u32| {
        let text = sparse(&hosts(count).map(records).collect::<String>(), "");
        let world = World::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        paused(async {
            let engine = engine(&world, Options::default());
            let targets = hosts(count).map(|host| Target { scope: Scope::World, ..Target::new(host) });
            let walks = targets.map(|target| engine.facts(target));
            for facts in futures_util::future::join_all(walks).await {
                assert!(ptr_walk(&facts).answer.present().is_some());
            }
        });
        let asked = world.log();
        let between = asked.iter().filter(|query| {
            let name = query.question.name.to_string();
            query.question.rtype == ptrust_names::RecordType::SOA && name.ends_with(".1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
        });
        (asked.len(), between.count())
    };
    let (one, between_one) = queries(1);
    let (many, between_many) = queries(64);
    assert!(between_one <= 2 * 19 && one <= 120, "{one} queries, {between_one} for names between");
    // 64 neighbours add their /124s, and nothing else.
    assert!(between_many <= between_one + 2 * 4, "{between_many} after {between_one}");
    assert!(many <= one + 64 * 4, "{many} after {one}");
}

#[test]
fn review_26_denied_names_between_holders_are_found() {
    // A /32 with its own servers above the /48: the names between, and those between the registry and the /32.
    let above = "zone 8.b.d.0.1.0.0.2.ip6.arpa ns1.isp.example ns2.isp.example\n";
    for (denied, server) in [("0.0.0.8.b.d.0.1.0.0.2", "ns2.isp.example"), ("d.0.1.0.0.2", "ns1.apnic.net")] {
        let faults = format!("{above}!nxdomain {server} {denied}.ip6.arpa\n");
        let checked = check(&format!("!check 2001:db8:1::25\n{}", sparse(SPARSE, &faults)));
        expect(&checked, &[], "pass");
        says(&checked, &[("delegation-empty-nonterminal-denied", "fail")]);
    }
}

/// Sets AA.
fn with_authority(reply: &mut [u8]) {
    reply[2] |= 0x04;
}

#[test]
fn review_27_an_upward_referral_with_authority_is_lame() {
    let servers = "zone example.net ns1.example.edu ns2.example.edu\nns1 A 198.51.100.201\nns2 A 192.0.2.201\n";
    let upward = both("upward", "113.0.203.in-addr.arpa");
    let text = format!("{Z}{F}{servers}{upward}");
    let checked = changed(&text, &["198.51.100.201", "192.0.2.201"], with_authority);
    expect(&checked, &["delegation-lame"], "temperror");
    let cut = ptr_walk(&checked.facts).deepest().expect("a cut");
    let upward = Class::Lame(LameReason::UpwardReferral);
    assert!(cut.servers.iter().all(|server| server.class == upward), "{}", checked.summary());
}

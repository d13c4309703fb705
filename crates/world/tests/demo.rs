//! The built-in world, seen by the walk.

mod common;

use common::world;
use ptrust_facts::ZoneState;
use ptrust_names::{Observed, Question, RecordType, reverse_name};
use ptrust_observe::walk::{Policy, Walker};
use ptrust_world::{DEMO, World};
use std::net::IpAddr;

/// What a walk to the PTR of an address found, in a line: deepest zone, its state, the answer.
async fn walked(world: &World, address: IpAddr) -> String {
    let walker = Walker::new(world.ports(), world.settings());
    let question = Question::new(reverse_name(address), RecordType::PTR);
    let fact = walker.start(question, Policy::Census).walk().await;
    let walk = fact.observed.present().expect("a walk").last().clone();
    let cut = walk.deepest().expect("a cut");
    let answer = match &walk.answer {
        Observed::Present(records) => {
            let names: Vec<String> = records.ptr_names().map(ToString::to_string).collect();
            names.join(" ")
        }
        Observed::Absent(absence) => absence.kind.to_string(),
        Observed::Unknown(cause) => cause.to_string(),
    };
    let state = match cut.state() {
        ZoneState::Answers if cut.broken_servers().count() > 0 => "partly",
        ZoneState::Answers => "answers",
        ZoneState::Lame => "lame",
        ZoneState::Unreachable => "unreachable",
        ZoneState::Unresolvable => "unresolvable",
        ZoneState::Undetermined(_) => "undetermined",
    };
    format!("{} {state}: {answer}", cut.zone)
}

#[tokio::test(start_paused = true)]
async fn every_address_shows_its_case() {
    let world = world(DEMO);
    let mut seen = Vec::new();
    for check in world.checks() {
        seen.push(walked(&world, check.address).await);
    }
    let v6 = "8.b.d.0.1.0.0.2.ip6.arpa";
    let expected = [
        "113.0.203.in-addr.arpa answers: mail.example.com".to_owned(),
        "113.0.203.in-addr.arpa answers: mx2.example.com".to_owned(),
        "113.0.203.in-addr.arpa answers: NXDOMAIN".to_owned(),
        "198.in-addr.arpa answers: NXDOMAIN".to_owned(),
        "40.113.0.203.in-addr.arpa lame: no listed server answers with authority".to_owned(),
        "2.0.192.in-addr.arpa partly: branch.example.com".to_owned(),
        "41.113.0.203.in-addr.arpa unreachable: no answer".to_owned(),
        "64/26.113.0.203.in-addr.arpa answers: list.example.com".to_owned(),
        "128/26.113.0.203.in-addr.arpa lame: no listed server answers with authority".to_owned(),
        "113.0.203.in-addr.arpa answers: host-203-0-113-77.pool.example.net".to_owned(),
        "113.0.203.in-addr.arpa answers: news.example.com shop.example.com www.example.com".to_owned(),
        "113.0.203.in-addr.arpa answers: out.example.com".to_owned(),
        format!("1.0.0.0.{v6} answers: mail.example.com"),
        "1.0.0.2.ip6.arpa answers: NXDOMAIN".to_owned(),
        "113.0.203.in-addr.arpa answers: relay.example.com".to_owned(),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn every_address_has_a_holder() {
    let world = world(DEMO);
    let (ports, settings) = (world.ports(), world.settings());
    for check in world.checks() {
        let fact = ptrust_observe::rdap::owner(&ports, &settings, check.address, None).await;
        let owner = fact.observed.present().unwrap_or_else(|| panic!("{}", check.address));
        assert!(owner.holder.as_deref().is_some_and(|holder| holder.starts_with("Example")));
    }
}

#[test]
fn every_case_is_explained() {
    let comments = DEMO.lines().filter(|line| {
        let text = line.strip_prefix("; ").unwrap_or_default();
        text.starts_with(|c: char| c.is_ascii_digit())
    });
    assert_eq!(comments.count(), world(DEMO).checks().len());
}

//! The walk's machine, over an internet that makes up its replies as the input says.

mod internet;
mod message;

use crate::bytes::Bytes;
use crate::invariant::{check_json, check_name, check_text};
use crate::world::paused;
use internet::Internet;
use ptrust_facts::{Fact, Scope, Walk, WalkState};
use ptrust_names::{Cause, Name, Observed, Question, RecordType, reverse_name};
use ptrust_observe::answer::MAX_ALIASES;
use ptrust_observe::chain::Chains;
use ptrust_observe::ports::Ports;
use ptrust_observe::settings::{DEFAULT_PER_SERVER, DEFAULT_TIMEOUT, RootHint, Settings};
use ptrust_observe::walk::{MAX_CUTS, MAX_QUERIES, MAX_SERVER_NAMES, MAX_SERVERS, Policy, Walker};
use ptrust_world::World;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Queries of the canary at most: every root, once.
const CANARY_QUERIES: u32 = 8;
/// Virtual time beyond the deadline: the canary waits twice for the roots of a family.
const SLACK: Duration = Duration::from_secs(3);
/// Alias legs of one walk: those followed by walks of their own, and the one that closes a loop.
const MAX_LEGS: usize = MAX_ALIASES + 2;
/// Octets of one walk's JSON at most. A report of this size is still handled by everything that reads it.
const MAX_JSON: usize = 8 * 1024 * 1024;
/// Queries that a chain of trust may cost: nothing but time bounds them, and this is far above what a sane one needs.
const CHAIN_QUERIES: u32 = 20_000;

/// A world whose chains of trust hold: the target's address, an alias, and a denial.
const SIGNED: &str = "\
zone example.com ns1.example.com signed
mail A 203.0.113.25
mail AAAA 2001:db8::25
zone 113.0.203.in-addr.arpa ns1.example.com ns2.example.com signed
25 CNAME 25.0/25
zone 0/25.113.0.203.in-addr.arpa ns1.example.com signed
25 PTR mail.example.com.
zone 8.b.d.0.1.0.0.2.ip6.arpa ns1.example.com signed
";

/// The first octet chooses what is asked ([`plan`]), the second how slow the servers are, the rest is the script of
/// their replies ([`internet`]), read over and over.
pub fn walk(bytes: &[u8]) {
    let (head, script) = bytes.split_at(bytes.len().min(2));
    let mut head = Bytes::new(head);
    let (plan, pace) = (head.octet(), head.octet());
    let script = script.to_vec();
    paused(run(plan, pace, script));
}

/// What the first octet says, bit by bit.
mod plan {
    /// Look for one answer, not for every server's.
    pub(super) const ANSWER: u8 = 1;
    /// Walk to a host name too, over what the first walk left behind.
    pub(super) const FORWARD: u8 = 2;
    /// Validate the first answer.
    pub(super) const CHAIN: u8 = 4;
    /// An IPv6 address.
    pub(super) const V6: u8 = 8;
    /// The roots' own NS set comes from the script too.
    pub(super) const ROOTS: u8 = 16;
    /// The replies are those of a signed world, and the script damages them.
    pub(super) const SIGNED: u8 = 32;
}

/// Walks as planned.
async fn run(plan: u8, pace: u8, script: Vec<u8>) {
    let signed = plan & plan::SIGNED != 0;
    let world = if signed { World::parse(SIGNED).expect("a world") } else { crate::world::small() };
    let settings = if signed { world.settings() } else { settings() };
    let inner = signed.then(|| world.ports().exchange);
    let internet = Arc::new(Internet::new(script, pace, plan & plan::ROOTS != 0, inner));
    let ports = Ports { exchange: internet.clone(), ..world.ports() };
    let walker = Walker::new(ports, settings);
    let address = if plan & plan::V6 == 0 { internet::V4 } else { internet::V6 };
    let address: IpAddr = address.parse().expect("an address");
    let policy = if plan & plan::ANSWER == 0 { Policy::Census } else { Policy::Answer };
    let question = Question::new(reverse_name(address), RecordType::PTR);
    one(&walker, &internet, question.clone(), policy).await;
    if plan & plan::FORWARD != 0 {
        let host: Name = "mail.example.com".parse().expect("a name");
        let rtype = RecordType::address_of(address);
        one(&walker, &internet, Question::new(host, rtype), Policy::Answer).await;
    }
    if plan & plan::CHAIN != 0 {
        let before = internet.asked();
        let begun = Instant::now();
        let chains = Chains::new(&walker).expect("the built-in anchors");
        let chain = chains.chain(&question).await;
        check_json(&chain);
        assert!(begun.elapsed() <= DEFAULT_TIMEOUT + SLACK, "a chain took {:?}", begun.elapsed());
        let asked = internet.asked() - before;
        assert!(asked <= CHAIN_QUERIES, "a chain took {asked} queries");
    }
}

/// Two roots of both families, and the limits of a normal run.
fn settings() -> Settings {
    let hints = ["198.41.0.4", "2001:503:ba3e::2:30", "199.9.14.201", "2001:500:200::b"];
    Settings {
        root_hints: hints
            .into_iter()
            .zip(["a", "a", "b", "b"])
            .map(|(address, letter)| RootHint {
                name: format!("{letter}.root-servers.net").parse().expect("a name"),
                address: address.parse().expect("an address"),
            })
            .collect(),
        resolvers: Vec::new(),
        walk: true,
        registry_zones: Vec::new(),
        trust_anchor: None,
        timeout: DEFAULT_TIMEOUT,
        helo: "probe.example.org".into(),
        per_server: DEFAULT_PER_SERVER,
        roots: ptrust_observe::session::Roots::default(),
        scope: Scope::World,
    }
}

/// One walk, its bounds, and what it says.
async fn one(walker: &Arc<Walker>, internet: &Internet, question: Question, policy: Policy) {
    let before = internet.asked();
    let begun = Instant::now();
    let flight = walker.start(question.clone(), policy);
    let fact = flight.walk().await;
    let early = flight.early().await;
    assert!(begun.elapsed() <= DEFAULT_TIMEOUT + SLACK, "a walk took {:?}", begun.elapsed());
    let asked = internet.asked() - before;
    assert!(asked <= MAX_QUERIES + CANARY_QUERIES, "a walk took {asked} queries");
    if let Observed::Present(records) = &early.observed {
        check_json(records);
        assert!(!records.set.is_empty(), "an early answer without records");
    }
    if let Observed::Present(walk) = &fact.observed {
        assert!(walk.queries <= MAX_QUERIES, "{} queries in the report, {asked} sent", walk.queries);
    }
    check_fact(&fact, &question);
    if fact.observed.present().is_none() {
        assert_ne!(walker.run().await.walk, WalkState::Open, "no walk, though the roots answer");
    }
    // The same question again is the same walk.
    let asked = internet.asked();
    assert_eq!(walker.start(question, policy).walk().await, fact);
    assert_eq!(internet.asked(), asked, "asked twice");
}

/// A walk is bounded and escaped, and none panicked.
fn check_fact(fact: &Fact<Walk>, question: &Question) {
    let mut next = match &fact.observed {
        Observed::Present(walk) => Some(walk),
        Observed::Unknown(Cause::Unavailable) => None,
        other => panic!("a walk panicked: {other:?}"),
    };
    check_json(fact);
    let json = serde_json::to_vec(fact).expect("our values are JSON");
    assert!(json.len() <= MAX_JSON, "{} octets of JSON", json.len());
    let mut legs = 0;
    let mut name = question.name.clone();
    while let Some(walk) = next {
        legs += 1;
        assert!(legs <= MAX_LEGS, "{legs} legs");
        assert_eq!(walk.question.rtype, question.rtype);
        assert_eq!(walk.question.name, name, "a leg about another name");
        check_walk(walk);
        next = walk.alias.as_deref();
        name = next.map_or(name, |leg| leg.question.name.clone());
    }
}

/// One leg.
fn check_walk(walk: &Walk) {
    assert!(walk.cuts.len() <= MAX_CUTS + 1, "too many cuts");
    assert!(!walk.cuts.is_empty(), "no cut, not even the root");
    let mut above: Option<&Name> = None;
    for cut in &walk.cuts {
        check_name(&cut.zone);
        if let Some(above) = above {
            assert!(cut.zone.is_below(above), "{} below {above}", cut.zone);
        }
        assert!(walk.question.name.is_at_or_below(&cut.zone), "a cut beside the way");
        above = Some(&cut.zone);
        for names in cut.parent_servers.iter().chain(&cut.child_servers) {
            assert!(names.len() <= MAX_SERVER_NAMES, "{} names", names.len());
        }
        let addresses = cut.servers.iter().filter(|server| server.address.is_some());
        let addresses = addresses.count();
        assert!(addresses <= MAX_SERVERS + 2 * MAX_SERVER_NAMES, "{addresses} servers");
        for server in &cut.servers {
            check_name(&server.name);
            check_text(&server.said);
        }
    }
    if let Observed::Present(records) = &walk.answer {
        assert!(!records.set.is_empty(), "an answer without records");
        for record in &records.set {
            assert_eq!(record.data.rtype(), walk.question.rtype, "another type");
        }
    }
}

//! Worlds: any text is refused with a line, or gives a world that answers everything.

use crate::invariant::{check_json, check_text};
use ptrust_names::{Name, Question, RecordType, reverse_name};
use ptrust_observe::chain::Chains;
use ptrust_observe::ports::Channel;
use ptrust_observe::walk::{Policy, Walker};
use ptrust_observe::wire::{self, Flags};
use ptrust_observe::{rdap, resolver, smtp};
use ptrust_world::{Check, World};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Checks of a world that are tried.
const MAX_CHECKS: usize = 2;
/// Servers that are asked.
const MAX_SERVERS: usize = 4;
/// How long a server is waited for.
const WAIT: Duration = Duration::from_secs(3);
/// Virtual time of one probe at most.
const MAX_TIME: Duration = Duration::from_mins(1);
/// Characters of an error at most: the words around it, and what it quotes of a line.
const MAX_ERROR: usize = 500;

/// The input is the text of a world.
pub fn world(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match World::parse(&text) {
        Ok(world) => {
            let names = names_in(&text);
            paused(async move { check_world(&world, &names).await });
        }
        Err(error) => {
            assert!((1..=text.lines().count().max(1)).contains(&error.line), "{error}: there is no such line");
            check_text(&error.message);
            let longest = text.lines().map(str::len).max().unwrap_or(0);
            assert!(error.message.len() <= MAX_ERROR + 8 * longest, "an error longer than its line");
        }
    }
}

/// Some names that the text may be about.
fn names_in(text: &str) -> Vec<Name> {
    let zones = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("zone")).then(|| words.next()?.parse().ok()).flatten()
    });
    zones.take(2).chain(["nothing.example".parse().expect("a name"), Name::root()]).collect()
}

/// Asks a world through all its ports.
async fn check_world(world: &World, names: &[Name]) {
    let settings = world.settings();
    let ports = world.ports();
    for hint in &settings.root_hints {
        crate::invariant::check_name(&hint.name);
    }
    if let Some(anchor) = &settings.trust_anchor {
        ptrust_observe::chain::check_anchors(anchor).expect("a world's own anchor");
    }
    let servers = settings
        .root_hints
        .iter()
        .map(|hint| SocketAddr::new(hint.address, 53))
        .take(MAX_SERVERS)
        .chain(settings.resolvers.iter().copied().take(MAX_SERVERS));
    let servers: Vec<SocketAddr> = servers.collect();
    let questions = world
        .checks()
        .iter()
        .take(MAX_CHECKS)
        .map(|check| Question::new(reverse_name(check.address), RecordType::PTR))
        .chain(names.iter().map(|name| Question::new(name.clone(), RecordType::SOA)));
    for question in questions {
        for server in &servers {
            for (channel, dnssec) in [(Channel::Udp, true), (Channel::Tcp, false)] {
                let flags = Flags { dnssec, ..Flags::default() };
                let query = wire::query(&question, 7, flags);
                let begun = Instant::now();
                let reply = ports.exchange.exchange(*server, channel, &query, WAIT).await;
                assert!(begun.elapsed() <= WAIT, "a long exchange");
                if let Ok(reply) = reply {
                    assert!(wire::is_reply_to(&query, &reply), "a reply to nothing");
                    // Garbage is one of a world's faults, so it need not parse.
                    let _ = wire::parse(&reply);
                }
            }
        }
        check_json(&resolver::view(&ports, &settings, &question).await);
    }
    if let Some(check) = world.checks().first() {
        check_walk(world, check).await;
    }
    for check in world.checks().iter().take(MAX_CHECKS) {
        check_probes(world, check).await;
    }
}

/// The walk to one address, and its chain of trust.
async fn check_walk(world: &World, check: &Check) {
    let begun = Instant::now();
    let walker = Walker::new(world.ports(), world.settings());
    let question = Question::new(reverse_name(check.address), RecordType::PTR);
    check_json(&walker.start(question.clone(), Policy::Census).walk().await);
    let chains = Chains::new(&walker).expect("a world's own anchor");
    check_json(&chains.chain(&question).await);
    assert!(begun.elapsed() <= MAX_TIME, "a long walk");
}

/// The other ports, about one address.
async fn check_probes(world: &World, check: &Check) {
    let (ports, settings) = (world.ports(), world.settings());
    let begun = Instant::now();
    check_json(&smtp::probe(&ports, &settings, check.address, check.port.unwrap_or(25)).await);
    check_json(&rdap::owner(&ports, &settings, check.address, None).await);
    assert!(begun.elapsed() <= 2 * MAX_TIME, "long probes");
}

/// A world for targets that need only its clock and settings.
pub(crate) fn small() -> World {
    World::parse("zone example.com ns1.example.com\n").expect("a world")
}

/// Runs a future on a runtime of its own, whose clock jumps where nothing is left to do.
pub(crate) fn paused<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}

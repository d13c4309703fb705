//! Latency of a cold check in virtual time: bounded by the longest chain of dependent answers.
//!
//! `bench/latency.world` lists that chain by hand. `--no-capture` prints the figures.

use futures_util::StreamExt;
use ptrust_diagnose::{Engine, Options};
use ptrust_facts::{DomainTarget, Scope, Target};
use ptrust_report::Verdict;
use ptrust_world::World;
use std::time::Duration;
use tokio::time::Instant;

/// Answers in the longest chain of `bench/latency.world`.
const CHAIN: u32 = 13;
/// What each answer takes there.
const ANSWER: Duration = Duration::from_millis(20);
/// What a cold check may take: a quarter over the chain.
const COLD: Duration = Duration::from_millis(20 * 13 * 5 / 4);

/// An engine over the bench's world, with more lines.
fn engine(lines: &str) -> Engine {
    let text = format!("{}\n{lines}", include_str!("../../../bench/latency.world"));
    let world = World::parse(&text).expect("a world");
    Engine::new(world.ports(), world.settings(), ptrust_checks::Settings::default(), Options::default())
        .expect("the world's anchors")
}

/// One address of the bench's /24.
fn target(last: u8) -> Target {
    Target { scope: Scope::World, ..Target::new([203, 0, 113, last].into()) }
}

#[tokio::test(start_paused = true)]
async fn a_cold_check_takes_little_more_than_its_longest_chain() {
    let engine = engine("");
    let begun = Instant::now();
    let report = engine.check(target(25)).await;
    let took = begun.elapsed();
    println!(
        "cold check: {took:?}, chain {:?}, ratio {:.2}",
        ANSWER * CHAIN,
        took.as_secs_f64() / (ANSWER * CHAIN).as_secs_f64()
    );
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    assert!(took <= COLD, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_block_of_256_takes_at_most_twice_as_long() {
    let engine = engine("");
    let begun = Instant::now();
    let targets = (0..=255).map(target).collect();
    let reports: Vec<_> = engine.check_all(targets).collect().await;
    let took = begun.elapsed();
    println!("256 addresses: {took:?}, ratio to one {:.2}", took.as_secs_f64() / COLD.as_secs_f64());
    assert_eq!(reports.len(), 256);
    assert!(reports.iter().all(|(_, report)| report.verdict == Verdict::Pass));
    assert!(took <= COLD * 2, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn silent_smtp_and_rdap_servers_cost_one_second_at_most() {
    let engine = engine("smtp 203.0.113.25 silent\nrdap 203.0.113.0/24 timeout\n");
    let begun = Instant::now();
    let report = engine.check(Target { smtp_port: Some(25), ..target(25) }).await;
    let took = begun.elapsed();
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    assert!(took <= COLD + Duration::from_secs(1), "{took:?}");
}

/// Answers and SMTP turns in the longest chain of `bench/audit.world`.
const AUDIT_CHAIN: u32 = 14;

#[tokio::test(start_paused = true)]
async fn a_cold_audit_takes_little_more_than_its_longest_chain() {
    let world = World::parse(include_str!("../../../bench/audit.world")).expect("a world");
    let engine = Engine::new(world.ports(), world.settings(), ptrust_checks::Settings::default(), Options::default());
    let engine = engine.expect("the world's anchors");
    let audit = world.audits().first().expect("an audit").clone();
    let target = audit.adjust(DomainTarget { scope: Scope::World, ..DomainTarget::new(audit.name.clone()) });
    let begun = Instant::now();
    let report = engine.audit(target).await;
    let took = begun.elapsed();
    let chain = ANSWER * AUDIT_CHAIN;
    println!("cold audit: {took:?}, chain {chain:?}, ratio {:.2}", took.as_secs_f64() / chain.as_secs_f64());
    let worse = report.findings.iter().filter(|finding| finding.severity > ptrust_checks::Severity::Notice);
    assert_eq!(worse.map(|finding| finding.id).collect::<Vec<_>>(), [""; 0]);
    assert!(took <= chain * 13 / 10, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn one_slow_server_delays_only_its_own_facts() {
    let text = format!(
        "{}\nzone slow.example ns1.slow.example\n!timeout ns1.slow.example\n",
        include_str!("../../../bench/audit.world")
    );
    let text = text.replace("include:_spf.sender.example", "include:_spf.sender.example include:_spf.slow.example");
    let world = World::parse(&text).expect("a world");
    let engine = Engine::new(world.ports(), world.settings(), ptrust_checks::Settings::default(), Options::default());
    let engine = engine.expect("the world's anchors");
    let audit = world.audits().first().expect("an audit").clone();
    let target = audit.adjust(DomainTarget { scope: Scope::World, ..DomainTarget::new(audit.name.clone()) });
    let report = engine.audit(target).await;
    let open: Vec<&str> = report.coverage.inconclusive.iter().map(|one| one.id).collect();
    assert!(open.contains(&"spf-include-broken"), "{open:?}");
    assert!(open.iter().all(|id| id.starts_with("spf-")), "{open:?}");
    assert_eq!(report.count(ptrust_checks::Severity::Error), 0, "{report:#?}");
}

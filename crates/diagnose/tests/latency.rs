//! Latency of a cold check in virtual time: bounded by the longest chain of dependent answers.
//!
//! `bench/latency.world` lists that chain by hand. `--no-capture` prints the figures.

use futures_util::StreamExt;
use ptrust_diagnose::{Engine, Options};
use ptrust_facts::{Scope, Target};
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

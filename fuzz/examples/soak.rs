//! Mutates the corpus for as long as wanted, without libFuzzer: `soak [TARGET|all] [SECONDS] [SEED]`. One input again:
//! `soak TARGET FILE`.
//!
//! An input that breaks an invariant is written to `target/fuzz/TARGET-NUMBER`, and the run goes on.
#![expect(clippy::print_stdout, reason = "this is its output")]

use ptrust_fuzz::{Corpus, Mutator, TARGETS, Target, target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Seconds a target unless told otherwise.
const SECONDS: u64 = 60;
/// Failing inputs kept of one target.
const MAX_KEPT: usize = 20;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let wanted = args.next().unwrap_or_else(|| "all".into());
    let second = args.next();
    if let (Some(target), Some(file)) = (target(&wanted), second.as_ref().filter(|arg| Path::new(arg).is_file())) {
        let begun = Instant::now();
        (target.run)(&std::fs::read(file)?);
        println!("{wanted}: holds, {} ms", begun.elapsed().as_millis());
        return Ok(());
    }
    let seconds = second.and_then(|arg| arg.parse().ok());
    let seed = args.next().and_then(|arg| arg.parse().ok()).unwrap_or(1);
    let time = Duration::from_secs(seconds.unwrap_or(SECONDS));
    for target in TARGETS {
        if wanted == "all" || wanted == target.name {
            soak(target, time, seed)?;
        }
    }
    Ok(())
}

/// Runs one target.
fn soak(target: &Target, time: Duration, seed: u64) -> std::io::Result<()> {
    let corpus = Corpus::read(target.name)?;
    let mut mutator = Mutator::new(&corpus, seed);
    let (mut runs, mut kept) = (0u64, 0);
    let (mut slowest, mut slow_input) = (Duration::ZERO, Vec::new());
    let begun = Instant::now();
    while begun.elapsed() < time && kept < MAX_KEPT {
        let input = mutator.next_input();
        let start = Instant::now();
        runs += 1;
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            keep(&format!("{}-{kept}", target.name), &input)?;
            kept += 1;
        }
        if start.elapsed() > slowest {
            (slowest, slow_input) = (start.elapsed(), input);
        }
    }
    keep(&format!("{}-slowest", target.name), &slow_input)?;
    println!("{}: {runs} inputs, {kept} failed, slowest {} ms", target.name, slowest.as_millis());
    Ok(())
}

/// Writes an input down.
fn keep(name: &str, input: &[u8]) -> std::io::Result<()> {
    let folder = Path::new("target/fuzz");
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(name), input)
}

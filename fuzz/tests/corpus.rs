//! Replays the corpus of every target, and a fixed run of inputs made of it.

use ptrust_fuzz::{Corpus, Mutator, TARGETS, target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Mutated inputs of one target.
const INPUTS: usize = 2_000;
/// Time for them: a slow machine tries fewer, so that the gate stays quick.
const TIME: Duration = Duration::from_secs(3);
/// The run is the same every time; `examples/soak.rs` tries other seeds.
const SEED: u64 = 0x0070_7472_7573_7400;

/// Replays a target's corpus, then its run.
fn replay(name: &str) {
    let target = target(name).expect("a target");
    let corpus = Corpus::read(name).expect("a corpus");
    assert!(corpus.seeds.len() >= 10, "{name}: too few seeds");
    for (file, bytes) in &corpus.seeds {
        let outcome = catch_unwind(|| (target.run)(bytes));
        assert!(outcome.is_ok(), "corpus/{name}/{file} breaks an invariant");
    }
    let mut mutator = Mutator::new(&corpus, SEED);
    let begun = Instant::now();
    for number in 0..INPUTS {
        if begun.elapsed() > TIME {
            break;
        }
        let input = mutator.next_input();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        assert!(outcome.is_ok(), "mutated input {number} breaks an invariant of {name}: \"{}\"", input.escape_ascii());
    }
}

/// One test a target.
macro_rules! replayed {
    ($($name:ident),*) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*

        /// A target without a test here would rot.
        #[test]
        fn every_target_is_replayed() {
            let tested = [$(stringify!($name)),*];
            let targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(targets, tested);
        }
    };
}

replayed!(
    config, document, hello, hints, letter, log, mark, message, names, rdap, records, report, session, smtp, spf, svg,
    walk, world
);

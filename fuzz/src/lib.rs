//! Hostile bytes: one pure function per fuzz target, each with the invariants that any input has to keep.
//!
//! A target panics when an invariant breaks. The corpus of every target replays as a test (`tests/corpus.rs`), with a
//! short run of mutated inputs; `examples/soak.rs` mutates for as long as wanted, and `libfuzzer/` hands the same
//! functions to cargo-fuzz.

mod bytes;
mod config;
mod document;
mod hello;
mod hints;
mod invariant;
mod letter;
mod log;
mod mark;
mod message;
mod mutate;
mod names;
mod published;
mod rdap;
mod records;
mod report;
mod session;
mod smtp;
mod spf;
mod svg;
mod talker;
mod walk;
mod world;

pub use config::config;
pub use document::document;
pub use hello::hello;
pub use hints::hints;
pub use letter::letter;
pub use log::log;
pub use mark::mark;
pub use message::message;
pub use mutate::{Corpus, Mutator, corpus_folder};
pub use names::names;
pub use rdap::rdap;
pub use records::records;
pub use report::report;
pub use session::session;
pub use smtp::smtp;
pub use spf::spf;
pub use svg::svg;
pub use walk::walk;
pub use world::world;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also its corpus folder's.
    pub name: &'static str,
    /// Runs it on one input; panics when an invariant breaks.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "config", run: config },
    Target { name: "document", run: document },
    Target { name: "hello", run: hello },
    Target { name: "hints", run: hints },
    Target { name: "letter", run: letter },
    Target { name: "log", run: log },
    Target { name: "mark", run: mark },
    Target { name: "message", run: message },
    Target { name: "names", run: names },
    Target { name: "rdap", run: rdap },
    Target { name: "records", run: records },
    Target { name: "report", run: report },
    Target { name: "session", run: session },
    Target { name: "smtp", run: smtp },
    Target { name: "spf", run: spf },
    Target { name: "svg", run: svg },
    Target { name: "walk", run: walk },
    Target { name: "world", run: world },
];

/// The target of a name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}

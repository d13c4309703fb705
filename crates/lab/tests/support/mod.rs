//! What the tests of the closed internet share.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;

/// How many commands run at once: most of their time is waiting for silent servers.
const WORKERS: usize = 8;

/// Brings the lab up once per process; `false` where that is not possible here.
pub(crate) fn lab() -> bool {
    static LAB: OnceLock<bool> = OnceLock::new();
    *LAB.get_or_init(|| {
        if !ptrust_lab::is_possible() {
            skipped("needs root");
            return false;
        }
        ptrust_lab::up_with(Path::new(env!("CARGO_BIN_EXE_lab-liar"))).expect("the lab starts");
        true
    })
}

/// Says that a test did not run, past the capture of the test harness.
pub(crate) fn skipped(why: &str) {
    // Where standard error is gone there is nobody to tell.
    drop(writeln!(std::io::stderr(), "SKIPPED: {why}"));
}

/// Does something with every item, a few at a time, and returns the complaints, each with the item's name.
pub(crate) fn complaints<T: Sync>(
    items: &[T],
    name: impl Fn(&T) -> String + Sync,
    judge: impl Fn(&T) -> Vec<String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let complaints = judge(item);
                    let lines = complaints.into_iter().map(|complaint| format!("{}: {complaint}", name(item)));
                    found.lock().expect("no judge panics").extend(lines);
                }
            });
        }
    });
    found.into_inner().expect("no judge panics")
}

/// Fails with every complaint at once.
pub(crate) fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// The program under test: `PTRUST_BIN`, or the release build; `None`, aloud, where there is none.
pub(crate) fn ptrust() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("PTRUST_BIN") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "PTRUST_BIN is {}: no such file", path.display());
        return Some(path);
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = manifest.ancestors().nth(2).unwrap_or(manifest);
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| workspace.join("target"), PathBuf::from);
    let path = target.join("release/ptrust");
    if !path.is_file() {
        skipped("needs the release binary (cargo build --release, or PTRUST_BIN)");
        return None;
    }
    Some(path)
}

/// The options that start a walk at the signed root.
pub(crate) fn with_signed_root(command: &mut Command) {
    command.arg("--root-hints").arg(ptrust_lab::signed_root_hints());
    command.arg("--trust-anchor").arg(ptrust_lab::trust_anchor());
    command.args(["--resolver", ptrust_lab::VALIDATOR]);
}

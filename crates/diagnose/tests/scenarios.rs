//! The hard cases of the peers and their users, each a small world and the verdict that is right, by its number in
//! `hard-cases.md`. Numbers that are missing concern generic names (tested in `knowledge`) or records of other issues.

mod support;

#[path = "scenarios/audit.rs"]
mod audit;
#[path = "scenarios/bimi.rs"]
mod bimi;
#[path = "scenarios/delegation.rs"]
mod delegation;
#[path = "scenarios/forward.rs"]
mod forward;
#[path = "scenarios/helo.rs"]
mod helo;
#[path = "scenarios/lists.rs"]
mod lists;
#[path = "scenarios/reverse.rs"]
mod reverse;

use support::{Checked, check};

/// The forward zone of most worlds.
const FORWARD: &str = "zone example.com ns1.example.net ns2.example.net\nmail A 203.0.113.25\n";

/// A world with one IPv4 target: what stands in its reverse zone, and lines after it.
fn world(reverse: &str, more: &str) -> Checked {
    check(&format!(
        "!check 203.0.113.25\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n{reverse}\n{more}"
    ))
}

/// A world whose address leads there and back, with faults.
fn sound_but(faults: &str) -> Checked {
    world("25 PTR mail.example.com.", &format!("{FORWARD}{faults}"))
}

/// Asserts what one target's report says; the message shows what was seen.
#[track_caller]
fn expect(checked: &Checked, errors: &[&str], iprev: &str) {
    let seen = || format!("findings {}\n{}", checked.word("/findings"), checked.summary());
    assert_eq!(checked.errors(), errors, "{}", seen());
    assert_eq!(checked.iprev(), iprev, "{}", seen());
}

/// Asserts what single checks say.
#[track_caller]
fn says(checked: &Checked, judgements: &[(&str, &str)]) {
    for (id, word) in judgements {
        assert_eq!(checked.says(id), *word, "{id}\n{}", checked.summary());
    }
}

//! Which crate may use which: the one table that `deps` holds and docs/architecture.md shows.
//!
//! Arrows are transitive: a crate may use what the crates it may use may use. Crates that do not
//! exist yet have their row already, so that starting one needs no new rule.

use std::collections::BTreeSet;

/// What a crate may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Neither clock nor disk nor network; the build fails otherwise.
    Pure,
    /// Speaks to the world.
    Io,
    /// Stands in for the world, in memory.
    Twin,
    /// Joins the stages to an application.
    App,
    /// What a user meets.
    Surface,
    /// For development; not shipped.
    Dev,
}

impl Kind {
    /// The word in the crate table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Io => "I/O",
            Self::Twin => "I/O twin",
            Self::App => "app",
            Self::Surface => "surface",
            Self::Dev => "dev",
        }
    }
}

/// One crate.
pub(crate) struct Row {
    /// The package without `ptrust-`, which is also the folder's name.
    pub(crate) name: &'static str,
    /// What it may do.
    pub(crate) kind: Kind,
    /// The crates it may use, besides those that these may use.
    pub(crate) uses: &'static [&'static str],
    /// What lives there, for the crate table.
    pub(crate) holds: &'static str,
}

/// A row of the table.
const fn row_of(name: &'static str, kind: Kind, uses: &'static [&'static str], holds: &'static str) -> Row {
    Row { name, kind, uses, holds }
}

/// All crates, each below those it may use.
pub(crate) const TABLE: &[Row] = &[
    row_of(
        "names",
        Kind::Pure,
        &[],
        "host names, reverse names, address blocks, parsed once; `Observed` and the records: the \
         words every crate speaks",
    ),
    row_of("knowledge", Kind::Pure, &["names"], "typed tables over `data/*.toml`, every sample tested"),
    row_of(
        "facts",
        Kind::Pure,
        &["names", "knowledge"],
        "what was observed and what it proves: `Fact`, `Facts`, the identity; the stored form",
    ),
    row_of("mail", Kind::Pure, &["names"], "what mail says: SPF, DKIM, DMARC and their kin, with replaying evaluators"),
    row_of("checks", Kind::Pure, &["facts", "mail"], "one check per pair of files: the judge and its page"),
    row_of("report", Kind::Pure, &["checks"], "the report; one renderer per file"),
    row_of(
        "observe",
        Kind::Io,
        &["facts", "mail"],
        "the ports to the world and what is built on them: resolver, walk, SMTP, RDAP",
    ),
    row_of("world", Kind::Twin, &["observe"], "zone text that answers like the internet, through the same ports"),
    row_of(
        "diagnose",
        Kind::App,
        &["report", "observe"],
        "plan, observe, judge, report; the only place that knows every stage",
    ),
    row_of("configure", Kind::App, &["diagnose"], "the change itself: requests, zone files, updates, provider APIs"),
    row_of("scan", Kind::Io, &["facts"], "the bulk engine: a pure machine, sockets, pace; no tokio"),
    row_of("fleet", Kind::Io, &["scan"], "many machines and their files: Parquet, object stores, queues"),
    row_of("store", Kind::Io, &["report"], "reports, jobs, tokens and budgets in a database"),
    row_of("monitor", Kind::App, &["diagnose", "store"], "targets, schedule, history, differences, alerts"),
    row_of("serve", Kind::Surface, &["configure", "monitor", "fleet"], "HTTP API, web pages, MCP, metrics"),
    row_of(
        "cli",
        Kind::Surface,
        &["serve", "world"],
        "the binary `ptrust`; the only shipped crate with anyhow and process exit",
    ),
    row_of("lab", Kind::Dev, &["world"], "the closed internet: real servers in one network namespace"),
    row_of("fuzz", Kind::Dev, &["cli"], "hostile bytes: targets, corpus and its replay; lives beside `crates/`"),
    row_of("xtask", Kind::Dev, &["lab"], "the tasks of this repository; lives beside `crates/`"),
];

/// Arrows that tests may use besides those of the table.
const TESTS: &[(&str, &str)] = &[("diagnose", "world"), ("cli", "world")];

/// The row of a crate.
pub(crate) fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// Everything the crate may use, directly or not.
pub(crate) fn may_use(name: &str) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<_> = row(name).map_or(&[][..], |row| row.uses).to_vec();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(row(next).map_or(&[][..], |row| row.uses));
        }
    }
    reached
}

/// Whether the tests of one crate may use the other although the crate itself may not.
pub(crate) fn tests_may_use(name: &str, other: &str) -> bool {
    TESTS.contains(&(name, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_only_go_up_the_table() {
        for (place, row) in TABLE.iter().enumerate() {
            for used in row.uses {
                let at = TABLE.iter().position(|other| other.name == *used);
                assert!(at.is_some_and(|at| at < place), "{} → {used}", row.name);
            }
        }
    }

    #[test]
    fn pure_crates_may_use_pure_crates_only() {
        for pure in TABLE.iter().filter(|row| row.kind == Kind::Pure) {
            for used in may_use(pure.name) {
                assert_eq!(row(used).unwrap().kind, Kind::Pure, "{} → {used}", pure.name);
            }
        }
    }

    #[test]
    fn arrows_are_transitive() {
        assert!(may_use("report").contains("names"));
        assert!(may_use("cli").contains("observe"));
        assert!(may_use("world").contains("mail"));
        assert!(!may_use("checks").contains("observe"));
        assert!(!may_use("diagnose").contains("world"));
    }
}

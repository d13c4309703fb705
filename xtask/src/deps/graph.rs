//! The rules about the graph: arrows between crates, purity, banned packages.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::{self, Kind};
use crate::workspace::{self, Metadata, Package, short};

/// Packages that do I/O; none may be in what a pure crate is built from.
const IMPURE: [&str; 9] =
    ["aws-lc-rs", "aws-lc-sys", "hyper", "mio", "reqwest", "rusqlite", "socket2", "sqlx", "tokio"];

/// Packages that no crate may use: our TLS is rustls, and it needs no library of the system.
const BANNED: [&str; 2] = ["native-tls", "openssl-sys"];

/// Every broken rule, one line each.
pub(super) fn problems(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    let members: BTreeSet<&str> = metadata.members().map(|(_, package)| package.name.as_str()).collect();
    for (id, package) in metadata.members() {
        let name = short(&package.name);
        let Some(row) = edges::row(name) else {
            problems.push(format!("{name} has no row in xtask/src/deps/edges.rs"));
            continue;
        };
        problems.extend(arrows(metadata, package, &members));
        if row.kind == Kind::Pure {
            problems.extend(impurities(metadata, id, name));
        }
    }
    for package in metadata.packages.values() {
        if BANNED.contains(&package.name.as_str()) {
            problems.push(format!("{} is banned", package.name));
        }
    }
    problems
}

/// The crate's arrows that the table does not know, declared (optional ones too) or resolved.
fn arrows(metadata: &Metadata, package: &Package, members: &BTreeSet<&str>) -> BTreeSet<String> {
    let name = short(&package.name);
    let allowed = edges::may_use(name);
    let declared = package.declared.iter().map(|edge| (edge.name.as_str(), edge.kind));
    let resolved = package.resolved.iter().flat_map(|edge| {
        let name = metadata.packages.get(&edge.id).map(|used| used.name.as_str());
        let kinds = edge.kinds.iter().copied();
        kinds.filter_map(move |kind| Some((name?, kind)))
    });
    declared
        .chain(resolved)
        .filter(|(used, _)| members.contains(used))
        .map(|(used, kind)| (short(used), kind))
        .filter(|(used, kind)| {
            let in_tests = *kind == workspace::Kind::Dev && edges::tests_may_use(name, used);
            !allowed.contains(used) && !in_tests
        })
        .map(|(used, kind)| match kind {
            workspace::Kind::Dev => format!("the tests of {name} may not use {used}"),
            _ => format!("{name} may not use {used}"),
        })
        .collect()
}

/// The impure packages in what the crate is built from, each with a way that leads to it.
///
/// Features are unified over the workspace here, so this may see more than the crate alone would
/// get, never less.
fn impurities(metadata: &Metadata, id: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = vec![id];
    let mut seen = BTreeSet::from([id]);
    while let Some(current) = open.pop() {
        let Some(package) = metadata.packages.get(current) else {
            continue;
        };
        if IMPURE.contains(&package.name.as_str()) {
            let way = way(metadata, &from, current);
            found.push(format!("{name} is pure, but reaches {way}"));
            continue;
        }
        for edge in &package.resolved {
            let normal = edge.kinds.contains(&workspace::Kind::Normal);
            if normal && seen.insert(&edge.id) {
                from.insert(&edge.id, current);
                open.push(&edge.id);
            }
        }
    }
    found.sort();
    found
}

/// The names of the packages from the crate to `end`.
fn way(metadata: &Metadata, from: &BTreeMap<&str, &str>, end: &str) -> String {
    let mut names = Vec::new();
    let mut current = Some(end);
    while let Some(id) = current {
        if let Some(package) = metadata.packages.get(id) {
            names.push(package.name.as_str());
        }
        current = from.get(id).copied();
    }
    names.reverse();
    names.join(" → ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A dependency: the package's name, and its kind in cargo's words.
    type Edge = (&'static str, Option<&'static str>);

    /// One package for the sample, with its dependencies.
    fn package(name: &str, edges: &[Edge]) -> (Value, Value) {
        let declared: Vec<_> = edges.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect();
        let resolved: Vec<_> =
            edges.iter().map(|(name, kind)| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] })).collect();
        (
            json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT",
                    "manifest_path": "Cargo.toml", "dependencies": declared }),
            json!({ "id": name, "deps": resolved }),
        )
    }

    /// What is wrong with a workspace of these packages; those named `ptrust-*` are its members.
    fn judge(packages: &[(&str, &[Edge])]) -> Vec<String> {
        let (listed, nodes): (Vec<_>, Vec<_>) = packages.iter().map(|(name, edges)| package(name, edges)).unzip();
        let members: Vec<_> =
            packages.iter().map(|(name, _)| *name).filter(|name| name.starts_with("ptrust-")).collect();
        let value = json!({ "packages": listed, "workspace_members": members,
                            "resolve": { "nodes": nodes }, "target_directory": "target" });
        problems(&Metadata::parse(&value).unwrap())
    }

    #[test]
    fn the_arrows_of_the_table_are_fine() {
        let found = judge(&[
            ("ptrust-names", &[("serde", None)]),
            ("ptrust-facts", &[("ptrust-names", None)]),
            ("ptrust-report", &[("ptrust-names", None), ("ptrust-facts", None)]),
            ("ptrust-observe", &[("ptrust-facts", None), ("tokio", None)]),
            ("ptrust-world", &[("ptrust-observe", None), ("ptrust-facts", None)]),
            ("ptrust-diagnose", &[("ptrust-observe", None), ("ptrust-world", Some("dev"))]),
            ("serde", &[]),
            ("tokio", &[("mio", None)]),
            ("mio", &[]),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn forbidden_arrows_fail() {
        let found = judge(&[
            ("ptrust-names", &[("ptrust-facts", Some("build"))]),
            ("ptrust-facts", &[("ptrust-world", Some("dev"))]),
            ("ptrust-observe", &[("ptrust-report", None)]),
            ("ptrust-report", &[]),
            ("ptrust-world", &[]),
            ("ptrust-diagnose", &[("ptrust-world", None)]),
            ("ptrust-surprise", &[]),
        ]);
        assert_eq!(
            found,
            [
                "diagnose may not use world",
                "the tests of facts may not use world",
                "names may not use facts",
                "observe may not use report",
                "surprise has no row in xtask/src/deps/edges.rs",
            ]
        );
    }

    #[test]
    fn a_pure_crate_reaches_no_runtime_except_in_tests() {
        let found = judge(&[
            ("ptrust-checks", &[("ptrust-facts", None), ("tokio", Some("dev"))]),
            ("ptrust-facts", &[("client", None)]),
            ("client", &[("tokio", None), ("aws-lc-rs", Some("build"))]),
            ("tokio", &[("mio", None)]),
            ("mio", &[]),
            ("aws-lc-rs", &[]),
        ]);
        assert_eq!(
            found,
            [
                "checks is pure, but reaches ptrust-checks → ptrust-facts → client → tokio",
                "facts is pure, but reaches ptrust-facts → client → tokio",
            ]
        );
    }

    #[test]
    fn banned_packages_fail_wherever_they_are() {
        let found = judge(&[("native-tls", &[]), ("openssl-sys", &[])]);
        assert_eq!(found, ["native-tls is banned", "openssl-sys is banned"]);
    }
}

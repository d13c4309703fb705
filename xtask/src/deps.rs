//! `deps`: the dependency rules, held against what cargo resolves.
//!
//! A rule that only stands in a document is broken by the next merge; these fail the build. Which
//! crate may use which is in [`edges`], which licenses are fine in [`spdx`].

pub(crate) mod edges;
mod graph;
mod spdx;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace::{Metadata, Package, short};

/// The line that makes clippy.toml's bans hold in a pure crate.
const PURITY: &str = "#![deny(clippy::disallowed_methods, clippy::disallowed_types)]";

/// Prints every broken rule and fails if there is one.
pub(crate) fn run(root: &Path) -> Result<()> {
    let metadata = Metadata::load(root)?;
    let mut problems = graph::problems(&metadata);
    problems.extend(licenses(&metadata));
    for (_, package) in metadata.members() {
        problems.extend(files(package)?);
    }
    if !problems.is_empty() {
        bail!("dependency rules are broken:\n  {}", problems.join("\n  "));
    }
    println!("deps: {} crates and {} packages hold the rules", metadata.members().count(), metadata.packages.len());
    Ok(())
}

/// Packages from outside whose license is unknown or not on the list.
fn licenses(metadata: &Metadata) -> Vec<String> {
    let outside = metadata.packages.values().filter(|package| !package.member);
    let mut problems = Vec::new();
    for package in outside {
        let name = format!("{} {}", package.name, package.version);
        match package.license.as_deref().map(spdx::allowed) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => problems.push(format!(
                "{name} has the license `{}`, which is not on the list",
                package.license.as_deref().unwrap_or_default()
            )),
            Some(Err(error)) => problems.push(format!("{name} has an unreadable license: {error}")),
            None => problems.push(format!("{name} states no license")),
        }
    }
    problems
}

/// Rules about the files of one workspace crate: workspace lints, and the purity line.
fn files(package: &Package) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let name = &package.name;
    let manifest = read(&package.manifest)?;
    if !inherits_lints(&manifest) {
        problems.push(format!("{name} does not have `[lints] workspace = true` in its Cargo.toml"));
    }
    let pure = edges::row(short(name)).is_some_and(|row| row.kind == edges::Kind::Pure);
    if pure {
        let library = read(&package.manifest.with_file_name("src").join("lib.rs"))?;
        if !library.lines().any(|line| line.trim() == PURITY) {
            problems.push(format!("{name} is pure, but its lib.rs lacks `{PURITY}`"));
        }
    }
    Ok(problems)
}

/// The text of a file.
fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

/// Whether the manifest's section `[lints]` says `workspace = true`.
fn inherits_lints(manifest: &str) -> bool {
    let mut section = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let bare: String = line.split_whitespace().collect();
        bare == "lints.workspace=true" && section.is_empty() || bare == "workspace=true" && section == "[lints]"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspace_lints_count_only_in_their_section() {
        for (manifest, inherits) in [
            ("[package]\nname = \"a\"\n[lints]\nworkspace = true\n", true),
            ("lints.workspace = true\n[package]\n", true),
            ("[lints]\nworkspace = false\n", false),
            ("[lints.rust]\nworkspace = true\n", false),
            ("[package]\nworkspace = true\n", false),
            ("[lints]\n# workspace = true\n", false),
        ] {
            assert_eq!(inherits_lints(manifest), inherits, "{manifest}");
        }
    }
}

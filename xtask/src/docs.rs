//! `docs`: what can be generated is generated, what can be verified is verified.
//!
//! Writes the crate table of docs/architecture.md, and reads README.md, CONTRIBUTING.md and
//! everything below docs/ for paths, links and commands that do not exist.

mod commands;
mod markdown;
mod paths;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::deps::edges;
use crate::generated::{Files, between};
use crate::workspace::Metadata;
use commands::Commands;
use markdown::Item;
use paths::Tree;

/// The document that holds the crate table.
const ARCHITECTURE: &str = "docs/architecture.md";

/// Writes or compares the table, then verifies every document.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let mut files = Files::default();
    let text = read(root, ARCHITECTURE)?;
    let table = between(&text, "<!-- crates -->", "<!-- /crates -->", &crates(root))
        .with_context(|| format!("in {ARCHITECTURE}"))?;
    files.put(ARCHITECTURE, table);
    files.settle(root, check, "cargo xtask docs")?;

    let binary = Metadata::load(root)?.target.join("debug").join("ptrust");
    let mut commands = Commands::new(root, binary);
    let tree = Tree::read(root)?;
    let mut problems = Vec::new();
    let documents = documents(root, &tree);
    for document in &documents {
        problems.extend(verify(document, &read(root, document)?, &tree, &mut commands));
    }
    commands.warn();
    if !problems.is_empty() {
        bail!("the documents name what is not there:\n  {}", problems.join("\n  "));
    }
    println!("docs: {} documents hold", documents.len());
    Ok(())
}

/// The text of a file of the repository.
fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("failed to read {path}"))
}

/// The crate table: the rows of the edge table whose crates exist.
fn crates(root: &Path) -> String {
    let mut text = String::from("\n| crate | kind | may use | what lives there |\n|---|---|---|---|\n");
    let exists = |name: &str| root.join("crates").join(name).is_dir() || root.join(name).is_dir();
    for row in edges::TABLE.iter().filter(|row| exists(row.name)) {
        let _ = writeln!(text, "| {} | {} | {} | {} |", row.name, row.kind.word(), uses(row, &exists), row.holds);
    }
    text.push('\n');
    text
}

/// The arrows of one row among the crates that exist. A crate that does not exist yet stands for
/// the ones behind it; arrows that follow from another one are left out.
fn uses(row: &edges::Row, exists: &impl Fn(&str) -> bool) -> String {
    let mut open: Vec<&str> = row.uses.to_vec();
    let mut direct = Vec::new();
    while let Some(name) = open.pop() {
        if exists(name) {
            direct.push(name);
        } else if let Some(missing) = edges::row(name) {
            open.extend(missing.uses);
        }
    }
    let implied = |name: &str| direct.iter().any(|by| edges::may_use(by).contains(name));
    let named: Vec<_> =
        edges::TABLE.iter().map(|row| row.name).filter(|name| direct.contains(name) && !implied(name)).collect();
    if named.is_empty() { "–".to_owned() } else { named.join(", ") }
}

/// README.md, CONTRIBUTING.md and everything below docs/, as far as they exist.
fn documents(root: &Path, tree: &Tree) -> Vec<String> {
    let front = ["README.md", "CONTRIBUTING.md"].map(str::to_owned);
    let front = front.into_iter().filter(|path| root.join(path).is_file());
    front.chain(tree.below("docs/", ".md")).collect()
}

/// What one document names that does not exist.
fn verify(document: &str, text: &str, tree: &Tree, commands: &mut Commands) -> Vec<String> {
    let mut problems = Vec::new();
    for (line, item) in markdown::items(text) {
        let found = match &item {
            Item::Code(code) => tree.problem(code).or_else(|| commands.problem(code)),
            Item::Line(code) => commands.problem(code),
            Item::Link(target) => tree.broken_link(document, target),
        };
        if let Some(problem) = found {
            problems.push(format!("{document}:{line}: {problem}"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_table_shows_crates_that_exist_and_their_shortest_arrows() {
        let scratch = Scratch::new();
        for name in ["names", "knowledge", "facts", "observe", "report", "diagnose", "world", "cli"] {
            scratch.put(&format!("crates/{name}/Cargo.toml"), "");
        }
        let table = crates(scratch.path());
        for row in [
            "| names | pure | – |",
            "| facts | pure | knowledge |",
            "| report | pure | facts |",
            "| diagnose | app | report, observe |",
            "| cli | surface | world, diagnose |",
        ] {
            assert!(table.contains(row), "{row} is not in\n{table}");
        }
        assert!(!table.contains("| serve |"), "{table}");
    }

    #[test]
    fn a_document_is_held_to_what_exists() {
        let scratch = Scratch::new();
        scratch.put("docs/a.md", "");
        let tree = Tree::read(scratch.path()).unwrap();
        let mut commands = Commands::new(scratch.path(), scratch.path().join("no-binary"));
        let text = "`docs/a.md` `docs/b.md`\n[a](a.md) [c](c.md)\n\n```sh\ncargo xtask cia\n```\n";
        assert_eq!(
            verify("docs/a.md", text, &tree, &mut commands),
            [
                "docs/a.md:1: `docs/b.md` does not exist",
                "docs/a.md:2: the link to c.md leads nowhere",
                "docs/a.md:5: `cargo xtask cia`: there is no command `cia`",
            ]
        );
    }
}

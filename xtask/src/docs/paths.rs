//! Whether what a document calls a path is one.
//!
//! `*` and `<placeholder>` stand for any name, `**` for any folders, `{a,b}` for both.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Endings that make a name without a slash a file of this repository.
const ENDINGS: [&str; 5] = [".md", ".rs", ".toml", ".lock", ".sh"];

/// Folders that are not part of the repository's tree.
const SKIPPED: [&str; 3] = [".git", "target", "node_modules"];

/// Beginnings of what looks like a path and is meant to be somewhere else: files of the user's
/// system, build products, media types.
const FOREIGN: [&str; 11] = [
    "/dev/",
    "/etc/",
    "/proc/",
    "/run/",
    "/usr/",
    "/var/",
    "target/",
    "application/",
    "message/",
    "multipart/",
    "text/",
];

/// Names that users give to their own files in examples.
const USERS_OWN: [&str; 2] = ["ptrust.toml", "world.toml"];

/// All files and folders of the repository, by path from the root; folders end in `/`.
pub(super) struct Tree(BTreeSet<String>);

impl Tree {
    /// Reads the tree.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = BTreeSet::new();
        let mut open = vec![String::new()];
        while let Some(folder) = open.pop() {
            let path = root.join(&folder);
            let entries = fs::read_dir(&path).with_context(|| format!("failed to read {}", path.display()))?;
            for entry in entries {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if !entry.file_type()?.is_dir() {
                    tree.insert(format!("{folder}{name}"));
                } else if !SKIPPED.contains(&name.as_str()) {
                    let name = format!("{folder}{name}/");
                    tree.insert(name.clone());
                    open.push(name);
                }
            }
        }
        Ok(Self(tree))
    }

    /// The files below a folder that have this ending.
    pub(super) fn below(&self, folder: &str, ending: &str) -> impl Iterator<Item = String> {
        let inside = move |path: &&String| path.starts_with(folder) && path.ends_with(ending);
        self.0.iter().filter(inside).cloned()
    }

    /// What is wrong with a code span, if it looks like a path.
    pub(super) fn problem(&self, code: &str) -> Option<String> {
        if !looks_like_path(code) {
            return None;
        }
        if code.starts_with('/') {
            return Some(format!("`{code}` is neither in the repository nor foreign"));
        }
        if code.split('/').any(|part| part == "..") {
            return Some(format!("`{code}` leads out of its folder"));
        }
        let code_path = code.strip_prefix("./").unwrap_or(code);
        let missing = braces(code_path).into_iter().find(|path| !self.holds(path));
        missing.map(|_| format!("`{code}` does not exist"))
    }

    /// What is wrong with a link of the document.
    pub(super) fn broken_link(&self, document: &str, target: &str) -> Option<String> {
        let path = target.split('#').next().unwrap_or_default();
        if path.is_empty() || path.contains(':') {
            return None;
        }
        let mut parts: Vec<&str> = document.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            if part == ".." {
                if parts.pop().is_none() {
                    return Some(format!("the link to {target} leads out of the repository"));
                }
            } else if !part.is_empty() && part != "." {
                parts.push(part);
            }
        }
        let resolved = parts.join("/");
        let found = self.0.contains(&resolved) || self.0.contains(&format!("{resolved}/"));
        (!found).then(|| format!("the link to {target} leads nowhere"))
    }

    /// Whether a path or pattern names a file or folder; a bare name may be in any folder.
    fn holds(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let pattern: Vec<&str> = if path.contains('/') { path.split('/').collect() } else { vec!["**", path] };
        self.0.iter().any(|known| {
            let known: Vec<&str> = known.trim_end_matches('/').split('/').collect();
            matches(&pattern, &known)
        })
    }
}

/// Whether a code span is meant as a path of the repository.
fn looks_like_path(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./<>*{},".contains(c);
    if !code.chars().all(plain) || code.contains("//") || USERS_OWN.contains(&code) {
        return false;
    }
    if FOREIGN.iter().any(|start| code.starts_with(start)) {
        return false;
    }
    let Some((before, last)) = code.rsplit_once('/') else {
        // A bare ending such as `.md` is not a name.
        let named = |ending: &str| code.len() > ending.len() && code.ends_with(ending);
        return ENDINGS.iter().any(|ending| named(ending));
    };
    // `192.0.2.0/24` and `/48` are address blocks.
    let block = !last.is_empty() && last.chars().all(|c| c.is_ascii_digit());
    let address = before.chars().all(|c| c.is_ascii_digit() || c == '.');
    !(block && address) && code != "/"
}

/// The paths that `{a,b}` stands for.
fn braces(path: &str) -> Vec<String> {
    let split = path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (choices, behind))) = split else {
        return vec![path.to_owned()];
    };
    choices.split(',').flat_map(|choice| braces(&format!("{before}{choice}{behind}"))).collect()
}

/// Whether the parts of a path match those of a pattern.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            matches(rest, path) || path.split_first().is_some_and(|(_, path)| matches(pattern, path))
        }
        (Some((part, rest)), Some((name, path))) => fits(part, name) && matches(rest, path),
        _ => false,
    }
}

/// Whether a name fits one part of a pattern.
fn fits(part: &str, name: &str) -> bool {
    let Some(at) = part.find(['*', '<']) else {
        return part == name;
    };
    let (before, wild) = part.split_at(at);
    let behind = match wild.split_once('>') {
        Some((_, behind)) if wild.starts_with('<') => behind,
        _ => &wild[1..],
    };
    let Some(rest) = name.strip_prefix(before) else {
        return false;
    };
    let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.into_iter().any(|at| fits(behind, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small tree.
    fn tree() -> Tree {
        let paths = [
            ".ci/",
            ".ci/run",
            "Cargo.toml",
            "crates/",
            "crates/checks/",
            "crates/checks/src/",
            "crates/checks/src/ptr/",
            "crates/checks/src/ptr/missing.md",
            "crates/checks/src/ptr/missing.rs",
            "crates/checks/src/ptr/only.rs",
            "docs/",
            "docs/a.md",
        ];
        Tree(paths.map(str::to_owned).into())
    }

    #[test]
    fn paths_that_exist_are_fine_and_others_are_not() {
        let tree = tree();
        for path in [
            ".ci/run",
            "./Cargo.toml",
            "missing.rs",
            "crates/checks",
            "crates/checks/",
            "crates/checks/src/<family>/<defect>.rs",
            "crates/checks/src/*/missing.{rs,md}",
            "crates/**/only.rs",
        ] {
            assert_eq!(tree.problem(path), None);
        }
        for path in [
            "crates/client",
            "gone.rs",
            "crates/checks/src/ptr/only.{rs,md}",
            "crates/<name>/build.rs",
            "../elsewhere",
            "docs/../../x.md",
            "/srv/data",
        ] {
            assert!(tree.problem(path).is_some(), "{path}");
        }
    }

    #[test]
    fn not_everything_with_a_slash_is_a_path() {
        let tree = tree();
        for code in [
            "192.0.2.0/24",
            "/48",
            "2001:db8::/32",
            "/etc/resolv.conf",
            "target/release/ptrust",
            "text/html",
            "https://example.org/a",
            "fn(&Facts) -> Judgement",
            "in-addr.arpa",
            "ptrust.toml",
            ".md",
            "cargo xtask ci",
        ] {
            assert_eq!(tree.problem(code), None);
        }
    }

    #[test]
    fn links_are_relative_to_their_document() {
        let tree = tree();
        for target in ["a.md", "#part", "a.md#part", "../.ci/run", "../crates/checks", "https://x.y/"] {
            assert_eq!(tree.broken_link("docs/a.md", target), None);
        }
        for target in ["b.md", "docs/a.md", "../../a.md"] {
            assert!(tree.broken_link("docs/a.md", target).is_some(), "{target}");
        }
    }
}

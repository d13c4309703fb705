//! Whether the commands that documents show exist.
//!
//! `cargo xtask` is asked through clap itself, `ptrust` by running its debug binary with `--help`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::process;

/// What can be asked about commands, and the answers so far.
pub(super) struct Commands {
    /// Where the binary runs.
    root: PathBuf,
    /// The debug binary of ptrust.
    binary: PathBuf,
    /// What the binary said about its subcommands.
    known: BTreeMap<String, bool>,
    /// How many commands could not be verified for want of the binary.
    unverified: usize,
}

impl Commands {
    /// Nothing asked yet.
    pub(super) fn new(root: &Path, binary: PathBuf) -> Self {
        Self { root: root.to_owned(), binary, known: BTreeMap::new(), unverified: 0 }
    }

    /// What is wrong with a line, if it is a command of ours.
    pub(super) fn problem(&mut self, line: &str) -> Option<String> {
        let mut words = line.split_whitespace().skip_while(|word| *word == "$");
        let arguments: Vec<&str> = match (words.next()?, words.clone().next()) {
            ("cargo", Some("xtask")) => {
                let wrong = xtask(&words.skip(1).collect::<Vec<_>>())?;
                return Some(format!("`{line}`: there is no command `{wrong}`"));
            }
            ("cargo", Some("run")) => words.skip_while(|word| *word != "--").skip(1).collect(),
            ("ptrust", Some(_)) => words.collect(),
            (word, Some(_)) if word.ends_with("/ptrust") => words.collect(),
            _ => return None,
        };
        let name = self.unknown(&arguments)?;
        Some(format!("`{line}`: there is no command `{name}`"))
    }

    /// Says what could not be verified.
    pub(super) fn warn(&self) {
        if self.unverified > 0 {
            println!(
                "WARNING: {} commands of ptrust were NOT verified: {} is not built",
                self.unverified,
                self.binary.display()
            );
        }
    }

    /// The subcommand among the arguments that ptrust does not know.
    fn unknown(&mut self, arguments: &[&str]) -> Option<String> {
        let mut names = arguments.iter().filter(|word| is_name(word));
        let first = *names.next()?;
        // Behind a flag stands perhaps its value: then any later word may be the subcommand.
        let certain = arguments.first() == Some(&first);
        if !self.binary.is_file() {
            self.unverified += 1;
            return None;
        }
        let known = alternatives(first).all(|name| self.asks(name)) || !certain && names.any(|name| self.asks(name));
        (!known).then(|| first.to_owned())
    }

    /// Whether the binary has this subcommand.
    fn asks(&mut self, name: &str) -> bool {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let mut command = process::program(&self.root, &self.binary);
        let known = process::succeeds(command.args([name, "--help"]));
        self.known.insert(name.to_owned(), known);
        known
    }
}

/// The first word that is no subcommand of xtask.
fn xtask(words: &[&str]) -> Option<String> {
    let mut command = crate::Cli::command();
    for word in words {
        if !command.has_subcommands() || !is_name(word) {
            return None;
        }
        let mut found = None;
        for name in alternatives(word) {
            match command.find_subcommand(name) {
                Some(next) => found = Some(next.clone()),
                None => return Some(name.to_owned()),
            }
        }
        command = found?;
    }
    None
}

/// The names in a word such as `up|down`.
fn alternatives(word: &str) -> impl Iterator<Item = &str> {
    word.split('|').filter(|name| !name.is_empty())
}

/// Whether a word can be a subcommand: not a flag, a placeholder in capitals, or dots.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn commands_of_xtask_are_those_of_clap() {
        let mut commands = Commands::new(Path::new("."), PathBuf::from("no-binary"));
        for line in [
            "cargo xtask ci",
            "$ cargo xtask catalogue --check",
            "cargo xtask lab up|run|down",
            "cargo xtask new-check ID",
            "cargo xtask test -E name",
            "cargo xtask COMMAND",
            "cargo build --release",
        ] {
            assert_eq!(commands.problem(line), None);
        }
        for (line, wrong) in [("cargo xtask bogus", "bogus"), ("cargo xtask lab up|sideways", "sideways")] {
            let problem = commands.problem(line).unwrap();
            assert!(problem.ends_with(&format!("`{wrong}`")), "{problem}");
        }
    }

    #[test]
    fn commands_of_ptrust_are_asked_of_the_binary() {
        let scratch = Scratch::new();
        scratch.put("ptrust", "#!/bin/sh\n[ \"$1\" = check ] || [ \"$1\" = walk ]\n");
        let binary = scratch.path().join("ptrust");
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let mut commands = Commands::new(scratch.path(), binary);
        for line in [
            "ptrust check 192.0.2.1",
            "ptrust check|walk NAME",
            "ptrust --format json check 192.0.2.1",
            "ptrust --version",
            "cargo run --release -- walk NAME",
            "target/debug/ptrust walk",
            "ptrust",
            "ptrust-names and others",
        ] {
            assert_eq!(commands.problem(line), None, "{line}");
        }
        for line in [
            "ptrust cheque 192.0.2.1",
            "ptrust check|watch NAME",
            "$ ptrust --format json cheque",
            "cargo run -- cheque",
        ] {
            assert!(commands.problem(line).is_some(), "{line}");
        }
    }

    #[test]
    fn without_the_binary_commands_are_counted() {
        let mut commands = Commands::new(Path::new("."), PathBuf::from("no-binary"));
        assert_eq!(commands.problem("ptrust cheque 192.0.2.1"), None);
        assert_eq!(commands.unverified, 1);
    }
}

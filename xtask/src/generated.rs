//! Generated files: collected in memory, then either written or compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// What a command would write, by path below the root; `None` means that the file must not exist.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<PathBuf, Option<String>>);

impl Files {
    /// A file with this text.
    pub(crate) fn put(&mut self, path: impl Into<PathBuf>, text: String) {
        self.0.insert(path.into(), Some(text));
    }

    /// No file at this path.
    pub(crate) fn remove(&mut self, path: impl Into<PathBuf>) {
        self.0.insert(path.into(), None);
    }

    /// The text of one of the files.
    #[cfg(test)]
    pub(crate) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(Path::new(path))?.as_deref()
    }

    /// Writes what differs or, with `check`, fails if anything does; `command` is the hint.
    pub(crate) fn settle(&self, root: &Path, check: bool, command: &str) -> Result<()> {
        let mut stale = String::new();
        for (path, wanted) in &self.0 {
            let full = root.join(path);
            let found = match fs::read_to_string(&full) {
                Ok(text) => Some(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => {
                    return Err(error).with_context(|| format!("failed to read {}", path.display()));
                }
            };
            if &found == wanted {
                continue;
            }
            if check {
                let hint = difference(found.as_deref(), wanted.as_deref());
                let _ = write!(stale, "\n  {}: {hint}", path.display());
            } else if let Some(text) = wanted {
                write(&full, text)?;
                println!("wrote {}", path.display());
            } else {
                fs::remove_file(&full).with_context(|| format!("failed to remove {}", path.display()))?;
                println!("removed {}", path.display());
            }
        }
        if !stale.is_empty() {
            bail!("generated files are not up to date; run `{command}`{stale}");
        }
        Ok(())
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

/// The first line where two texts part, for a reader who wants to know which edit is missing.
fn difference(found: Option<&str>, wanted: Option<&str>) -> String {
    let (found, wanted) = match (found, wanted) {
        (None, _) => return "is missing".to_owned(),
        (_, None) => return "should not be there".to_owned(),
        (Some(found), Some(wanted)) => (found, wanted),
    };
    let mut have = found.lines();
    let mut want = wanted.lines();
    for number in 1.. {
        match (have.next(), want.next()) {
            (None, None) => break,
            (have, want) if have == want => {}
            (have, want) => {
                let side =
                    |line: Option<&str>| line.map_or_else(|| "nothing".to_owned(), |line| format!("`{}`", line.trim()));
                return format!("line {number} is {}, not {}", side(have), side(want));
            }
        }
    }
    "differs in line ends only".to_owned()
}

/// Replaces the lines between the lines `open` and `close` of `text` by `inner`.
pub(crate) fn between(text: &str, open: &str, close: &str, inner: &str) -> Result<String> {
    let mut result = String::new();
    let mut inside = false;
    let mut seen = false;
    for line in text.lines() {
        let mark = line.trim();
        if mark == open {
            ensure!(!seen, "the marker `{open}` stands twice");
            (inside, seen) = (true, true);
            let _ = writeln!(result, "{line}\n{inner}");
            if inner.is_empty() || inner.ends_with('\n') {
                result.pop();
            }
        } else if mark == close {
            ensure!(inside, "the marker `{close}` closes nothing");
            inside = false;
            let _ = writeln!(result, "{line}");
        } else if !inside {
            let _ = writeln!(result, "{line}");
        }
    }
    ensure!(seen, "the marker `{open}` is missing");
    ensure!(!inside, "the marker `{close}` is missing");
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn between_replaces_only_what_the_markers_hold() {
        let text = "a\n  // <x>\nold\n  // </x>\nb\n";
        let open = "// <x>";
        let close = "// </x>";
        assert_eq!(between(text, open, close, "new\n").unwrap(), "a\n  // <x>\nnew\n  // </x>\nb\n");
        assert_eq!(between(text, open, close, "").unwrap(), "a\n  // <x>\n  // </x>\nb\n");
        for broken in ["a\n", "// <x>\n", "// </x>\n", "// <x>\n// <x>\n// </x>\n"] {
            assert!(between(broken, open, close, "new").is_err(), "{broken}");
        }
    }

    #[test]
    fn check_says_where_a_file_differs_and_writes_nothing() {
        let scratch = Scratch::new();
        scratch.put("a.txt", "one\ntwo\n");
        scratch.put("old.txt", "x");
        let mut files = Files::default();
        files.put("a.txt", "one\nzwei\n".to_owned());
        files.put("deep/new.txt", "new\n".to_owned());
        files.remove("old.txt");
        let error = files.settle(scratch.path(), true, "make it").unwrap_err().to_string();
        assert!(error.contains("run `make it`"), "{error}");
        assert!(error.contains("a.txt: line 2 is `two`, not `zwei`"), "{error}");
        assert!(error.contains("new.txt: is missing"), "{error}");
        assert!(error.contains("old.txt: should not be there"), "{error}");
        assert_eq!(scratch.get("a.txt"), "one\ntwo\n");

        files.settle(scratch.path(), false, "make it").unwrap();
        assert_eq!(scratch.get("a.txt"), "one\nzwei\n");
        assert_eq!(scratch.get("deep/new.txt"), "new\n");
        files.settle(scratch.path(), true, "make it").unwrap();
    }
}

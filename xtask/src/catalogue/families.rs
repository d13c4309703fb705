//! The family folders and what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Entry, SOURCE};

/// The families of an address's identity, in the order in which a reader meets their subjects;
/// all other families follow in alphabetical order.
const ORDER: [&str; 7] = ["address", "delegation", "ptr", "fcrdns", "helo", "banner", "propagation"];

/// Families whose name holds a dash. Their ids cannot be split at the first dash, and a folder
/// cannot decide either as long as it does not exist.
const DASHED: [&str; 2] = ["mta-sts", "tls-rpt"];

/// One family: a folder that holds at least one check.
#[derive(Debug)]
pub(crate) struct Family {
    /// The folder's name, `_` for `-`.
    pub(crate) folder: String,
    /// The modules in it, by name; those without an entry are shared by the family's checks.
    pub(crate) modules: Vec<(String, Option<Entry>)>,
}

impl Family {
    /// The checks of the family.
    pub(crate) fn checks(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.modules.iter().filter_map(|(name, entry)| Some((name.as_str(), entry.as_ref()?)))
    }

    /// The place among the families.
    fn rank(&self) -> (usize, &str) {
        let known = ORDER.iter().position(|name| *name == self.folder);
        (known.unwrap_or(ORDER.len()), &self.folder)
    }
}

/// The key by which rustfmt sorts module names: an underscore stands before every letter.
pub(crate) fn sort_key(module: &str) -> String {
    module.replace('_', " ")
}

/// Reads all families below `root`.
pub(crate) fn scan(root: &Path) -> Result<Vec<Family>> {
    let mut families = Vec::new();
    for folder in names(&root.join(SOURCE), Path::is_dir)? {
        let family = read(root, &folder).with_context(|| format!("in {SOURCE}/{folder}"))?;
        if family.checks().next().is_some() {
            families.push(family);
        }
    }
    families.sort_by(|a, b| a.rank().cmp(&b.rank()));
    Ok(families)
}

/// Reads one folder and holds it to the rules: one page per check, named like the check.
fn read(root: &Path, folder: &str) -> Result<Family> {
    let path = root.join(SOURCE).join(folder);
    let files: BTreeSet<String> = names(&path, Path::is_file)?.into_iter().collect();
    let mut modules = Vec::new();
    for file in &files {
        let Some(name) = file.strip_suffix(".rs").filter(|name| *name != "mod") else {
            continue;
        };
        let source = fs::read_to_string(path.join(file))?;
        let entry = Entry::read(&source).with_context(|| format!("in {file}"))?;
        let page = format!("{name}.md");
        if let Some(entry) = &entry {
            let id = format!("{folder}-{name}").replace('_', "-");
            ensure!(entry.id == id, "{file} holds `{}`, not `{id}`", entry.id);
            ensure!(files.contains(&page), "{file} has no page {page}");
            ensure!(entry.page == page, "{file} includes {}, not {page}", entry.page);
        } else {
            ensure!(!files.contains(&page), "{file} has a page, but no `pub const CHECK: Check`");
        }
        modules.push((name.to_owned(), entry));
    }
    for page in files.iter().filter_map(|file| file.strip_suffix(".md")) {
        let source = format!("{page}.rs");
        ensure!(files.contains(&source), "{page}.md has no check {source}");
    }
    modules.sort_by_key(|(name, _)| sort_key(name));
    Ok(Family { folder: folder.to_owned(), modules })
}

/// The sorted names of the entries of a folder that `keep` keeps.
fn names(folder: &Path, keep: impl Fn(&Path) -> bool) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if keep(&entry.path()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Splits an id into its family's folder and the module in it. The longest existing family wins;
/// an id of a family that does not exist yet is split at its first dash.
pub(crate) fn folder_of(id: &str, families: &[Family]) -> Option<(String, String)> {
    let existing = families.iter().map(|family| family.folder.replace('_', "-"));
    let (family, defect) = existing
        .chain(DASHED.iter().map(|name| (*name).to_owned()))
        .filter_map(|name| Some((name.len(), id.strip_prefix(&name)?.strip_prefix('-')?)))
        .max_by_key(|(length, _)| *length)
        .map(|(length, defect)| (&id[..length], defect))
        .or_else(|| id.split_once('-'))?;
    Some((family.replace('-', "_"), defect.replace('-', "_")))
}

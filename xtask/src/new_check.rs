//! `new-check`: the two files of a check, from templates whose page test fails until it is written.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::catalogue::{self, SOURCE, folder_of, scan};
use crate::generated;

/// The check file; `@ID@` and `@PAGE@` are replaced.
const CHECK: &str = include_str!("../templates/check.rs.txt");

/// The page.
const PAGE: &str = include_str!("../templates/page.md.txt");

/// Words that say nothing in an id, or say what to do instead of what is wrong.
const EMPTY_WORDS: [&str; 8] = ["bad", "check", "error", "invalid", "issue", "must", "problem", "should"];

/// Writes both files and the lists, and says what to do next.
pub(crate) fn run(root: &Path, id: &str) -> Result<()> {
    let base = create(root, id)?;
    catalogue::run(root, false)?;
    println!(
        "\nThe five steps of a new check:
  1. Page      {base}.md: say what it checks, why it matters, how to fix it. Write the worlds of
               the three examples first: they are the test.
  2. Check     {base}.rs: title, severity, confidence, authority, who acts, needs.
  3. Judge     in the same file: a pure function of the facts. What is unknown is inconclusive.
  4. Test      cargo xtask test -E 'binary(pages)'   fails until page and judge agree.
  5. Finish    cargo xtask ci, then commit the two files with the lists that changed."
    );
    Ok(())
}

/// Writes the two files and returns their common path without ending.
fn create(root: &Path, id: &str) -> Result<String> {
    hold_to_naming_rules(id)?;
    let (folder, module) = folder_of(id, &scan(root)?).context("an id is `<family>-<defect>`, with a dash between")?;
    let base = format!("{SOURCE}/{folder}/{module}");
    for ending in ["rs", "md"] {
        let path = format!("{base}.{ending}");
        ensure!(!root.join(&path).exists(), "{path} exists already");
    }
    for (ending, template) in [("rs", CHECK), ("md", PAGE)] {
        let path = format!("{base}.{ending}");
        let text = template.replace("@ID@", id).replace("@PAGE@", &format!("{module}.md"));
        generated::write(&root.join(&path), &text)?;
        println!("wrote {path}");
    }
    Ok(base)
}

/// The rules for ids: kebab case, at least two words, each of them saying something.
fn hold_to_naming_rules(id: &str) -> Result<()> {
    let words: Vec<&str> = id.split('-').collect();
    let kebab = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    ensure!(
        words.len() > 1 && words.iter().all(kebab) && !id.starts_with(|c: char| c.is_ascii_digit()),
        "an id is `<family>-<defect>` in kebab case, such as `ptr-generic-name`"
    );
    let empty = words.iter().find(|word| EMPTY_WORDS.contains(word));
    ensure!(
        empty.is_none(),
        "`{}` says nothing about the defect: an id is a noun phrase that reads well after \"allow\"",
        empty.unwrap_or(&"")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn names_the_catalogue_can_live_with() {
        for id in ["ptr-generic-name", "mta-sts-syntax", "tls-version-old", "x-2fa"] {
            assert!(hold_to_naming_rules(id).is_ok(), "{id}");
        }
        for id in ["ptr", "PTR-Name", "ptr_name", "ptr-", "-ptr", "ptr-bad-name", "ptr--x", "1-a", ""] {
            assert!(hold_to_naming_rules(id).is_err(), "{id}");
        }
    }

    #[test]
    fn the_templates_make_a_check_that_the_catalogue_reads() {
        let scratch = Scratch::new();
        let library = "//! Checks.\n\n// <families>\n// </families>\n";
        scratch.put(&format!("{SOURCE}/lib.rs"), library);
        run(scratch.path(), "mta-sts-policy-unavailable").unwrap();
        let families = scan(scratch.path()).unwrap();
        let (module, entry) = families[0].checks().next().unwrap();
        assert_eq!(families[0].folder, "mta_sts");
        assert_eq!(module, "policy_unavailable");
        assert_eq!(entry.id, "mta-sts-policy-unavailable");
        assert_eq!(entry.page, "policy_unavailable.md");
        for ending in ["rs", "md"] {
            let text = scratch.get(&format!("{SOURCE}/mta_sts/policy_unavailable.{ending}"));
            assert!(!text.contains('@'), "{text}");
        }
        assert!(run(scratch.path(), "mta-sts-policy-unavailable").is_err());
    }
}

//! The catalogue of a small, made-up repository.

use std::fs::File;
use std::process::Command;

use super::*;
use crate::scratch::Scratch;

/// The hand-written part of `lib.rs`.
const LIBRARY: &str = "//! Checks.\n\nmod catalogue;\nmod zeta;\n// <families>\n// </families>\n\n\
                       pub use catalogue::ALL;\n";

/// Adds the two files of one check.
fn add(scratch: &Scratch, id: &str, folder: &str, module: &str) {
    let source = format!(
        "pub const CHECK: Check = Check {{\n    id: \"{id}\",\n    title: \"Title | {id}\",\n    \
         severity: Severity::Error,\n    confidence: Confidence::Heuristic,\n    \
         who: Who::NameOwner,\n    page: include_str!(\"{module}.md\"),\n    judge,\n}};\n"
    );
    scratch.put(&format!("{SOURCE}/{folder}/{module}.rs"), &source);
    scratch.put(&format!("{SOURCE}/{folder}/{module}.md"), "# Page\n");
}

/// A repository with checks of four families, one of them with a shared module.
fn repository() -> Scratch {
    let scratch = Scratch::new();
    scratch.put(&format!("{SOURCE}/lib.rs"), LIBRARY);
    add(&scratch, "tls-rpt-syntax", "tls_rpt", "syntax");
    add(&scratch, "bimi-syntax", "bimi", "syntax");
    add(&scratch, "ptr-target-mismatch", "ptr", "target_mismatch");
    add(&scratch, "ptr-targets", "ptr", "targets");
    add(&scratch, "delegation-missing", "delegation", "missing");
    scratch.put(&format!("{SOURCE}/ptr/rank.rs"), "pub(super) fn rank() {}\n");
    scratch.put(&format!("{SOURCE}/receivers/mod.rs"), "//! No family.\n");
    scratch
}

#[test]
fn lists_every_check_in_the_order_of_the_families() {
    let scratch = repository();
    let families = scan(scratch.path()).unwrap();
    assert_eq!(
        ids(&families),
        ["delegation-missing", "ptr-target-mismatch", "ptr-targets", "bimi-syntax", "tls-rpt-syntax"]
    );
    let files = files(scratch.path()).unwrap();
    let ptr = files.get("crates/checks/src/ptr/mod.rs").unwrap();
    assert!(ptr.ends_with("\n\nmod rank;\npub mod target_mismatch;\npub mod targets;\n"), "{ptr}");
    let library = files.get("crates/checks/src/lib.rs").unwrap();
    assert!(
        library.contains(
            "// <families>\npub mod bimi;\npub mod delegation;\npub mod ptr;\npub mod tls_rpt;\n// </families>\n"
        ),
        "{library}"
    );
    let index = files.get("docs/checks.md").unwrap();
    let row = "| [ptr-targets](../crates/checks/src/ptr/targets.md) | error, heuristic | \
               name-owner | Title \\| ptr-targets |";
    assert!(index.contains(row), "{index}");
    assert!(files.get("crates/checks/src/receivers/mod.rs").is_none());
}

#[test]
fn what_is_written_passes_the_comparison_and_rustfmt() {
    let scratch = repository();
    assert!(run(scratch.path(), true).is_err());
    run(scratch.path(), false).unwrap();
    run(scratch.path(), true).unwrap();
    for file in ["catalogue.rs", "lib.rs", "ptr/mod.rs", "bimi/mod.rs"] {
        let written = scratch.path().join(SOURCE).join(file);
        // From standard input, since rustfmt would follow the modules of a file.
        let output =
            Command::new("rustfmt").args(["--edition", "2024"]).stdin(File::open(&written).unwrap()).output().unwrap();
        let formatted = String::from_utf8(output.stdout).unwrap();
        assert_eq!(formatted, std::fs::read_to_string(&written).unwrap());
    }
}

#[test]
fn a_family_without_checks_loses_its_module() {
    let scratch = repository();
    run(scratch.path(), false).unwrap();
    for file in ["syntax.rs", "syntax.md"] {
        std::fs::remove_file(scratch.path().join(SOURCE).join("bimi").join(file)).unwrap();
    }
    assert!(run(scratch.path(), true).is_err());
    run(scratch.path(), false).unwrap();
    assert!(!scratch.path().join(SOURCE).join("bimi/mod.rs").exists());
    assert!(!scratch.get("crates/checks/src/lib.rs").contains("bimi"));
}

#[test]
fn half_a_check_is_an_error() {
    for (path, text, complaint) in [
        ("ptr/alone.md", "# Page\n", "has no check"),
        ("ptr/rank.md", "# Page\n", "no `pub const CHECK"),
        ("empty/page.md", "# Page\n", "has no check"),
    ] {
        let scratch = repository();
        scratch.put(&format!("{SOURCE}/{path}"), text);
        let error = format!("{:#}", scan(scratch.path()).unwrap_err());
        assert!(error.contains(complaint), "{error}");
    }
    for (id, module) in [("ptr-other", "renamed"), ("fcrdns-moved", "moved")] {
        let scratch = repository();
        add(&scratch, id, "ptr", module);
        let error = format!("{:#}", scan(scratch.path()).unwrap_err());
        assert!(error.contains(&format!("holds `{id}`")), "{error}");
    }
    let scratch = repository();
    add(&scratch, "ptr-alone", "ptr", "alone");
    std::fs::remove_file(scratch.path().join(SOURCE).join("ptr/alone.md")).unwrap();
    assert!(scan(scratch.path()).is_err());
}

#[test]
fn ids_are_split_at_their_family() {
    let scratch = repository();
    let families = scan(scratch.path()).unwrap();
    for (id, folder, module) in [
        ("ptr-generic-name", "ptr", "generic_name"),
        ("tls-rpt-missing", "tls_rpt", "missing"),
        ("mta-sts-syntax", "mta_sts", "syntax"),
        ("tls-version-old", "tls", "version_old"),
        ("spf-pass-all", "spf", "pass_all"),
    ] {
        let expected = (folder.to_owned(), module.to_owned());
        assert_eq!(folder_of(id, &families), Some(expected));
    }
    assert_eq!(folder_of("ptr", &families), None);
}

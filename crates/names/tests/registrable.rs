//! Registrable domains against the Public Suffix List's own test list.

use ptrust_names::{Name, registrable};

/// Cases that do not apply: names with U-labels (DNS holds A-labels, and the list repeats each such case in A-labels),
/// names with an empty label, and the null input.
const SKIPPED: usize = 14;

/// The quoted argument, or `None` for `null`.
fn argument(text: &str) -> Option<&str> {
    text.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''))
}

#[test]
fn the_public_suffix_test_list_holds() {
    let (mut held, mut skipped) = (0, 0);
    for line in include_str!("vectors/test_psl.txt").lines() {
        let Some(call) = line.strip_prefix("checkPublicSuffix(").and_then(|rest| rest.strip_suffix(");")) else {
            assert!(line.is_empty() || line.starts_with("//"), "{line}");
            continue;
        };
        let (input, expected) = call.split_once(',').expect("two arguments");
        let name = argument(input).filter(|text| text.is_ascii()).and_then(|text| text.parse::<Name>().ok());
        let Some(name) = name else {
            skipped += 1;
            continue;
        };
        let domain = registrable(&name).map(|found| found.domain.to_string());
        assert_eq!(domain.as_deref(), argument(expected), "{line}");
        held += 1;
    }
    assert!(held > 60, "{held} cases");
    assert_eq!(skipped, SKIPPED);
}

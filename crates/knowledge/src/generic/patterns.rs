//! The words of `generic-rdns.toml`, compiled.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// One row of the data file.
pub(super) struct Pattern {
    /// Stable name of the row.
    pub(super) id: String,
    /// Matched against a lower-case name.
    pub(super) regex: Regex,
    /// What a match adds to the score.
    pub(super) weight: i32,
    /// What kind of word it is.
    pub(super) class: Class,
    /// Names that it must match, for the tests.
    #[cfg(test)]
    pub(super) yes: Vec<String>,
    /// Names that it must not match, for the tests.
    #[cfg(test)]
    pub(super) no: Vec<String>,
}

/// What a pattern of the data file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Class {
    /// The kind of line: `adsl`, `cable`.
    Access,
    /// The shape of an address. For names whose address is unknown; here the address itself is looked for.
    AddressEmbedded,
    /// A customer of somebody.
    Customer,
    /// An address that changes.
    Dynamic,
    /// A rented machine.
    Hosting,
    /// No host name at all. Other checks own these.
    Invalid,
    /// A mail server.
    MailHint,
    /// A range that addresses are handed out of.
    Pool,
    /// An address that does not change.
    StaticHint,
}

impl Class {
    /// The name that the data file uses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::AddressEmbedded => "address-embedded",
            Self::Customer => "customer",
            Self::Dynamic => "dynamic",
            Self::Hosting => "hosting",
            Self::Invalid => "invalid",
            Self::MailHint => "mail-hint",
            Self::Pool => "pool",
            Self::StaticHint => "static-hint",
        }
    }
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    pattern: Vec<FileRow>,
}

/// One row as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow {
    id: String,
    regex: String,
    weight: i32,
    class: Class,
    #[cfg_attr(not(test), expect(dead_code, reason = "samples are for the tests"))]
    yes: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "samples are for the tests"))]
    no: Vec<String>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../../data/generic-rdns.toml"))
        .expect("the embedded generic-rdns.toml parses, see the tests");
    let compile = |row: FileRow| Pattern {
        regex: Regex::new(&row.regex).expect("every embedded pattern compiles, see the tests"),
        id: row.id,
        weight: row.weight,
        class: row.class,
        #[cfg(test)]
        yes: row.yes,
        #[cfg(test)]
        no: row.no,
    };
    file.pattern.into_iter().map(compile).collect()
});

/// The patterns that count towards the score of a name whose address is known.
pub(super) fn scoring() -> impl Iterator<Item = &'static Pattern> {
    PATTERNS.iter().filter(|pattern| !matches!(pattern.class, Class::AddressEmbedded | Class::Invalid))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn samples_behave_and_ids_are_unique() {
        let ids: BTreeSet<_> = PATTERNS.iter().map(|pattern| &pattern.id).collect();
        assert_eq!(ids.len(), PATTERNS.len());
        for pattern in PATTERNS.iter() {
            assert!(!pattern.yes.is_empty() && !pattern.no.is_empty());
            for name in &pattern.yes {
                assert!(pattern.regex.is_match(name), "{} misses {name}", pattern.id);
            }
            for name in &pattern.no {
                assert!(!pattern.regex.is_match(name), "{} hits {name}", pattern.id);
            }
        }
    }

    #[test]
    fn class_names_are_those_of_the_file() {
        for pattern in PATTERNS.iter() {
            let name = toml::Value::String(pattern.class.name().to_owned());
            assert_eq!(Class::deserialize(name), Ok(pattern.class));
        }
    }
}

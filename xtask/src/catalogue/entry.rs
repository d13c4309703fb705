//! The const of one check, read as text.
//!
//! Not a Rust parser: it reads the one form that rustfmt leaves of a `Check` const, and says what it
//! misses in any other. Reading text keeps xtask independent of whether the checks compile.

use std::str::Chars;

use anyhow::{Context, Result, bail};

/// How every check file declares its check.
const DECLARATION: &str = "pub const CHECK: Check = Check {";

/// What the index says about one check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The id, `<family>-<defect>`.
    pub(crate) id: String,
    /// One line that names the defect.
    pub(crate) title: String,
    /// `error`, `warning` or `notice`.
    pub(crate) severity: String,
    /// `proven` or `heuristic`.
    pub(crate) confidence: String,
    /// Who acts, in kebab case.
    pub(crate) who: String,
    /// The file that the page is included from.
    pub(crate) page: String,
}

impl Entry {
    /// Reads the const; `None` if the file declares no check.
    pub(crate) fn read(source: &str) -> Result<Option<Self>> {
        let Some((_, rest)) = source.split_once(DECLARATION) else {
            return Ok(None);
        };
        let (body, _) = rest.split_once("\n};").context("the const CHECK does not end in a line `};`")?;
        let page = value(body, "page")?.strip_prefix("include_str!(").context("`page` is not an include_str!")?;
        Ok(Some(Self {
            id: literal(value(body, "id")?).context("`id` is not a text literal")?,
            title: literal(value(body, "title")?).context("`title` is not a text literal")?,
            severity: variant(body, "severity", "Severity::")?,
            confidence: variant(body, "confidence", "Confidence::")?,
            who: variant(body, "who", "Who::")?,
            page: literal(page).context("`page` does not include a literal path")?,
        }))
    }
}

/// The text behind `field:`, up to the end of the const.
fn value<'a>(body: &'a str, field: &str) -> Result<&'a str> {
    let mut rest = body;
    while let Some((_, line)) = rest.split_once('\n') {
        if let Some(found) = line.trim_start().strip_prefix(field).and_then(|found| found.strip_prefix(':')) {
            return Ok(found.trim_start());
        }
        rest = line;
    }
    bail!("the const CHECK has no field `{field}`")
}

/// A field that is a variant without data, in kebab case: `Who::AddressHolder` is `address-holder`.
fn variant(body: &str, field: &str, path: &str) -> Result<String> {
    let name = value(body, field)?
        .split(',')
        .next()
        .and_then(|text| text.trim().strip_prefix(path))
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()))
        .with_context(|| format!("`{field}` is not a plain `{path}…`"))?;
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    Ok(kebab)
}

/// The value of the string literal that `text` begins with, plain or raw.
fn literal(text: &str) -> Option<String> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let close = format!("\"{}", "#".repeat(hashes));
        let inner = raw.get(hashes..)?.strip_prefix('"')?;
        return Some(inner.split_once(&close)?.0.to_owned());
    }
    let mut chars = text.strip_prefix('"')?.chars();
    let mut result = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(result),
            '\\' => escape(&mut chars, &mut result)?,
            other => result.push(other),
        }
    }
}

/// The escape behind a backslash.
fn escape(chars: &mut Chars<'_>, result: &mut String) -> Option<()> {
    match chars.next()? {
        'n' => result.push('\n'),
        't' => result.push('\t'),
        // A line continuation: the line end and the next line's indentation are not part of the text.
        '\n' => *chars = chars.as_str().trim_start().chars(),
        plain @ ('"' | '\'' | '\\') => result.push(plain),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A check file as rustfmt leaves it, with this title.
    fn source(title: &str) -> String {
        format!(
            r#"//! Doc.
use crate::prelude::*;

/// Doc.
pub const CHECK: Check = Check {{
    id: "ptr-generic-name",
    title: {title},
    severity: Severity::Warning,
    confidence: Confidence::Heuristic,
    authority: Authority::Standard("RFC 1035 3.5"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Walk],
    page: include_str!("generic_name.md"),
    judge,
}};
"#
        )
    }

    #[test]
    fn reads_every_field_of_a_check() {
        let entry = Entry::read(&source("\"The name looks generic\"")).unwrap();
        let expected = Entry {
            id: "ptr-generic-name".to_owned(),
            title: "The name looks generic".to_owned(),
            severity: "warning".to_owned(),
            confidence: "heuristic".to_owned(),
            who: "zone-operator".to_owned(),
            page: "generic_name.md".to_owned(),
        };
        assert_eq!(entry, Some(expected));
    }

    #[test]
    fn reads_the_forms_a_title_may_take() {
        for (written, meant) in [
            ("\"a \\\"b\\\" \\\\ c\"", "a \"b\" \\ c"),
            ("\n        \"on its own line\"", "on its own line"),
            ("\"two \\\n        lines\"", "two lines"),
            ("r#\"a \"b\" \\ c\"#", "a \"b\" \\ c"),
            ("\"a id: b, c\"", "a id: b, c"),
        ] {
            let entry = Entry::read(&source(written)).unwrap().unwrap();
            assert_eq!(entry.title, meant);
        }
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert_eq!(Entry::read("fn helper() {}\n").unwrap(), None);
        for (from, to, complaint) in [
            ("    id: \"ptr-generic-name\",\n", "", "no field `id`"),
            ("\"T\"", "TITLE", "`title`"),
            ("Severity::Warning", "SEVERITY", "`severity`"),
            ("include_str!(\"generic_name.md\")", "\"x\"", "`page`"),
            ("\n};", "\n}", "does not end"),
        ] {
            let broken = source("\"T\"").replace(from, to);
            let error = Entry::read(&broken).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}

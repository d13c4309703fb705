//! From the text of a refusal to its cause: the typed bounces.toml

use std::sync::OnceLock;

use regex::{RegexSet, RegexSetBuilder};
use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/bounces.toml");

/// Longest text that is looked at: whole bounce messages are welcome, mailboxes are not.
const MAX_TEXT: usize = 64 * 1024;

/// How well a reply text is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The receiver's own page.
    Official,
    /// A maintained bounce parser, or logs quoted in public.
    Parser,
    /// Not re-checked.
    Background,
}

/// One known reply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id.
    pub id: String,
    /// Who sends it; `any` for texts of many receivers.
    pub receiver: String,
    /// What it looks like, after joining continuation lines.
    pub regex: String,
    /// Id of the cause.
    pub cause: String,
    /// True for replies after which a retry is sensible.
    pub temp: bool,
    /// What it means.
    pub explain: String,
    /// A reply that hits this rule first.
    pub sample: String,
    /// Where it was read.
    pub source: String,
    /// How well it is known.
    pub evidence: Evidence,
}

/// A cause that several receivers share.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Stable id.
    pub id: String,
    /// What to do.
    pub fix: String,
    /// Checks that examine it.
    pub checks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    rule: Vec<Rule>,
    cause: Vec<Cause>,
}

/// The table with all regexes in one set: the set reports positions in rule order.
struct Table {
    rules: Vec<Rule>,
    causes: Vec<Cause>,
    set: RegexSet,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded bounces.toml is tested");
        let set = RegexSetBuilder::new(file.rule.iter().map(|r| &r.regex))
            .case_insensitive(true)
            .dot_matches_new_line(true)
            .size_limit(64 << 20)
            .build()
            .expect("embedded reply regexes are tested");
        Table { rules: file.rule, causes: file.cause, set }
    })
}

/// All known replies, in match order.
pub fn rules() -> &'static [Rule] {
    &table().rules
}

/// All causes, in file order.
pub fn causes() -> &'static [Cause] {
    &table().causes
}

/// The cause with this id.
pub fn cause(id: &str) -> Option<&'static Cause> {
    causes().iter().find(|c| c.id == id)
}

/// The first known reply found in a refusal, a log line or a bounce message.
pub fn explain(text: &str) -> Option<&'static Rule> {
    let text = &text[..text.floor_char_boundary(MAX_TEXT)];
    let table = table();
    // Some texts include their continuation prefixes, most are cut up by them: both forms are tried.
    let forms = [join(text), text.split_whitespace().collect::<Vec<_>>().join(" ")];
    let index = forms.iter().filter_map(|form| table.set.matches(form).iter().next()).min()?;
    table.rules.get(index)
}

/// One line with single spaces, without quote marks and without repeated reply codes.
///
/// `550-5.7.25 a` and `550 5.7.25 b` on two lines, or run together by a log, become `550-5.7.25 a b`.
fn join(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut first: Option<(&str, Option<&str>)> = None;
    let mut words = text.split_whitespace().filter(|w| !w.chars().all(|c| matches!(c, '>' | '<' | '|'))).peekable();
    while let Some(word) = words.next() {
        let Some((code, rest)) = reply_code(word) else {
            out.push(word);
            continue;
        };
        let glued = rest.strip_prefix('-').filter(|r| !r.is_empty());
        let enhanced = glued.or_else(|| words.peek().copied()).filter(|w| is_enhanced(w));
        match first {
            None => {
                first = Some((code, enhanced));
                out.push(word);
            }
            Some((known, _)) if known == code && glued.is_some() => {
                // A continuation prefix: keep what is glued to it unless that is the enhanced code again.
                out.extend(glued.filter(|g| !is_enhanced(g)));
            }
            Some((known, status)) if known == code && rest.is_empty() && enhanced.is_some() && enhanced == status => {
                words.next();
            }
            Some(_) => out.push(word),
        }
    }
    out.join(" ")
}

/// A word that begins with a reply code: the code, and either nothing or `-…`.
fn reply_code(word: &str) -> Option<(&str, &str)> {
    let (code, rest) = word.split_at_checked(3)?;
    let digits = code.bytes().all(|b| b.is_ascii_digit()) && code.starts_with(['4', '5']);
    (digits && (rest.is_empty() || rest.starts_with('-'))).then_some((code, rest))
}

/// An enhanced status code such as 5.7.25.
fn is_enhanced(word: &str) -> bool {
    let mut parts = word.split('.');
    let class = parts.next().is_some_and(|p| p == "4" || p == "5");
    let number =
        |p: Option<&str>| p.is_some_and(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
    class && number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

#[cfg(test)]
mod tests;

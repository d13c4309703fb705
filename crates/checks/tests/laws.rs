//! Laws that every check of the catalogue keeps.

use ptrust_checks::{ALL, Check, Confidence, Judge, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The headings of a page, in order.
const SECTIONS: [&str; 5] = ["What it checks", "Why it matters", "How to fix", "Examples", "References"];

/// The words a verdict block may say of a check.
const JUDGEMENTS: [&str; 5] = ["fail", "inconclusive", "not-applicable", "pass", "skipped"];

/// Octets of a title at most: it shares a line of 80 columns with a severity.
const MAX_TITLE: usize = 70;

/// Checks that are decided by what is given: the address, the HELO text, or a greeting that came. Nothing can be missing
/// for them; a greeting that did not come makes its check not applicable.
const NEVER_INCONCLUSIVE: [&str; 10] = [
    "address-special-use",
    "address-unallocated",
    "banner-unqualified",
    "helo-address-literal",
    "helo-bare-address",
    "helo-illegal-hostname",
    "helo-unqualified",
    "message-partly-signed",
    "message-several-authors",
    "message-signature-missing",
];

/// Severity and who acts, as identity.md has them.
const IDENTITY: &str = "
address-special-use error mail-operator
address-unallocated error nobody
delegation-missing error address-holder
delegation-lame error address-holder
delegation-unreachable error address-holder
delegation-nameserver-unresolvable error address-holder
delegation-parents-differ error address-holder
delegation-zone-alias error address-holder
delegation-classless-broken error zone-operator
delegation-dnssec-bogus error address-holder
delegation-partly-lame warning zone-operator
delegation-glue-mismatch warning address-holder
delegation-empty-nonterminal-denied warning zone-operator
delegation-nameserver-special-use warning zone-operator
delegation-nameserver-alias warning zone-operator
delegation-ns-mismatch notice zone-operator
delegation-single-nameserver notice zone-operator
delegation-open-resolver notice zone-operator
ptr-missing error zone-operator
ptr-partly-missing error zone-operator
ptr-alias-conflict error zone-operator
ptr-illegal-hostname error zone-operator
ptr-address-as-name error zone-operator
ptr-unqualified-name error zone-operator
delegation-answers-differ warning zone-operator
ptr-underscore-name warning zone-operator
ptr-apex-name warning zone-operator
ptr-generic-name warning zone-operator
ptr-multiple notice zone-operator
ptr-target-mismatch notice zone-operator
fcrdns-mismatch error name-owner
fcrdns-no-address error name-owner
fcrdns-cname-loop error name-owner
fcrdns-zone-broken error name-owner
fcrdns-dnssec-bogus error name-owner
fcrdns-partial warning zone-operator
fcrdns-via-cname notice name-owner
helo-illegal-hostname warning mail-operator
helo-bare-address warning mail-operator
helo-unqualified warning mail-operator
helo-address-literal notice mail-operator
helo-no-address warning mail-operator
helo-address-mismatch warning mail-operator
helo-ptr-mismatch warning mail-operator
helo-ptr-sibling notice mail-operator
banner-ptr-mismatch notice mail-operator
banner-unqualified notice mail-operator
propagation-resolver-differs notice nobody
";

/// The families of checks: those of an address, and those of a domain.
const FAMILIES: [&str; 22] = [
    "address",
    "banner",
    "bimi",
    "dane",
    "delegation",
    "dkim",
    "dmarc",
    "dnsbl",
    "fcrdns",
    "helo",
    "imap",
    "message",
    "mta-sts",
    "mx",
    "pool",
    "propagation",
    "ptr",
    "smtp",
    "spf",
    "tls",
    "tls-rpt",
    "zone",
];

/// The word of a severity.
const fn severity(check: &Check) -> &'static str {
    match check.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    }
}

/// The body of a page's section.
fn section<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\n## {title}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}

/// The fenced blocks of a page: language and body.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let parts = page.split("\n```").skip(1).step_by(2);
    parts.filter_map(|part| part.split_once('\n')).collect()
}

/// Holds every check to a law, and names all that break it.
fn hold(law: impl Fn(&Check) -> Vec<String>) {
    let broken = |check: &&'static Check| {
        let faults = law(check).into_iter();
        faults.map(|fault| format!("{}: {fault}", check.id)).collect::<Vec<_>>()
    };
    let all: Vec<String> = ALL.iter().flat_map(broken).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// A fault, when a condition does not hold.
fn unless(holds: bool, fault: impl Into<String>) -> Option<String> {
    (!holds).then(|| fault.into())
}

#[test]
fn ids_are_unique_kebab_case_and_named_after_their_family() {
    let ids: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), ALL.len(), "an id is there twice");
    hold(|check| {
        let words: Vec<&str> = check.id.split('-').collect();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let kebab = words.iter().all(|word| !word.is_empty() && word.bytes().all(plain));
        let mut faults = Vec::from_iter(unless(words.len() > 1 && kebab, "not kebab case"));
        let of = |family: &str| check.id.strip_prefix(family).is_some_and(|rest| rest.starts_with('-'));
        faults.extend(unless(FAMILIES.iter().any(|family| of(family)), "not in a family that is known"));
        faults
    });
}

#[test]
fn severity_and_who_are_those_of_the_specification() {
    let rows = IDENTITY.trim().lines().map(|line| line.split_once(' ').expect("id and the rest"));
    let specified: BTreeMap<&str, String> = rows.map(|(id, rest)| (id, rest.to_owned())).collect();
    // The specification fixes its own checks; more may be added beside them.
    let row = |check: &&'static Check| (check.id, format!("{} {}", severity(check), check.who.as_str()));
    let written: BTreeMap<&str, String> = ALL.iter().map(row).filter(|(id, _)| specified.contains_key(id)).collect();
    assert_eq!(written, specified);
}

#[test]
fn only_the_generic_name_is_a_heuristic() {
    let heuristic = |check: &&&Check| check.confidence == Confidence::Heuristic;
    let specified = |id: &&str| IDENTITY.lines().any(|row| row.split(' ').next() == Some(id));
    let ids: Vec<&str> = ALL.iter().filter(heuristic).map(|check| check.id).filter(specified).collect();
    assert_eq!(ids, ["ptr-generic-name"]);
}

#[test]
fn titles_and_authorities_read_well() {
    hold(|check| {
        let title = check.title;
        let sentence = title.starts_with(|c: char| c.is_uppercase()) && !title.ends_with('.');
        let mut faults = Vec::from_iter(unless(sentence, format!("the title {title:?}")));
        faults.extend(unless(title.len() <= MAX_TITLE, "the title is too long for one line"));
        faults.extend(unless(!check.authority.reference().is_empty(), "no authority"));
        faults.extend(unless(check.since.split('.').count() == 3, "`since` is no version"));
        faults
    });
}

#[test]
fn pages_have_their_sections_in_order() {
    hold(|check| {
        let heads: Vec<&str> = check.page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let titled = check.page.lines().next() == Some(&*format!("# {}", check.title));
        let mut faults = Vec::from_iter(unless(titled, "the page has another title"));
        faults.extend(unless(heads == SECTIONS, format!("the sections {heads:?}")));
        let empty = SECTIONS.iter().filter(|title| section(check.page, title).is_none_or(str::is_empty));
        faults.extend(empty.map(|title| format!("{title:?} is empty")));
        faults
    });
}

#[test]
fn examples_are_worlds_with_verdicts() {
    hold(|check| {
        let examples = format!("\n{}", section(check.page, "Examples").unwrap_or_default());
        let parts: Vec<&str> = examples.split("\n### ").skip(1).collect();
        let mut faults = Vec::from_iter(unless(parts.len() >= 3, format!("{} examples", parts.len())));
        let mut judged = BTreeSet::new();
        for part in parts {
            let (head, body) = part.split_once('\n').unwrap_or((part, ""));
            faults.extend(unless(!body.trim_start().starts_with("```"), format!("{head:?} has no sentence")));
            let blocks = blocks(part);
            let languages: Vec<&str> = blocks.iter().map(|(language, _)| *language).collect();
            let message = matches!(check.judge, Judge::Message(_));
            let wanted: &[&str] = if message { &["world", "message", "verdict"] } else { &["world", "verdict"] };
            faults.extend(unless(languages == wanted, format!("{head:?} holds {languages:?}")));
            let first = blocks.last().and_then(|(_, body)| body.lines().next()).unwrap_or_default();
            match first.strip_prefix(check.id).map(str::trim) {
                Some(word) if JUDGEMENTS.contains(&word) => judged.extend([word.to_owned()]),
                _ => faults.push(format!("the verdict of {head:?} begins with {first:?}")),
            }
        }
        let known = NEVER_INCONCLUSIVE.contains(&check.id);
        let wanted = ["fail", "pass", "inconclusive"].iter().filter(|word| !(known && **word == "inconclusive"));
        faults.extend(wanted.filter(|word| !judged.contains(**word)).map(|word| format!("no example is {word}")));
        faults
    });
}

#[test]
fn errors_show_what_they_exclude() {
    hold(|check| {
        let verdicts = blocks(check.page).into_iter().filter(|(language, _)| *language == "verdict");
        let lines: Vec<&str> = verdicts.flat_map(|(_, body)| body.lines()).collect();
        let error = check.severity == Severity::Error;
        let alone = format!("errors {}", check.id);
        let mut faults = Vec::from_iter(unless(!error || lines.contains(&&*alone), "no example with its errors"));
        faults.extend(unless(!error || lines.contains(&"verdict fail"), "no example with its verdict"));
        faults
    });
}

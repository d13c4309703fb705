//! The evaluation for one sender.

use super::paint::{Record, Row, tree};
use super::survey::{faults, selection_text};
use super::{ranges_text, size_text};
use crate::Options;
use crate::text::page::{Page, Span, pad};
use crate::text::style::Style;
use crate::text::{INDENT, LABEL, indent, new_page};
use ipnet::IpNet;
use ptrust_mail::spf::{
    CheckHost, Explanation, Location, MAX_LOOKUPS, MAX_VOIDS, Outcome, Reason, RecordTrace, SpfResult, TermName,
    TermTrace, Trace,
};
use ptrust_names::{Question, escape};
use std::io;

/// Ranges of an included record that are shown singly.
const SINGLY: usize = 3;
/// Microseconds of a millisecond.
const MILLISECOND: u64 = 1_000;

/// Writes the evaluation for one sender: the result with its reason, then what came of every term. `time` says how many
/// microseconds the answer to a question took.
pub fn spf(
    check: &CheckHost,
    trace: &Trace,
    time: &dyn Fn(&Question) -> Option<u64>,
    out: &mut dyn io::Write,
    options: &Options,
) -> io::Result<()> {
    let mut page = new_page(options);
    headline(&mut page, check, trace);
    page.blank();
    let mut line = |label: &str, text: String| {
        page.hang(vec![indent(INDENT), Span::dim(pad(label, LABEL))], INDENT + LABEL, &[Span::plain(text)]);
    };
    line("Sender", format!("{}@{}", check.local_part, check.sender_domain));
    line("HELO", check.helo.clone());
    line("Counted", format!("{} of {MAX_LOOKUPS} lookups, {} of {MAX_VOIDS} voids", trace.lookups, trace.voids));
    match &trace.explanation {
        Some(Explanation::Text(text)) => line("Explanation", format!("\"{text}\"")),
        Some(Explanation::Faulty(error)) => line("Explanation", format!("left out, its text has a fault: {error}")),
        Some(Explanation::Ignored) => line("Explanation", "left out: it has no single text".into()),
        None => {}
    }
    if let Some(record) = &trace.record {
        page.blank();
        let mut title = vec![Span::new(format!("The record of {}", record.domain), Style::Strong)];
        if let Some((text, style)) = selection_text(record.selection) {
            title.extend([Span::plain("   "), Span::new(text, style)]);
        }
        page.hang(vec![indent(INDENT)], INDENT + 2, &title);
        for text in &record.lookalikes {
            let text = format!("looks like a record, and is none: \"{text}\"");
            page.hang(vec![indent(INDENT)], INDENT + 2, &[Span::new(text, Style::Warning)]);
        }
        tree(&mut page, &drawn(record, time, true));
    }
    page.write(out, options.color)
}

/// Domain, address, result and reason.
fn headline(page: &mut Page, check: &CheckHost, trace: &Trace) {
    let style = match trace.result {
        SpfResult::Pass => Style::Good,
        SpfResult::Fail | SpfResult::PermError => Style::Error,
        SpfResult::None | SpfResult::Neutral | SpfResult::SoftFail | SpfResult::TempError => Style::Warning,
    };
    let body = [
        Span::new(format!("{} from {}", check.domain, check.ip), Style::Strong),
        Span::plain("   "),
        Span::new(trace.result.to_string().to_uppercase(), style),
        Span::plain("   "),
        Span::new(reason_text(check, trace), Style::Strong),
    ];
    page.hang(Vec::new(), INDENT, &body);
}

/// Why the result is what it is, in a sentence.
fn reason_text(check: &CheckHost, trace: &Trace) -> String {
    let term = |at: &Location| term_text(trace.record.as_ref(), at);
    match &trace.reason {
        Reason::Default => "no term matches, and nothing says what holds then".into(),
        Reason::DnsFailure { question, cause, .. } => format!("{question} is not known: {cause}"),
        Reason::IncludeMissing(at) | Reason::RedirectMissing(at) => format!("{} leads to no SPF record", term(at)),
        Reason::LookupLimit(at) => format!("{} would be lookup {}, and ten are allowed", term(at), MAX_LOOKUPS + 1),
        Reason::MalformedDomain => format!("{} is no domain name of two labels or more", escape(&check.domain)),
        Reason::Matched(at) => match found(trace.record.as_ref(), at) {
            Some(found) if found.name == TermName::All => format!("only {} matches", term(at)),
            found => match found.and_then(innermost) {
                Some(inner) => format!("{} matches, by {}", term(at), term(inner)),
                None => format!("{} matches", term(at)),
            },
        },
        Reason::MxLimit(at) => format!("{} has more than ten exchangers", term(at)),
        Reason::NoRecord => "the domain has no SPF record".into(),
        Reason::SeveralRecords { domain, count } => format!("{domain} has {count} SPF records"),
        Reason::Syntax { domain, error } => {
            format!("syntax error in the record of {domain} at octet {}: {}", error.at + 1, error.kind)
        }
        Reason::VoidLimit(at) => format!("{} is the third that leads to nothing, and two are allowed", term(at)),
    }
}

/// The term at a place, with its record where that is not the domain's own.
fn term_text(root: Option<&RecordTrace>, at: &Location) -> String {
    let text = found(root, at).map_or_else(|| "a term".to_owned(), |term| term.text.to_string());
    match root {
        Some(root) if root.domain != at.domain => format!("{text} in the record of {}", at.domain),
        _ => text,
    }
}

/// The term at a place.
fn found<'a>(record: Option<&'a RecordTrace>, at: &Location) -> Option<&'a TermTrace> {
    let record = record?;
    let own = record.terms.iter().find(|term| record.domain == at.domain && term.span == at.span);
    own.or_else(|| record.terms.iter().find_map(|term| found(term.nested.as_deref(), at)))
}

/// Where the term stands that made an `include` match; none for other terms.
fn innermost(term: &TermTrace) -> Option<&Location> {
    let nested = term.nested.as_deref()?;
    let Reason::Matched(at) = &nested.reason else { return None };
    found(Some(nested), at).and_then(innermost).or(Some(at))
}

/// A record with what came of its terms.
fn drawn(record: &RecordTrace, time: &dyn Fn(&Question) -> Option<u64>, own: bool) -> Record {
    let errors = record.terms.iter().filter_map(|term| Some((term.error.as_ref()?, Some(term.span))));
    let whole = match &record.reason {
        Reason::Syntax { domain, error } if *domain == record.domain && record.terms.is_empty() => Some((error, None)),
        _ => None,
    };
    let faults = record.text.as_ref().map(|text| faults(text, whole.into_iter().chain(errors))).unwrap_or_default();
    let mut rows = Vec::new();
    let mut rest = record.terms.as_slice();
    while let Some((term, tail)) = rest.split_first() {
        let alike = rest.iter().take_while(|other| is_range(other) && other.outcome == term.outcome).count();
        if !own && alike > SINGLY {
            let (ranges, tail) = rest.split_at_checked(alike).unwrap_or((rest, &[]));
            rows.push(collapsed(ranges));
            rest = tail;
        } else {
            rows.push(row(term, time));
            rest = tail;
        }
    }
    Record { text: record.text.clone(), faults, rows }
}

/// Whether a term lists a block of addresses that does not hold the client.
fn is_range(term: &TermTrace) -> bool {
    let apart = matches!(term.outcome, Outcome::NoMatch | Outcome::NotEvaluated);
    matches!(term.name, TermName::Ip4 | TermName::Ip6) && apart
}

/// Several ranges in one row.
fn collapsed(terms: &[TermTrace]) -> Row {
    let ranges: Vec<IpNet> = terms.iter().flat_map(|term| term.ranges.iter().copied()).collect();
    let first = terms.first().map(|term| term.text.to_string()).unwrap_or_default();
    let mut notes: Vec<_> = terms.first().map(outcome_text).into_iter().collect();
    notes.extend(size_text(&ranges).map(|size| (size, Style::Dim)));
    Row { text: format!("{first} and {} more", terms.len() - 1), notes, below: None }
}

/// One term.
fn row(term: &TermTrace, time: &dyn Fn(&Question) -> Option<u64>) -> Row {
    let mut notes = vec![outcome_text(term)];
    if let Some(number) = term.lookup {
        let over = number > MAX_LOOKUPS;
        let text = if over { format!("lookup {number}, over the limit") } else { format!("lookup {number}") };
        notes.push((text, if over { Style::Error } else { Style::Dim }));
    }
    notes.extend(term.nested.as_ref().and_then(|nested| selection_text(nested.selection)));
    if term.void {
        notes.push(("void".into(), Style::Warning));
    }
    if let Some(target) = term.target.as_ref().filter(|_| term.text.0.contains(&b'%')) {
        notes.push((format!("stands for {target}"), Style::Dim));
    }
    if matches!(term.name, TermName::A | TermName::Mx) && !term.ranges.is_empty() {
        notes.push((ranges_text(&term.ranges), Style::Dim));
    }
    // Questions of one term that depend on each other are asked in turn, the others at once: the slowest is a fair word.
    let slowest = term.questions.iter().filter_map(|asked| time(&asked.question)).max();
    if let Some(time) = slowest.filter(|time| *time >= MILLISECOND) {
        notes.push((format!("{} ms", time / MILLISECOND), Style::Dim));
    }
    let below = term.nested.as_ref().map(|nested| drawn(nested, time, false));
    Row { text: term.text.to_string(), notes, below }
}

/// What came of a term.
fn outcome_text(term: &TermTrace) -> (String, Style) {
    let (text, style) = match term.outcome {
        Outcome::Error if term.error.is_some() => ("syntax error", Style::Error),
        Outcome::Error => ("error", Style::Error),
        Outcome::Followed => ("followed", Style::Good),
        Outcome::Match => ("match", Style::Good),
        Outcome::NoMatch => ("no match", Style::Plain),
        Outcome::NotEvaluated if matches!(term.name, TermName::Exp | TermName::Other) => ("not used", Style::Dim),
        Outcome::NotEvaluated => ("not reached", Style::Dim),
    };
    (text.into(), style)
}

//! The tree of a domain's records, whatever the sender.

use super::paint::{Fault, Record, Row, tree};
use super::{grouped, ranges_text, size_text};
use crate::mail::Spf;
use crate::text::page::{Page, Span, pad};
use crate::text::style::Style;
use crate::text::{INDENT, LABEL, indent, words};
use ipnet::IpNet;
use ptrust_mail::spf::{
    self, Link, MAX_LOOKUPS, Node, Qualifier, Selection, SpfParseError, TermName, TermNode, TermState, Tree,
};
use ptrust_names::CharString;

/// Ranges of an included record that are shown singly.
const SINGLY: usize = 3;
/// Ranges of all that may send.
const RANGES: usize = 6;

/// Writes the section: the record as a tree, then the addresses that may send.
pub(in crate::text) fn survey(page: &mut Page, spf: &Spf) {
    let Some(root) = spf.tree.root() else { return };
    let mut title = vec![Span::new(format!("The record of {}", root.domain), Style::Strong)];
    if let Some((text, style)) = problem(root) {
        title.extend([Span::plain("   "), Span::new(text, style)]);
    }
    page.hang(vec![indent(INDENT)], INDENT + 2, &title);
    for text in &root.lookalikes {
        let text = format!("looks like a record, and is none: \"{text}\"");
        page.hang(vec![indent(INDENT)], INDENT + 2, &[Span::new(text, Style::Warning)]);
    }
    if let Selection::Several(_) = root.selection {
        for text in &root.texts {
            page.hang(vec![indent(INDENT)], INDENT + 2, &[Span::plain(text.to_string())]);
        }
        return;
    }
    tree(page, &record(&spf.tree, 0));
    allowed(page, spf);
}

/// The addresses that may send, in a few words.
fn allowed(page: &mut Page, spf: &Spf) {
    let mut ranges: Vec<IpNet> = Vec::new();
    for one in spf.tree.allowed() {
        if one.qualifier == Qualifier::Pass && !one.broken && !ranges.contains(&one.range) {
            ranges.push(one.range);
        }
    }
    let text = match spf.ipv4_addresses {
        0 if ranges.is_empty() => "nobody".to_owned(),
        0 => format!("no IPv4 address; {}", listed(&ranges)),
        1 => format!("1 IPv4 address; {}", listed(&ranges)),
        many => format!("{} IPv4 addresses; {}", grouped(many), listed(&ranges)),
    };
    let root_is_sound = spf.tree.root().is_some_and(|root| !root.is_broken() && root.selection == Selection::Found);
    if root_is_sound {
        page.blank();
        page.hang(vec![indent(INDENT), Span::dim(pad("May send", LABEL))], INDENT + LABEL, &[Span::plain(text)]);
    }
}

/// Ranges with the number of those left out.
fn listed(ranges: &[IpNet]) -> String {
    let texts: Vec<String> = ranges.iter().map(super::range_text).collect();
    words::list(&texts, RANGES)
}

/// What is wrong with a record as a whole.
pub(super) fn problem(node: &Node) -> Option<(String, Style)> {
    selection_text(node.selection).or_else(|| {
        let faulty = node.errors().next().is_some();
        faulty.then(|| ("syntax error: receivers cannot use it".into(), Style::Error))
    })
}

/// What is wrong with the number of records.
pub(super) fn selection_text(selection: Selection) -> Option<(String, Style)> {
    match selection {
        Selection::Found => None,
        Selection::Missing(_) => Some(("no SPF record".into(), Style::Error)),
        Selection::Several(count) => Some((format!("{count} SPF records: receivers cannot use any"), Style::Error)),
        Selection::Unknown(cause) => Some((format!("not known: {cause}"), Style::Warning)),
    }
}

/// The faults of a record with their places: each from the faulty octet to the end of its term.
pub(super) fn faults<'a>(
    text: &CharString,
    errors: impl Iterator<Item = (&'a SpfParseError, Option<spf::Span>)>,
) -> Vec<Fault> {
    let fault = |(error, span): (&SpfParseError, Option<spf::Span>)| {
        let end = span.map_or(text.0.len(), |span| span.end);
        Fault { span: spf::Span::new(error.at, end.max(error.at)), kind: error.kind }
    };
    errors.map(fault).collect()
}

/// A record and what is below it.
fn record(tree: &Tree, at: usize) -> Record {
    let Some(node) = tree.nodes.get(at) else { return Record::default() };
    let text = node.texts.first().cloned();
    let terms = node.terms.iter().filter_map(|term| Some((term.error.as_ref()?, Some(term.span))));
    let errors = node.error.iter().map(|error| (error, None)).chain(terms);
    let faults = text.as_ref().map(|text| faults(text, errors)).unwrap_or_default();
    let mut rows = Vec::new();
    let mut number = 0;
    while let Some(term) = node.terms.get(number) {
        let alike =
            node.terms.iter().skip(number).take_while(|other| is_range(other) && other.qualifier == term.qualifier);
        match alike.count() {
            count if count > SINGLY && at > 0 => {
                rows.push(collapsed(node.terms.get(number..number + count).unwrap_or_default()));
                number += count;
            }
            _ => {
                rows.push(row(tree, Link { node: at, term: number }, term));
                number += 1;
            }
        }
    }
    Record { text, faults, rows }
}

/// Whether a term lists a block of addresses.
fn is_range(term: &TermNode) -> bool {
    matches!(term.name, TermName::Ip4 | TermName::Ip6) && term.state == TermState::Known
}

/// Several ranges in one row.
fn collapsed(terms: &[TermNode]) -> Row {
    let ranges: Vec<IpNet> = terms.iter().flat_map(|term| term.ranges.iter().copied()).collect();
    let first = terms.first().map(|term| term.text.to_string()).unwrap_or_default();
    let note = size_text(&ranges).map(|size| (size, Style::Dim));
    Row { text: format!("{first} and {} more", terms.len() - 1), notes: note.into_iter().collect(), below: None }
}

/// One term.
fn row(tree: &Tree, link: Link, term: &TermNode) -> Row {
    let mut notes = Vec::new();
    if let Some(number) = term.lookup {
        let over = number > MAX_LOOKUPS;
        let text = if over { format!("lookup {number}, over the limit") } else { format!("lookup {number}") };
        notes.push((text, if over { Style::Error } else { Style::Dim }));
        let cost = tree.cost(link);
        if cost > 1 {
            notes.push((format!("costs {cost}"), Style::Dim));
        }
    }
    let below = term.nested.and_then(|nested| tree.nodes.get(nested));
    notes.extend(below.and_then(problem));
    notes.extend(state_text(term));
    // That there is no record says it already.
    let said = below.is_some_and(|node| matches!(node.selection, Selection::Missing(_)));
    match (term.void_v4, term.void_v6) {
        (true, true) if said => notes.push(("void".into(), Style::Warning)),
        (true, true) => notes.push(("leads to nothing (void)".into(), Style::Warning)),
        (true, false) => notes.push(("void for IPv4".into(), Style::Warning)),
        (false, true) => notes.push(("void for IPv6".into(), Style::Dim)),
        (false, false) => {}
    }
    notes.extend(effect(term));
    Row { text: term.text.to_string(), notes, below: term.nested.map(|nested| record(tree, nested)) }
}

/// What a term allows.
fn effect(term: &TermNode) -> Option<(String, Style)> {
    match (term.name, term.qualifier) {
        _ if term.state != TermState::Known => None,
        (TermName::All, Some(Qualifier::Pass)) => Some(("everybody passes".into(), Style::Error)),
        (TermName::All, Some(Qualifier::Fail)) => Some(("others fail".into(), Style::Dim)),
        (TermName::All, Some(Qualifier::SoftFail)) => Some(("others are suspicious (softfail)".into(), Style::Dim)),
        (TermName::All, Some(Qualifier::Neutral)) => Some(("nothing is said of others (neutral)".into(), Style::Dim)),
        (TermName::Ip4, _) => size_text(&term.ranges).map(|size| (size, Style::Dim)),
        (TermName::A | TermName::Mx, _) if !term.ranges.is_empty() => Some((ranges_text(&term.ranges), Style::Dim)),
        (TermName::Exists, _) if !term.ranges.is_empty() => Some(("matches everybody".into(), Style::Warning)),
        (TermName::Other, None) => Some(("an unknown modifier, skipped".into(), Style::Dim)),
        _ => None,
    }
}

/// What is known of a term, where that is not everything.
fn state_text(term: &TermNode) -> Option<(String, Style)> {
    let (text, style) = match term.state {
        TermState::Known => return None,
        TermState::Cut => ("not followed: too many records or questions", Style::Warning),
        TermState::Cycle => ("leads back to a record above", Style::Error),
        TermState::DependsOnSender => ("depends on the sender", Style::Dim),
        TermState::Faulty => ("syntax error", Style::Error),
        TermState::MalformedTarget => ("what it names is no domain name", Style::Error),
        TermState::TooManyExchangers => ("more than ten exchangers", Style::Error),
        TermState::Unreachable => ("never tried", Style::Warning),
        TermState::Unknown => {
            // Behind an include, the record below has said why.
            let cause =
                term.questions.iter().find_map(|asked| asked.answer.cause()).filter(|_| term.nested.is_none())?;
            return Some((format!("not known: {cause}"), Style::Warning));
        }
    };
    Some((text.into(), style))
}

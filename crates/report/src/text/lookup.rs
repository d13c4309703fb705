//! `ptrust walk` and `ptrust lookup`: one question, seen from the authoritative servers and from the resolvers.

use super::page::{Page, Span};
use super::style::Style;
use super::{INDENT, ends, indent, new_page, tree, words};
use crate::Options;
use ptrust_checks::evidence::answer_text;
use ptrust_facts::{Class, Fact, Walk};
use ptrust_names::{Observed, Question, Records};
use std::io;

/// Servers listed of the deepest cut.
const MAX_SERVERS: usize = 32;

/// Writes a delegation walk: the tree, then each server of the deepest zone cut.
pub fn walk(walk: &Walk, out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut page = new_page(options);
    headline(&mut page, &walk.question, &walk.answer);
    page.blank();
    tree::tree(&mut page, walk);
    servers(&mut page, walk.last());
    page.blank();
    let queries = if walk.queries == 1 { "query" } else { "queries" };
    let text = format!("{} {queries} sent.", walk.queries);
    page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    page.write(out, options.color)
}

/// Writes what a question finds: the authoritative view, each resolver's, and whether they agree.
pub fn lookup(
    question: &Question,
    walk: Option<&Walk>,
    resolver: Option<&Fact<Records>>,
    out: &mut dyn io::Write,
    options: &Options,
) -> io::Result<()> {
    let mut page = new_page(options);
    let unasked = Observed::Unknown(ptrust_names::Cause::NotAsked);
    let seen = walk.map(|walk| &walk.answer).filter(|answer| answer.cause().is_none());
    let other = resolver.map(|fact| &fact.observed);
    let deciding = seen.or(other).or(walk.map(|walk| &walk.answer)).unwrap_or(&unasked);
    headline(&mut page, question, deciding);
    if let Observed::Present(records) = deciding {
        page.blank();
        for record in records.aliases.iter().chain(&records.set) {
            page.hang(vec![indent(INDENT)], INDENT + 2, &[Span::new(record.to_string(), Style::Strong)]);
        }
    }
    if let Some(walk) = walk {
        page.blank();
        page.hang(vec![indent(INDENT)], INDENT, &[Span::new("The walk", Style::Strong)]);
        tree::tree(&mut page, walk);
    }
    if let Some(fact) = resolver {
        page.blank();
        page.hang(vec![indent(INDENT)], INDENT, &[Span::new("Resolvers", Style::Strong)]);
        for source in &fact.sources {
            let server = source.server.clone().or(source.address.map(|address| address.to_string()));
            let (note, style) = match seen.map(|seen| same(seen, &source.outcome)) {
                Some(Some(false)) => ("   differs from the authoritative servers", Style::Warning),
                _ => ("", Style::Plain),
            };
            let body = [
                Span::dim(server.unwrap_or_else(|| "unknown".into())),
                Span::plain(format!("   {}", answer_text(&source.outcome))),
                Span::new(note, style),
            ];
            page.hang(vec![indent(INDENT + 2)], INDENT + 4, &body);
        }
    }
    page.write(out, options.color)
}

/// The question and what came of it.
fn headline(page: &mut Page, question: &Question, answer: &Observed<Records>) {
    let (text, style) = match answer {
        Observed::Present(records) => (words::count(records.set.len(), "record"), Style::Good),
        Observed::Absent(absence) => match &absence.soa {
            Some(soa) => (format!("{}, as {} says", absence.kind, soa.zone), Style::Error),
            None => (absence.kind.to_string(), Style::Error),
        },
        Observed::Unknown(cause) => (format!("not known: {cause}"), Style::Warning),
    };
    let body = [Span::new(question.to_string(), Style::Strong), Span::plain("   "), Span::new(text, style)];
    page.hang(Vec::new(), INDENT, &body);
}

/// The servers of the deepest cut, with what each said.
fn servers(page: &mut Page, walk: &Walk) {
    let Some(cut) = walk.deepest() else { return };
    page.blank();
    let title = format!("Servers of {}", cut.zone);
    page.hang(vec![indent(INDENT)], INDENT, &[Span::new(title, Style::Strong)]);
    for server in cut.servers.iter().take(MAX_SERVERS) {
        let mut body = vec![Span::plain(server.text()), Span::plain("   ")];
        let style = if server.class == Class::Authoritative { Style::Good } else { Style::Error };
        body.push(Span::new(ends::class(server.class, &server.said), style));
        if let Some(serial) = server.serial {
            body.push(Span::dim(format!("   serial {serial}")));
        }
        match (server.in_parent, server.in_child) {
            (true, false) if cut.child_servers.is_some() => body.push(Span::dim("   listed by the parent only")),
            (false, true) => body.push(Span::dim("   listed by the zone only")),
            _ => {}
        }
        page.hang(vec![indent(INDENT + 2)], INDENT + 4, &body);
    }
    if let Some(more @ 1..) = cut.servers.len().checked_sub(MAX_SERVERS) {
        page.hang(vec![indent(INDENT + 2)], INDENT + 4, &[Span::dim(format!("and {more} more"))]);
    }
}

/// Whether two answers say the same; `None` where one of them says nothing.
fn same(a: &Observed<Records>, b: &Observed<Records>) -> Option<bool> {
    match (a, b) {
        (Observed::Unknown(_), _) | (_, Observed::Unknown(_)) => None,
        (Observed::Present(a), Observed::Present(b)) => Some(a.canonical() == b.canonical()),
        (Observed::Absent(_), Observed::Absent(_)) => Some(true),
        _ => Some(false),
    }
}

//! Draws records as a tree: a line a term, and carets under what is wrong.

use crate::text::page::{Page, Span, columns, pad};
use crate::text::style::Style;
use crate::text::{INDENT, indent};
use ptrust_mail::spf::{self, SpfErrorKind};
use ptrust_names::CharString;

/// Columns that stay for what is said of a term.
const NOTES: usize = 38;
/// Rows of one tree; the JSON has all.
const MAX_ROWS: usize = 160;
/// What stands below a term, beside its own.
const LEVEL: usize = 3;

/// One record.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Its text, when carets have to be drawn under it.
    pub(super) text: Option<CharString>,
    /// What is wrong in it.
    pub(super) faults: Vec<Fault>,
    /// Its terms.
    pub(super) rows: Vec<Row>,
}

/// What is wrong at a place of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// From the faulty octet to the end of its term.
    pub(super) span: spf::Span,
    /// What is wrong.
    pub(super) kind: SpfErrorKind,
}

/// One term.
#[derive(Debug)]
pub(super) struct Row {
    /// The term as written.
    pub(super) text: String,
    /// What there is to say of it.
    pub(super) notes: Vec<(String, Style)>,
    /// The record it leads to.
    pub(super) below: Option<Record>,
}

/// Draws a record below its title.
pub(super) fn tree(page: &mut Page, record: &Record) {
    let room = page.width().saturating_sub(INDENT + NOTES);
    let text = widest(record, 0).min(room);
    let mut painter = Painter { page, text, left: MAX_ROWS };
    painter.record(record, "");
    if painter.left == 0 {
        let text = "The rest is not shown; --format json has all.";
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    }
}

/// The column behind the longest term.
fn widest(record: &Record, depth: usize) -> usize {
    let of = |row: &Row| {
        let own = (depth + 1) * LEVEL + columns(&row.text);
        row.below.as_ref().map_or(own, |below| own.max(widest(below, depth + 1)))
    };
    record.rows.iter().map(of).max().unwrap_or(0)
}

/// A tree under way.
struct Painter<'a> {
    page: &'a mut Page,
    /// The column where notes start.
    text: usize,
    /// Rows that may still be drawn.
    left: usize,
}

impl Painter<'_> {
    /// A record: what is wrong in it, then its terms.
    fn record(&mut self, record: &Record, prefix: &str) {
        if let Some(text) = record.text.as_ref().filter(|_| !record.faults.is_empty()) {
            self.carets(text, &record.faults, prefix, !record.rows.is_empty());
        }
        for (number, row) in record.rows.iter().enumerate() {
            let Some(left) = self.left.checked_sub(1) else { return };
            self.left = left;
            let (head, below) = if number + 1 == record.rows.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.row(row, &format!("{prefix}{head}"), &format!("{prefix}{below}  "));
            if let Some(record) = &row.below {
                self.record(record, &format!("{prefix}{below}"));
            }
        }
    }

    /// One line of the tree.
    fn row(&mut self, row: &Row, head: &str, rest: &str) {
        let room = self.text.saturating_sub(columns(head));
        let mut body = vec![Span::plain(pad(&row.text, room))];
        for (number, (note, style)) in row.notes.iter().enumerate() {
            body.push(Span::plain(if number == 0 { "   " } else { ", " }));
            // A short note stays in one piece.
            let whole = columns(note) < NOTES;
            body.push(Span::new(if whole { note.replace(' ', "\u{a0}") } else { note.clone() }, *style));
        }
        let first = vec![indent(INDENT), Span::dim(head)];
        self.page.flow(first, &[indent(INDENT), Span::dim(rest)], &body);
    }

    /// The text of a record, its faults marked, and what each of them is.
    fn carets(&mut self, text: &CharString, faults: &[Fault], prefix: &str, goes_on: bool) {
        let line = if goes_on { "│  " } else { "   " };
        let prefix = format!("{prefix}{line}");
        let head = [indent(INDENT), Span::dim(&prefix)];
        let room = self.page.width().saturating_sub(INDENT + columns(&prefix) + 1).max(1);
        let marks: Vec<(usize, usize)> = faults.iter().map(|fault| fault.span.columns(&text.0)).collect();
        let shown = text.to_string();
        for (start, line) in lines(&shown, room) {
            let end = start + line.len();
            // A mark behind the last octet belongs to the last line.
            let last = end == shown.len();
            let covers = |at: usize| marks.iter().any(|(from, width)| (*from..from + width).contains(&at));
            let carets: String =
                (start..end + usize::from(last)).map(|at| if covers(at) { '^' } else { ' ' }).collect();
            // No-break spaces keep the line in one piece.
            self.page.flow(head.to_vec(), &head, &[Span::plain(line.replace(' ', "\u{a0}"))]);
            if carets.contains('^') {
                let carets = carets.trim_end().replace(' ', "\u{a0}");
                self.page.flow(head.to_vec(), &head, &[Span::new(carets, Style::Error)]);
            }
        }
        for fault in faults {
            let text = format!("octet {}: {}", fault.span.start + 1, fault.kind);
            let rest = [indent(INDENT), Span::dim(format!("{prefix}  "))];
            self.page.flow(head.to_vec(), &rest, &[Span::new(text, Style::Error)]);
        }
    }
}

/// A text of ASCII in lines of at most so many columns, each with the place where it starts: cut behind a space where
/// there is one.
fn lines(text: &str, room: usize) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let (mut start, mut rest) = (0, text);
    while rest.len() > room {
        let head = rest.get(..room).unwrap_or(rest);
        let at = head.rfind(' ').map_or(head.len(), |space| space + 1);
        let (line, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        lines.push((start, line));
        start += line.len();
        rest = tail;
    }
    lines.push((start, rest));
    lines
}

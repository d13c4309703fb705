//! Lines of styled text that never exceed the width, and never carry a control character.
//!
//! Everything that reaches a [`Page`] passes [`Span::new`], which escapes it: that is the one gate to the terminal.

use super::style::Style;
use ptrust_names::escape;
use std::io;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A stretch of text in one style.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    text: String,
    style: Style,
}

impl Span {
    /// Escaped text in a style.
    pub(crate) fn new(text: impl AsRef<str>, style: Style) -> Self {
        Self { text: escape(text.as_ref()), style }
    }

    /// Plain text.
    pub(crate) fn plain(text: impl AsRef<str>) -> Self {
        Self::new(text, Style::Plain)
    }

    /// Secondary text.
    pub(crate) fn dim(text: impl AsRef<str>) -> Self {
        Self::new(text, Style::Dim)
    }
}

/// Columns of a text.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// The text, escaped, with spaces up to a column.
pub(crate) fn pad(text: &str, to: usize) -> String {
    let text = escape(text);
    let missing = to.saturating_sub(columns(&text));
    text + &" ".repeat(missing)
}

/// A word: fragments without a space between them, and the spaces before it.
struct Word {
    gap: usize,
    parts: Vec<Span>,
}

impl Word {
    /// Columns without the gap.
    fn columns(&self) -> usize {
        self.parts.iter().map(|part| columns(&part.text)).sum()
    }
}

/// Lines under way.
pub(crate) struct Page {
    width: usize,
    lines: Vec<Vec<Span>>,
}

impl Page {
    /// An empty page.
    pub(crate) const fn new(width: usize) -> Self {
        Self { width, lines: Vec::new() }
    }

    /// The width in columns.
    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// An empty line, unless there is one already or the page is empty.
    pub(crate) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// A paragraph: `first` starts the first line and `rest` the others; both are short and never broken.
    pub(crate) fn flow(&mut self, first: Vec<Span>, rest: &[Span], body: &[Span]) {
        let base = |line: &[Span]| line.iter().map(|span| columns(&span.text)).sum::<usize>();
        let rest_columns = base(rest);
        let mut at = base(&first);
        let mut line = first;
        // Whether the line holds nothing yet that a break could follow.
        let mut fresh = true;
        for (number, word) in words(body).into_iter().enumerate() {
            if !fresh && at + word.gap + word.columns() > self.width {
                self.push(std::mem::replace(&mut line, rest.to_vec()));
                (at, fresh) = (rest_columns, true);
            }
            // Spaces in front of the whole text are meant; those at a break are not.
            let gap = if fresh && number > 0 { 0 } else { word.gap };
            if gap > 0 {
                line.push(Span { text: " ".repeat(gap), style: Style::Plain });
                at += gap;
            }
            // Only a word that alone exceeds the line is broken, wherever it must be.
            for part in word.parts {
                let mut text = part.text.as_str();
                while at + columns(text) > self.width {
                    let (head, tail) = break_at(text, self.width.saturating_sub(at));
                    line.push(Span { text: head.to_owned(), style: part.style });
                    self.push(std::mem::replace(&mut line, rest.to_vec()));
                    at = rest_columns;
                    text = tail;
                }
                at += columns(text);
                line.push(Span { text: text.to_owned(), style: part.style });
            }
            fresh = false;
        }
        self.push(line);
    }

    /// A paragraph whose further lines are indented by some columns.
    pub(crate) fn hang(&mut self, first: Vec<Span>, indent: usize, body: &[Span]) {
        // A deep indent in a narrow page would leave no room for words.
        let indent = indent.min(self.width / 2);
        self.flow(first, &[Span::plain(" ".repeat(indent))], body);
    }

    /// Whether a text fits behind an indent.
    pub(crate) fn fits(&self, indent: usize, text: &str) -> bool {
        indent + columns(&escape(text)) <= self.width
    }

    /// Adds a line, without spaces at its end.
    fn push(&mut self, mut line: Vec<Span>) {
        for span in &mut line {
            // No-break spaces have done their work; readers and grep expect plain ones.
            if span.text.contains('\u{a0}') {
                span.text = span.text.replace('\u{a0}', " ");
            }
        }
        while let Some(last) = line.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if !last.text.is_empty() {
                break;
            }
            line.pop();
        }
        self.lines.push(line);
    }

    /// Writes all lines.
    pub(crate) fn write(mut self, out: &mut dyn io::Write, color: bool) -> io::Result<()> {
        while self.lines.last().is_some_and(Vec::is_empty) {
            self.lines.pop();
        }
        for line in &self.lines {
            for span in line {
                match span.style.sgr() {
                    sgr if color && !sgr.is_empty() => write!(out, "\x1b[{sgr}m{}\x1b[0m", span.text)?,
                    _ => out.write_all(span.text.as_bytes())?,
                }
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// Splits a text after at most so many columns: behind a dot, slash or comma near the end if there is one.
fn break_at(text: &str, room: usize) -> (&str, &str) {
    let mut at = 0;
    let mut used = 0;
    let mut good = None;
    for (index, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room && index > 0 {
            break;
        }
        at = index + c.len_utf8();
        if matches!(c, '.' | '/' | ',' | '&') && used + 24 > room {
            good = Some(at);
        }
    }
    // A single character is taken even where it does not fit, so that each round ends nearer to the end.
    text.split_at(good.unwrap_or(at))
}

/// The words of some spans.
fn words(body: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut gap = 0;
    let mut open = false;
    for span in body {
        for (at, piece) in span.text.split(' ').enumerate() {
            if at > 0 {
                gap += 1;
                open = false;
            }
            if piece.is_empty() {
                continue;
            }
            let part = Span { text: piece.to_owned(), style: span.style };
            match words.last_mut().filter(|_| open) {
                Some(word) => word.parts.push(part),
                None => words.push(Word { gap, parts: vec![part] }),
            }
            gap = 0;
            open = true;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: Page) -> String {
        let mut out = Vec::new();
        page.write(&mut out, false).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn words_wrap_and_gaps_stay() {
        let mut page = Page::new(20);
        page.hang(vec![Span::plain("  ab  ")], 6, &[Span::plain("one   two (three"), Span::dim(") four")]);
        assert_eq!(text(page), "  ab  one   two\n      (three) four\n");
    }

    #[test]
    fn long_words_break_behind_dots() {
        let mut page = Page::new(20);
        page.hang(Vec::new(), 2, &[Span::plain("aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbb.c")]);
        assert_eq!(text(page), "aaaaaaaaaaaa.\n  bbbbbbbbbbbbbbbbbb\n  bbbbbbbb.c\n");
    }

    #[test]
    fn escapes_count_and_wide_characters_too() {
        assert_eq!(pad("\x07", 6), "\\007  ");
        let mut page = Page::new(10);
        page.hang(Vec::new(), 0, &[Span::plain("漢漢漢漢漢漢")]);
        assert_eq!(text(page), "漢漢漢漢漢\n漢\n");
    }
}

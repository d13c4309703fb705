//! A check's page as terminal text: the same Markdown that the web shows, with headings, lists and examples laid out.

use ptrust_checks::{Check, Severity};
use std::fmt::Write as _;

/// Columns of running text at most: longer lines are hard to read.
const MAX_WIDTH: usize = 88;
/// Indentation of text under its heading.
const INDENT: &str = "  ";
/// Bold, and its end.
const STRONG: (&str, &str) = ("\x1b[1m", "\x1b[0m");
/// Dim, and its end.
const DIM: (&str, &str) = ("\x1b[2m", "\x1b[0m");

/// The page of a check, with colors.
pub(crate) fn terminal(check: &Check, width: usize) -> String {
    let width = width.clamp(40, MAX_WIDTH);
    let severity = match check.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let mut out = format!("{}{}{}   {severity}\n{}\n\n", STRONG.0, check.id, STRONG.1, check.title);
    let facts = [
        ("Who acts", check.who.as_str().to_owned()),
        ("Authority", check.authority.reference().to_owned()),
        ("Since", check.since.to_owned()),
    ];
    for (name, value) in facts {
        let _ = writeln!(out, "{INDENT}{}{name:10}{}{value}", DIM.0, DIM.1);
    }
    out.push_str(&markdown(check.page, check.title, width));
    out
}

/// Markdown laid out: headings, paragraphs, lists, code blocks. `title` is left out where it repeats.
fn markdown(page: &str, title: &str, width: usize) -> String {
    let mut layout = Layout { out: String::new(), paragraph: String::new(), width };
    let mut code = false;
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            layout.flush();
            code = !code;
            if code {
                layout.out.push('\n');
            }
            if !kind.trim().is_empty() {
                let _ = writeln!(layout.out, "{INDENT}{}{}{}", DIM.0, kind.trim(), DIM.1);
            }
        } else if code {
            let _ = writeln!(layout.out, "{INDENT}{INDENT}{line}");
        } else if let Some(heading) = line.strip_prefix('#') {
            layout.flush();
            let heading = heading.trim_start_matches('#').trim();
            if heading != title {
                let _ = writeln!(layout.out, "\n{}{heading}{}", STRONG.0, STRONG.1);
            }
        } else if line.trim().is_empty() {
            layout.flush();
        } else {
            if is_item(line) {
                layout.flush();
            }
            if !layout.paragraph.is_empty() {
                layout.paragraph.push(' ');
            }
            layout.paragraph.push_str(line.trim());
        }
    }
    layout.flush();
    layout.out
}

/// Whether a line begins a list item.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (number.len() < line.len() && number.starts_with(". "))
}

/// Text being laid out.
struct Layout {
    out: String,
    paragraph: String,
    width: usize,
}

impl Layout {
    /// Writes the paragraph, wrapped; items of a list hang.
    fn flush(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        if paragraph.is_empty() {
            return;
        }
        let hang = if is_item(&paragraph) { paragraph.find(' ').map_or(0, |at| at + 1) } else { 0 };
        if hang == 0 && !self.out.is_empty() && !self.out.ends_with(&format!("{}\n", STRONG.1)) {
            self.out.push('\n');
        }
        let mut line = INDENT.to_owned();
        let mut empty = true;
        for word in paragraph.split(' ') {
            if !empty && line.chars().count() + 1 + plain(word).chars().count() > self.width {
                let _ = writeln!(self.out, "{}", line.trim_end());
                line = format!("{INDENT}{}", " ".repeat(hang));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(&plain(word));
            empty = false;
        }
        let _ = writeln!(self.out, "{}", line.trim_end());
    }
}

/// A word without the marks of Markdown: code spans, emphasis. Underscores belong to names and stay.
fn plain(word: &str) -> String {
    word.replace("**", "").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_laid_out() {
        let page = "# Title\n\n## What it checks\nOne two\nthree `four`.\n\n- first item that is long\n- second\n\n\
                    ```world\nzone x\n  a b\n```\n";
        let text = markdown(page, "Title", 20);
        let expected = "\n\u{1b}[1mWhat it checks\u{1b}[0m\n  One two three\n  four.\n  - first item that\n    is \
                        long\n  - second\n\n  \u{1b}[2mworld\u{1b}[0m\n    zone x\n      a b\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn every_page_fits() {
        for check in ptrust_checks::ALL {
            let text = terminal(check, 80);
            assert!(text.contains(check.title), "{}", check.id);
        }
    }
}

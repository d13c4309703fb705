//! The parts of a Markdown text that can be verified: code spans, code lines, links.
//!
//! Not a Markdown parser: it knows fences, code spans and inline links, each within one line.

/// One part that can be verified.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A code span.
    Code(String),
    /// A line of a fenced block that may be a command.
    Line(String),
    /// The target of a link.
    Link(String),
}

/// Languages of fenced blocks whose lines are read as commands.
const SHELLS: [&str; 6] = ["", "sh", "bash", "console", "shell", "text"];

/// The items of the text with their line numbers.
pub(super) fn items(text: &str) -> Vec<(usize, Item)> {
    let mut items = Vec::new();
    let mut fence: Option<(String, bool)> = None;
    for (line, number) in text.lines().zip(1..) {
        let bare = line.trim();
        if let Some((mark, shell)) = &fence {
            if bare.starts_with(mark.as_str()) && bare.trim_start_matches(['`', '~']).is_empty() {
                fence = None;
            } else if *shell {
                items.push((number, Item::Line(bare.to_owned())));
            }
        } else if bare.starts_with("```") || bare.starts_with("~~~") {
            let language = bare.trim_start_matches(['`', '~']);
            let mark = bare[..bare.len() - language.len()].to_owned();
            let language = language.split([' ', ',']).next().unwrap_or_default();
            fence = Some((mark, SHELLS.contains(&language)));
        } else {
            items.extend(spans(line).into_iter().map(|item| (number, item)));
        }
    }
    items
}

/// The code spans and links of one line.
fn spans(line: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut prose = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        prose.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner = rest.trim_start_matches('`');
        let ticks = &rest[..rest.len() - inner.len()];
        let Some((code, behind)) = inner.split_once(ticks) else {
            break;
        };
        items.push(Item::Code(code.trim().to_owned()));
        // Something must stand for the span, or the text of a link would be empty.
        prose.push('x');
        rest = behind;
    }
    prose.push_str(rest);
    let mut rest = prose.as_str();
    while let Some((_, behind)) = rest.split_once("](") {
        let Some((target, behind)) = behind.split_once(')') else {
            break;
        };
        items.push(Item::Link(target.to_owned()));
        rest = behind;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_spans_lines_and_links() {
        let text = "See `a/b.rs`, ``c`d`` and [`e`](f.md).\n\n```sh\n  $ ptrust x\n```\n\
                    ```rust\nptrust::y();\n```\n~~~\nz\n~~~\n`end`\n";
        let code = |text: &str| Item::Code(text.to_owned());
        assert_eq!(
            items(text),
            [
                (1, code("a/b.rs")),
                (1, code("c`d")),
                (1, code("e")),
                (1, Item::Link("f.md".to_owned())),
                (4, Item::Line("$ ptrust x".to_owned())),
                (10, Item::Line("z".to_owned())),
                (12, code("end")),
            ]
        );
    }

    #[test]
    fn a_lone_tick_ends_the_search() {
        assert_eq!(items("a ` b [c](d)"), [(1, Item::Link("d".to_owned()))]);
    }
}

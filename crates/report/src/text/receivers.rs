//! What receivers would do: grouped by outcome, gravest first.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, indent, words};
use crate::{Report, Verdict};
use ptrust_checks::receivers::Reaction;
use ptrust_knowledge::receivers::{self, Outcome};

/// Columns of the section's label with its gap.
const LABEL: usize = 12;
/// Columns of the outcome word with its gap.
const WORD: usize = 11;

/// Receivers named when there is nothing to fear.
const FEW: usize = 4;

/// The outcomes from gravest to mildest.
const ORDER: [Outcome; 5] = [Outcome::Reject, Outcome::Defer, Outcome::Penalize, Outcome::Accept, Outcome::Unknown];

/// Writes the section; nothing when no receiver's sources say anything.
pub(super) fn receivers(page: &mut Page, report: &Report) {
    if report.receivers.iter().all(|reaction| reaction.outcome == Outcome::Unknown) {
        return;
    }
    let brief = report.verdict == Verdict::Pass;
    let mut label = "Receivers";
    for outcome in ORDER {
        let group: Vec<_> = report.receivers.iter().filter(|reaction| reaction.outcome == outcome).map(item).collect();
        if group.is_empty() || (brief && outcome == Outcome::Unknown) {
            continue;
        }
        // A report that passes has one line for all who accept.
        let items = if brief { words::list(&group, FEW) } else { group.join(", ") };
        let (word, style) = word(outcome);
        let first =
            vec![indent(INDENT), Span::new(pad(label, LABEL), Style::Strong), Span::new(pad(word, WORD), style)];
        page.hang(first, INDENT + LABEL + WORD, &[Span::plain(items)]);
        label = "";
    }
}

/// The word of an outcome.
const fn word(outcome: Outcome) -> (&'static str, Style) {
    match outcome {
        Outcome::Accept => ("accept", Style::Good),
        Outcome::Penalize => ("penalize", Style::Warning),
        Outcome::Defer => ("defer", Style::Warning),
        Outcome::Reject => ("reject", Style::Error),
        Outcome::Unknown => ("not stated", Style::Dim),
    }
}

/// A receiver's label with its reply code or score, held together by no-break spaces so that a label is never split.
fn item(reaction: &Reaction) -> String {
    let label = label(reaction);
    let detail = match reaction.outcome {
        Outcome::Reject | Outcome::Defer => reaction.reply.as_deref().and_then(code).map(ToOwned::to_owned),
        Outcome::Penalize => reaction.reply.as_deref().and_then(score),
        Outcome::Accept | Outcome::Unknown => None,
    };
    let text = match detail {
        Some(detail) => format!("{label} {detail}"),
        None => label.to_owned(),
    };
    text.replace(' ', "\u{a0}")
}

/// A receiver's short label.
pub(super) fn label(reaction: &Reaction) -> &'static str {
    receivers::receiver(reaction.id).map_or(reaction.name, |receiver| receiver.short.as_str())
}

/// The code that starts a reply.
fn code(reply: &str) -> Option<&str> {
    let code = reply.get(..3)?;
    code.bytes().all(|b| b.is_ascii_digit()).then_some(code)
}

/// The sum of the scores in a list of rules: `RDNS_NONE +2.0, HFILTER +2.5` is `+4.5`. Of SpamAssassin's four score
/// sets the second counts (network tests on, no Bayes), which is a new site's. A range has no sum.
fn score(reply: &str) -> Option<String> {
    if reply.contains('…') {
        return None;
    }
    let scores = reply.split([' ', ',']).filter_map(|word| word.strip_prefix('+'));
    let numbers = scores.filter_map(|sets| sets.split('/').nth(1).or(Some(sets))?.parse::<f64>().ok());
    let sum = numbers.reduce(|a, b| a + b)?;
    Some(format!("+{sum:.1}"))
}

#[cfg(test)]
mod tests {
    use super::{code, score};

    #[test]
    fn replies_give_codes_and_scores() {
        assert_eq!(code("550-5.7.25 [192.0.2.1] no"), Some("550"));
        assert_eq!(code("no"), None);
        assert_eq!(score("RDNS_NONE +2.0, HFILTER_HOSTNAME_UNKNOWN +2.5").as_deref(), Some("+4.5"));
        assert_eq!(score("RDNS_NONE +2.399/1.274/1.228/0.793").as_deref(), Some("+1.3"));
        assert_eq!(score("HFILTER_HOSTNAME_1 +0.5 … HFILTER_HOSTNAME_5 +3.0"), None);
    }
}

//! `ptrust bounce`: what a refusal means, who said it, and what to do.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, indent, new_page, one, words};
use crate::Options;
use crate::bounce::{Bounce, Meaning, Refusal};
use std::io;

/// Columns of the labels with the gap after them.
const LABEL: usize = 12;
/// Families whose checks look at an address.
const OF_ADDRESS: [&str; 4] = ["delegation", "fcrdns", "helo", "ptr"];

/// Writes the refusals, then the reports of the addresses in them.
pub fn bounce(bounce: &Bounce, out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    let mut page = new_page(options);
    for refusal in &bounce.refusals {
        page.blank();
        self::refusal(&mut page, refusal);
    }
    if bounce.left_out > 0 {
        page.blank();
        let text = format!("{}; name fewer recipients", words::count(bounce.left_out, "more refusal"));
        page.hang(Vec::new(), 0, &[Span::dim(text)]);
    }
    for report in &bounce.addresses {
        page.blank();
        one(&mut page, report, false);
    }
    page.write(out, options.color)
}

/// A labelled paragraph.
fn labelled(page: &mut Page, label: &str, text: &str) {
    let first = vec![indent(INDENT), Span::dim(pad(label, LABEL))];
    page.hang(first, INDENT + LABEL, &[Span::plain(text)]);
}

/// One refusal.
fn refusal(page: &mut Page, refusal: &Refusal) {
    headline(page, refusal);
    page.blank();
    if let Some(recipient) = &refusal.recipient {
        labelled(page, "Recipient", recipient);
    }
    if let Some(host) = &refusal.host {
        labelled(page, "Refused by", host);
    }
    labelled(page, "Reply", &refusal.reply.text);
    let Some(meaning) = &refusal.meaning else {
        let text =
            "No receiver is known to answer so. Look the enhanced code up in RFC 3463, and write to the postmaster.";
        return labelled(page, "Do", text);
    };
    labelled(page, "Cause", meaning.cause);
    labelled(page, "Means", meaning.explanation);
    labelled(page, "Do", &sentence(meaning.fix));
    if let Some(commands) = commands(refusal, meaning) {
        labelled(page, "Look at it", &commands);
    }
    labelled(page, "Source", meaning.source);
}

/// The code, what it means for the message, and who says so.
fn headline(page: &mut Page, refusal: &Refusal) {
    let code = match (refusal.reply.code, refusal.reply.enhanced) {
        (Some(code), Some(enhanced)) => format!("{code} {enhanced}"),
        (Some(code), None) => code.to_string(),
        (None, Some(enhanced)) => enhanced.to_string(),
        (None, None) => "reply".to_owned(),
    };
    let (word, style, cause) = match &refusal.meaning {
        Some(meaning) if meaning.temporary => ("DEFERRED", Style::Warning, by(meaning)),
        Some(meaning) => ("REFUSED", Style::Error, by(meaning)),
        None => ("UNKNOWN", Style::Warning, "no known receiver's words".to_owned()),
    };
    let body = [
        Span::new(code, Style::Strong),
        Span::plain("   "),
        Span::new(word, style),
        Span::plain("   "),
        Span::new(cause, Style::Strong),
    ];
    page.hang(Vec::new(), INDENT, &body);
}

/// Who answers so.
fn by(meaning: &Meaning) -> String {
    match (meaning.receiver_name, meaning.receiver) {
        (Some(name), _) => format!("by {name}"),
        (None, "any") => "in words that many receivers use".to_owned(),
        (None, id) => format!("by {id}"),
    }
}

/// The commands that look at the cause.
fn commands(refusal: &Refusal, meaning: &Meaning) -> Option<String> {
    let (of_address, of_domain): (Vec<&str>, Vec<&str>) =
        meaning.checks.iter().copied().partition(|family| OF_ADDRESS.contains(family));
    let mut commands = Vec::new();
    if !of_address.is_empty() && refusal.reply.addresses.is_empty() {
        commands.push("ptrust check ADDRESS".to_owned());
    }
    if !of_domain.is_empty() {
        commands.push(format!("ptrust audit DOMAIN --select {}", of_domain.join(",")));
    }
    (!commands.is_empty()).then(|| commands.join(", "))
}

/// A sentence of the table: it begins in lower case there.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

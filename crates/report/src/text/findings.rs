//! Findings by weight, each as an explanation: seen, who, do, why. Then what is undetermined, and the coverage.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, indent, receivers, words};
use crate::{Report, Verdict};
use ptrust_checks::receivers::Reaction;
use ptrust_checks::{Authority, Evidence, Finding, Judged, Judgement, Severity};
use ptrust_knowledge::receivers::Outcome;

/// Columns in front of what stands below a headline.
const BODY: usize = 4;
/// Columns of the labels `Seen`, `Who`, `Do`, `Why` with their gap.
const LABEL: usize = 7;
/// Different answers shown as evidence; the JSON has all.
const SEEN: usize = 4;
/// Checks named in one line.
const FEW: usize = 4;
/// Notices of a report that passes.
const BRIEF: usize = 4;
/// Characters of a quoted reply.
const REPLY: usize = 120;

/// Writes one finding. A notice says what it is and what to do; the rest of it is in the JSON.
pub(super) fn finding(page: &mut Page, report: &Report, finding: &Finding) {
    headline(page, finding, "");
    page.hang(vec![indent(BODY)], BODY, &[Span::plain(&finding.explanation)]);
    if finding.severity == Severity::Notice {
        return todo(page, finding);
    }
    seen(page, &finding.evidence);
    labelled(page, "Who", &[Span::plain(words::who(report, finding))]);
    todo(page, finding);
    labelled(page, "Why", &why(report, finding));
}

/// The notices of a report that passes, in a sentence each.
pub(super) fn brief(page: &mut Page, findings: &[Finding]) {
    for finding in findings.iter().take(BRIEF) {
        headline(page, finding, &words::decapitalize(finding.title));
    }
    if let Some(more @ 1..) = findings.len().checked_sub(BRIEF) {
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(format!("and {}", words::count(more, "more notice")))]);
    }
}

/// Severity and id, and perhaps a sentence: beside them, or below where it does not fit.
fn headline(page: &mut Page, finding: &Finding, text: &str) {
    let (word, style) = words::severity(finding.severity);
    let start = INDENT + columns(word) + 2 + columns(finding.id) + 3;
    let first = vec![indent(INDENT), Span::new(word, style), Span::plain("  "), Span::new(finding.id, Style::Strong)];
    if !text.is_empty() && page.fits(start, text) {
        return page.hang(first, BODY, &[Span::plain(format!("   {text}"))]);
    }
    page.hang(first, BODY, &[]);
    if !text.is_empty() {
        page.hang(vec![indent(BODY)], BODY, &[Span::plain(text)]);
    }
}

/// A labelled paragraph.
fn labelled(page: &mut Page, label: &str, body: &[Span]) {
    let first = vec![indent(BODY), Span::dim(pad(label, LABEL))];
    page.hang(first, BODY + LABEL, body);
}

/// What was seen: equal answers of several servers are one line.
fn seen(page: &mut Page, evidence: &[Evidence]) {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for one in evidence {
        let text = answer(one);
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, servers)) if servers.contains(&one.server) => {}
            Some((_, servers)) => servers.push(one.server.clone()),
            None => groups.push((text, vec![one.server.clone()])),
        }
    }
    let mut label = "Seen";
    for (text, servers) in groups.iter().take(SEEN) {
        let from = match servers.as_slice() {
            [given] if given == "given" => String::new(),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
            [] => String::new(),
        };
        // Who said it stays in one piece: beside the answer, or below it.
        let from = format!("   {}", from.replace(' ', "\u{a0}"));
        labelled(page, label, &[Span::plain(text), Span::dim(from)]);
        label = "";
    }
    if let Some(more @ 1..) = groups.len().checked_sub(SEEN) {
        labelled(page, label, &[Span::dim(format!("and {}", words::count(more, "other answer")))]);
    }
}

/// Question and answer as one text: `mail.example.com A 203.0.113.99`, since the type is said once.
fn answer(one: &Evidence) -> String {
    let rtype = one.asked.rsplit(' ').next().filter(|_| one.asked.contains(' '));
    match rtype.and_then(|rtype| one.answer.strip_prefix(rtype)?.strip_prefix(' ')) {
        Some(data) => format!("{} {data}", one.asked),
        None if one.answer.is_empty() => format!("{}: nothing", one.asked),
        None => format!("{}: {}", one.asked, one.answer),
    }
}

/// What to do: steps, then records ready to paste.
fn todo(page: &mut Page, finding: &Finding) {
    let steps = &finding.remedy.steps;
    let mut label = "Do";
    for step in steps {
        let first = vec![indent(BODY), Span::dim(pad(label, LABEL))];
        let mark = if steps.len() > 1 { "- " } else { "" };
        page.hang(first, BODY + LABEL + mark.len(), &[Span::plain(format!("{mark}{step}"))]);
        label = "";
    }
    for record in &finding.remedy.records {
        records(page, label, record);
        label = "";
    }
}

/// A record ready to paste: beside its label where it fits, else further left, so that it need not be broken.
fn records(page: &mut Page, label: &str, record: &str) {
    let fits = |indent: usize, lines: &[String]| lines.iter().all(|line| page.fits(indent, line));
    let room = page.width().saturating_sub(BODY + LABEL);
    let (whole, split) = (vec![record.to_owned()], continued(record, room));
    let (columns, lines) = if fits(BODY + LABEL, &whole) {
        (BODY + LABEL, whole)
    } else if fits(BODY + LABEL, &split) {
        (BODY + LABEL, split)
    } else {
        (BODY, if fits(BODY, &whole) { whole } else { split })
    };
    let mut label = label;
    if columns == BODY && !label.is_empty() {
        labelled(page, label, &[]);
        label = "";
    }
    for line in lines {
        let first = if columns == BODY { vec![indent(BODY)] } else { vec![indent(BODY), Span::dim(pad(label, LABEL))] };
        page.hang(first, columns, &[Span::new(line, Style::Notice)]);
        label = "";
    }
}

/// A record as lines that a zone file takes as they are: a long one is continued in parentheses (RFC 1035 5.1), which
/// reverse names of IPv6 addresses need at 80 columns.
fn continued(record: &str, room: usize) -> Vec<String> {
    if let Some((head, strings)) = record.split_once(" TXT \"") {
        return continued_text(head, strings, room);
    }
    match record.split_once(' ') {
        Some((owner, rest)) if !record.contains(['(', '"', ';']) => {
            vec![format!("{owner} ("), format!("{} )", rest.replace(' ', "\u{a0}"))]
        }
        _ => vec![record.to_owned()],
    }
}

/// The same for texts: readers join the strings of a TXT record without anything between them, so more and shorter ones
/// say the same. They are cut behind spaces.
fn continued_text(head: &str, strings: &str, room: usize) -> Vec<String> {
    // The quotes, and the parenthesis at the end.
    let room = room.saturating_sub(4);
    let mut lines = vec![format!("{head} TXT (").replace(' ', "\u{a0}")];
    for string in strings.strip_suffix('"').unwrap_or(strings).split("\" \"") {
        let mut line = String::new();
        for word in string.split_inclusive(' ') {
            if !line.is_empty() && columns(&line) + columns(word) > room {
                lines.push(format!("\"{}\"", std::mem::take(&mut line)));
            }
            line.push_str(word);
        }
        lines.push(format!("\"{line}\""));
    }
    if let Some(last) = lines.last_mut() {
        last.push_str(" )");
    }
    // No-break spaces keep each line in one piece.
    lines.into_iter().map(|line| line.replace(' ', "\u{a0}")).collect()
}

/// Who says that it is a defect, and what a receiver answers.
fn why(report: &Report, finding: &Finding) -> Vec<Span> {
    let authority = match finding.authority {
        Authority::Standard(text) | Authority::Provider(text) => text.to_owned(),
        Authority::Practice(text) => format!("common practice ({text})"),
    };
    let mut spans = vec![Span::plain(authority)];
    let refuses = |reaction: &&Reaction| {
        reaction.because.contains(&finding.id)
            && matches!(reaction.outcome, Outcome::Reject | Outcome::Defer)
            && reaction.reply.is_some()
    };
    if let Some(reaction) = report.receivers.iter().find(refuses)
        && let Some(reply) = &reaction.reply
    {
        spans.push(Span::plain(format!("; {} answers ", receivers::label(reaction))));
        spans.push(Span::dim(clip(reply)));
    }
    spans
}

/// The start of a text, up to a word's end.
fn clip(text: &str) -> String {
    match text.char_indices().nth(REPLY) {
        None => text.to_owned(),
        Some((at, _)) => {
            let head = text.get(..at).unwrap_or(text);
            let head = head.rsplit_once(' ').map_or(head, |(head, _)| head);
            format!("{head} …")
        }
    }
}

/// What could not be judged, by what is missing; gaps that leave an error open come first.
pub(super) fn undetermined(page: &mut Page, report: &Report) {
    let mut groups: Vec<(String, Severity, Vec<String>)> = Vec::new();
    for judged in report.judged() {
        let Judgement::Inconclusive(missing) = &judged.judgement else { continue };
        let (gap, id) = (words::gap(&missing.missing, missing.cause), judged.check.id.to_owned());
        match groups.iter_mut().find(|(known, _, _)| *known == gap) {
            // Within a gap too, errors are named first.
            Some((_, severity, ids)) if judged.severity > *severity => {
                *severity = judged.severity;
                ids.insert(0, id);
            }
            Some((_, _, ids)) => ids.push(id),
            None => groups.push((gap, judged.severity, vec![id])),
        }
    }
    if groups.is_empty() {
        return;
    }
    groups.sort_by_key(|(_, severity, _)| std::cmp::Reverse(*severity));
    page.blank();
    page.hang(vec![indent(INDENT)], INDENT, &[Span::new("undetermined", Style::Warning)]);
    for (gap, _, ids) in groups.iter().take(FEW) {
        let body = [Span::plain(format!("{gap}   ")), Span::dim(words::list(ids, FEW))];
        page.hang(vec![indent(BODY)], BODY + 2, &body);
    }
    if let Some(more @ 1..) = groups.len().checked_sub(FEW) {
        page.hang(vec![indent(BODY)], BODY, &[Span::dim(format!("and {}", words::count(more, "other gap")))]);
    }
}

/// The same in a sentence, below a report that passes: which checks, and why.
pub(super) fn not_decided(page: &mut Page, report: &Report) {
    let open = &report.coverage.inconclusive;
    let ids: Vec<_> = open.iter().map(|one| one.id.to_owned()).collect();
    let mut causes: Vec<String> = Vec::new();
    for cause in open.iter().map(|one| one.cause.to_string()) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    if ids.is_empty() {
        return;
    }
    let text = format!("not decided: {}: {}", words::list(&ids, FEW), causes.join(", "));
    page.blank();
    page.hang(vec![indent(INDENT)], BODY, &[Span::new(text, Style::Warning)]);
}

/// The last line: how far the checks got, and where to read on.
pub(super) fn coverage(page: &mut Page, report: &Report) {
    let coverage = &report.coverage;
    let mut text = format!(
        "Judged {}, not applicable {}, undetermined {}",
        coverage.judged,
        coverage.not_applicable,
        coverage.inconclusive.len()
    );
    if coverage.skipped > 0 {
        text = format!("{text}, skipped {}", coverage.skipped);
    }
    let is_open =
        |judged: &&Judged| judged.severity == Severity::Error && matches!(judged.judgement, Judgement::Inconclusive(_));
    let open = report.judged().iter().find(is_open).filter(|_| report.verdict == Verdict::Unknown);
    let open = open.map(|judged| judged.check.id);
    let id = report.findings.first().map(|finding| finding.id).filter(|_| open.is_none()).or(open);
    let hint = id.map(|id| format!("ptrust\u{a0}explain\u{a0}{id}")).unwrap_or_default();
    debug_assert!(columns(&text) < super::MIN_WIDTH, "numbers are small");
    page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(format!("{text}.   ")), Span::plain(hint)]);
}

#[cfg(test)]
mod tests {
    use super::continued;

    #[test]
    fn long_texts_go_on_in_more_strings() {
        let record =
            "example.com. 3600 IN TXT \"v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 \" \"include:a.example -all\"";
        let lines: Vec<_> = continued(record, 32).iter().map(|line| line.replace('\u{a0}', " ")).collect();
        let expected = [
            "example.com. 3600 IN TXT (",
            "\"v=spf1 ip4:192.0.2.0/24 \"",
            "\"ip4:198.51.100.0/24 \"",
            "\"include:a.example -all\" )",
        ];
        assert_eq!(lines, expected);
        let text = |lines: &[&str]| lines.concat().split('"').skip(1).step_by(2).collect::<String>();
        assert_eq!(text(&expected), text(&[record]));
    }
}

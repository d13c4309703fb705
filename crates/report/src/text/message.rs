//! The report of a message: who sent it, what authenticates its author, the way it came, and what is wrong.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, LABEL, findings, indent, words};
use crate::message::{DmarcResult, MessageBody};
use crate::{Report, Verdict};
use ptrust_checks::letter::{Authenticated, KnownBy, Signed, SpfCheck};
use ptrust_checks::{Finding, Severity, Who};
use ptrust_facts::identity::Iprev;
use ptrust_mail::dmarc::{Alignment, Determined, Policy};
use ptrust_mail::message::{ArcOutcome, CrossCheck, Hop, PassedWhy, SignatureOutcome, Why};
use ptrust_mail::spf::SpfResult;
use ptrust_names::{Name, registrable};

/// Hops that are shown; the JSON has all.
const MAX_HOPS: usize = 16;
/// Signatures that are shown; the JSON has all.
const MAX_SIGNATURES: usize = 6;
/// Seconds in a minute, an hour and a day.
const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
/// Seconds from which a delay is worth a look.
const LONG: i64 = 300;

/// Writes the report below its headline.
pub(super) fn message(page: &mut Page, report: &Report, body: &MessageBody) {
    sender(page, body);
    authentication(page, body);
    way(page, body);
    let (notices, grave): (Vec<Finding>, Vec<Finding>) =
        report.findings.iter().cloned().partition(|finding| finding.severity == Severity::Notice);
    for finding in &grave {
        page.blank();
        findings::finding(page, report, finding);
    }
    if !notices.is_empty() {
        page.blank();
        findings::brief(page, &notices);
    }
    findings::undetermined(page, report);
    page.blank();
    findings::coverage(page, report);
}

/// The verdict in one short sentence, for a message without errors and warnings.
pub(super) fn summary(report: &Report, body: &MessageBody) -> Option<String> {
    if report.verdict != Verdict::Pass {
        return None;
    }
    let author = body.header.from.first()?.domain.as_ref()?;
    let holds = |authenticated: &Authenticated| authenticated.tree_walk == Determined::Known(true);
    let dmarc = body.dmarc.as_ref()?;
    Some(match (holds(&dmarc.spf), holds(&dmarc.dkim)) {
        (true, true) => format!("SPF and DKIM speak for {author}"),
        (true, false) => format!("SPF speaks for {author}"),
        (false, true) => format!("DKIM speaks for {author}"),
        (false, false) => return None,
    })
}

/// Who must act, in plain words.
pub(super) fn who(body: &MessageBody, finding: &Finding) -> String {
    match finding.remedy.who {
        Who::DomainOwner | Who::NameOwner => {
            let first = finding.subject.split([' ', ',']).next().unwrap_or_default();
            let name = first.parse::<Name>().ok().filter(|name| name.label_count() > 1);
            let domain = name.and_then(|name| registrable(&name)).map(|found| found.domain.to_string());
            format!("whoever runs the DNS of {}", domain.unwrap_or_else(|| "the domain".into()))
        }
        Who::MailOperator => match body.sender.address {
            Some(address) => format!("whoever runs the system that sent it, {address}"),
            None => "whoever runs the system that sent it".into(),
        },
        Who::ZoneOperator | Who::AddressHolder => "the holder of the sending address".into(),
        Who::Nobody => "nobody has to act".into(),
    }
}

/// A line with a label, a word that carries the meaning, and more.
fn line(page: &mut Page, label: &str, word: (&str, Style), detail: &str) {
    let first = vec![indent(INDENT), Span::dim(pad(label, LABEL))];
    let gap = if word.0.is_empty() || detail.is_empty() { "" } else { "   " };
    page.hang(first, INDENT + LABEL, &[Span::new(word.0, word.1), Span::plain(format!("{gap}{detail}"))]);
}

/// Who wrote and who sent it.
fn sender(page: &mut Page, body: &MessageBody) {
    let from: Vec<String> = body
        .header
        .from
        .iter()
        .map(|one| match &one.name {
            Some(name) => format!("{name} <{}>", one.address),
            None => one.address.clone(),
        })
        .collect();
    line(page, "From", ("", Style::Plain), &words::list(&from, 3));
    if let Some(subject) = &body.header.subject {
        line(page, "Subject", ("", Style::Plain), subject);
    }
    let envelope = &body.sender;
    match envelope.address {
        Some(address) => {
            let helo = envelope.helo.as_ref().map(|helo| format!(", HELO {helo}")).unwrap_or_default();
            let by = envelope.address_by.map(|by| format!("   {}", known_by(by))).unwrap_or_default();
            line(page, "Sent by", ("", Style::Plain), &format!("{address}{helo}{by}"));
        }
        None => line(page, "Sent by", ("not known", Style::Warning), "no hop tells an address outside; --ip names it"),
    }
    if let Some(CrossCheck::Differs(others)) = body.boundary.sending.as_ref().map(|sending| &sending.cross_check) {
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        line(page, "", ("", Style::Plain), &format!("the receiver's own fields name {}", words::list(&others, 3)));
    }
    match (&envelope.mail_from, envelope.mail_from_by) {
        (Some(from), Some(by)) => {
            let from = if from.is_empty() { "the null sender" } else { from };
            line(page, "Envelope", ("", Style::Plain), &format!("{from}   {}", known_by(by)));
        }
        _ => line(page, "Envelope", ("not known", Style::Warning), "no Return-Path; --mail-from names the sender"),
    }
    identity(page, body);
}

/// How a value is known, in words.
const fn known_by(by: KnownBy) -> &'static str {
    match by {
        KnownBy::Given => "as you said",
        KnownBy::AuthenticationField | KnownBy::Hops(Why::ClaimOnly) => "named by an authentication field",
        KnownBy::Hops(Why::Evaluated) => "as the receiver saw it",
        KnownBy::Hops(Why::FirstOutside) => "newest hop from outside",
        KnownBy::Hops(Why::OwnRelay) => "oldest relay of the recipient",
        KnownBy::ReturnPath => "from Return-Path",
    }
}

/// The identity of the sending address in one line.
fn identity(page: &mut Page, body: &MessageBody) {
    let Some(address) = &body.address else { return };
    let confirmed = &address.identity.technical.confirmed;
    let (word, style) = match address.identity.technical.iprev {
        Some(Iprev::Pass) => ("confirmed", Style::Good),
        Some(Iprev::Fail | Iprev::PermError) => ("not confirmed", Style::Error),
        Some(Iprev::TempError) | None => ("not known", Style::Warning),
    };
    let detail = match (confirmed.first(), address.findings.first()) {
        (Some(name), None) => format!("{name} leads back to it"),
        (Some(name), Some(finding)) => format!("{name} leads back, but {}", words::decapitalize(finding.title)),
        (None, Some(finding)) => words::decapitalize(finding.title),
        (None, None) => String::new(),
    };
    line(page, "Identity", (word, style), &detail);
}

/// SPF, DKIM, DMARC, ARC and the way to leave.
fn authentication(page: &mut Page, body: &MessageBody) {
    page.blank();
    match &body.spf {
        Some(spf) => line(page, "SPF", spf_word(spf), &spf_detail(spf)),
        None => {
            line(page, "SPF", ("not known", Style::Warning), "it needs the sending address and the envelope sender");
        }
    }
    if body.dkim.is_empty() {
        line(page, "DKIM", ("none", Style::Warning), "the message is not signed");
    }
    for (at, signed) in body.dkim.iter().take(MAX_SIGNATURES).enumerate() {
        line(page, if at == 0 { "DKIM" } else { "" }, dkim_word(signed), &dkim_detail(signed));
    }
    let more = body.dkim.len().saturating_sub(MAX_SIGNATURES) + body.signatures_left_out;
    if more > 0 {
        line(page, "", ("", Style::Plain), &words::count(more, "more signature"));
    }
    match &body.dmarc {
        Some(dmarc) => self::dmarc(page, dmarc),
        None => line(page, "DMARC", ("none", Style::Warning), "From has no domain"),
    }
    if let Some(arc) = &body.arc {
        let sets = words::count(arc.sets.len(), "set");
        let (word, detail) = match &arc.outcome {
            ArcOutcome::Pass => ("pass", sets),
            ArcOutcome::Fail(why) => ("fail", format!("{sets}; {why}")),
            ArcOutcome::Unknown(why) => ("not known", format!("{sets}; {why}")),
        };
        line(page, "ARC", (word, Style::Plain), &format!("{detail}; for information"));
    }
    if !body.unsubscribe.uris.is_empty() || body.unsubscribe.post.is_some() {
        let (word, style) = if one_click(body) { ("one click", Style::Good) } else { ("no one click", Style::Notice) };
        line(page, "Unsubscribe", (word, style), &words::list(&body.unsubscribe.uris, 1));
    }
}

/// Whether one click works: the fields, and a signature that holds over them.
fn one_click(body: &MessageBody) -> bool {
    let holds = |at: &usize| body.dkim.get(*at).is_some_and(|signed| signed.verified.outcome.is_pass());
    body.unsubscribe.is_complete() && body.unsubscribe.covered_by.iter().any(holds)
}

/// The result of SPF.
const fn spf_word(spf: &SpfCheck) -> (&'static str, Style) {
    match spf.trace.result {
        SpfResult::Pass => ("pass", Style::Good),
        SpfResult::None => ("none", Style::Warning),
        SpfResult::Neutral => ("neutral", Style::Warning),
        SpfResult::SoftFail => ("softfail", Style::Warning),
        SpfResult::TempError => ("temperror", Style::Warning),
        SpfResult::Fail => ("fail", Style::Error),
        SpfResult::PermError => ("permerror", Style::Error),
    }
}

/// The domain of SPF and how it stands to the author.
fn spf_detail(spf: &SpfCheck) -> String {
    format!("{}{}", spf.domain, aligned(spf.alignment.as_ref()))
}

/// The result of a signature.
const fn dkim_word(signed: &Signed) -> (&'static str, Style) {
    let style = match signed.verified.outcome {
        SignatureOutcome::Pass => Style::Good,
        SignatureOutcome::Fail(_) => Style::Error,
        SignatureOutcome::Unknown(_) => Style::Warning,
    };
    (signed.verified.outcome.as_str(), style)
}

/// The signer, how it stands to the author, and what came of it.
fn dkim_detail(signed: &Signed) -> String {
    let signature = &signed.verified.signature;
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
    let mut text = format!("{}, selector {}", word(&signature.domain), word(&signature.selector));
    text.push_str(&aligned(signed.alignment.as_ref()));
    match &signed.verified.outcome {
        SignatureOutcome::Pass => {}
        SignatureOutcome::Fail(failure) => text = format!("{text}; {failure}"),
        SignatureOutcome::Unknown(gap) => text = format!("{text}; {gap}"),
    }
    if signed.verified.expired_since {
        text.push_str("; it has expired since");
    }
    if signed.verified.testing {
        text.push_str("; the domain is testing DKIM");
    }
    text
}

/// How a domain stands to the author's, in words.
fn aligned(alignment: Option<&Alignment>) -> String {
    let Some(alignment) = alignment else { return String::new() };
    let text = match (&alignment.tree_walk, alignment.suffix_list) {
        _ if alignment.strict => "aligned",
        (Determined::Known(true), true) => "aligned, relaxed",
        (Determined::Known(false), false) => "not aligned",
        (Determined::Known(true), false) => "aligned by RFC 9989 only",
        (Determined::Known(false), true) => "aligned by RFC 7489 only",
        (Determined::Undetermined(cause), _) => return format!(", alignment not known: {cause}"),
    };
    format!(", {text}")
}

/// DMARC by both standards.
fn dmarc(page: &mut Page, dmarc: &DmarcResult) {
    let (new, old) = (&dmarc.authenticated.tree_walk, &dmarc.authenticated.suffix_list);
    let word = |result: &Determined<bool>, policy: &Determined<Option<Policy>>| match (result, policy) {
        (Determined::Known(true), _) => ("pass", Style::Good),
        (Determined::Known(false), Determined::Known(None)) => ("none", Style::Warning),
        (Determined::Known(false), _) => ("fail", Style::Error),
        (Determined::Undetermined(_), _) => ("not known", Style::Warning),
    };
    let policy = |policy: &Determined<Option<Policy>>| match policy {
        Determined::Known(Some(Policy::None)) => "the domain asks for p=none".to_owned(),
        Determined::Known(Some(Policy::Quarantine)) => "the domain asks for p=quarantine".to_owned(),
        Determined::Known(Some(Policy::Reject)) => "the domain asks for p=reject".to_owned(),
        Determined::Known(None) => "the domain has no policy".to_owned(),
        Determined::Undetermined(cause) => format!("the policy is not known: {cause}"),
    };
    if new == old && dmarc.policy == dmarc.policy_old {
        return line(page, "DMARC", word(new, &dmarc.policy), &policy(&dmarc.policy));
    }
    line(page, "DMARC", word(new, &dmarc.policy), &format!("{}, by RFC 9989", policy(&dmarc.policy)));
    line(page, "", word(old, &dmarc.policy_old), &format!("{}, by RFC 7489", policy(&dmarc.policy_old)));
}

/// The hops, the oldest first.
fn way(page: &mut Page, body: &MessageBody) {
    if body.hops.is_empty() {
        return;
    }
    page.blank();
    let total = body.hops.first().and_then(|hop| hop.time).zip(body.hops.last().and_then(|hop| hop.time));
    let total = total.map(|(first, last)| last.as_second() - first.as_second()).filter(|total| *total > 0);
    let total = total.map(|total| format!(", {} in all", duration(total))).unwrap_or_default();
    let start = body.hops.first().and_then(|hop| hop.time).map(|time| format!("   from {time}")).unwrap_or_default();
    page.hang(vec![indent(INDENT)], INDENT, &[Span::new("The way", Style::Strong), Span::dim(start), Span::dim(total)]);
    let left_out = body.hops.len().saturating_sub(MAX_HOPS);
    if left_out > 0 {
        let text = format!("{}; --format json has all", words::count(left_out, "older hop"));
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    }
    let mut arrived = left_out.checked_sub(1).and_then(|at| body.hops.get(at)?.delay);
    for (at, hop) in body.hops.iter().enumerate().skip(left_out) {
        row(page, body, at, hop, arrived);
        arrived = hop.delay;
    }
}

/// One hop. `arrived` is how many seconds after the hop before it.
fn row(page: &mut Page, body: &MessageBody, at: usize, hop: &Hop, arrived: Option<i64>) {
    let number = pad(&(at + 1).to_string(), 3);
    let (delay, style) = match arrived {
        None => (String::new(), Style::Dim),
        Some(seconds) if seconds < 0 => (format!("-{}", duration(-seconds)), Style::Warning),
        Some(seconds) => (format!("+{}", duration(seconds)), if seconds >= LONG { Style::Warning } else { Style::Dim }),
    };
    let client = match (hop.reverse.name().or(hop.helo.as_deref()), hop.address) {
        (Some(name), Some(address)) => format!("{name} ({address})"),
        (Some(name), None) => name.to_owned(),
        (None, Some(address)) => address.to_string(),
        (None, None) => String::new(),
    };
    let by = hop.by.as_deref().unwrap_or("an unnamed host");
    let protocol = hop.protocol.as_ref().map(|protocol| format!("   {protocol}")).unwrap_or_default();
    let sending = body.boundary.sending.as_ref().and_then(|sending| sending.hop) == Some(at);
    let mark = if sending { Some("from here on the recipient's side") } else { passed(body, at) };
    let hosts = if client.is_empty() { by.to_owned() } else { format!("{client} to {by}") };
    let mut spans = vec![Span::plain(hosts), Span::dim(protocol)];
    if let Some(mark) = mark {
        // A mark stays in one piece: beside the hop, or below it.
        let style = if sending { Style::Notice } else { Style::Dim };
        spans.push(Span::new(format!("   {}", mark.replace(' ', "\u{a0}")), style));
    }
    let delay = pad(&delay, 9);
    let indentation = INDENT + columns(&number) + columns(&delay);
    page.hang(vec![indent(INDENT), Span::dim(number), Span::new(delay, style)], indentation, &spans);
}

/// Why a hop was passed on the way to the sending address.
fn passed(body: &MessageBody, at: usize) -> Option<&'static str> {
    let passed = body.boundary.passed.iter().find(|passed| passed.hop == at)?;
    Some(match passed.why {
        PassedWhy::NoAddress => "handed over locally",
        PassedWhy::NotPublic => "a private address",
        PassedWhy::OwnOrganization => "the recipient's own",
        PassedWhy::Submission => "submitted by a user",
    })
}

/// Seconds for a reader: `3 s`, `4 min 10 s`, `2 h`.
fn duration(seconds: i64) -> String {
    for (unit, word) in UNITS {
        if seconds >= unit {
            let (whole, rest) = (seconds / unit, seconds % unit);
            return match (word, rest) {
                (_, 0) => format!("{whole} {word}"),
                ("min", rest) => format!("{whole} min {rest} s"),
                ("h", rest) => format!("{whole} h {} min", rest / 60),
                (_, rest) => format!("{whole} d {} h", rest / 3_600),
            };
        }
    }
    format!("{seconds} s")
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_two_units_at_most() {
        let cases =
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (250, "4 min 10 s"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h")];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
    }
}

//! The report of a domain: what was found by family, what is wrong by weight, the pool, and what receivers make of it.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, LABEL, findings, indent, mail, spf, words};
use crate::{DomainBody, PoolAddress, Report, Verdict};
use ptrust_checks::risk::{Met, RiskLevel};
use ptrust_checks::{Finding, Severity, Who};
use ptrust_names::{Name, registrable};

/// Rows of the pool that are shown; the JSON has all.
const MAX_ROWS: usize = 12;

/// Writes the report below its headline.
pub(super) fn domain(page: &mut Page, report: &Report, body: &DomainBody) {
    mail::lines(page, body);
    // Who looks at SPF alone wants to see the records; in the report of everything a line has to do.
    let alone = report.judged().iter().all(|judged| judged.check.id.starts_with("spf-"));
    if let Some(spf) = body.mail.spf.as_ref().filter(|_| alone) {
        page.blank();
        spf::survey(page, spf);
    }
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
    let looked = |family: &str| report.judged().iter().any(|judged| judged.check.id.starts_with(family));
    if looked("pool-") {
        pool(page, body);
    }
    page.blank();
    // A number of a few families says nothing of the domain.
    if !body.risk.is_empty() {
        risk(page, body);
        score(page, body);
    }
    findings::coverage(page, report);
}

/// The verdict in one short sentence.
pub(super) fn summary(report: &Report) -> String {
    let more = |count: usize, noun: &str| match count {
        0 => String::new(),
        1 => format!(", and one more {noun}"),
        _ => format!(", and {count} more {noun}s"),
    };
    let first = report.findings.first();
    match (report.verdict, first) {
        (Verdict::Fail, Some(first)) => {
            format!("{}{}", words::decapitalize(first.title), more(report.count(Severity::Error) - 1, "error"))
        }
        (Verdict::Warn, Some(first)) => {
            format!("{}{}", words::decapitalize(first.title), more(report.count(Severity::Warning) - 1, "warning"))
        }
        (Verdict::Unknown, _) => match report.coverage.inconclusive.as_slice() {
            [one, rest @ ..] => {
                format!("not known: {}{}", words::gap(&one.missing, one.cause), more(rest.len(), "gap"))
            }
            [] => "not known".into(),
        },
        _ => "nothing is wrong with what was looked at".into(),
    }
}

/// Who must act, in plain words.
pub(super) fn who(report: &Report, finding: &Finding) -> String {
    match finding.remedy.who {
        Who::DomainOwner | Who::NameOwner => format!("whoever runs the DNS of {}", zone(report, finding)),
        Who::MailOperator => format!("whoever runs the mail server {}", server(report, finding)),
        Who::ZoneOperator if finding.id.starts_with("pool-") => "whoever the check of each address names".into(),
        Who::ZoneOperator => format!("whoever runs the name servers of {}", report.subject.value),
        Who::AddressHolder => "the holder of the addresses".into(),
        Who::Nobody => "nobody has to act".into(),
    }
}

/// The domain in which a record has to change: that of the name the finding is about, else the one audited.
fn zone(report: &Report, finding: &Finding) -> String {
    let first = finding.subject.split([' ', ',']).next().unwrap_or_default();
    // A URL reads as a name too, and who runs its host may be somebody else.
    let first = if first.contains('/') { "" } else { first };
    let name = first.parse::<Name>().ok().filter(|name| name.label_count() > 1);
    let domain = name.and_then(|name| registrable(&name)).map(|found| found.domain.to_string());
    domain.unwrap_or_else(|| report.subject.value.clone())
}

/// The server that a finding is about.
fn server(report: &Report, finding: &Finding) -> String {
    if finding.subject.is_empty() { report.subject.value.clone() } else { finding.subject.clone() }
}

/// The addresses of the pool: those that send and are not confirmed first.
fn pool(page: &mut Page, body: &DomainBody) {
    if body.addresses.is_empty() {
        return;
    }
    page.blank();
    page.hang(vec![indent(INDENT)], INDENT, &[Span::new("The pool", Style::Strong), Span::dim(numbers(body))]);
    // Addresses of a range that nothing was seen of are told with their range.
    let told = |one: &&PoolAddress| one.sends() || !one.hosts.is_empty();
    let mut rows: Vec<&PoolAddress> = body.addresses.iter().filter(told).collect();
    rows.sort_by_key(|one| (!one.sends(), one.verdict, one.address));
    let shown: Vec<_> = rows.iter().take(MAX_ROWS).collect();
    let wide = shown.iter().map(|one| columns(&one.address.to_string())).max().unwrap_or(0) + 2;
    for one in &shown {
        row(page, one, wide);
    }
    if let Some(more @ 1..) = rows.len().checked_sub(MAX_ROWS) {
        let text = format!("{}; --format json has all", words::count(more, "more address"));
        page.hang(vec![indent(INDENT)], INDENT, &[Span::dim(text)]);
    }
    for range in body.pool.ranges.iter().filter(|range| range.range.prefix_len() < range.range.max_prefix_len()) {
        let within = body.addresses.iter().filter(|one| range.range.contains(&one.address));
        let confirmed =
            within.filter(|one| one.identity.as_ref().is_some_and(crate::IdentityReport::confirmed)).count();
        let spread = if range.sampled { ", spread evenly" } else { "" };
        let what = match range.shared {
            Some(service) => format!("{service}: shared, its identity is the provider's duty"),
            None => {
                format!("{} examined{spread}: {confirmed} confirmed", words::count(range.examined, "address"))
            }
        };
        let unseen = if range.seen == Some(0) { "; never seen sending" } else { "" };
        let first = vec![indent(INDENT), Span::plain(pad(&range.range.to_string(), wide)), Span::dim("  ")];
        page.hang(first, INDENT + wide, &[Span::dim(format!("{what}{unseen}"))]);
    }
}

/// The pool in numbers.
fn numbers(body: &DomainBody) -> String {
    let pool = &body.pool;
    let mut text = match pool.sending {
        0 => "   no address is known to send".to_owned(),
        all => format!("   {} of {all} sending addresses confirmed", pool.confirmed),
    };
    if pool.undetermined > 0 {
        text = format!("{text}, {} not known", pool.undetermined);
    }
    if pool.skipped > 0 {
        text = format!("{text}; {} left out", words::count(pool.skipped, "private address"));
    }
    text
}

/// One address.
fn row(page: &mut Page, one: &PoolAddress, wide: usize) {
    let (word, style) = match one.verdict {
        Some(verdict) => (verdict.as_str().to_uppercase(), words::verdict_style(verdict)),
        None => ("-".into(), Style::Dim),
    };
    let name = match &one.identity {
        Some(identity) => match (identity.technical.confirmed.first(), one.findings.first()) {
            (Some(name), None) => name.to_string(),
            (_, Some(finding)) => words::decapitalize(finding.title),
            (None, None) => identity.technical.ptr.first().map(ToString::to_string).unwrap_or_default(),
        },
        None => one.shared.map(|service| format!("shared: {service}")).unwrap_or_default(),
    };
    let sources: Vec<&str> = one.sources.iter().map(|source| source.as_str()).collect();
    let first = vec![indent(INDENT), Span::plain(pad(&one.address.to_string(), wide)), Span::new(pad(&word, 9), style)];
    // The sources stay in one piece: beside the name, or below it.
    let sources = format!("   {}", sources.join(", ").replace(' ', "\u{a0}"));
    page.hang(first, INDENT + wide + 9, &[Span::plain(name), Span::dim(sources)]);
}

/// The risk at each receiver, gravest first, with its first reason.
fn risk(page: &mut Page, body: &DomainBody) {
    let mut risks: Vec<_> = body.risk.iter().collect();
    risks.sort_by_key(|risk| std::cmp::Reverse(risk.level));
    let mut label = "Receivers";
    for risk in risks {
        let style = match risk.level {
            RiskLevel::Low => Style::Good,
            RiskLevel::Medium => Style::Warning,
            RiskLevel::High | RiskLevel::Blocking => Style::Error,
        };
        let judged = risk.requirements.iter().filter(|one| matches!(one.met, Met::Yes | Met::No));
        let met = judged.clone().filter(|one| one.met == Met::Yes).count();
        let counts = format!("{met} of {} met", judged.count());
        let open = if risk.open { ", more not known" } else { "" };
        let why = match risk.because.as_slice() {
            [] => String::new(),
            [one] => format!("; {one}"),
            [one, rest @ ..] => format!("; {one}, and {} more", rest.len()),
        };
        let first = vec![
            indent(INDENT),
            Span::dim(pad(label, LABEL)),
            Span::plain(pad(risk.name, 22)),
            Span::new(pad(risk.level.as_str(), 9), style),
        ];
        page.hang(first, INDENT + LABEL, &[Span::dim(format!(" {counts}{open}")), Span::plain(why)]);
        label = "";
    }
}

/// The score with its coverage.
fn score(page: &mut Page, body: &DomainBody) {
    let Some(value) = body.score.value else { return };
    let lost = body.score.parts.iter().filter(|part| part.earned.is_some_and(|earned| earned < part.points));
    let lost: Vec<String> =
        lost.map(|part| format!("{} {}/{}", part.id, part.earned.unwrap_or(0), part.points)).collect();
    let first =
        vec![indent(INDENT), Span::dim(pad("Score", LABEL)), Span::new(format!("{value} of 100"), Style::Strong)];
    let detail = if lost.is_empty() { String::new() } else { format!("   {}", lost.join(", ")) };
    let coverage = format!("; {} % of the checks judged", body.score.coverage);
    page.hang(first, INDENT + LABEL, &[Span::plain(detail), Span::dim(coverage)]);
}

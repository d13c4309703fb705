//! Sentences of the text output: what the report says, in words.

use super::style::Style;
use super::{domain, message};
use crate::markup::free;
use crate::{AddressBody, Body, Report, Verdict, views};
use ptrust_checks::remedy;
use ptrust_checks::{Finding, Severity, Who};
use ptrust_facts::identity::{AddressScope, Delegation, Doubt, Forward, ForwardName, Names};
use ptrust_facts::{Facts, Owner, Role};
use ptrust_knowledge::registries;
use ptrust_names::{Cause, Name, Observed, registrable};

/// The verdict in one short sentence without a full stop: `the PTR name leads to another address`.
pub fn summary(report: &Report) -> String {
    let Some(body) = report.address() else {
        let message = report.message().and_then(|body| message::summary(report, body));
        return message.unwrap_or_else(|| domain::summary(report));
    };
    let errors = report.count(Severity::Error);
    match (report.verdict, report.findings.first()) {
        (Verdict::Fail, Some(first)) => match errors {
            0 | 1 => decapitalize(first.title),
            2 => format!("{}, and one more error", decapitalize(first.title)),
            _ => format!("{}, and {} more errors", decapitalize(first.title), errors - 1),
        },
        (Verdict::Unknown, _) => unknown(report, body),
        (Verdict::Warn, Some(first)) => match leads_back(body) {
            Some(name) => format!("{name} back, but {}", decapitalize(first.title)),
            None => decapitalize(first.title),
        },
        _ => match leads_back(body) {
            Some(name) => format!("{name} back to the address"),
            None if report.findings.is_empty() && !unconfirmed(&body.source) => {
                "nothing found by the selected checks".into()
            }
            None => "no error among the selected checks".into(),
        },
    }
}

/// Whether a layer is broken or open, which the selected checks did not look at.
fn unconfirmed(facts: &Facts) -> bool {
    let identity = facts.identity();
    let missing = matches!(identity.names, Names::Missing { .. } | Names::AliasConflict(_) | Names::Undetermined(_));
    let delegated = matches!(identity.delegation, Delegation::Delegated { .. } | Delegation::NotJudged);
    !delegated || missing || !matches!(identity.forward, Forward::NotApplicable | Forward::Confirmed { .. })
}

/// `NAME leads`: the first confirmed name, with the number of others.
fn leads_back(body: &AddressBody) -> Option<String> {
    let confirmed = &body.identity.technical.confirmed;
    let first = confirmed.first().filter(|_| body.identity.confirmed())?;
    Some(match confirmed.len() {
        1 => format!("{first} leads"),
        more => format!("{first} (and {} more) lead", more - 1),
    })
}

/// Why the verdict is unknown.
fn unknown(report: &Report, body: &AddressBody) -> String {
    let facts = &body.source;
    let identity = facts.identity();
    if let Names::Undetermined(cause) = &identity.names {
        return match denials(facts) {
            Some((deny, all)) => {
                let verb = if deny == 1 { "denies" } else { "deny" };
                format!("{deny} of {all} servers {verb} that it has a name, the rest cannot say: {cause}")
            }
            None => format!("nobody could say what its name is: {cause}"),
        };
    }
    if let Forward::Undetermined(cause) = identity.forward {
        let open = |name: &&ptrust_facts::identity::PtrName| matches!(name.forward, ForwardName::Undetermined(_));
        let name = identity.names.list().iter().find(open).map_or_else(String::new, |name| name.name.to_string());
        return format!("nobody could say where {name} leads: {cause}");
    }
    let mut open = report.judged().iter().filter(|judged| judged.severity == Severity::Error);
    let missing = open.find_map(|judged| match &judged.judgement {
        ptrust_checks::Judgement::Inconclusive(missing) => Some(missing),
        _ => None,
    });
    match (leads_back(body), &identity.delegation, missing) {
        (Some(name), Delegation::Undetermined { doubt: Some(doubt), .. }, _) => {
            let zone = views::deciding_cut(facts).map(|cut| cut.zone.to_string());
            let zone = zone.unwrap_or_else(|| "its reverse zone".into());
            format!("{name} back, but {}", doubted(&zone, *doubt))
        }
        (Some(name), _, Some(one)) => format!("{name} back, but this is open: {}", gap(&one.missing, one.cause)),
        (None, _, Some(one)) => format!("not known: {}", gap(&one.missing, one.cause)),
        _ => "no view of the name is left in this run".into(),
    }
}

/// What the walk found, although a resolver has the PTR.
fn doubted(zone: &str, doubt: Doubt) -> String {
    match doubt {
        Doubt::Unreachable => format!("{zone} could not be reached from here"),
        Doubt::Lame => format!("no server serves {zone} as seen from here"),
        Doubt::Unresolvable => format!("no server of {zone} has a usable address as seen from here"),
        Doubt::ClasslessBroken => format!("the alias in {zone} leads nowhere as seen from here"),
        Doubt::Missing => format!("{zone} denies the PTR as seen from here"),
    }
}

/// How many servers of the last zone deny the name, of how many that were asked; `None` where none does.
fn denials(facts: &Facts) -> Option<(usize, usize)> {
    let cut = views::ptr_walk(facts)?.last().deepest()?;
    let answers: Vec<_> = cut.authoritative().filter_map(|server| server.answer.as_ref()).collect();
    let deny = answers.iter().filter(|answer| matches!(answer, Observed::Absent(_))).count();
    (deny > 0).then_some((deny, answers.len()))
}

/// What is missing and why: a question that is open (`why …`) has no cause of its own.
pub(crate) fn gap(missing: &str, cause: Cause) -> String {
    if missing.starts_with("why ") { missing.to_owned() } else { format!("{missing}, {cause}") }
}

/// A title inside a sentence: its first letter small, unless it starts an abbreviation.
pub(crate) fn decapitalize(title: &str) -> String {
    let mut chars = title.chars();
    let first = chars.next();
    match (first, chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => title.to_owned(),
    }
}

/// `1 server`, `2 servers`, `2 addresses`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = match noun {
        _ if number == 1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{number} {noun}{plural}")
}

/// Some things in a sentence: the first few, and how many more.
pub(crate) fn list(items: &[String], few: usize) -> String {
    let shown = items.get(..items.len().min(few)).unwrap_or_default();
    match (items.len(), items.len() - shown.len()) {
        (_, 1..) => format!("{} and {} more", shown.join(", "), items.len() - shown.len()),
        (2.., _) => {
            let (last, head) = shown.split_last().map_or(("", shown), |(last, head)| (last.as_str(), head));
            format!("{} and {last}", head.join(", "))
        }
        _ => shown.concat(),
    }
}

/// The name of a registry for readers.
pub(crate) fn registry(id: &str) -> String {
    registries::registry(id).map_or_else(|| id.to_owned(), |registry| registry.name.clone())
}

/// The holder for readers, when registration data were seen.
pub(crate) fn holder(facts: &Facts) -> Option<String> {
    let owner = facts.owner();
    let owner = *owner.present()?;
    owner.holder.as_deref().or(owner.block_name.as_deref()).map(free)
}

/// The holder with registry, provider and block.
pub(crate) fn holder_line(owner: &Owner, provider: Option<&str>) -> String {
    let name = owner.holder.as_deref().or(owner.block_name.as_deref());
    let mut text = name.map_or_else(|| "unnamed".into(), free);
    if let Some(id) = &owner.registry {
        text = format!("{text} ({})", registry(id));
    }
    if let Some(provider) = provider.filter(|provider| !text.contains(*provider)) {
        text = format!("{text}, {provider}");
    }
    if let Some(block) = owner.blocks.first() {
        text = format!("{text}, {block}");
    }
    text
}

/// Who must act, in plain words, with the party's name where it is known.
pub(crate) fn who(report: &Report, finding: &Finding) -> String {
    match &report.body {
        Body::Address(body) => who_of(body, finding),
        Body::Domain(_) => domain::who(report, finding),
        Body::Message(body) => message::who(body, finding),
    }
}

/// Who must act about an address.
pub(super) fn who_of(body: &AddressBody, finding: &Finding) -> String {
    let facts = &body.source;
    match finding.remedy.who {
        Who::AddressHolder => above_holder(facts).unwrap_or_else(|| match holder(facts) {
            Some(holder) => format!("{holder}, which holds the address{}", at_registry(facts)),
            None => format!("the registered holder of the address block{}", at_registry(facts)),
        }),
        Who::ZoneOperator => zone_operator(body, finding),
        Who::DomainOwner => "whoever runs the DNS of the domain".into(),
        Who::NameOwner => format!("whoever runs the DNS of {}", name_zone(body, finding)),
        Who::MailOperator => format!("whoever runs the mail server at {}", facts.target.address),
        Who::Nobody => "nobody has to act".into(),
    }
}

/// Who changes a broken cut that is not the holder's to register: a registry's own zone, or one that another zone of
/// the holder, or of whoever it was passed on to, delegates.
fn above_holder(facts: &Facts) -> Option<String> {
    let cut = views::deciding_cut(facts).filter(|_| facts.identity().delegation.is_error())?;
    let walk = views::ptr_walk(facts)?;
    let place = walk.cuts.iter().position(|one| one.zone == cut.zone)?;
    let parent = walk.cuts.get(place.checked_sub(1)?)?;
    let missing = matches!(facts.identity().delegation, Delegation::Missing { .. });
    match (cut.role, parent.role) {
        // A registry that denies a name does its duty: the holder has not registered servers.
        (role, _) if role < Role::Holder => (!missing).then(|| format!("whoever runs {}", cut.zone)),
        (_, role) if role >= Role::Holder => Some(format!("whoever runs {}", parent.zone)),
        _ => None,
    }
}

/// Who runs the reverse zone that a finding is about. The holder is named for the holder's own zone only: one below it
/// was passed on.
fn zone_operator(body: &AddressBody, finding: &Finding) -> String {
    let facts = &body.source;
    let own = views::deciding_cut(facts).map(|cut| &cut.zone);
    let own = own.or(body.identity.administrative.zone.as_ref());
    let walk = views::ptr_walk(facts);
    let cuts = walk.into_iter().flat_map(|walk| walk.cuts.iter().chain(&walk.last().cuts));
    let subject = finding.subject.parse::<Name>().ok();
    let named = cuts.map(|cut| &cut.zone).find(|zone| Some(*zone) == subject.as_ref());
    let last = walk.and_then(|walk| Some(&walk.last().deepest()?.zone));
    let Some(zone) = named.or(last).or(own) else {
        return match holder(facts) {
            Some(holder) => format!("whoever runs the reverse zone: {holder}, unless it passed the zone on"),
            None => "whoever runs the reverse zone of the address".into(),
        };
    };
    match (remedy::provider(facts), holder(facts)) {
        (Some(provider), _) if own == Some(zone) => {
            format!("whoever runs {zone}: {}, or you in its console", provider.name)
        }
        (None, Some(holder)) if own == Some(zone) => {
            format!("whoever runs {zone}: {holder}, unless it passed the zone on")
        }
        _ => format!("whoever runs {zone}"),
    }
}

/// Where a delegation is registered.
fn at_registry(facts: &Facts) -> String {
    let owner = facts.owner();
    let by_rdap = owner.present().and_then(|owner| owner.registry.as_deref());
    let by_table = || registries::block(facts.target.address).map(|block| block.registry.as_str());
    match by_rdap.or_else(by_table) {
        Some(id) if facts.identity().scope == AddressScope::Public => {
            format!(", at {}", registry(id))
        }
        _ => String::new(),
    }
}

/// The domain of the name that a finding is about.
fn name_zone(body: &AddressBody, finding: &Finding) -> String {
    let first = finding.subject.split([' ', ',']).next().unwrap_or_default();
    let is_address = first.parse::<std::net::IpAddr>().is_ok();
    let name = first.parse::<Name>().ok().filter(|name| !is_address && name.label_count() > 1);
    let name = name.or_else(|| body.identity.technical.ptr.first().cloned());
    match name {
        Some(name) => registrable(&name).map_or(name, |found| found.domain).to_string(),
        None => "the PTR name".into(),
    }
}

/// The style of a verdict.
pub(crate) const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Fail => Style::Error,
        Verdict::Unknown | Verdict::Warn => Style::Warning,
        Verdict::Pass => Style::Good,
    }
}

/// The word and the style of a severity.
pub(crate) const fn severity(severity: Severity) -> (&'static str, Style) {
    match severity {
        Severity::Error => ("error", Style::Error),
        Severity::Warning => ("warning", Style::Warning),
        Severity::Notice => ("notice", Style::Notice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_join() {
        let items = |n: usize| (1..=n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(list(&items(0), 3), "");
        assert_eq!(list(&items(1), 3), "1");
        assert_eq!(list(&items(3), 3), "1, 2 and 3");
        assert_eq!(list(&items(5), 3), "1, 2, 3 and 2 more");
        assert_eq!(decapitalize("The name"), "the name");
        assert_eq!(decapitalize("DNSSEC fails"), "DNSSEC fails");
    }
}

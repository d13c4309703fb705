//! The layer lines: administrative, technical, holder.

use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::technical::{extra, technical};
use super::{INDENT, LABEL, indent, words};
use crate::views;
use ptrust_checks::remedy;
use ptrust_facts::identity::{AddressScope, ClasslessDefect, Delegation, Doubt, View};
use ptrust_facts::{Cut, Facts, ZoneState};
use ptrust_names::{Cause, Observed};

/// One layer: its word, how the word looks, and what there is to say.
pub(super) struct Layer {
    word: &'static str,
    style: Style,
    detail: String,
    more: Option<String>,
}

impl Layer {
    /// A layer that is sound.
    pub(super) fn good(word: &'static str, detail: impl Into<String>) -> Self {
        Self { word, style: Style::Good, detail: detail.into(), more: None }
    }

    /// A layer that is broken.
    pub(super) fn bad(word: &'static str, detail: impl Into<String>) -> Self {
        Self { word, style: Style::Error, detail: detail.into(), more: None }
    }

    /// A layer that nobody could see.
    pub(super) fn open(word: &'static str, detail: impl Into<String>) -> Self {
        Self { word, style: Style::Warning, detail: detail.into(), more: None }
    }

    /// With a second line.
    fn and(self, more: Option<String>) -> Self {
        Self { more, ..self }
    }
}

/// Writes the layer lines.
pub(super) fn layers(page: &mut Page, facts: &Facts) {
    let identity = facts.identity();
    match identity.scope {
        AddressScope::Public => {}
        AddressScope::SpecialUse(special) => {
            let text =
                format!("{} ({}), {}: no public reverse name is possible", special.name, special.prefix, special.rfc);
            return label(page, "Address", Style::Plain, &text);
        }
        AddressScope::Unallocated => {
            return label(page, "Address", Style::Plain, "no registry was given this block, so nobody may use it");
        }
    }
    let administrative = administrative(facts);
    let technical = technical(facts);
    let wide = columns(administrative.word).max(columns(technical.word)) + 3;
    for (name, layer) in [("Administrative", administrative), ("Technical", technical)] {
        let first = vec![indent(INDENT), Span::dim(pad(name, LABEL)), Span::new(pad(layer.word, wide), layer.style)];
        page.hang(first, INDENT + LABEL + wide, &[Span::plain(layer.detail)]);
        if let Some(more) = layer.more {
            let first = vec![indent(INDENT), Span::dim(pad("", LABEL + wide))];
            page.hang(first, INDENT + LABEL + wide, &[Span::plain(more)]);
        }
    }
    let names = extra(facts);
    if !names.is_empty() {
        let first = vec![indent(INDENT), Span::dim(pad("", LABEL + wide))];
        page.hang(first, INDENT + LABEL + wide, &[Span::plain(names.join("; "))]);
    }
    holder(page, facts);
}

/// A line with a label and no word.
fn label(page: &mut Page, name: &str, style: Style, text: &str) {
    let first = vec![indent(INDENT), Span::dim(pad(name, LABEL))];
    page.hang(first, INDENT + LABEL, &[Span::new(text, style)]);
}

/// The holder line; left out when nobody was asked.
fn holder(page: &mut Page, facts: &Facts) {
    match facts.owner() {
        Observed::Present(owner) => {
            let provider = remedy::provider(facts).map(|provider| provider.name.as_str());
            label(page, "Holder", Style::Plain, &words::holder_line(owner, provider));
        }
        Observed::Absent(_) => label(page, "Holder", Style::Plain, "no registration found"),
        Observed::Unknown(Cause::NotAsked) => {}
        Observed::Unknown(cause) => {
            label(page, "Holder", Style::Plain, &format!("not known (RDAP: {cause})"));
        }
    }
}

/// The administrative layer.
fn administrative(facts: &Facts) -> Layer {
    let identity = facts.identity();
    let cut = views::deciding_cut(facts);
    match &identity.delegation {
        Delegation::Delegated { zone: Some(zone) } => match cut {
            // The walk may know the zone where only the resolver knows the PTR.
            Some(cut) if identity.view == View::Authoritative || cut.state() == ZoneState::Answers => {
                Layer::good("delegated", format!("{zone}, {}", agreement(cut))).and(alias(facts))
            }
            _ => Layer::good("delegated", format!("{zone}, as the resolver says")),
        },
        Delegation::Delegated { zone: None } => {
            Layer::good("delegated", "a resolver has the PTR; the zone is not known")
        }
        Delegation::Missing { zone } => Layer::bad(
            "not delegated",
            format!("{zone} is the last zone on the path; it hands nothing on to the holder"),
        ),
        Delegation::Lame { zone } => Layer::bad("lame", format!("{zone}: {}", unanswered(cut, "serves the zone"))),
        Delegation::Unreachable { zone } => {
            Layer::bad("unreachable", format!("{zone}: {}", unanswered(cut, "answers")))
        }
        Delegation::Unresolvable { zone } => {
            Layer::bad("unresolvable", format!("{zone}: {}", unanswered(cut, "has a usable address")))
        }
        Delegation::ParentsDiffer { zone } => {
            Layer::bad("disputed", format!("some servers of the parent hand {zone} on, others do not"))
        }
        Delegation::ZoneAlias { zone, target } => {
            Layer::bad("not delegated", format!("{zone} is an alias of {target} instead of a zone"))
        }
        Delegation::ClasslessBroken { target, defect } => {
            Layer::bad("classless broken", format!("the alias {target}: {}", classless(*defect)))
        }
        Delegation::Bogus => Layer::bad("bogus", "the DNSSEC chain of trust to the PTR is broken"),
        Delegation::Undetermined { cause, doubt: None } => match cut {
            Some(cut) => Layer::open("undetermined", format!("{}: {cause}", cut.zone)),
            None => Layer::open("undetermined", cause.to_string()),
        },
        Delegation::Undetermined { doubt: Some(doubt), .. } => Layer::open(
            "undetermined",
            format!("{} from here, yet a resolver has the PTR: access list, geography or cache", doubt_text(*doubt)),
        ),
        Delegation::NotJudged => Layer::open("not judged", "no public address"),
    }
}

/// Where an alias leads (RFC 2317), with the servers that hold the PTR.
fn alias(facts: &Facts) -> Option<String> {
    let walk = views::ptr_walk(facts).filter(|walk| walk.alias.is_some())?;
    let target = &walk.last().question.name;
    let text = match views::holding_cut(facts) {
        Some(cut) if walk.deepest().is_none_or(|own| own.zone != cut.zone) => {
            format!("alias to {target} in {}, {}", cut.zone, agreement(cut))
        }
        _ => format!("alias to {target}"),
    };
    Some(text)
}

/// How many servers of a sound zone answer, and whether they say the same.
fn agreement(cut: &Cut) -> String {
    let total = cut.servers.len();
    let good: Vec<_> = cut.authoritative().collect();
    if good.len() < total {
        return format!("{} of {} answer for it", good.len(), words::count(total, "server address"));
    }
    let failing = good.iter().filter(|server| matches!(server.answer, Some(Observed::Unknown(_)))).count();
    if failing > 0 && failing == good.len() {
        return format!("{}, but no answer to the question for the PTR", words::count(total, "server address"));
    }
    if failing > 0 {
        let fail = if failing == 1 { "fails" } else { "fail" };
        return format!("{failing} of {} {fail} to answer for the PTR", words::count(total, "server address"));
    }
    let set = |observed: &Observed<ptrust_names::Records>| {
        observed.present().map(|records| records.canonical().into_iter().cloned().collect::<Vec<_>>())
    };
    let mut answers = good.iter().filter_map(|server| server.answer.as_ref()).map(set);
    let first = answers.next();
    let names = views::servers(cut).len();
    match (names, answers.all(|answer| Some(&answer) == first.as_ref())) {
        (1, _) => "1 server".into(),
        (_, true) => format!("{} agree", words::count(names, "server")),
        (_, false) => format!("{} that do not agree", words::count(names, "server")),
    }
}

/// That no server does something.
fn unanswered(cut: Option<&Cut>, does: &str) -> String {
    match cut.map(|cut| views::servers(cut).len()) {
        Some(1) => format!("its only server is not one that {does}"),
        Some(number) => format!("none of its {number} servers {does}"),
        None => format!("no server {does}"),
    }
}

/// What is wrong with an alias target.
const fn classless(defect: ClasslessDefect) -> &'static str {
    match defect {
        ClasslessDefect::Lame => "the servers of its zone do not serve it",
        ClasslessDefect::Unreachable => "no server of its zone answers",
        ClasslessDefect::Unresolvable => "no server of its zone has an address",
        ClasslessDefect::Loop => "aliases loop or are too many",
        ClasslessDefect::NoZone => "the zone that should hold it does not exist",
    }
}

/// What was found, against a resolver's word.
pub(super) const fn doubt_text(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Lame => "lame",
        Doubt::Unreachable => "unreachable",
        Doubt::Unresolvable => "unresolvable",
        Doubt::ClasslessBroken => "a broken alias",
        Doubt::Missing => "missing",
    }
}

//! What stands below the last zone cut of a walk: odd servers, parents that disagree, and the answer.

use super::page::Span;
use super::style::Style;
use super::words;
use ptrust_checks::evidence::answer_text;
use ptrust_facts::{Class, Cut, Role, Says, Server, Walk, ZoneState};
use ptrust_names::{Cause, Data, Name, Observed, Records};

/// Servers and records listed at one place; the JSON has all.
const FEW: usize = 8;

/// The lines below the deepest cut.
#[derive(Default)]
pub(super) struct Ends(pub(super) Vec<Vec<Span>>);

impl Ends {
    /// One line.
    fn add(&mut self, spans: impl IntoIterator<Item = Span>) {
        self.0.push(spans.into_iter().collect());
    }

    /// The servers of the deepest cut that do not say what the others say, and parents that disagree.
    pub(super) fn servers(&mut self, cut: &Cut, walk: &Walk) {
        let views = cut.parent_views.iter();
        let refers = views.clone().any(|view| matches!(view.says, Says::Refers(_) | Says::Serves));
        let others = views.clone().any(|view| matches!(view.says, Says::Denies(_) | Says::Answers(_)));
        if refers && others {
            for view in views.take(FEW) {
                let (says, style) = parent_says(&view.says);
                self.add([Span::plain("parent "), Span::plain(&view.server), Span::new(format!("   {says}"), style)]);
            }
        }
        let odd: Vec<_> = cut.servers.iter().filter_map(|server| Some((server, odd(server, cut, walk)?))).collect();
        for (server, (said, style)) in odd.iter().take(FEW) {
            self.add([Span::plain(server.text()), Span::new(format!("   {said}"), *style)]);
        }
        if let Some(more @ 1..) = odd.len().checked_sub(FEW) {
            self.add([Span::dim(format!("and {}", words::count(more, "more server")))]);
        }
    }

    /// What the end of a walk says.
    pub(super) fn answer(&mut self, walk: &Walk) {
        let zone = walk.deepest().map_or_else(Name::root, |cut| cut.zone.clone());
        let label = relative(&walk.question.name, &zone);
        let rtype = walk.question.rtype;
        if let Some((zone, target)) = &walk.zone_alias {
            let text = format!("{zone}  CNAME  {target}");
            return self.add([Span::new(text, Style::Error), Span::dim("   an alias in place of a zone")]);
        }
        if let Some(alias) = &walk.alias {
            return self.add([Span::plain(format!("{label}  CNAME  {}", alias.question.name))]);
        }
        if !walk.alias_conflict.is_empty() {
            for line in walk.alias_conflict.iter().take(FEW) {
                self.add([Span::new(line, Style::Error)]);
            }
            return;
        }
        match &walk.answer {
            Observed::Present(records) => self.records(records, &zone),
            Observed::Absent(absence) => {
                let registry = walk.deepest().is_some_and(|cut| cut.role < Role::Holder);
                let why = if registry { "nothing is delegated here" } else { "no such record" };
                let kind = format!("{label}  {rtype}  {}", absence.kind);
                self.add([Span::new(kind, Style::Error), Span::plain(format!("   {why}"))]);
            }
            // A broken cut has said so already.
            Observed::Unknown(_) if walk.deepest().is_some_and(|cut| cut.state() != ZoneState::Answers) => {}
            Observed::Unknown(cause) => {
                self.add([
                    Span::plain(format!("{label}  {rtype}   ")),
                    Span::new(format!("not known: {cause}"), Style::Warning),
                ]);
            }
        }
    }

    /// The records of an answer, aliases first.
    fn records(&mut self, records: &Records, zone: &Name) {
        let all: Vec<_> = records.aliases.iter().chain(&records.set).collect();
        for record in all.iter().take(FEW) {
            let label = relative(&record.owner, zone);
            let text = format!("{label}  {}  ", record.data.rtype());
            self.add([
                Span::plain(text),
                Span::new(data(&record.data), Style::Strong),
                Span::dim(format!("   TTL {}", record.ttl)),
            ]);
        }
        if let Some(more @ 1..) = all.len().checked_sub(FEW) {
            self.add([Span::dim(format!("and {}", words::count(more, "more record")))]);
        }
    }
}

/// The data of a record as the eye wants it: names without the final dot.
fn data(data: &Data) -> String {
    match data {
        Data::Ptr(name) | Data::Cname(name) | Data::Dname(name) | Data::Ns(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// What a server says that does not simply answer as the walk does.
fn odd(server: &Server, cut: &Cut, walk: &Walk) -> Option<(String, Style)> {
    match server.class {
        Class::Authoritative => {}
        // Servers that were not needed above, or not reachable from here, say nothing about a zone that answers.
        Class::NotAsked(_) if cut.state() == ZoneState::Answers => return None,
        Class::NotAsked(_) | Class::AddressUnknown(_) => {
            return Some((class(server.class, &server.said), Style::Warning));
        }
        _ => return Some((class(server.class, &server.said), Style::Error)),
    }
    if walk.alias.is_some() {
        return None;
    }
    let answer = server.answer.as_ref()?;
    let differs = match (answer, &walk.answer) {
        (Observed::Present(own), Observed::Present(all)) => own.canonical() != all.canonical(),
        (Observed::Absent(_), Observed::Present(_) | Observed::Unknown(_)) => true,
        // Aliases that loop are the zone's, and not the server's.
        (Observed::Unknown(Cause::NotAsked | Cause::AliasLoop), _) => false,
        (Observed::Unknown(cause), _) => {
            return Some((format!("asked for {}: {cause}", walk.question.rtype), Style::Warning));
        }
        _ => false,
    };
    differs.then(|| (format!("says {}", answer_text(answer)), Style::Warning))
}

/// What a parent says about the cut.
fn parent_says(says: &Says) -> (String, Style) {
    match says {
        Says::Refers(names) => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            (format!("refers to {}", words::list(&names, 2)), Style::Plain)
        }
        Says::Serves => ("serves the zone itself".into(), Style::Plain),
        Says::Denies(absence) => (format!("denies it: {}", absence.kind), Style::Error),
        Says::Answers(records) => {
            (format!("answers itself: {}", answer_text(&Observed::Present(records.clone()))), Style::Error)
        }
        Says::Silent(cause) => (cause.to_string(), Style::Warning),
    }
}

/// A name as seen from its zone: `25` in `113.0.203.in-addr.arpa`; `@` for the apex itself.
fn relative(name: &Name, zone: &Name) -> String {
    let text = name.to_string();
    if name == zone {
        return "@".into();
    }
    match text.strip_suffix(&zone.to_string()).and_then(|rest| rest.strip_suffix('.')) {
        Some(label) if name.is_below(zone) => label.to_owned(),
        _ => text,
    }
}

/// Why a server does not count, in words; what it said where it said something.
pub(super) fn class(class: Class, said: &str) -> String {
    let with = |word: &str, otherwise: &str| {
        let said = if said.is_empty() { otherwise } else { said };
        if said.is_empty() { word.to_owned() } else { format!("{word}: {said}") }
    };
    match class {
        Class::Authoritative => with("answers", ""),
        // The code says nothing where the reason follows it.
        Class::Lame(reason) => match said.strip_prefix("NOERROR: ") {
            Some(said) => format!("lame: {said}"),
            None => with("lame", &reason.to_string()),
        },
        Class::Failing(cause) => with("fails", &cause.to_string()),
        Class::Mute => with("mute", "no answer"),
        Class::SpecialUse => "an address that nobody can reach".into(),
        Class::NotAsked(cause) => format!("not asked: {cause}"),
        Class::NoAddress => "the name has no address".into(),
        Class::AddressUnknown(cause) => format!("its address is not known: {cause}"),
    }
}

//! The walk as a tree: each zone cut with its servers, and the place where it breaks.

use super::ends::Ends;
use super::page::{Page, Span, columns, pad};
use super::style::Style;
use super::{INDENT, indent, words};
use crate::views;
use ptrust_facts::identity::{AddressScope, ForwardName};
use ptrust_facts::{Cut, Facts, Role, RoleReason, Walk, WalkState, ZoneState};
use ptrust_names::Name;
use std::collections::BTreeSet;

/// Columns that stay for counts, times and the role note.
const NOTES: usize = 30;
/// What starts the last item of a level, the others, and what stands below each.
const LAST: &str = "└─ ";
/// See [`LAST`].
const ITEM: &str = "├─ ";
/// See [`LAST`].
const BELOW_ITEM: &str = "│  ";
/// See [`LAST`].
const BELOW_LAST: &str = "   ";

/// The section of a report: the walk to the PTR, and the walk to a name whose zone is broken.
pub(super) fn section(page: &mut Page, facts: &Facts) {
    if !matches!(facts.identity().scope, AddressScope::Public) {
        return;
    }
    let walk = views::ptr_walk(facts);
    // Where the run could not walk at all, its circumstances have said so.
    if facts.run.walk == WalkState::Open {
        match walk {
            Some(walk) => titled(page, "The walk", walk),
            None => page.hang(vec![indent(INDENT)], INDENT, &[Span::dim("There is no walk of the reverse name.")]),
        }
    }
    let broken =
        facts.identity().names.list().iter().find(|name| matches!(name.forward, ForwardName::ZoneBroken { .. }));
    if let Some(name) = broken
        && let Some(walk) = facts.walk(&facts.forward_question(&name.name)).present()
    {
        page.blank();
        titled(page, &format!("The walk to {}", walk.question), walk);
    }
}

/// A headline and the tree.
fn titled(page: &mut Page, title: &str, walk: &Walk) {
    page.hang(vec![indent(INDENT)], INDENT, &[Span::new(title, Style::Strong)]);
    tree(page, walk);
}

/// The tree of a walk, indented as a section.
pub(super) fn tree(page: &mut Page, walk: &Walk) {
    let mut painter = Painter { name: zone_columns(page, walk), shown: BTreeSet::new(), page };
    painter.walk(walk, "");
}

/// The column where counts start: behind the longest zone name that leaves room for them.
fn zone_columns(page: &Page, walk: &Walk) -> usize {
    let mut widest = 0;
    let mut depth = 0;
    let mut next = Some(walk);
    while let Some(walk) = next {
        let names = walk.cuts.iter().map(|cut| depth + columns(&cut.zone.to_string()));
        widest = names.fold(widest, usize::max);
        depth += 6;
        next = walk.alias.as_deref();
    }
    widest.min(page.width().saturating_sub(INDENT + 3 + NOTES))
}

/// Draws one tree.
struct Painter<'a> {
    page: &'a mut Page,
    name: usize,
    shown: BTreeSet<Name>,
}

impl Painter<'_> {
    /// A walk below a prefix: the cuts that were not drawn yet, then what its end says.
    fn walk(&mut self, walk: &Walk, prefix: &str) {
        let cuts: Vec<_> = walk.cuts.iter().filter(|cut| !self.shown.contains(&cut.zone)).collect();
        for (at, cut) in cuts.iter().enumerate() {
            self.shown.insert(cut.zone.clone());
            self.cut(cut, prefix, at + 1 == cuts.len());
        }
        let below = if cuts.is_empty() { prefix.to_owned() } else { format!("{prefix}{BELOW_LAST}") };
        let mut lines = Ends::default();
        if let Some(cut) = walk.deepest() {
            lines.servers(cut, walk);
        }
        lines.answer(walk);
        let Ends(lines) = lines;
        let number = lines.len();
        for (at, line) in lines.into_iter().enumerate() {
            self.item(&below, at + 1 == number, &line);
        }
        if let Some(alias) = &walk.alias {
            self.walk(alias, &format!("{below}{BELOW_LAST}"));
        }
    }

    /// One line of the tree.
    fn item(&mut self, prefix: &str, last: bool, body: &[Span]) {
        let (head, below) = if last { (LAST, BELOW_LAST) } else { (ITEM, BELOW_ITEM) };
        let first = vec![indent(INDENT), Span::dim(format!("{prefix}{head}"))];
        // What continues a line stands two columns deeper, so that it does not pass for an item.
        let rest = [indent(INDENT), Span::dim(format!("{prefix}{below}  "))];
        self.page.flow(first, &rest, body);
    }

    /// One zone cut: its name, how many servers, how fast, and who runs it.
    fn cut(&mut self, cut: &Cut, prefix: &str, last: bool) {
        let room = self.name.saturating_sub(columns(prefix));
        let number = views::servers(cut).len();
        let noun = if number == 1 { "server" } else { "servers" };
        let time = cut.rtt_us.map_or_else(String::new, milliseconds);
        let (note, style) = note(cut);
        let zone = pad(&cut.zone.to_string(), room);
        let body =
            [Span::plain(zone), Span::dim(format!("  {number:>3} {noun:<7}  {time:>7}   ")), Span::new(note, style)];
        self.item(prefix, last, &body);
    }
}

/// Milliseconds for readers.
fn milliseconds(microseconds: u64) -> String {
    match (microseconds + 500) / 1000 {
        0 => "<1 ms".into(),
        ms => format!("{ms} ms"),
    }
}

/// Who runs a cut, and whether it is where the walk breaks.
fn note(cut: &Cut) -> (String, Style) {
    let role = match (cut.role, &cut.role_reason) {
        (Role::Registry, RoleReason::Allocated(id) | RoleReason::Servers(id)) => {
            format!("registry ({})", words::registry(id))
        }
        (Role::Registry, _) => "registry".into(),
        (Role::NationalRegistry, _) => "national registry".into(),
        (Role::Holder, _) => "holder".into(),
        (Role::Root | Role::Arpa | Role::Infrastructure | Role::Forward, _) => String::new(),
    };
    let broken = match cut.state() {
        ZoneState::Answers => return (role, Style::Dim),
        ZoneState::Lame => "LAME",
        ZoneState::Unreachable => "UNREACHABLE",
        ZoneState::Unresolvable => "NO ADDRESS",
        ZoneState::Undetermined(_) => "NOT KNOWN",
    };
    let text = if role.is_empty() { broken.to_owned() } else { format!("{role}, {broken}") };
    let known = !matches!(cut.state(), ZoneState::Undetermined(_));
    (text, if known { Style::Error } else { Style::Warning })
}

//! What the SPF checks share: which record there is to look at, its evidence, and records to paste.

use crate::posture::Posture;
use crate::prelude::*;
use crate::remedy::TTL;
use ptrust_mail::spf::{Link, Node, Qualifier, Selection, SpfErrorKind, TermName, TermNode, Tree};
use ptrust_names::{CharString, registrable};

/// Octets of one character string at most (RFC 1035 section 3.3).
const MAX_STRING: usize = 255;

/// The domain's own texts. `Err` is the judgement when nobody could say which there are, or when the target is a host.
pub(super) fn root<'a>(posture: &'a Posture) -> Result<&'a Node, Judgement> {
    if posture.facts.target.role == ptrust_facts::domain::Role::Host {
        return Err(Judgement::NotApplicable);
    }
    let what = || format!("the TXT records of {}", posture.domain());
    let root = posture.spf().root().ok_or_else(|| Judgement::inconclusive(what(), Cause::NotAsked))?;
    match root.selection {
        Selection::Unknown(cause) => Err(Judgement::inconclusive(what(), cause)),
        _ => Ok(root),
    }
}

/// The domain's one record. `Err` also when there is none, or several.
pub(super) fn record<'a>(posture: &'a Posture) -> Result<&'a Node, Judgement> {
    let root = root(posture)?;
    if matches!(root.selection, Selection::Found) { Ok(root) } else { Err(Judgement::NotApplicable) }
}

/// The domain's one record when receivers can read it; its faults are another check's.
pub(super) fn sound<'a>(posture: &'a Posture) -> Result<&'a Node, Judgement> {
    let root = record(posture)?;
    if root.errors().next().is_none() { Ok(root) } else { Err(Judgement::NotApplicable) }
}

/// The first included record that nobody could get, or answer behind a term that matters here.
pub(super) fn unknown(tree: &Tree, matters: impl Fn(&TermNode, &Question) -> bool) -> Option<Judgement> {
    let term = || {
        let terms = tree.nodes.iter().flat_map(|node| &node.terms);
        let mut asked = terms.flat_map(|term| term.questions.iter().map(move |asked| (term, asked)));
        asked.find_map(|(term, asked)| {
            let cause = asked.answer.cause().filter(|_| matters(term, &asked.question))?;
            Some(Judgement::inconclusive(asked.question.to_string(), cause))
        })
    };
    unknown_record(tree).or_else(term)
}

/// The same for how much the record allows: a host whose addresses are not known is a few addresses at most, unless a
/// prefix length widens them.
pub(super) fn unknown_size(tree: &Tree) -> Option<Judgement> {
    unknown(tree, |term, _| term.name == TermName::Exists || term.text.0.contains(&b'/'))
}

/// The first included record that nobody could get; also when the survey was cut.
pub(super) fn unknown_record(tree: &Tree) -> Option<Judgement> {
    let node = tree.nodes.iter().find_map(|node| match node.selection {
        Selection::Unknown(cause) => Some((&node.domain, cause)),
        _ => None,
    });
    if let Some((domain, cause)) = node {
        return Some(Judgement::inconclusive(format!("the SPF record of {domain}"), cause));
    }
    let cut = || Judgement::inconclusive("SPF records beyond the limits of one survey", Cause::Budget);
    (!tree.cut.is_empty()).then(cut)
}

/// Who said what of the texts of some records.
pub(super) fn evidence_of<'a>(posture: &Posture, nodes: impl IntoIterator<Item = &'a Node>) -> Vec<Evidence> {
    evidence::several(posture.facts, nodes.into_iter().map(|node| node.asked.question.clone()))
}

/// Whether a name belongs to whoever owns the audited domain.
pub(super) fn is_own(posture: &Posture, name: &Name) -> bool {
    let owner = |name: &Name| registrable(name).map(|found| found.domain);
    let own = owner(posture.domain());
    name.is_at_or_below(posture.domain()) || (own.is_some() && owner(name) == own)
}

/// A term for a sentence, with the record it stands in.
pub(super) fn term_text(tree: &Tree, link: Link) -> String {
    let Some((node, term)) = tree.nodes.get(link.node).zip(tree.term(link)) else { return "a term".into() };
    let text = quoted(term);
    if node.parent.is_none() { text } else { format!("{text} in the record of {}", node.domain) }
}

/// A term between backquotes.
pub(super) fn quoted(term: &TermNode) -> String {
    format!("`{}`", term.text)
}

/// The record line of a text, in character strings that a TXT record can hold; cut behind spaces where there are some,
/// since receivers join the strings without anything between them (RFC 7208 section 3.3).
pub(super) fn line(domain: &Name, text: &str) -> String {
    let mut strings = Vec::new();
    let mut rest = text.as_bytes();
    while rest.len() > MAX_STRING {
        let head = rest.get(..MAX_STRING).unwrap_or(rest);
        let at = head.iter().rposition(|octet| *octet == b' ').map_or(head.len(), |space| space + 1);
        let (string, tail) = rest.split_at_checked(at).unwrap_or((rest, b""));
        strings.push(CharString(string.to_vec()));
        rest = tail;
    }
    strings.push(CharString(rest.to_vec()));
    let strings: Vec<_> = strings.iter().map(|string| format!("\"{string}\"")).collect();
    format!("{} {TTL} IN TXT {}", domain.absolute(), strings.join(" "))
}

/// The text of a record with some of its terms changed (`Some`) or left out (`None`).
pub(super) fn rewritten(node: &Node, change: impl Fn(usize, &TermNode) -> Option<String>) -> String {
    let terms = node.terms.iter().enumerate().filter_map(|(number, term)| change(number, term));
    std::iter::once("v=spf1".to_owned()).chain(terms).collect::<Vec<_>>().join(" ")
}

/// The term as it is, for [`rewritten`].
pub(super) fn kept(term: &TermNode) -> String {
    String::from_utf8_lossy(&term.text.0).into_owned()
}

/// What decides for senders that no other term matches: the `all` of the record that the redirects end in.
pub(super) enum Default<'a> {
    /// An `all`.
    All(&'a Node, Qualifier),
    /// No `all` and no `redirect` in this record: neutral (RFC 7208 section 4.7).
    Implicit(&'a Node),
    /// It lies behind a record that is missing, broken or not known.
    Elsewhere,
}

/// The default of a domain.
pub(super) fn default(tree: &Tree) -> Default<'_> {
    let mut at = 0;
    // Every step goes to a record further down the list, so this ends.
    loop {
        let Some(node) = tree.nodes.get(at) else { return Default::Elsewhere };
        if !matches!(node.selection, Selection::Found) || node.errors().next().is_some() {
            return Default::Elsewhere;
        }
        if let Some(all) = node.terms.iter().find(|term| term.name == TermName::All) {
            return match all.qualifier {
                Some(qualifier) => Default::All(node, qualifier),
                None => Default::Elsewhere,
            };
        }
        match node.terms.iter().find(|term| term.name == TermName::Redirect) {
            None => return Default::Implicit(node),
            Some(term) => match term.nested.filter(|nested| *nested > at) {
                Some(nested) => at = nested,
                None => return Default::Elsewhere,
            },
        }
    }
}

/// A fault in the words of a sentence, with its term and place.
pub(super) fn fault_text(node: &Node, at: usize, kind: SpfErrorKind) -> String {
    let term = node.terms.iter().find(|term| (term.span.start..=term.span.end).contains(&at));
    match term {
        // People count octets from one.
        Some(term) => format!("{} is wrong at octet {} of the record: {kind}", quoted(term), at + 1),
        None => format!("at octet {} of the record: {kind}", at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_records_are_cut_behind_a_space() {
        let domain: Name = "example.com".parse().expect("a name");
        assert_eq!(line(&domain, "v=spf1 -all"), "example.com. 3600 IN TXT \"v=spf1 -all\"");
        let text = format!("v=spf1 {}-all", "ip4:192.0.2.0/24 ".repeat(20));
        let line = line(&domain, &text);
        let strings: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        assert_eq!(strings.concat(), text);
        assert_eq!(strings.len(), 2);
        assert!(strings.iter().all(|string| string.len() <= MAX_STRING));
        assert!(strings.first().is_some_and(|string| string.ends_with(' ')));
    }
}

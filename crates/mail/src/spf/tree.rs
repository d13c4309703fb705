//! The whole tree of a domain's records, whatever the client: what a survey finds.

use super::{Asked, Qualifier, Selection, Span, SpfParseError, TermName, read};
use ipnet::IpNet;
use ptrust_names::{CharString, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The records of a domain and of everything it includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tree {
    /// The records, the domain's own first, then level by level.
    pub nodes: Vec<Node>,
    /// Terms that need DNS and are evaluated for a client that no term matches before `all`: what an unlisted sender
    /// costs a receiver, of ten. A record that includes itself counts once.
    pub lookups: usize,
    /// Terms of these that lead to nothing, of two.
    pub voids: Voids,
    /// Which bounds of the survey were reached; then the counts are lower bounds.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cut: BTreeSet<Cut>,
}

/// Void lookups by the family of the client (RFC 7208 section 4.6.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Voids {
    /// For clients with an IPv4 address.
    pub v4: usize,
    /// For clients with an IPv6 address.
    pub v6: usize,
}

/// A bound of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Records in records.
    Depth,
    /// Questions.
    Questions,
    /// Records.
    Records,
    /// Terms.
    Terms,
}

/// The term that leads to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Which record it stands in, of [`Tree::nodes`].
    pub node: usize,
    /// Which of its terms it is.
    pub term: usize,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its domain.
    pub domain: Name,
    /// The term that leads here; none for the domain's own record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Link>,
    /// Records above it.
    pub depth: usize,
    /// The question for its texts.
    pub asked: Asked,
    /// How many SPF records there are.
    pub selection: Selection,
    /// The SPF records, each joined from its strings. With several, the terms are those of the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<CharString>,
    /// Texts that were most likely meant to be SPF records, and are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookalikes: Vec<CharString>,
    /// A fault of the record as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SpfParseError>,
    /// The terms in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<TermNode>,
}

impl Node {
    /// Every fault, in the order of the text.
    pub fn errors(&self) -> impl Iterator<Item = &SpfParseError> {
        self.error.iter().chain(self.terms.iter().filter_map(|term| term.error.as_ref()))
    }

    /// Whether receivers cannot use the record: it has a fault, or there are several.
    pub fn is_broken(&self) -> bool {
        matches!(self.selection, Selection::Several(_)) || self.errors().next().is_some()
    }

    /// The terms that no client reaches: behind an `all`, and a `redirect` beside one.
    pub fn unreachable(&self) -> impl Iterator<Item = &TermNode> {
        self.terms.iter().filter(|term| term.state == TermState::Unreachable)
    }
}

/// What is known of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TermState {
    /// A bound of the survey was reached before it.
    Cut,
    /// It leads to a record that leads to it.
    Cycle,
    /// What it allows depends on the client or the sender: `ptr`, and most macros.
    DependsOnSender,
    /// It has a fault.
    Faulty,
    /// Everything about it is known.
    Known,
    /// Its domain is no name; taken as not existing.
    MalformedTarget,
    /// `mx` with more than ten exchangers, a permanent error.
    TooManyExchangers,
    /// Some of its questions have no answer.
    Unknown,
    /// No client reaches it.
    Unreachable,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TermNode {
    /// Its place in the record.
    pub span: Span,
    /// The place of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Span>,
    /// What it is called.
    pub name: TermName,
    /// As written, safe to show.
    pub text: CharString,
    /// Its qualifier; none for modifiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Qualifier>,
    /// Its fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SpfParseError>,
    /// What is known of it.
    pub state: TermState,
    /// Which of the counted lookups it is in the worst case, from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<usize>,
    /// Whether it is a void lookup for IPv4 clients.
    #[serde(default)]
    pub void_v4: bool,
    /// Whether it is a void lookup for IPv6 clients.
    #[serde(default)]
    pub void_v6: bool,
    /// The name it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Name>,
    /// What was asked for it, with the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Asked>,
    /// The addresses it led to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The blocks it matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub ranges: Vec<IpNet>,
    /// The record it leads to, of [`Tree::nodes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<usize>,
}

/// A mechanism that stands in a record twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicate {
    /// Which record, of [`Tree::nodes`].
    pub node: usize,
    /// The first of the two terms.
    pub first: usize,
    /// The one that says the same.
    pub second: usize,
}

impl Tree {
    /// The domain's own record.
    pub fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// A term of the tree.
    pub fn term(&self, link: Link) -> Option<&TermNode> {
        self.nodes.get(link.node)?.terms.get(link.term)
    }

    /// The terms that lead from the domain's own record to a record, the outermost first.
    pub fn links(&self, node: usize) -> Vec<Link> {
        let parent = |node: usize| self.nodes.get(node).and_then(|node| node.parent);
        let mut links: Vec<_> = std::iter::successors(parent(node), |link| parent(link.node)).collect();
        links.reverse();
        links
    }

    /// The domains of the records from the domain's own, left out, to a record.
    pub fn path(&self, node: usize) -> Vec<Name> {
        let names = self.links(node).into_iter().skip(1).filter_map(|link| self.nodes.get(link.node));
        let own = self.nodes.get(node).filter(|own| own.parent.is_some());
        names.chain(own).map(|node| node.domain.clone()).collect()
    }

    /// The term with a number among the lookups: with one above the limit, where receivers give up.
    pub fn lookup(&self, number: usize) -> Option<Link> {
        self.nodes.iter().enumerate().find_map(|(node, record)| {
            let term = record.terms.iter().position(|term| term.lookup == Some(number))?;
            Some(Link { node, term })
        })
    }

    /// The counted lookups of a term and of everything below it.
    pub fn cost(&self, link: Link) -> usize {
        let Some(term) = self.term(link) else { return 0 };
        let below = term.nested.map_or(0, |node| {
            let terms = self.nodes.get(node).map_or(0, |node| node.terms.len());
            (0..terms).map(|term| self.cost(Link { node, term })).sum()
        });
        usize::from(term.lookup.is_some()) + below
    }

    /// The terms in a state, level by level.
    pub fn in_state(&self, state: TermState) -> impl Iterator<Item = Link> {
        self.nodes.iter().enumerate().flat_map(move |(node, record)| {
            let terms = record.terms.iter().enumerate();
            terms.filter(move |(_, found)| found.state == state).map(move |(term, _)| Link { node, term })
        })
    }

    /// Mechanisms that a record repeats, whatever their qualifiers: the second one never decides.
    pub fn duplicates(&self) -> Vec<Duplicate> {
        let mut duplicates = Vec::new();
        for (node, record) in self.nodes.iter().enumerate() {
            let Some(Ok(reading)) = record.texts.first().map(|text| read(&text.0)) else { continue };
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for (second, (_, term)) in reading.terms.iter().enumerate() {
                let Ok(super::Term { kind: super::TermKind::Directive(directive), .. }) = term else { continue };
                let first = *seen.entry(directive.mechanism.to_string().to_ascii_lowercase()).or_insert(second);
                if first != second {
                    duplicates.push(Duplicate { node, first, second });
                }
            }
        }
        duplicates
    }

    /// Domains whose records several terms lead to: each costs its lookups again.
    pub fn repeated(&self) -> Vec<&Name> {
        let mut counts: BTreeMap<&Name, usize> = BTreeMap::new();
        for node in &self.nodes {
            *counts.entry(&node.domain).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
    }
}

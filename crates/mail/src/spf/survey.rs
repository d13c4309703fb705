//! Following the whole tree of a domain's records, whatever the client, within bounds.

use super::check::ranges;
use super::engine::{name_of_expansion, plain_text};
use super::select::select;
use super::tree::{Cut, Link, Node, TermNode, TermState, Tree, Voids};
use super::{
    Asked, Hosts, Letter, MAX_MX, MacroString, Mechanism, Modifier, Span, SpfParseError, Term, TermKind, TermName, read,
};
use crate::{Answers, Step};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use ptrust_names::{CharString, Name, Observed, Question, RecordType, Records};
use std::collections::BTreeSet;

/// Questions of a survey, at most, whatever the order of the answers. A record spends what its terms need and leaves the
/// rest to the records below it, in equal shares. Ten lookups, of two address families each, need 20; the rest is for mail
/// exchangers and for showing what is beyond the limit.
pub const MAX_QUESTIONS: usize = 200;
/// Records, at most: the same record may be included many times without another question.
pub const MAX_RECORDS: usize = 64;
/// Records in records, at most: a chain of more than ten is over the limit of lookups.
pub const MAX_DEPTH: usize = 10;
/// Terms in all records, at most: some 20 times what the largest records of providers hold together.
pub const MAX_TERMS: usize = 20_000;

/// Follows the whole tree of a domain's records: every term to the addresses it allows, as far as the answers lead.
pub fn survey(domain: &Name, answers: &impl Answers) -> Step<Tree> {
    let mut survey = Survey {
        answers,
        domain,
        nodes: Vec::new(),
        budgets: Vec::new(),
        left: MAX_QUESTIONS,
        missing: BTreeSet::new(),
        cut: BTreeSet::new(),
        terms: 0,
    };
    // The first question is always within the bounds.
    let question = Question::new(domain.clone(), RecordType::TXT);
    if let Asking::Answered(answer) = survey.ask(&question) {
        survey.add(question, &answer, None, 0);
        survey.budgets.push(survey.left);
    }
    let mut at = 0;
    while at < survey.nodes.len() {
        survey.follow(at);
        at += 1;
    }
    if !survey.missing.is_empty() {
        return Step::Ask { now: survey.missing, soon: BTreeSet::new() };
    }
    let mut tree = Tree { nodes: survey.nodes, lookups: 0, voids: Voids::default(), cut: survey.cut };
    count(&mut tree, 0);
    Step::Done(tree)
}

/// Numbers the lookups below a record in the order in which receivers come to them, and counts the void ones.
fn count(tree: &mut Tree, node: usize) {
    let terms = tree.nodes.get(node).map_or(0, |node| node.terms.len());
    let is_redirect =
        |tree: &Tree, term| tree.term(Link { node, term }).is_some_and(|term| term.name == TermName::Redirect);
    let (last, first): (Vec<_>, Vec<_>) = (0..terms).partition(|term| is_redirect(tree, *term));
    for term in first.into_iter().chain(last) {
        let Some(term) = tree.nodes.get_mut(node).and_then(|node| node.terms.get_mut(term)) else { continue };
        if !term.name.counts_as_lookup() || term.state == TermState::Unreachable {
            continue;
        }
        tree.lookups += 1;
        term.lookup = Some(tree.lookups);
        tree.voids.v4 += usize::from(term.void_v4);
        tree.voids.v6 += usize::from(term.void_v6);
        if let Some(nested) = term.nested {
            count(tree, nested);
        }
    }
}

/// What a question gives.
enum Asking<'a> {
    /// Its answer.
    Answered(Observed<&'a Records>),
    /// Nothing: there were too many questions.
    Cut,
    /// Nothing yet.
    Missing,
}

/// A survey under way.
struct Survey<'a, A> {
    /// The answers so far.
    answers: &'a A,
    /// The domain surveyed.
    domain: &'a Name,
    /// The records so far.
    nodes: Vec<Node>,
    /// Questions that each record and those below it may ask.
    budgets: Vec<usize>,
    /// Questions that the record at hand may still ask.
    left: usize,
    /// Questions without an answer.
    missing: BTreeSet<Question>,
    /// Bounds that were reached.
    cut: BTreeSet<Cut>,
    /// Terms so far.
    terms: usize,
}

impl<'a, A: Answers> Survey<'a, A> {
    /// Asks, within the bound. A question that was asked elsewhere counts again: so the bound does not depend on which
    /// answer came first.
    fn ask(&mut self, question: &Question) -> Asking<'a> {
        let Some(left) = self.left.checked_sub(1) else {
            self.cut.insert(Cut::Questions);
            return Asking::Cut;
        };
        self.left = left;
        if let Some(answer) = self.answers.answer(question) {
            return Asking::Answered(answer);
        }
        self.missing.insert(question.clone());
        Asking::Missing
    }

    /// Adds a record, its terms not yet followed.
    fn add(&mut self, question: Question, answer: &Observed<&Records>, parent: Option<Link>, depth: usize) {
        let selected = select(answer);
        let mut node = Node {
            asked: Asked::new(&question, answer),
            domain: question.name,
            parent,
            depth,
            selection: selected.selection,
            texts: Vec::new(),
            lookalikes: selected.lookalikes,
            error: None,
            terms: Vec::new(),
        };
        if let Some(text) = selected.texts.first() {
            match read(text) {
                Ok(reading) => {
                    let room = MAX_TERMS.saturating_sub(self.terms);
                    if reading.terms.len() > room {
                        self.cut.insert(Cut::Terms);
                    }
                    let terms = reading.terms.iter().take(room);
                    node.terms = terms.map(|(span, term)| unfollowed(text, *span, term)).collect();
                    self.terms += node.terms.len();
                }
                Err(error) => node.error = Some(error),
            }
        }
        node.texts = selected.texts.into_iter().map(CharString).collect();
        self.nodes.push(node);
    }

    /// Follows the terms of a record.
    fn follow(&mut self, at: usize) {
        let Some(node) = self.nodes.get_mut(at) else { return };
        let mut terms = std::mem::take(&mut node.terms);
        let (domain, depth) = (node.domain.clone(), node.depth);
        let Some(Ok(reading)) = node.texts.first().map(|text| read(&text.0)) else { return };
        self.left = self.budgets.get(at).copied().unwrap_or(0);
        let mut heirs = 0;
        let all = terms.iter().position(|term| term.name == TermName::All);
        for (number, (slot, (_, term))) in terms.iter_mut().zip(&reading.terms).enumerate() {
            let Ok(term) = term else { continue };
            let behind = match &term.kind {
                TermKind::Directive(_) => all.is_some_and(|all| number > all),
                TermKind::Modifier(Modifier::Redirect(_)) => all.is_some(),
                TermKind::Modifier(_) => continue,
            };
            if behind {
                slot.state = TermState::Unreachable;
                continue;
            }
            self.term(&domain, &term.kind, slot);
            if matches!(slot.name, TermName::Include | TermName::Redirect) && slot.state == TermState::Known {
                heirs += 1;
                self.descend(Link { node: at, term: number }, depth + 1, slot);
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.terms = terms;
        }
        self.budgets.resize(self.nodes.len(), self.left / heirs.max(1));
    }

    /// Follows one term, apart from the records it may lead to.
    fn term(&mut self, domain: &Name, kind: &TermKind, slot: &mut TermNode) {
        let (spec, mechanism) = match kind {
            TermKind::Directive(directive) => match &directive.mechanism {
                Mechanism::All => return slot.ranges = everything(),
                Mechanism::Ip4(net) => return slot.ranges = vec![IpNet::V4(net.trunc())],
                Mechanism::Ip6(net) => return slot.ranges = vec![IpNet::V6(net.trunc())],
                Mechanism::Ptr(_) => return slot.state = TermState::DependsOnSender,
                mechanism @ (Mechanism::A(hosts) | Mechanism::Mx(hosts)) => (hosts.domain.as_ref(), Some(mechanism)),
                mechanism @ (Mechanism::Exists(spec) | Mechanism::Include(spec)) => (Some(spec), Some(mechanism)),
            },
            TermKind::Modifier(Modifier::Redirect(spec)) => (Some(spec), None),
            TermKind::Modifier(_) => return,
        };
        match self.target(spec, domain) {
            Ok(target) => slot.target = Some(target),
            Err(state) => {
                slot.state = state;
                return;
            }
        }
        let Some(target) = slot.target.clone() else { return };
        match mechanism {
            Some(Mechanism::A(hosts)) => self.hosts(&[target], hosts, slot),
            Some(Mechanism::Mx(hosts)) => self.exchangers(target, hosts, slot),
            Some(Mechanism::Exists(_)) => {
                if let Some(Observed::Present(records)) = self.look(&Question::new(target, RecordType::A), slot) {
                    slot.addresses = records.addresses().collect();
                }
                // It matches every client, or none.
                if slot.addresses.is_empty() {
                    slot.void_v4 = slot.state == TermState::Known;
                    slot.void_v6 = slot.void_v4;
                } else {
                    slot.ranges = everything();
                }
            }
            _ => {}
        }
    }

    /// The name that a domain-spec stands for. Macros for the domain are known, and the sender is one of this domain;
    /// everything else about the client is not.
    fn target(&self, spec: Option<&MacroString>, domain: &Name) -> Result<Name, TermState> {
        let Some(spec) = spec else { return Ok(domain.clone()) };
        if !spec.macros().all(|found| matches!(found.letter, Letter::Domain | Letter::SenderDomain)) {
            return Err(TermState::DependsOnSender);
        }
        let value = |letter| match letter {
            Letter::Domain => Some(plain_text(domain)),
            Letter::SenderDomain => Some(plain_text(self.domain)),
            _ => None,
        };
        spec.expand(&value).and_then(|text| name_of_expansion(&text)).ok_or(TermState::MalformedTarget)
    }

    /// Asks for a term, noting the answer or why there is none.
    fn look(&mut self, question: &Question, slot: &mut TermNode) -> Option<Observed<&'a Records>> {
        match self.ask(question) {
            Asking::Answered(answer) => {
                slot.questions.push(Asked::new(question, &answer));
                if answer.cause().is_some() {
                    slot.state = TermState::Unknown;
                }
                Some(answer)
            }
            Asking::Cut => {
                slot.state = TermState::Cut;
                None
            }
            Asking::Missing => None,
        }
    }

    /// Follows the mail exchangers of a name.
    fn exchangers(&mut self, target: Name, hosts: &Hosts, slot: &mut TermNode) {
        match self.look(&Question::new(target, RecordType::MX), slot) {
            Some(Observed::Present(records)) if records.exchangers().next().is_some() => {
                if records.exchangers().count() > MAX_MX {
                    slot.state = TermState::TooManyExchangers;
                    return;
                }
                let names: Vec<_> =
                    records.exchangers().map(|(_, host)| host.clone()).filter(|host| !host.is_root()).collect();
                self.hosts(&names, hosts, slot);
            }
            Some(Observed::Present(_) | Observed::Absent(_)) => (slot.void_v4, slot.void_v6) = (true, true),
            Some(Observed::Unknown(_)) | None => {}
        }
    }

    /// Follows names to their addresses, of both families.
    fn hosts(&mut self, names: &[Name], hosts: &Hosts, slot: &mut TermNode) {
        let mut empty = [true; 2];
        for (rtype, empty) in [RecordType::A, RecordType::AAAA].into_iter().zip(&mut empty) {
            for name in names {
                match self.look(&Question::new(name.clone(), rtype), slot) {
                    Some(Observed::Present(records)) => {
                        *empty &= records.addresses().next().is_none();
                        slot.addresses.extend(records.addresses());
                    }
                    Some(Observed::Absent(_)) => {}
                    Some(Observed::Unknown(_)) | None => *empty = false,
                }
            }
        }
        [slot.void_v4, slot.void_v6] = empty.map(|empty| empty && !names.is_empty());
        slot.ranges = ranges(&slot.addresses, hosts.v4, hosts.v6);
    }

    /// Goes on to the record that a term leads to.
    fn descend(&mut self, link: Link, depth: usize, slot: &mut TermNode) {
        let Some(target) = slot.target.clone() else { return };
        let above = std::iter::successors(Some(link.node), |node| {
            self.nodes.get(*node).and_then(|node| node.parent).map(|parent| parent.node)
        });
        if above.into_iter().any(|node| self.nodes.get(node).is_some_and(|node| node.domain == target)) {
            slot.state = TermState::Cycle;
            return;
        }
        let cut = if depth > MAX_DEPTH { Some(Cut::Depth) } else { None };
        if let Some(cut) = cut.or((self.nodes.len() >= MAX_RECORDS).then_some(Cut::Records)) {
            self.cut.insert(cut);
            slot.state = TermState::Cut;
            return;
        }
        let question = Question::new(target, RecordType::TXT);
        let Some(answer) = self.look(&question, slot) else { return };
        let void = slot.questions.iter().any(Asked::is_void);
        (slot.void_v4, slot.void_v6) = (void, void);
        slot.nested = Some(self.nodes.len());
        self.add(question, &answer, Some(link), depth);
    }
}

/// Every address.
fn everything() -> Vec<IpNet> {
    vec![IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())]
}

/// A term that has not been followed.
fn unfollowed(text: &[u8], span: Span, term: &Result<Term, SpfParseError>) -> TermNode {
    let parsed = term.as_ref().ok();
    TermNode {
        span,
        value: parsed.and_then(|term| term.value),
        name: parsed.map_or(TermName::Other, |term| term.kind.name()),
        text: CharString(span.of(text).to_vec()),
        qualifier: parsed.and_then(|term| match &term.kind {
            TermKind::Directive(directive) => Some(directive.qualifier),
            TermKind::Modifier(_) => None,
        }),
        error: term.as_ref().err().copied(),
        state: if parsed.is_some() { TermState::Known } else { TermState::Faulty },
        lookup: None,
        void_v4: false,
        void_v6: false,
        target: None,
        questions: Vec::new(),
        addresses: Vec::new(),
        ranges: Vec::new(),
        nested: None,
    }
}

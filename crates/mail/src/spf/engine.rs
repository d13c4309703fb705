//! What an evaluation and its look ahead share: asking, expanding macros, validating the client's names.

use super::{Asked, CheckHost, Letter, MacroString};
use crate::Answers;
use ptrust_names::{Name, Observed, Question, RecordType, Records, reverse_name};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Octets of a name's text at most; longer expansions lose labels on the left (RFC 7208 section 7.3).
const MAX_NAME_TEXT: usize = 253;
/// PTR names that are looked at; any more are ignored (RFC 7208 section 4.6.4).
const MAX_PTR_NAMES: usize = 10;

/// An answer is missing; the question has been noted.
pub(super) struct Pending;

/// What an evaluation step gives, unless it must wait.
pub(super) type Flow<T> = Result<T, Pending>;

/// The answers so far, and what is asked of them.
pub(super) struct Engine<'a, A> {
    /// The answers so far.
    answers: &'a A,
    /// Whom it is about.
    pub(super) check: &'a CheckHost,
    /// The client's address, never IPv4-mapped (RFC 7208 section 5).
    pub(super) ip: IpAddr,
    /// Questions without an answer.
    pub(super) missing: BTreeSet<Question>,
    /// Questions with an answer, since the log was last taken.
    pub(super) asked: Vec<Asked>,
}

impl<'a, A: Answers> Engine<'a, A> {
    /// An engine that has asked nothing.
    pub(super) fn new(check: &'a CheckHost, answers: &'a A) -> Self {
        Self { answers, check, ip: check.ip.to_canonical(), missing: BTreeSet::new(), asked: Vec::new() }
    }

    /// The answer to a question.
    pub(super) fn ask(&mut self, question: &Question) -> Flow<Observed<&'a Records>> {
        let Some(answer) = self.answers.answer(question) else {
            self.missing.insert(question.clone());
            return Err(Pending);
        };
        self.asked.push(Asked::new(question, &answer));
        Ok(answer)
    }

    /// The answers to questions that can be asked side by side: all of them, or all the missing ones are noted.
    pub(super) fn ask_all(&mut self, questions: &[Question]) -> Flow<Vec<Observed<&'a Records>>> {
        let answers: Vec<_> = questions.iter().map(|question| self.ask(question)).collect();
        answers.into_iter().collect()
    }

    /// The question for the addresses of a name, in the family of the client.
    pub(super) fn address_question(&self, name: &Name) -> Question {
        Question::new(name.clone(), RecordType::address_of(self.ip))
    }

    /// The names of the client's address that lead back to it, in the server's order (RFC 7208 section 5.5). Errors in
    /// DNS leave names out.
    pub(super) fn validated(&mut self) -> Flow<Vec<Name>> {
        let question = Question::new(reverse_name(self.ip), RecordType::PTR);
        let names: Vec<Name> = match self.ask(&question)? {
            Observed::Present(records) => records.ptr_names().take(MAX_PTR_NAMES).cloned().collect(),
            _ => Vec::new(),
        };
        let questions: Vec<_> = names.iter().map(|name| self.address_question(name)).collect();
        let answers = self.ask_all(&questions)?;
        let leads_back = |answer: &Observed<&Records>| {
            answer.present().is_some_and(|records| records.addresses().any(|address| address == self.ip))
        };
        Ok(names.into_iter().zip(&answers).filter(|(_, answer)| leads_back(answer)).map(|(name, _)| name).collect())
    }

    /// The value of `%{p}`: the domain itself, a name below it, any other validated name, or `unknown` (RFC 7208
    /// section 7.3).
    fn validated_name(&mut self, domain: &Name) -> Flow<Vec<u8>> {
        let names = self.validated()?;
        let best = names.iter().find(|name| *name == domain);
        let best = best.or_else(|| names.iter().find(|name| name.is_below(domain))).or(names.first());
        Ok(best.map_or_else(|| b"unknown".to_vec(), plain_text))
    }

    /// Expands a macro string; `None` when the expansion is too large to be of use.
    pub(super) fn expand(&mut self, text: &MacroString, domain: &Name) -> Flow<Option<Vec<u8>>> {
        let validated = if text.uses(Letter::Ptr) { Some(self.validated_name(domain)?) } else { None };
        let (check, ip) = (self.check, self.ip);
        Ok(text.expand(&|letter| {
            Some(match letter {
                Letter::Address => ip.to_string().into_bytes(),
                Letter::Domain => plain_text(domain),
                Letter::Helo => check.helo.clone().into_bytes(),
                Letter::Ip => dotted(ip).into_bytes(),
                Letter::LocalPart => check.local_part.clone().into_bytes(),
                Letter::Ptr => validated.clone()?,
                Letter::Receiver => check.receiver.clone().map_or_else(|| b"unknown".to_vec(), String::into_bytes),
                Letter::Sender => format!("{}@{}", check.local_part, check.sender_domain).into_bytes(),
                Letter::SenderDomain => check.sender_domain.clone().into_bytes(),
                Letter::Time => check.time.to_string().into_bytes(),
                Letter::Version => if ip.is_ipv4() { &b"in-addr"[..] } else { b"ip6" }.to_vec(),
            })
        }))
    }

    /// The name that a domain-spec stands for, the record's own domain without one. `None` when it is no name that
    /// could be asked for: it is then taken as not existing.
    pub(super) fn target(&mut self, spec: Option<&MacroString>, domain: &Name) -> Flow<Option<Name>> {
        let Some(spec) = spec else { return Ok(Some(domain.clone())) };
        Ok(self.expand(spec, domain)?.and_then(|text| name_of_expansion(&text)))
    }
}

/// The name that expanded text stands for. Labels on the left go until it is short enough (RFC 7208 section 7.3).
pub(super) fn name_of_expansion(text: &[u8]) -> Option<Name> {
    let mut text = text.strip_suffix(b".").unwrap_or(text);
    while text.len() > MAX_NAME_TEXT {
        let dot = text.iter().position(|octet| *octet == b'.')?;
        text = text.get(dot + 1..)?;
    }
    Name::from_labels(text.split(|octet| *octet == b'.')).ok()
}

/// The text of a name with its octets as they are, as macros want it.
pub(super) fn plain_text(name: &Name) -> Vec<u8> {
    name.labels().collect::<Vec<_>>().join(&b'.')
}

/// The value of `%{i}`: dotted decimal, or every nibble of IPv6 between dots.
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().flat_map(|octet| [octet >> 4, octet & 15]);
            nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

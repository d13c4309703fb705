//! `check_host()` with its full trace (RFC 7208 sections 4 to 6).

use super::ahead::{exchanger_questions, look_ahead};
use super::engine::{Engine, Flow};
use super::select::select;
use super::{
    Asked, Directive, Explanation, Location, MacroString, Mechanism, Outcome, Reason, RecordTrace, Selection,
    SpfResult, TermKind, TermName, TermTrace, Trace, read,
};
use crate::{Answers, Step};
use ipnet::IpNet;
use ptrust_names::{CharString, Name, Observed, Question, RecordType, escape};
use std::net::IpAddr;

/// Terms that need DNS, at most (RFC 7208 section 4.6.4).
pub const MAX_LOOKUPS: usize = 10;
/// Terms that lead to nothing in DNS, at most (RFC 7208 section 4.6.4).
pub const MAX_VOIDS: usize = 2;
/// Mail exchangers of one `mx`, at most (RFC 7208 section 4.6.4).
pub const MAX_MX: usize = 10;

/// The arguments of `check_host()`, and what macros need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckHost {
    /// The client's address.
    pub ip: IpAddr,
    /// The domain whose record is evaluated, as given.
    pub domain: String,
    /// The local part of the sender.
    pub local_part: String,
    /// The domain of the sender.
    pub sender_domain: String,
    /// The argument of HELO or EHLO.
    pub helo: String,
    /// The name of the receiving host, for explanations.
    pub receiver: Option<String>,
    /// Seconds since 1970, for explanations.
    pub time: u64,
}

impl CheckHost {
    /// The check of a MAIL FROM: its address without brackets. An empty one stands for the postmaster of the HELO name,
    /// and an empty local part for postmaster (RFC 7208 sections 2.4, 4.3).
    pub fn mail_from(ip: IpAddr, mail_from: &str, helo: &str) -> Self {
        let (local_part, domain) = match mail_from.rsplit_once('@') {
            Some((local_part, domain)) => (local_part, domain),
            None if mail_from.is_empty() => ("", helo),
            None => ("", mail_from),
        };
        Self {
            ip,
            domain: domain.into(),
            local_part: if local_part.is_empty() { "postmaster" } else { local_part }.into(),
            sender_domain: domain.into(),
            helo: helo.into(),
            receiver: None,
            time: 0,
        }
    }

    /// The check of a HELO name (RFC 7208 section 2.3).
    pub fn helo(ip: IpAddr, helo: &str) -> Self {
        Self::mail_from(ip, "", helo)
    }

    /// The domain as a name, when it is one of two labels or more (RFC 7208 section 4.3).
    fn domain_name(&self) -> Option<Name> {
        let text = self.domain.strip_suffix('.').unwrap_or(&self.domain);
        let name = Name::from_labels(text.split('.')).ok()?;
        (name.label_count() >= 2 && !text.starts_with('[')).then_some(name)
    }
}

/// Evaluates whether a client may send for a domain, as far as the answers lead.
pub fn check_host(check: &CheckHost, answers: &impl Answers) -> Step<Trace> {
    let Some(domain) = check.domain_name() else {
        return Step::Done(Trace {
            result: SpfResult::None,
            reason: Reason::MalformedDomain,
            explanation: None,
            lookups: 0,
            voids: 0,
            record: None,
        });
    };
    let engine = Engine::new(check, answers);
    let mut evaluation = Evaluation { engine, lookups: 0, voids: 0, includes: 0, explanation: None };
    let Ok(record) = evaluation.record(&domain, None) else {
        let now = evaluation.engine.missing;
        let soon = look_ahead(check, &domain, answers).difference(&now).cloned().collect();
        return Step::Ask { now, soon };
    };
    Step::Done(Trace {
        result: record.result,
        reason: record.reason.clone(),
        explanation: evaluation.explanation,
        lookups: evaluation.lookups,
        voids: evaluation.voids,
        record: Some(record),
    })
}

/// How an evaluation ends early.
type End = (SpfResult, Reason);

/// An evaluation under way.
struct Evaluation<'a, A> {
    /// Asks.
    engine: Engine<'a, A>,
    /// Terms so far that need DNS.
    lookups: usize,
    /// Terms so far that led to nothing.
    voids: usize,
    /// Depth in `include`: there explanations do not count (RFC 7208 section 6.2).
    includes: usize,
    /// What came of `exp`.
    explanation: Option<Explanation>,
}

impl<A: Answers> Evaluation<'_, A> {
    /// Evaluates the record of a domain; `from` is the term that led here.
    fn record(&mut self, domain: &Name, from: Option<&Location>) -> Flow<RecordTrace> {
        let question = Question::new(domain.clone(), RecordType::TXT);
        let answer = self.engine.ask(&question)?;
        self.engine.asked.pop();
        let selected = select(&answer);
        let mut trace = RecordTrace {
            domain: domain.clone(),
            asked: Asked::new(&question, &answer),
            selection: selected.selection,
            text: None,
            lookalikes: selected.lookalikes,
            terms: Vec::new(),
            result: SpfResult::None,
            reason: Reason::NoRecord,
        };
        let end = match (selected.selection, selected.texts.first()) {
            (Selection::Unknown(cause), _) => {
                (SpfResult::TempError, Reason::DnsFailure { at: from.cloned(), question, cause })
            }
            (Selection::Several(count), _) => {
                (SpfResult::PermError, Reason::SeveralRecords { domain: domain.clone(), count })
            }
            (Selection::Missing(_), _) | (Selection::Found, None) => (SpfResult::None, Reason::NoRecord),
            (Selection::Found, Some(text)) => {
                trace.text = Some(CharString(text.clone()));
                self.text(domain, text, &mut trace.terms)?
            }
        };
        (trace.result, trace.reason) = end;
        Ok(trace)
    }

    /// Evaluates the text of a record, noting what comes of each term.
    fn text(&mut self, domain: &Name, text: &[u8], slots: &mut Vec<TermTrace>) -> Flow<End> {
        let syntax = |error| Ok((SpfResult::PermError, Reason::Syntax { domain: domain.clone(), error }));
        let reading = match read(text) {
            Ok(reading) => reading,
            Err(error) => return syntax(error),
        };
        slots.extend(reading.terms.iter().map(|(span, term)| TermTrace::new(text, *span, term)));
        let record = match reading.record() {
            Ok(record) => record,
            Err(error) => return syntax(error),
        };
        let mut end = None;
        for (term, slot) in record.terms.iter().zip(slots.iter_mut()) {
            if let TermKind::Directive(directive) = &term.kind {
                end = self.directive(domain, directive, slot)?;
            }
            if end.is_some() {
                break;
            }
        }
        let end = match (end, record.redirect()) {
            (Some(end), _) => end,
            (None, Some((number, target))) => match slots.get_mut(number) {
                Some(slot) => self.redirect(domain, target, slot)?,
                None => (SpfResult::Neutral, Reason::Default),
            },
            (None, None) => (SpfResult::Neutral, Reason::Default),
        };
        // A redirect that was followed has brought its own explanation, or none, and ours no longer counts.
        let redirected = slots.iter().any(|slot| slot.name == TermName::Redirect && slot.nested.is_some());
        if end.0 == SpfResult::Fail
            && self.includes == 0
            && !redirected
            && let Some((number, target)) = record.explanation()
            && let Some(slot) = slots.get_mut(number)
        {
            self.explanation = Some(self.explain(domain, target, slot)?);
        }
        Ok(end)
    }

    /// Evaluates a directive: how it ends the evaluation, if it does.
    fn directive(&mut self, domain: &Name, directive: &Directive, slot: &mut TermTrace) -> Flow<Option<End>> {
        let at = Location { domain: domain.clone(), span: slot.span };
        if let Some(end) = self.count_lookup(&at, slot) {
            return Ok(Some(end));
        }
        let matched = self.mechanism(domain, &directive.mechanism, &at, slot)?;
        slot.questions.append(&mut self.engine.asked);
        if slot.void {
            self.voids += 1;
        }
        let (outcome, end) = match matched {
            Err(end) => (Outcome::Error, Some(end)),
            Ok(true) => (Outcome::Match, Some((directive.qualifier.into(), Reason::Matched(at)))),
            Ok(false) if slot.void && self.voids > MAX_VOIDS => {
                (Outcome::Error, Some((SpfResult::PermError, Reason::VoidLimit(at))))
            }
            Ok(false) => (Outcome::NoMatch, None),
        };
        slot.outcome = outcome;
        Ok(end)
    }

    /// Counts a term that needs DNS; ends the evaluation when there are too many.
    fn count_lookup(&mut self, at: &Location, slot: &mut TermTrace) -> Option<End> {
        if !slot.name.counts_as_lookup() {
            return None;
        }
        self.lookups += 1;
        slot.lookup = Some(self.lookups);
        if self.lookups <= MAX_LOOKUPS {
            return None;
        }
        slot.outcome = Outcome::Error;
        Some((SpfResult::PermError, Reason::LookupLimit(at.clone())))
    }

    /// Whether a mechanism matches, or with which error it ends the evaluation.
    fn mechanism(
        &mut self,
        domain: &Name,
        mechanism: &Mechanism,
        at: &Location,
        slot: &mut TermTrace,
    ) -> Flow<Result<bool, End>> {
        let spec = match mechanism {
            Mechanism::All => return Ok(Ok(true)),
            Mechanism::Ip4(net) => return Ok(Ok(self.literal((*net).into(), slot))),
            Mechanism::Ip6(net) => return Ok(Ok(self.literal((*net).into(), slot))),
            Mechanism::A(hosts) | Mechanism::Mx(hosts) => hosts.domain.as_ref(),
            Mechanism::Exists(spec) | Mechanism::Include(spec) => Some(spec),
            Mechanism::Ptr(spec) => spec.as_ref(),
        };
        slot.target = self.engine.target(spec, domain)?;
        let Some(target) = slot.target.clone() else {
            // Not a name: as if it did not exist (RFC 7208 section 4.8).
            let include = matches!(mechanism, Mechanism::Include(_));
            let end = (SpfResult::PermError, Reason::IncludeMissing(at.clone()));
            return Ok(if include { Err(end) } else { Ok(false) });
        };
        match mechanism {
            Mechanism::A(hosts) => {
                let question = self.engine.address_question(&target);
                self.addresses(&[question], hosts.v4, hosts.v6, at, slot)
            }
            Mechanism::Mx(hosts) => {
                let question = Question::new(target, RecordType::MX);
                match self.engine.ask(&question)? {
                    Observed::Present(records) if records.exchangers().next().is_some() => {
                        if records.exchangers().count() > MAX_MX {
                            return Ok(Err((SpfResult::PermError, Reason::MxLimit(at.clone()))));
                        }
                        let questions = exchanger_questions(&self.engine, records);
                        self.addresses(&questions, hosts.v4, hosts.v6, at, slot)
                    }
                    Observed::Unknown(cause) => Ok(Err(dns_failure(at, question, cause))),
                    _ => {
                        slot.void = true;
                        Ok(Ok(false))
                    }
                }
            }
            Mechanism::Exists(_) => {
                let question = Question::new(target, RecordType::A);
                match self.engine.ask(&question)? {
                    Observed::Present(records) if records.addresses().next().is_some() => {
                        slot.addresses = records.addresses().collect();
                        Ok(Ok(true))
                    }
                    Observed::Unknown(cause) => Ok(Err(dns_failure(at, question, cause))),
                    _ => {
                        slot.void = true;
                        Ok(Ok(false))
                    }
                }
            }
            Mechanism::Ptr(_) => {
                let names = self.engine.validated()?;
                let void = |asked: &Asked| asked.question.rtype == RecordType::PTR && asked.is_void();
                slot.void = self.engine.asked.iter().any(void);
                Ok(Ok(names.iter().any(|name| name.is_at_or_below(&target))))
            }
            Mechanism::Include(_) => self.include(&target, at, slot),
            Mechanism::All | Mechanism::Ip4(_) | Mechanism::Ip6(_) => Ok(Ok(false)),
        }
    }

    /// Whether a literal block holds the client.
    fn literal(&self, net: IpNet, slot: &mut TermTrace) -> bool {
        slot.ranges.push(net.trunc());
        net.contains(&self.engine.ip)
    }

    /// Whether one of the addresses of names, with the prefix lengths, holds the client. The term is void when every
    /// question is.
    fn addresses(
        &mut self,
        questions: &[Question],
        v4: Option<u8>,
        v6: Option<u8>,
        at: &Location,
        slot: &mut TermTrace,
    ) -> Flow<Result<bool, End>> {
        let answers = self.engine.ask_all(questions)?;
        for (question, answer) in questions.iter().zip(&answers) {
            match answer {
                Observed::Present(records) => slot.addresses.extend(records.addresses()),
                Observed::Absent(_) => {}
                Observed::Unknown(cause) => {
                    slot.ranges = ranges(&slot.addresses, v4, v6);
                    if slot.ranges.iter().any(|net| net.contains(&self.engine.ip)) {
                        return Ok(Ok(true));
                    }
                    return Ok(Err(dns_failure(at, question.clone(), *cause)));
                }
            }
        }
        slot.ranges = ranges(&slot.addresses, v4, v6);
        slot.void = slot.addresses.is_empty() && !questions.is_empty();
        Ok(Ok(slot.ranges.iter().any(|net| net.contains(&self.engine.ip))))
    }

    /// Evaluates an included record (RFC 7208 section 5.2).
    fn include(&mut self, target: &Name, at: &Location, slot: &mut TermTrace) -> Flow<Result<bool, End>> {
        slot.questions.append(&mut self.engine.asked);
        self.includes += 1;
        let nested = self.record(target, Some(at))?;
        self.includes -= 1;
        slot.questions.push(nested.asked.clone());
        slot.void = nested.asked.is_void();
        let matched = match nested.result {
            SpfResult::Pass => Ok(true),
            SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => Ok(false),
            SpfResult::None => Err((SpfResult::PermError, Reason::IncludeMissing(at.clone()))),
            SpfResult::TempError | SpfResult::PermError => Err((nested.result, nested.reason.clone())),
        };
        slot.nested = Some(Box::new(nested));
        Ok(matched)
    }

    /// Evaluates the record that takes over (RFC 7208 section 6.1).
    fn redirect(&mut self, domain: &Name, spec: &MacroString, slot: &mut TermTrace) -> Flow<End> {
        let at = Location { domain: domain.clone(), span: slot.span };
        if let Some(end) = self.count_lookup(&at, slot) {
            return Ok(end);
        }
        slot.target = self.engine.target(Some(spec), domain)?;
        slot.questions.append(&mut self.engine.asked);
        slot.outcome = Outcome::Error;
        let missing = (SpfResult::PermError, Reason::RedirectMissing(at.clone()));
        let Some(target) = slot.target.clone() else { return Ok(missing) };
        let nested = self.record(&target, Some(&at))?;
        slot.questions.push(nested.asked.clone());
        slot.void = nested.asked.is_void();
        self.voids += usize::from(slot.void);
        let end = if nested.result == SpfResult::None { missing } else { (nested.result, nested.reason.clone()) };
        if !matches!(end.0, SpfResult::PermError | SpfResult::TempError) {
            slot.outcome = Outcome::Followed;
        }
        slot.nested = Some(Box::new(nested));
        Ok(end)
    }

    /// Fetches and expands the explanation of a fail (RFC 7208 section 6.2). Nothing that goes wrong here changes the
    /// result, and nothing counts against the limits.
    fn explain(&mut self, domain: &Name, spec: &MacroString, slot: &mut TermTrace) -> Flow<Explanation> {
        slot.target = self.engine.target(Some(spec), domain)?;
        slot.outcome = Outcome::Followed;
        let Some(target) = slot.target.clone() else { return Ok(Explanation::Ignored) };
        let answer = self.engine.ask(&Question::new(target, RecordType::TXT))?;
        let mut texts = answer.present().into_iter().flat_map(|records| records.texts());
        let explanation = match (texts.next(), texts.next()) {
            (Some(text), None) => match MacroString::parse_explanation(&text) {
                Ok(text) => match self.engine.expand(&text, domain)? {
                    Some(text) => Explanation::Text(escape(&String::from_utf8_lossy(&text))),
                    None => Explanation::Ignored,
                },
                Err(error) => Explanation::Faulty(error),
            },
            _ => Explanation::Ignored,
        };
        slot.questions.append(&mut self.engine.asked);
        Ok(explanation)
    }
}

/// The end that a question without an answer brings.
fn dns_failure(at: &Location, question: Question, cause: ptrust_names::Cause) -> End {
    (SpfResult::TempError, Reason::DnsFailure { at: Some(at.clone()), question, cause })
}

/// The blocks around addresses.
pub(super) fn ranges(addresses: &[IpAddr], v4: Option<u8>, v6: Option<u8>) -> Vec<IpNet> {
    let block = |address: &IpAddr| {
        let length = if address.is_ipv4() { v4.unwrap_or(32) } else { v6.unwrap_or(128) };
        IpNet::new(*address, length).ok().map(|net| net.trunc())
    };
    addresses.iter().filter_map(block).collect()
}

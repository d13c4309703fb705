//! The XML of aggregate reports, read as a stream.
//!
//! Element names are compared without their namespace, since reporters use any. Values that the schema does not know are
//! kept where they are text, and read as unknown where they are a choice.

use super::{
    Aggregate, AggregateError, AggregateErrorKind, AggregateFault, AggregateFaultKind, Aligned, AuthMethod, AuthResult,
    Disposition, PolicyOverride, Record, Shape,
};
use crate::message::text::{address, cut, shown_some};
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::net::IpAddr;

/// Records that are kept; the largest receivers' reports about the largest senders have some ten thousand.
pub const MAX_RECORDS: usize = 50_000;
/// Results and overrides over all records that are kept, so that small elements do not become large values.
const MAX_DETAILS: usize = 200_000;
/// How deep elements may nest: a report's go to 5, extensions a little deeper.
const MAX_DEPTH: usize = 16;
/// Octets of the text of one element that are read.
const MAX_TEXT: usize = 2 << 10;
/// Octets of an element name that are compared; the longest known has 18.
const MAX_NAME: usize = 32;
/// Faults that are kept.
const MAX_FAULTS: usize = 100;
/// Errors of the reporter that are kept.
const MAX_ERRORS: usize = 10;
/// The namespace of RFC 9990.
const NAMESPACE: &[u8] = b"dmarc-2.0";

/// Reads a report.
///
/// # Errors
/// When the content is no report, or has what no honest report has: a document type, entities, deep nesting.
pub fn parse(content: &[u8]) -> Result<Aggregate, AggregateError> {
    let mut parser = Parser::default();
    let mut reader = Reader::from_reader(content);
    loop {
        let at = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(Event::Eof) if parser.path.is_empty() => break,
            Ok(Event::Eof) | Err(_) => {
                parser.broken(at)?;
                break;
            }
            Ok(event) => event,
        };
        parser.event(&event, at)?;
        if parser.is_full() {
            parser.report.truncated = true;
            break;
        }
    }
    if !parser.seen {
        return Err(AggregateError { at: 0, kind: AggregateErrorKind::NotReport });
    }
    Ok(parser.report)
}

/// A record while it is read.
#[derive(Default)]
struct Draft {
    /// The source address, as text and when it could be read.
    source: Option<IpAddr>,
    /// The number of messages.
    count: u64,
    /// What was done.
    disposition: Disposition,
    /// Aligned DKIM.
    dkim: Aligned,
    /// Aligned SPF.
    spf: Aligned,
    /// Overrides.
    overrides: Vec<PolicyOverride>,
    /// The From field's domain.
    header_from: Option<String>,
    /// The envelope sender's domain.
    envelope_from: Option<String>,
    /// The envelope recipient's domain.
    envelope_to: Option<String>,
    /// Results.
    auth_results: Vec<AuthResult>,
}

/// The state of reading.
#[derive(Default)]
struct Parser {
    /// The report so far.
    report: Aggregate,
    /// Names of the open elements, below the root; the root is counted by `depth`.
    path: Vec<String>,
    /// The text of the innermost element so far.
    text: String,
    /// The record that is open.
    draft: Draft,
    /// The override that is open.
    reason: PolicyOverride,
    /// The result that is open.
    result: Option<AuthResult>,
    /// Results and overrides so far.
    details: usize,
    /// Something of a report was read.
    seen: bool,
}

impl Parser {
    /// Whether nothing more is kept.
    fn is_full(&self) -> bool {
        self.report.records.len() >= MAX_RECORDS
    }

    /// Takes one event.
    fn event(&mut self, event: &Event<'_>, at: u64) -> Result<(), AggregateError> {
        match event {
            Event::Start(element) => self.start(element, at)?,
            Event::Empty(element) => {
                self.start(element, at)?;
                self.end(at);
            }
            Event::End(_) => self.end(at),
            Event::Text(text) => self.push(&String::from_utf8_lossy(text)),
            Event::CData(text) => self.push(&String::from_utf8_lossy(text)),
            Event::GeneralRef(reference) => {
                let c = resolve(reference).ok_or(AggregateError { at, kind: AggregateErrorKind::Entity })?;
                self.push(c.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(AggregateError { at, kind: AggregateErrorKind::Doctype }),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    /// The XML ends in the middle or is not well-formed. Reporters cut reports off, so what came before counts.
    fn broken(&mut self, at: u64) -> Result<(), AggregateError> {
        if self.report.records.is_empty() {
            return Err(AggregateError { at, kind: AggregateErrorKind::Syntax });
        }
        self.fault(at, AggregateFaultKind::Syntax);
        Ok(())
    }

    /// Notes a fault, while there is room.
    fn fault(&mut self, at: u64, kind: AggregateFaultKind) {
        if self.report.faults.len() < MAX_FAULTS {
            self.report.faults.push(AggregateFault { at, kind });
        }
    }

    /// Adds to the text of the innermost element.
    fn push(&mut self, text: &str) {
        let room = MAX_TEXT.saturating_sub(self.text.len());
        self.text.push_str(cut(text, room));
    }

    /// An element starts.
    fn start(&mut self, element: &BytesStart<'_>, at: u64) -> Result<(), AggregateError> {
        let name = element.local_name();
        let name = name.as_ref();
        let name = String::from_utf8_lossy(name.get(..MAX_NAME).unwrap_or(name)).into_owned();
        if self.path.is_empty() {
            if name != "feedback" {
                return Err(AggregateError { at, kind: AggregateErrorKind::NotReport });
            }
            if element.windows(NAMESPACE.len()).any(|window| window == NAMESPACE) {
                self.report.shape = Shape::Rfc9990;
            }
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(AggregateError { at, kind: AggregateErrorKind::TooDeep });
        }
        self.path.push(name);
        self.text.clear();
        match self.inner().as_slice() {
            ["record"] => self.draft = Draft::default(),
            ["record", "row", "policy_evaluated", "reason"] => self.reason = PolicyOverride::default(),
            ["record", "auth_results", "dkim"] => self.result = Some(result(AuthMethod::Dkim)),
            ["record", "auth_results", "spf"] => self.result = Some(result(AuthMethod::Spf)),
            _ => {}
        }
        Ok(())
    }

    /// The names of the open elements below the root.
    fn inner(&self) -> Vec<&str> {
        self.path.iter().skip(1).map(String::as_str).collect()
    }

    /// An element ends.
    fn end(&mut self, at: u64) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let path = std::mem::take(&mut self.path);
        let inner: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        match inner.as_slice() {
            ["report_metadata", rest @ ..] => self.metadata(rest, text, at),
            ["policy_published", name] => self.policy(name, text),
            ["record", rest @ ..] => self.record(rest, text, at),
            _ => {}
        }
        self.path = path;
        self.path.pop();
    }

    /// An element of the metadata ends.
    fn metadata(&mut self, path: &[&str], text: &str, at: u64) {
        self.seen = true;
        let metadata = &mut self.report.metadata;
        match path {
            ["org_name"] => metadata.org_name = shown_some(text),
            ["email"] => metadata.email = shown_some(text),
            ["extra_contact_info"] => metadata.extra_contact_info = shown_some(text),
            ["report_id"] => metadata.report_id = shown_some(text),
            ["generator"] => metadata.generator = shown_some(text),
            ["error"] if metadata.errors.len() < MAX_ERRORS => metadata.errors.extend(shown_some(text)),
            ["date_range", part @ ("begin" | "end")] => {
                let time = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
                let place = if *part == "begin" { &mut metadata.begin } else { &mut metadata.end };
                *place = time;
                if time.is_none() {
                    self.fault(at, AggregateFaultKind::Number);
                }
            }
            _ => {}
        }
    }

    /// An element of the policy ends.
    fn policy(&mut self, name: &str, text: &str) {
        self.seen = true;
        let value = shown_some(&text.to_ascii_lowercase());
        if matches!(name, "discovery_method" | "testing") && value.is_some() {
            self.report.shape = Shape::Rfc9990;
        }
        let policy = &mut self.report.policy;
        match name {
            "domain" => policy.domain = value,
            "adkim" => policy.adkim = value,
            "aspf" => policy.aspf = value,
            "p" => policy.p = value,
            "sp" => policy.sp = value,
            "np" => policy.np = value,
            "pct" => policy.pct = value,
            "fo" => policy.fo = value,
            "testing" => policy.testing = value,
            "discovery_method" => policy.discovery_method = value,
            _ => {}
        }
    }

    /// An element of a record ends, or the record itself.
    fn record(&mut self, path: &[&str], text: &str, at: u64) {
        let lower = || text.to_ascii_lowercase();
        match path {
            [] => self.close(),
            ["row", "source_ip"] => {
                self.draft.source = address(text);
                if self.draft.source.is_none() {
                    self.fault(at, AggregateFaultKind::Address);
                }
            }
            ["row", "count"] => match number(text) {
                Some(count) => self.draft.count = count,
                None => self.fault(at, AggregateFaultKind::Number),
            },
            ["row", "policy_evaluated", "disposition"] => self.draft.disposition = disposition(&lower()),
            ["row", "policy_evaluated", "dkim"] => self.draft.dkim = aligned(&lower()),
            ["row", "policy_evaluated", "spf"] => self.draft.spf = aligned(&lower()),
            ["row", "policy_evaluated", "reason", "type"] => self.reason.kind = shown_some(&lower()),
            ["row", "policy_evaluated", "reason", "comment"] => self.reason.comment = shown_some(text),
            ["row", "policy_evaluated", "reason"] => {
                // Reporters write an empty reason for none.
                let reason = std::mem::take(&mut self.reason);
                if reason != PolicyOverride::default() && self.has_room() {
                    self.draft.overrides.push(reason);
                }
            }
            ["identifiers" | "identities", "header_from"] => self.draft.header_from = shown_some(&lower()),
            ["identifiers" | "identities", "envelope_from"] => self.draft.envelope_from = shown_some(&lower()),
            ["identifiers" | "identities", "envelope_to"] => self.draft.envelope_to = shown_some(&lower()),
            ["auth_results", "dkim" | "spf"] => {
                if let Some(result) = self.result.take().filter(|_| self.has_room()) {
                    self.draft.auth_results.push(result);
                }
            }
            ["auth_results", "dkim" | "spf", name] => {
                let Some(result) = &mut self.result else { return };
                match *name {
                    "domain" => result.domain = shown_some(&lower()),
                    "selector" => result.selector = shown_some(text),
                    "scope" => result.scope = shown_some(&lower()),
                    "result" => result.result = shown_some(&lower()),
                    "human_result" => result.human_result = shown_some(text),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Takes room for a result or an override; without room, the report is marked as cut.
    fn has_room(&mut self) -> bool {
        self.details += 1;
        let room = self.details <= MAX_DETAILS;
        self.report.truncated |= !room;
        room
    }

    /// A record is complete.
    fn close(&mut self) {
        self.seen = true;
        let draft = std::mem::take(&mut self.draft);
        let Some(source) = draft.source else {
            self.report.unread_records = self.report.unread_records.saturating_add(1);
            return;
        };
        self.report.records.push(Record {
            source,
            count: draft.count,
            disposition: draft.disposition,
            dkim: draft.dkim,
            spf: draft.spf,
            overrides: draft.overrides,
            header_from: draft.header_from,
            envelope_from: draft.envelope_from,
            envelope_to: draft.envelope_to,
            auth_results: draft.auth_results,
        });
    }
}

/// An empty result.
fn result(method: AuthMethod) -> AuthResult {
    AuthResult { method, domain: None, selector: None, scope: None, result: None, human_result: None }
}

/// Resolves a character reference or one of the five entities that XML defines (XML 1.0 4.6).
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(c) = reference.resolve_char_ref().ok()? {
        return Some(c);
    }
    match &**reference {
        b"amp" => Some('&'),
        b"apos" => Some('\''),
        b"gt" => Some('>'),
        b"lt" => Some('<'),
        b"quot" => Some('"'),
        _ => None,
    }
}

/// Reads a count; one that is too large for a number is the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Reads what was done, in lower case.
fn disposition(text: &str) -> Disposition {
    match text {
        "none" => Disposition::None,
        "pass" => Disposition::Pass,
        "quarantine" => Disposition::Quarantine,
        "reject" => Disposition::Reject,
        _ => Disposition::Unknown,
    }
}

/// Reads an aligned result, in lower case.
fn aligned(text: &str) -> Aligned {
    match text {
        "fail" => Aligned::Fail,
        "pass" => Aligned::Pass,
        _ => Aligned::Unknown,
    }
}

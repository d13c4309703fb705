//! The addresses that mail of a domain was sent from, out of any file.

use super::{Kind, sniff_content};
use crate::log::{LogKind, Reader, Role, list};
use crate::message::{self, IsPublic, Message, NotMessage};
use crate::report::aggregate::{Aggregate, AggregateFault, Aligned, Record};
use crate::report::{Report, ReportError, UnpackError, read, unpack};
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// How a file is read.
#[derive(Clone)]
pub struct Options<'a> {
    /// Only mail from senders at or below this domain counts.
    pub domain: Option<Name>,
    /// Which addresses can be reached from the whole internet; the others are counted and left out.
    pub is_public: IsPublic<'a>,
}

/// What shows that an address sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// It handed mail of the domain to the host whose log this is.
    Client,
    /// A report counts mail with an aligned DKIM signature but without aligned SPF: own, or forwarded.
    DkimAligned,
    /// It stands in a list.
    Listed,
    /// A log names it as the local address of deliveries.
    Outgoing,
    /// A reply quotes it.
    Quoted,
    /// A message came from it.
    Received,
    /// A report counts mail with aligned SPF.
    SpfAligned,
    /// A report counts mail that failed DMARC: forged, forwarded, or own and not set up.
    Unauthenticated,
}

/// An address, and what shows that it sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The address.
    pub address: IpAddr,
    /// How often each evidence was met: messages of a report, lines of a log or list.
    pub evidence: BTreeMap<Evidence, u64>,
}

impl Source {
    /// Everything met, together.
    pub fn count(&self) -> u64 {
        self.evidence.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether something shows that the address sends for the domain; mail that failed DMARC may be anybody's.
    pub fn is_confirmed(&self) -> bool {
        self.evidence.keys().any(|evidence| *evidence != Evidence::Unauthenticated)
    }
}

/// What kept a file, or a part of it, from being read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputFault {
    /// More addresses, records or replies than are kept.
    #[error("the file names more than is kept of it")]
    Capped,
    /// Lines of a list that hold no address.
    #[error("{count} lines hold no address, the first of them line {first}")]
    Lines {
        /// The first, counted from 1.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Lines of a log that are too long.
    #[error("{0} lines are too long to be read")]
    LongLines(u64),
    /// A message that does not tell the address it came from.
    #[error("the message does not tell a public address that it came from")]
    NoSendingAddress,
    /// Not a message after all.
    #[error("failed to read the message")]
    NotMessage(#[from] NotMessage),
    /// A report that cannot be read.
    #[error("failed to read the report")]
    Report(#[from] ReportError),
    /// A part of a report that cannot be read.
    #[error("a part of the report cannot be read")]
    ReportPart(#[from] AggregateFault),
    /// TLS reports tell of others' mail to the domain.
    #[error("a TLS report tells who sends to the domain, not from where the domain sends")]
    TlsReport,
    /// A packed file that cannot be unpacked.
    #[error("failed to unpack the file")]
    Unpack(#[from] UnpackError),
    /// Nothing that is known.
    #[error("neither a list, a log of Postfix or Exim, a message nor a report")]
    Unrecognized,
}

/// What a file says of sending addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// What the file is; a message with a report in it counts as the report.
    pub kind: Kind,
    /// The addresses, in order.
    pub addresses: Vec<Source>,
    /// Mentions of addresses that are not public.
    pub not_public: u64,
    /// Mentions that belong to mail of other domains.
    pub other_domain: u64,
    /// Mentions whose sender the file does not tell.
    pub unknown_sender: u64,
    /// What could not be read.
    pub faults: Vec<InputFault>,
}

/// Finds the addresses that mail was sent from. It always gives what could be read, and says what could not.
pub fn sending_addresses(bytes: &[u8], options: &Options<'_>) -> Sources {
    let mut collector = Collector::new(options);
    match unpack(bytes) {
        Ok(content) => collector.content(&content),
        Err(error) => collector.fault(error.into()),
    }
    collector.finish()
}

/// What was found so far.
struct Collector<'a> {
    /// How to read.
    options: &'a Options<'a>,
    /// Addresses with their evidence.
    addresses: BTreeMap<IpAddr, BTreeMap<Evidence, u64>>,
    /// The rest of the result.
    sources: Sources,
}

impl<'a> Collector<'a> {
    /// Nothing found.
    fn new(options: &'a Options<'a>) -> Self {
        let sources = Sources {
            kind: Kind::Unknown,
            addresses: Vec::new(),
            not_public: 0,
            other_domain: 0,
            unknown_sender: 0,
            faults: Vec::new(),
        };
        Self { options, addresses: BTreeMap::new(), sources }
    }

    /// Reads an unpacked content.
    fn content(&mut self, content: &[u8]) {
        self.sources.kind = sniff_content(content);
        match self.sources.kind {
            Kind::AddressList => self.list(content),
            Kind::DmarcReport | Kind::TlsReport => self.report(read(content)),
            Kind::EximLog => self.log(LogKind::Exim, content),
            Kind::Message => self.message(content),
            Kind::PostfixLog => self.log(LogKind::Postfix, content),
            Kind::Unknown => self.fault(InputFault::Unrecognized),
        }
    }

    /// Notes what could not be read.
    fn fault(&mut self, fault: InputFault) {
        if !self.sources.faults.contains(&fault) {
            self.sources.faults.push(fault);
        }
    }

    /// Counts evidence for an address, when it is public.
    fn add(&mut self, address: IpAddr, evidence: Evidence, count: u64) {
        if (self.options.is_public)(address) {
            self.add_public(address, evidence, count);
        } else {
            self.sources.not_public = self.sources.not_public.saturating_add(1);
        }
    }

    /// Counts evidence for an address that is known to be public.
    fn add_public(&mut self, address: IpAddr, evidence: Evidence, count: u64) {
        let sum = self.addresses.entry(address).or_default().entry(evidence).or_default();
        *sum = sum.saturating_add(count);
    }

    /// Whether mail of this sender's domain counts; `None` when the domain is not told.
    fn is_ours(&self, domain: Option<&Name>) -> Option<bool> {
        match &self.options.domain {
            None => Some(true),
            Some(wanted) => domain.map(|domain| domain.is_at_or_below(wanted)),
        }
    }

    /// Counts a mention that is not ours, or whose sender is not told.
    fn skip(&mut self, ours: Option<bool>) {
        let number = if ours.is_some() { &mut self.sources.other_domain } else { &mut self.sources.unknown_sender };
        *number = number.saturating_add(1);
    }

    /// A list: its maker says that all of it sends.
    fn list(&mut self, content: &[u8]) {
        let list = list::parse(content, self.options.is_public);
        self.sources.not_public = list.not_public;
        for (address, count) in list.addresses {
            self.add_public(address, Evidence::Listed, count);
        }
        if let Some(first) = list.faults.first() {
            self.fault(InputFault::Lines { first: *first, count: list.fault_count });
        }
        if list.capped {
            self.fault(InputFault::Capped);
        }
    }

    /// A log.
    fn log(&mut self, kind: LogKind, content: &[u8]) {
        let mut reader = Reader::new(kind, self.options.domain.clone(), self.options.is_public);
        reader.text(content);
        let log = reader.finish();
        self.sources.not_public = log.not_public;
        self.sources.other_domain = log.other_domain;
        self.sources.unknown_sender = log.unknown_sender;
        for one in log.addresses.iter().filter(|one| one.role.sends(log.domain.is_some())) {
            let evidence = match one.role {
                Role::Quoted => Evidence::Quoted,
                Role::Sender => Evidence::Outgoing,
                Role::Client | Role::Remote | Role::Submitter => Evidence::Client,
            };
            self.add_public(one.address, evidence, one.count);
        }
        if log.unread_lines > 0 {
            self.fault(InputFault::LongLines(log.unread_lines));
        }
        if log.addresses_capped {
            self.fault(InputFault::Capped);
        }
    }

    /// A message: a report in it, a bounce, or mail that was received.
    fn message(&mut self, content: &[u8]) {
        match read(content) {
            Err(ReportError::NothingAttached | ReportError::Unrecognized) => {}
            Ok(report) => {
                self.sources.kind = match report {
                    Report::DmarcReport(_) => Kind::DmarcReport,
                    Report::TlsReport(_) => Kind::TlsReport,
                };
                return self.report(Ok(report));
            }
            // Something packed that is no report is an attachment like any other, but it may have been meant as one.
            Err(error) => self.fault(error.into()),
        }
        match message::parse(content, self.options.is_public) {
            Ok(message) if message.delivery_status.is_some() => self.bounce(&message),
            Ok(message) => self.received(&message),
            Err(error) => self.fault(error.into()),
        }
    }

    /// A message that was received.
    fn received(&mut self, message: &Message) {
        let ours = self.is_ours(message.from.first().and_then(|from| from.domain.as_ref()));
        match (&message.boundary.sending, ours) {
            (Some(sending), Some(true)) => self.add_public(sending.address, Evidence::Received, 1),
            (Some(_), _) => self.skip(ours),
            (None, _) => self.fault(InputFault::NoSendingAddress),
        }
    }

    /// A bounce: replies quote the address that they refuse. The original message, when the bounce has it, tells whose
    /// mail it was; without it, a bounce comes back to its sender.
    fn bounce(&mut self, message: &Message) {
        let domain = message.original.as_ref().and_then(|original| original.from.first()?.domain.as_ref());
        let ours = self.is_ours(domain).or(message.original.is_none().then_some(true));
        for recipient in message.delivery_status.iter().flat_map(|status| &status.recipients) {
            let quoted = recipient.reply.iter().flat_map(|reply| &reply.addresses);
            for address in quoted.filter(|address| Some(**address) != recipient.remote_address) {
                if ours == Some(true) {
                    self.add(*address, Evidence::Quoted, 1);
                } else {
                    self.skip(ours);
                }
            }
        }
    }

    /// A report, or why there is none.
    fn report(&mut self, report: Result<Report, ReportError>) {
        match report {
            Ok(Report::DmarcReport(report)) => self.aggregate(&report),
            Ok(Report::TlsReport(_)) => self.fault(InputFault::TlsReport),
            Err(error) => self.fault(error.into()),
        }
    }

    /// An aggregate report.
    fn aggregate(&mut self, report: &Aggregate) {
        for record in &report.records {
            let from = record.header_from.as_deref().or(report.policy.domain.as_deref());
            let ours = self.is_ours(from.and_then(|from| from.parse().ok()).as_ref());
            if ours == Some(true) {
                self.add(record.source, evidence(record), record.count);
            } else {
                self.skip(ours);
            }
        }
        if report.truncated {
            self.fault(InputFault::Capped);
        }
        for fault in &report.faults {
            self.fault((*fault).into());
        }
    }

    /// The result.
    fn finish(mut self) -> Sources {
        let addresses = self.addresses.into_iter();
        self.sources.addresses = addresses.map(|(address, evidence)| Source { address, evidence }).collect();
        self.sources
    }
}

/// What a record of a report shows.
fn evidence(record: &Record) -> Evidence {
    match (record.spf, record.dkim) {
        (Aligned::Pass, _) => Evidence::SpfAligned,
        (_, Aligned::Pass) => Evidence::DkimAligned,
        _ => Evidence::Unauthenticated,
    }
}

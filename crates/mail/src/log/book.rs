//! What a log told: addresses by role, and replies, kept in bounded memory.

use super::{Delivery, Event, Failure, LineSender, LogKind};
use crate::message::IsPublic;
use crate::message::reply::{self, Reply};
use crate::message::text::shown;
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// Distinct pairs of address and role that are kept; no pool of one domain comes near.
pub const MAX_ADDRESSES: usize = 65_536;
/// Replies that are kept, the first ones; a refusal repeats for each message.
pub const MAX_REPLIES: usize = 1_000;
/// Messages in the queue at the same time that are remembered; the oldest is forgotten first.
const MAX_OPEN: usize = 20_000;
/// Facts about one message that wait for its sender to be told.
const MAX_WAITING: usize = 16;
/// Replies that wait for the sender of their message to be told, over all messages.
const MAX_WAITING_REPLIES: usize = 2_000;
/// Octets of a reply that are kept.
const MAX_TEXT: usize = 4 << 10;

/// What an address in a log did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It connected to this host and handed over mail.
    Client,
    /// A remote host's reply quotes it, which most do with the address that they refuse.
    Quoted,
    /// It is the remote host that mail was delivered to.
    Remote,
    /// This host sent mail from it.
    Sender,
    /// A user logged in from it to submit mail.
    Submitter,
}

impl Role {
    /// Whether mail of the message's domain went out to others from this address. A client counts only when the log was
    /// read for a domain: otherwise it sent mail of anybody.
    pub fn sends(self, for_domain: bool) -> bool {
        match self {
            Self::Sender | Self::Quoted => true,
            Self::Client => for_domain,
            Self::Remote | Self::Submitter => false,
        }
    }
}

/// An address in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogAddress {
    /// The address.
    pub address: IpAddr,
    /// What it did.
    pub role: Role,
    /// How many lines say so.
    pub count: u64,
}

/// A delivery that failed, for now or for good. Texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogReply {
    /// The line, counted from 1.
    pub line: u64,
    /// `bounced` or `deferred`.
    pub status: String,
    /// The remote host's name.
    pub host: Option<String>,
    /// The remote host's address.
    pub remote: Option<IpAddr>,
    /// The reply, or why there was none.
    pub reply: Reply,
}

/// What a log told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Log {
    /// Which software wrote it.
    pub kind: LogKind,
    /// The domain it was read for.
    pub domain: Option<Name>,
    /// Lines in all.
    pub lines: u64,
    /// Lines that were too long to read.
    pub unread_lines: u64,
    /// Addresses by role, in order of addresses.
    pub addresses: Vec<LogAddress>,
    /// Replies of remote hosts, in order.
    pub replies: Vec<LogReply>,
    /// Mentions of addresses that are not public.
    pub not_public: u64,
    /// Mentions that belong to mail of other domains.
    pub other_domain: u64,
    /// Mentions whose sender the log does not tell.
    pub unknown_sender: u64,
    /// There were more addresses than [`MAX_ADDRESSES`].
    pub addresses_capped: bool,
    /// There were more replies than [`MAX_REPLIES`].
    pub replies_capped: bool,
}

impl Log {
    /// The addresses that sent mail of the domain, each with the number of lines over its roles.
    pub fn sending(&self) -> BTreeMap<IpAddr, u64> {
        let mut sending: BTreeMap<IpAddr, u64> = BTreeMap::new();
        for one in self.addresses.iter().filter(|one| one.role.sends(self.domain.is_some())) {
            let count = sending.entry(one.address).or_default();
            *count = count.saturating_add(one.count);
        }
        sending
    }
}

/// What is known of a message in the queue.
#[derive(Default)]
struct Open {
    /// Whether its sender is of the domain, once told.
    ours: Option<bool>,
    /// Mentions that wait for it.
    waiting: Vec<Mention>,
}

/// Something a line says about addresses.
enum Mention {
    /// An address in a role.
    Address(IpAddr, Role),
    /// A reply.
    Reply(Box<LogReply>),
}

/// The log as read so far.
pub(super) struct Book<'a> {
    /// Which addresses are public.
    is_public: IsPublic<'a>,
    /// The result.
    log: Log,
    /// Addresses by role.
    addresses: BTreeMap<(IpAddr, Role), u64>,
    /// Messages in the queue.
    open: BTreeMap<String, Open>,
    /// Their ids, the oldest first; may hold ids that are done.
    order: VecDeque<String>,
    /// How many replies wait in them.
    waiting_replies: usize,
}

impl<'a> Book<'a> {
    /// An empty book.
    pub(super) fn new(kind: LogKind, domain: Option<Name>, is_public: IsPublic<'a>) -> Self {
        let log = Log {
            kind,
            domain,
            lines: 0,
            unread_lines: 0,
            addresses: Vec::new(),
            replies: Vec::new(),
            not_public: 0,
            other_domain: 0,
            unknown_sender: 0,
            addresses_capped: false,
            replies_capped: false,
        };
        Self {
            is_public,
            log,
            addresses: BTreeMap::new(),
            open: BTreeMap::new(),
            order: VecDeque::new(),
            waiting_replies: 0,
        }
    }

    /// Counts a line.
    pub(super) fn count_line(&mut self) {
        self.log.lines = self.log.lines.saturating_add(1);
    }

    /// Counts a line that was not read.
    pub(super) fn count_unread(&mut self) {
        self.log.unread_lines = self.log.unread_lines.saturating_add(1);
    }

    /// Takes what a line says.
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Client { id, address, authenticated } => {
                let role = if authenticated { Role::Submitter } else { Role::Client };
                self.mention(&id, Mention::Address(address, role));
            }
            Event::Sender { id, domain } => self.sender(&id, domain.as_ref()),
            Event::Delivery(delivery) => self.delivery(delivery),
            Event::Done { id } => {
                if let Some(open) = self.open.remove(&id) {
                    self.forget(&open);
                }
            }
        }
    }

    /// A delivery: the addresses of both ends, and the reply.
    fn delivery(&mut self, delivery: Delivery) {
        let Delivery { id, host, remote, local, sender, failure } = delivery;
        if let LineSender::Told(domain) = sender {
            self.sender(&id, domain.as_ref());
        }
        let ends = [(local, Role::Sender), (remote, Role::Remote)];
        for (address, role) in ends {
            if let Some(address) = address {
                self.mention(&id, Mention::Address(address, role));
            }
        }
        if let Some(Failure { status, text }) = failure {
            let reply = reply::parse(crate::message::text::cut(&text, MAX_TEXT));
            // Only a reply with a code is the remote host's word; a local cause may quote anything.
            if reply.code.is_some() || reply.enhanced.is_some() {
                for address in reply.addresses.iter().filter(|address| Some(**address) != remote) {
                    self.mention(&id, Mention::Address(*address, Role::Quoted));
                }
            }
            let host = host.map(|host| shown(&host));
            let reply = LogReply { line: self.log.lines, status: status.into(), host, remote, reply };
            self.mention(&id, Mention::Reply(Box::new(reply)));
        }
    }

    /// The sender of a message is told: what waited for it counts, or not.
    fn sender(&mut self, id: &str, domain: Option<&Name>) {
        let Some(wanted) = &self.log.domain else { return };
        let ours = domain.is_some_and(|domain| domain.is_at_or_below(wanted));
        let open = self.opened(id);
        open.ours = Some(ours);
        let waiting = std::mem::take(&mut open.waiting);
        self.release(&waiting);
        for mention in waiting {
            self.settle(mention, ours);
        }
    }

    /// A line of a message mentions something.
    fn mention(&mut self, id: &str, mention: Mention) {
        if self.log.domain.is_none() {
            self.settle(mention, true);
            return;
        }
        let is_reply = matches!(mention, Mention::Reply(_));
        let full = is_reply && self.waiting_replies >= MAX_WAITING_REPLIES;
        let open = self.opened(id);
        match open.ours {
            Some(ours) => self.settle(mention, ours),
            None if open.waiting.len() < MAX_WAITING && !full => {
                open.waiting.push(mention);
                self.waiting_replies += usize::from(is_reply);
            }
            None => self.log.unknown_sender = self.log.unknown_sender.saturating_add(1),
        }
    }

    /// The message of an id; the oldest ones make room for it.
    fn opened(&mut self, id: &str) -> &mut Open {
        if !self.open.contains_key(id) {
            self.order.push_back(id.to_owned());
            while self.order.len() > MAX_OPEN {
                if let Some(open) = self.order.pop_front().and_then(|oldest| self.open.remove(&oldest)) {
                    self.forget(&open);
                }
            }
        }
        self.open.entry(id.to_owned()).or_default()
    }

    /// Gives back the room that waiting replies took.
    fn release(&mut self, waiting: &[Mention]) {
        let replies = waiting.iter().filter(|mention| matches!(mention, Mention::Reply(_))).count();
        self.waiting_replies = self.waiting_replies.saturating_sub(replies);
    }

    /// A message is gone: what still waits for its sender stays unknown.
    fn forget(&mut self, open: &Open) {
        self.release(&open.waiting);
        let waiting = u64::try_from(open.waiting.len()).unwrap_or(u64::MAX);
        self.log.unknown_sender = self.log.unknown_sender.saturating_add(waiting);
    }

    /// Counts a mention of mail that is of the domain, or is not.
    fn settle(&mut self, mention: Mention, ours: bool) {
        if !ours {
            self.log.other_domain = self.log.other_domain.saturating_add(1);
            return;
        }
        match mention {
            Mention::Address(address, _) if !(self.is_public)(address) => {
                self.log.not_public = self.log.not_public.saturating_add(1);
            }
            Mention::Address(address, role) => {
                let full = self.addresses.len() >= MAX_ADDRESSES;
                if full && !self.addresses.contains_key(&(address, role)) {
                    self.log.addresses_capped = true;
                } else {
                    let count = self.addresses.entry((address, role)).or_default();
                    *count = count.saturating_add(1);
                }
            }
            Mention::Reply(_) if self.log.replies.len() >= MAX_REPLIES => self.log.replies_capped = true,
            Mention::Reply(reply) => self.log.replies.push(*reply),
        }
    }

    /// The result.
    pub(super) fn finish(mut self) -> Log {
        for (_, open) in std::mem::take(&mut self.open) {
            self.forget(&open);
        }
        let addresses = self.addresses.into_iter();
        self.log.addresses = addresses.map(|((address, role), count)| LogAddress { address, role, count }).collect();
        self.log
    }
}

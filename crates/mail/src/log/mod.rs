//! Mail logs of Postfix and Exim, and plain lists: the sending addresses in them.
//!
//! A log names many addresses, and only some of them sent mail of the domain in question; so each is told with its role:
//!
//! | line | address | role |
//! |---|---|---|
//! | Postfix `smtpd`: `ID: client=name[a]` | a | client, or submitter when the user logged in |
//! | Postfix `smtp`: `relay=name[a]:25` | a | remote |
//! | Postfix `smtp`: `host name[a] said: … [b] …` | b | quoted: receivers quote the address that they refuse |
//! | Exim `<= … H=name [a] … I=[b]` | a | client, or submitter when the user logged in; b only received |
//! | Exim `=> … H=name [a] … I=[b]` | a, b | remote, and sender |
//!
//! Postfix does not log the address it sends from. A line counts for a domain when the sender of its message, told by
//! the line itself or by an earlier or later one of the same id, is of that domain.
//!
//! Streaming: one line at a time, in bounded memory.

mod book;
mod exim;
mod line;
pub mod list;
mod postfix;

pub use book::{Log, LogAddress, LogReply, MAX_ADDRESSES, MAX_REPLIES, Role};

use crate::message::IsPublic;
use book::Book;
use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Octets of a line that are read. syslog cuts at a few KiB; a line over this is skipped and counted.
pub const MAX_LINE: usize = 64 << 10;

/// Which software wrote a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogKind {
    /// Exim's main log.
    Exim,
    /// Postfix's lines of a syslog or journal.
    Postfix,
}

/// A line of a log, as far as it says something about addresses or senders.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    /// Mail arrived: the client, and whether it logged in.
    Client {
        /// The queue or message id.
        id: String,
        /// The client's address.
        address: std::net::IpAddr,
        /// The user logged in.
        authenticated: bool,
    },
    /// The envelope sender of a message; `None` for the null sender.
    Sender {
        /// The queue or message id.
        id: String,
        /// The domain of the sender.
        domain: Option<Name>,
    },
    /// An attempt to deliver.
    Delivery(Delivery),
    /// The message left the queue: nothing more will be said of it.
    Done {
        /// The queue or message id.
        id: String,
    },
}

/// What a line about a delivery says of the message's sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum LineSender {
    /// Nothing.
    #[default]
    NotTold,
    /// The domain; `None` for the null sender.
    Told(Option<Name>),
}

/// An attempt to deliver, successful or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Delivery {
    /// The queue or message id.
    id: String,
    /// The remote host's name.
    host: Option<String>,
    /// The remote host's address.
    remote: Option<std::net::IpAddr>,
    /// The local address the connection went out from.
    local: Option<std::net::IpAddr>,
    /// The sender, when the line itself tells it.
    sender: LineSender,
    /// What became of it, unless it was delivered.
    failure: Option<Failure>,
}

/// A delivery that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    /// `bounced` or `deferred`.
    status: &'static str,
    /// What the remote host said, or why there was no connection.
    text: String,
}

/// Reads a log line by line.
pub struct Reader<'a> {
    /// Whose format the lines are in.
    kind: LogKind,
    /// What was read so far.
    book: Book<'a>,
}

impl<'a> Reader<'a> {
    /// A reader. With a domain, only messages whose sender is at or below it count. `is_public` tells which addresses
    /// can be reached from the whole internet; the others are counted and left out.
    pub fn new(kind: LogKind, domain: Option<Name>, is_public: IsPublic<'a>) -> Self {
        Self { kind, book: Book::new(kind, domain, is_public) }
    }

    /// Takes the next line, without its end.
    pub fn line(&mut self, line: &[u8]) {
        self.book.count_line();
        if line.len() > MAX_LINE {
            self.book.count_unread();
            return;
        }
        let text = String::from_utf8_lossy(line);
        let events = match self.kind {
            LogKind::Exim => exim::events(&text),
            LogKind::Postfix => postfix::events(&text),
        };
        for event in events {
            self.book.take(event);
        }
    }

    /// Takes every line of a text.
    pub fn text(&mut self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            self.line(line.strip_suffix(b"\r").unwrap_or(line));
        }
    }

    /// What the log told.
    pub fn finish(self) -> Log {
        self.book.finish()
    }
}

/// Whether a line is one of this software's.
pub(crate) fn is_line_of(kind: LogKind, line: &str) -> bool {
    match kind {
        LogKind::Exim => exim::is_line(line),
        LogKind::Postfix => line::service(line).is_some(),
    }
}

#[cfg(test)]
mod tests;

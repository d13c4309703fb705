//! The resolvers' view: what each configured resolver says to a question.
//!
//! A stub resolver (RFC 1034 5.3.1) that keeps every resolver's own answer. Failures of any kind stay failures: only a
//! denial with NOERROR or NXDOMAIN is an absence.

use crate::answer::{Answer, MAX_ALIASES, read_answer};
use crate::ask::{AskError, ask_once, cause_of_rcode};
use crate::ports::{Channel, Clock, Exchange, PathError, Ports};
use crate::settings::Settings;
use crate::wire::{Flags, Reply, rcode};
use futures_util::future::join_all;
use jiff::Timestamp;
use ptrust_facts::{Fact, Source, Transport};
use ptrust_names::{Cause, Name, Observed, Question, Record, RecordType, Records};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::Instant;

/// Datagrams sent to a resolver before TCP is tried: one loss is normal, two in a row are a path.
const UDP_TRIES: usize = 2;
/// Wait for one datagram. A resolver with a cold cache walks from the root and needs a second or so.
const UDP_WAIT: Duration = Duration::from_secs(2);
/// Wait for an answer over TCP, connection included.
const TCP_WAIT: Duration = Duration::from_secs(3);
/// The port that needs no mention.
const DNS_PORT: u16 = 53;
/// Queries for one view of one resolver, aliases followed by hand included.
const MAX_QUERIES: usize = 24;

/// Asks every configured resolver in parallel.
pub async fn view(ports: &Ports, settings: &Settings, question: &Question) -> Fact<Records> {
    let (exchange, clock) = (&*ports.exchange, &*ports.clock);
    let asked = settings.resolvers.iter().map(|&server| source(exchange, clock, server, question, settings.timeout));
    Fact::of(join_all(asked).await)
}

/// The addresses of a host name by the first resolver that knows any, for connections of our own.
///
/// # Errors
/// The cause, when no resolver knows an address; a denial is [`Cause::Unresolvable`].
pub async fn lookup(
    exchange: &dyn Exchange,
    clock: &dyn Clock,
    resolvers: &[SocketAddr],
    host: &Name,
    timeout: Duration,
) -> Result<Vec<IpAddr>, Cause> {
    let mut failure = Cause::Unresolvable;
    for &server in resolvers {
        let questions = [RecordType::AAAA, RecordType::A].map(|rtype| Question::new(host.clone(), rtype));
        let asked = questions.iter().map(|question| source(exchange, clock, server, question, timeout));
        let mut addresses = Vec::new();
        for source in join_all(asked).await {
            match source.outcome {
                Observed::Present(records) => addresses.extend(records.addresses()),
                Observed::Absent(_) => {}
                Observed::Unknown(cause) => failure = cause,
            }
        }
        if !addresses.is_empty() {
            return Ok(addresses);
        }
    }
    Err(failure)
}

/// One resolver's answer within a deadline.
async fn source(
    exchange: &dyn Exchange,
    clock: &dyn Clock,
    server: SocketAddr,
    question: &Question,
    timeout: Duration,
) -> Source<Records> {
    let mut client = Client {
        exchange,
        clock,
        server,
        queries: 0,
        flags: Flags { recurse: true, ..Flags::default() },
        transport: Transport::Udp,
        sent_at: clock.now(),
        rtt: None,
    };
    let asked = tokio::time::timeout(timeout, client.follow(question)).await;
    let outcome = asked.unwrap_or_else(|_| {
        client.rtt = None;
        Observed::Unknown(Cause::Timeout)
    });
    Source {
        address: Some(server.ip()),
        server: Some(if server.port() == DNS_PORT { server.ip().to_string() } else { server.to_string() }),
        transport: client.transport,
        sent_at: client.sent_at,
        rtt_us: client.rtt.map(|rtt| u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX)),
        outcome,
    }
}

/// A conversation with one resolver.
struct Client<'a> {
    exchange: &'a dyn Exchange,
    clock: &'a dyn Clock,
    server: SocketAddr,
    /// Queries sent so far.
    queries: usize,
    /// Flags of the next query.
    flags: Flags,
    /// Transport of the last query.
    transport: Transport,
    /// When the last query was sent.
    sent_at: Timestamp,
    /// Time to its answer.
    rtt: Option<Duration>,
}

impl Client<'_> {
    /// The answer, with aliases asked for by hand where the resolver left the chain open (some forwarders do).
    async fn follow(&mut self, question: &Question) -> Observed<Records> {
        let mut aliases = Vec::new();
        let mut question = question.clone();
        loop {
            let reply = match self.reply(&question).await {
                Ok(reply) => reply,
                Err(cause) => return Observed::Unknown(cause),
            };
            if let Some(cause) = cause_of_rcode(reply.rcode) {
                return Observed::Unknown(cause);
            }
            if is_referral(&reply) {
                return Observed::Unknown(Cause::NotAuthoritative);
            }
            match read_answer(&reply, &question) {
                Answer::Set(records) => {
                    aliases.extend(records.aliases);
                    return Observed::Present(Records { aliases, set: records.set });
                }
                Answer::Negative { absence, .. } => return Observed::Absent(absence),
                Answer::Conflict(_) => return Observed::Unknown(Cause::Garbled),
                Answer::Loop { .. } => return Observed::Unknown(Cause::AliasLoop),
                Answer::Alias { aliases: more, target } => {
                    let seen = aliases.iter().chain(&more).any(|alias: &Record| alias.owner == target);
                    aliases.extend(more);
                    if seen || aliases.len() > MAX_ALIASES {
                        return Observed::Unknown(Cause::AliasLoop);
                    }
                    question.name = target;
                }
            }
        }
    }

    /// The reply to one question: datagrams, then TCP when they are cut or lost; SERVFAIL asked once more, and a
    /// server that chokes on EDNS without it (RFC 6891 7).
    async fn reply(&mut self, question: &Question) -> Result<Reply, Cause> {
        let mut again = true;
        loop {
            let reply = self.transported(question).await?;
            match reply.rcode {
                rcode::SERVFAIL if again => again = false,
                rcode::FORMERR | rcode::NOTIMP | rcode::BADVERS if !self.flags.plain => {
                    self.flags.plain = true;
                }
                _ => return Ok(reply),
            }
        }
    }

    /// The reply over the first transport that brings a whole one.
    async fn transported(&mut self, question: &Question) -> Result<Reply, Cause> {
        let mut failure = None;
        for _ in 0..UDP_TRIES {
            match self.once(question, Channel::Udp).await {
                Ok(reply) if reply.tc => break,
                Ok(reply) => return Ok(reply),
                Err(AskError::Path(PathError::Local)) => return Err(Cause::Local),
                Err(error) => {
                    failure = Some(Cause::from(error));
                    // What is refused or garbled once stays so; only silence may be a loss.
                    if error != AskError::Path(PathError::Timeout) {
                        break;
                    }
                }
            }
        }
        match self.once(question, Channel::Tcp).await {
            Ok(reply) if reply.tc => Err(Cause::Garbled),
            Ok(reply) => Ok(reply),
            Err(error) => Err(failure.unwrap_or(error.into())),
        }
    }

    /// One query.
    async fn once(&mut self, question: &Question, channel: Channel) -> Result<Reply, AskError> {
        if self.queries >= MAX_QUERIES {
            return Err(PathError::Timeout.into());
        }
        self.queries += 1;
        let (transport, wait) = match channel {
            Channel::Udp => (Transport::Udp, UDP_WAIT),
            Channel::Tcp => (Transport::Tcp, TCP_WAIT),
        };
        self.transport = transport;
        self.sent_at = self.clock.now();
        self.rtt = None;
        let begun = Instant::now();
        let reply = ask_once(self.exchange, self.server, question, self.flags, channel, wait).await?;
        self.rtt = Some(begun.elapsed());
        Ok(reply)
    }
}

/// Whether the reply only points elsewhere: a server that does not recurse for us. RFC 2308 2.2 tells it from NODATA
/// by the missing SOA.
fn is_referral(reply: &Reply) -> bool {
    let has = |wanted: RecordType| reply.authority.iter().any(|record| record.data.rtype() == wanted);
    reply.rcode == rcode::NOERROR
        && reply.answer.is_empty()
        && !reply.aa
        && has(RecordType::NS)
        && !has(RecordType::SOA)
}

#[cfg(test)]
mod tests;

//! Asking one server: retries, truncation, servers without EDNS, and the limit of queries in flight.

use super::Walker;
use super::context::Budget;
use crate::ports::{Channel, PathError};
use crate::wire::{self, Flags, Reply, rcode};
use ptrust_facts::Family;
use ptrust_names::{Cause, Question};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// Waits of the census, over UDP and then TCP: three tries in at least four seconds (identity.md).
pub(super) const PATIENT: &[Duration] =
    &[Duration::from_secs(1), Duration::from_millis(1300), Duration::from_millis(1700)];
/// Waits on the way down, where another server can be asked instead.
pub(super) const BRISK: &[Duration] = &[Duration::from_millis(1200)];
/// One wait over TCP, with its handshake.
const TCP_WAIT: Duration = Duration::from_millis(2500);
/// The port of DNS.
const PORT: u16 = 53;

/// A reply with how it was got.
#[derive(Clone, Debug)]
pub(super) struct Got {
    /// The reply.
    pub(super) reply: Reply,
    /// The same as it came, for the validator.
    pub(super) octets: Vec<u8>,
    /// From the question that was answered to its answer.
    pub(super) rtt: Duration,
    /// Whether signatures were asked for, so that the validator can use it.
    pub(super) signed: bool,
}

/// Why a server gave no readable reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The budget of the walk is spent.
    Budget,
    /// This machine cannot reach it.
    Local,
    /// Nothing came, over UDP and TCP.
    Mute,
    /// The host refuses on port 53.
    Closed,
    /// Replies came that cannot be read.
    Garbled,
    /// Replies do not fit into datagrams, and TCP fails.
    Truncated,
}

impl From<Silence> for Cause {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Budget => Self::Budget,
            Silence::Local => Self::Local,
            Silence::Mute => Self::Timeout,
            Silence::Closed => Self::Refused,
            Silence::Garbled | Silence::Truncated => Self::Garbled,
        }
    }
}

impl Walker {
    /// Asks a server address one question. `waits` are the UDP tries; a server that stays silent, and was waited for
    /// patiently, gets a last try over TCP.
    pub(super) async fn ask(
        &self,
        server: IpAddr,
        question: &Question,
        waits: &[Duration],
        budget: &Budget,
    ) -> Result<Got, Silence> {
        if self.family(server).await == Family::Unavailable {
            return Err(Silence::Local);
        }
        let limit = self.limit(server);
        let left = budget.left().ok_or(Silence::Budget)?;
        let Ok(Ok(_permit)) = timeout(left, limit.acquire()).await else {
            return Err(Silence::Budget);
        };
        let result = self.tries(server, question, waits, budget).await;
        if waits.len() > 1 && result.as_ref().is_err_and(|silence| *silence == Silence::Mute) {
            self.silent.lock().unwrap_or_else(PoisonError::into_inner).insert(server);
        }
        result
    }

    /// The tries over UDP, and over TCP at last.
    async fn tries(
        &self,
        server: IpAddr,
        question: &Question,
        waits: &[Duration],
        budget: &Budget,
    ) -> Result<Got, Silence> {
        let mut flags = Flags { dnssec: true, ..Flags::default() };
        let mut last = Silence::Mute;
        let mut refusal = None;
        for wait in waits {
            // Another question of this run has waited for this server in vain, and in full.
            if self.is_silent(server) {
                return refusal.ok_or(Silence::Mute);
            }
            match self.complete(server, question, flags, *wait, budget).await {
                Ok(got) if without_edns(&got.reply) && !flags.plain => {
                    flags = Flags { plain: true, ..Flags::default() };
                    refusal = Some(got);
                    match self.complete(server, question, flags, *wait, budget).await {
                        Ok(plain) => return Ok(plain),
                        Err(silence) => last = silence,
                    }
                }
                Ok(got) => return Ok(got),
                Err(silence @ (Silence::Local | Silence::Truncated)) => return Err(silence),
                Err(Silence::Budget) => {
                    return refusal.ok_or(if last == Silence::Mute { Silence::Budget } else { last });
                }
                Err(silence) => last = silence,
            }
        }
        if waits.len() > 1 {
            let mut result = self.once(server, question, flags, Channel::Tcp, TCP_WAIT, budget).await;
            if let Ok(got) = &result
                && without_edns(&got.reply)
                && !flags.plain
            {
                // UDP was lost each time, so that this is the first the server says of EDNS.
                refusal = result.ok();
                flags = Flags { plain: true, ..Flags::default() };
                result = self.once(server, question, flags, Channel::Tcp, TCP_WAIT, budget).await;
            }
            match result {
                Ok(got) => return Ok(got),
                Err(Silence::Local) => last = Silence::Local,
                // Out of budget after all UDP tries: it was silent to each of them.
                Err(Silence::Budget) => {}
                Err(silence) if last == Silence::Mute => last = silence,
                Err(_) => {}
            }
        }
        refusal.ok_or(last)
    }

    /// One UDP try, and TCP for a reply that does not fit. Where TCP fails too, the reply may fit without DNSSEC records.
    async fn complete(
        &self,
        server: IpAddr,
        question: &Question,
        flags: Flags,
        wait: Duration,
        budget: &Budget,
    ) -> Result<Got, Silence> {
        let got = self.once(server, question, flags, Channel::Udp, wait, budget).await?;
        if !got.reply.tc {
            return Ok(got);
        }
        match self.once(server, question, flags, Channel::Tcp, TCP_WAIT, budget).await {
            Ok(full) if !full.reply.tc => return Ok(full),
            Err(silence @ (Silence::Budget | Silence::Local)) => return Err(silence),
            Ok(_) | Err(_) => {}
        }
        let smaller = Flags { dnssec: false, ..flags };
        match self.once(server, question, smaller, Channel::Udp, wait, budget).await {
            Ok(got) if !got.reply.tc => Ok(got),
            Err(silence @ (Silence::Budget | Silence::Local)) => Err(silence),
            Ok(_) | Err(_) => Err(Silence::Truncated),
        }
    }

    /// Whether a patient question of this run found the server silent.
    fn is_silent(&self, server: IpAddr) -> bool {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner).contains(&server)
    }

    /// One query, one reply.
    async fn once(
        &self,
        server: IpAddr,
        question: &Question,
        flags: Flags,
        channel: Channel,
        wait: Duration,
        budget: &Budget,
    ) -> Result<Got, Silence> {
        let left = budget.take().ok_or(Silence::Budget)?;
        let begun = Instant::now();
        let query = wire::query(question, rand::random(), flags);
        let server = SocketAddr::new(server, PORT);
        match self.ports.exchange.exchange(server, channel, &query, wait.min(left)).await {
            Ok(octets) => match wire::parse(&octets) {
                Ok(reply) => Ok(Got { reply, octets, rtt: begun.elapsed(), signed: flags.dnssec }),
                Err(_) => Err(Silence::Garbled),
            },
            Err(PathError::Local) => Err(Silence::Local),
            Err(PathError::Refused) => Err(Silence::Closed),
            // Cut short by the walk's deadline: that says nothing of the server.
            Err(_) if left < wait => Err(Silence::Budget),
            Err(PathError::Timeout | PathError::Closed) => Err(Silence::Mute),
        }
    }

    /// Whether the server recurses for us: a question that none but a resolver answers, with RD set.
    pub(super) async fn recurses(&self, server: IpAddr, question: &Question, budget: &Budget) -> bool {
        let flags = Flags { recurse: true, ..Flags::default() };
        let wait = PATIENT.first().copied().unwrap_or_default();
        let got = self.once(server, question, flags, Channel::Udp, wait, budget).await;
        got.is_ok_and(|got| got.reply.ra && got.reply.rcode == rcode::NOERROR && !got.reply.answer.is_empty())
    }

    /// The queries in flight to one server.
    fn limit(&self, server: IpAddr) -> Arc<Semaphore> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(limits.entry(server).or_insert_with(|| Arc::new(Semaphore::new(self.settings.per_server.max(1)))))
    }
}

/// Whether a server seems not to understand EDNS (RFC 6891 7).
fn without_edns(reply: &Reply) -> bool {
    matches!(reply.rcode, rcode::FORMERR | rcode::NOTIMP | rcode::BADVERS)
}

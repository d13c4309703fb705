//! The four ports of a world.

use crate::message::{HEADER, Query};
use crate::server::{Inner, Reaction, Twist};
use crate::{https, rdap, resolver, smtp};
use jiff::Timestamp;
use ptrust_names::Name;
use ptrust_observe::ports::{
    BoxFuture, Channel, Clock, Dial, Exchange, Fetch, FetchError, PathError, Response, Stream,
};
use ptrust_observe::wire::is_reply_to;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// The port of DNS.
const DNS: u16 = 53;

/// A world as its ports see it.
#[derive(Clone)]
pub(crate) struct Net(pub(crate) Arc<Inner>);

impl Net {
    /// Fails when there is no route for the family of an address.
    fn route(&self, address: IpAddr) -> Result<(), PathError> {
        let gone = match address {
            IpAddr::V4(_) => self.0.network.no_ipv4,
            IpAddr::V6(_) => self.0.network.no_ipv6,
        };
        if gone { Err(PathError::Local) } else { Ok(()) }
    }

    /// The round trip time to an address: what the last line about it says.
    fn latency(&self, address: IpAddr) -> Duration {
        let lines = self.0.latency.iter();
        // What is said of one server counts before what is said of all.
        let mut lines: Vec<_> = lines.filter(|(who, _)| self.0.strikes(who, address)).collect();
        lines.sort_by_key(|(who, _)| matches!(who, crate::server::Who::Addresses(_)));
        lines.last().map_or(Duration::ZERO, |(_, time)| *time)
    }

    /// What comes back for a query, in wire form; `None` is silence.
    fn reply(&self, server: SocketAddr, channel: Channel, octets: &[u8]) -> Result<Option<Vec<u8>>, PathError> {
        let world = &self.0;
        let Some(query) = Query::parse(octets) else {
            return Ok(None);
        };
        world.state.note(server, channel, &query.question);
        let is_resolver = world.resolvers.contains(&server);
        if world.network.closed.contains(&server.port()) && !is_resolver {
            return Ok(None);
        }
        let lossy = world.loss.iter().filter(|(who, _)| world.strikes(who, server.ip()));
        if channel == Channel::Udp
            && lossy
                .map(|(_, loss)| world.state.lost(*loss, server, &query.question))
                .fold(false, |lost, this| lost | this)
        {
            return Ok(None);
        }
        if world.network.intercepted && server.port() == DNS && !is_resolver {
            let response = resolver::resolve(world, &query);
            return Ok(Some(response.encode(&query, channel == Channel::Udp)));
        }
        if server.port() != DNS && !is_resolver {
            return Ok(None);
        }
        match world.respond(server.ip(), channel, &query) {
            None | Some(Reaction::Silence) => Ok(None),
            Some(Reaction::Refusal) => Err(PathError::Refused),
            Some(Reaction::Reply(response, twist)) => {
                let reply = response.encode(&query, channel == Channel::Udp);
                Ok(Some(twisted(reply, twist, query.octets.len())))
            }
        }
    }
}

/// Damages a reply. `question` is the length of its question section.
fn twisted(mut reply: Vec<u8>, twist: Twist, question: usize) -> Vec<u8> {
    match twist {
        Twist::None => {}
        Twist::Id => {
            if let Some(octet) = reply.get_mut(1) {
                *octet ^= 0xff;
            }
        }
        Twist::Question => {
            // Another type at the end of the question.
            if let Some(octet) = reply.get_mut(HEADER + question - 3) {
                *octet ^= 0xff;
            }
        }
        Twist::Garbage | Twist::Loop => {
            reply.truncate(HEADER + question);
            let counts = [0, 1, 0, 1, 0, 0, 0, 0];
            if let Some(slot) = reply.get_mut(4..HEADER) {
                slot.copy_from_slice(&counts);
            }
            if twist == Twist::Garbage {
                reply.extend([0xba, 0xdc, 0x0f, 0xfe, 0xe0, 0xdd, 0xf0, 0x0d]);
            } else {
                // The owner points to itself.
                let here = u16::try_from(reply.len()).unwrap_or(0);
                reply.extend((0xc000 | here).to_be_bytes());
                reply.extend([0, 12, 0, 1, 0, 0, 14, 16, 0, 2]);
                reply.extend((0xc000 | here).to_be_bytes());
            }
        }
    }
    reply
}

impl Exchange for Net {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        Box::pin(async move {
            self.route(server.ip())?;
            // A connection costs one more round trip before the query.
            let trips = if channel == Channel::Tcp { 2 } else { 1 };
            let rtt = self.latency(server.ip()) * trips;
            let reply = self.reply(server, channel, query);
            if reply == Err(PathError::Refused) && rtt < timeout {
                sleep(rtt / 2).await;
                return Err(PathError::Refused);
            }
            // Lies under another id or question are ignored like strangers' datagrams.
            match reply.ok().flatten().filter(|reply| is_reply_to(query, reply)) {
                Some(reply) if rtt < timeout => {
                    if !rtt.is_zero() {
                        sleep(rtt).await;
                    }
                    Ok(reply)
                }
                _ => {
                    sleep(timeout).await;
                    Err(PathError::Timeout)
                }
            }
        })
    }
}

impl Dial for Net {
    fn dial(&self, address: SocketAddr, timeout: Duration) -> BoxFuture<'_, Result<Box<dyn Stream>, PathError>> {
        Box::pin(async move {
            self.route(address.ip())?;
            if self.0.network.closed.contains(&address.port()) {
                sleep(timeout).await;
                return Err(PathError::Timeout);
            }
            let rtt = self.latency(address.ip());
            smtp::connect(self.0.listener(address, rtt), rtt, timeout).await
        })
    }
}

impl Fetch for Net {
    fn get<'a>(
        &'a self,
        url: &'a str,
        _accept: &'a str,
        limit: usize,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>> {
        if let Some(host) = https_host(url).filter(|_| !rdap::is_request(url)) {
            let addresses = self.0.addresses_of(&host);
            let rtt = addresses.first().map_or(Duration::ZERO, |address| self.latency(*address));
            // A name without an address leads nowhere; an address that may not be reached is not tried.
            return Box::pin(async move {
                match addresses.first() {
                    None => Err(PathError::Closed.into()),
                    Some(_) => https::get(self.0.https.get(url), rtt, limit, timeout).await,
                }
            });
        }
        Box::pin(rdap::get(&self.0.rdap, url, limit, timeout))
    }
}

/// The host of an HTTPS URL.
fn https_host(url: &str) -> Option<Name> {
    let rest = url.strip_prefix("https://")?;
    rest.split(['/', ':', '?']).next()?.parse().ok()
}

impl Clock for Net {
    fn now(&self) -> Timestamp {
        let elapsed = self.0.state.elapsed();
        self.0.now.checked_add(elapsed).unwrap_or(self.0.now)
    }
}

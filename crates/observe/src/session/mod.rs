//! What a mail server says and shows: greeting, offers, STARTTLS, certificate, and what it still accepts.
//!
//! No mail is ever offered and no recipient named: EHLO, STARTTLS, NOOP and QUIT, or CAPABILITY, STARTTLS and LOGOUT, are
//! all that is sent. Everything is bounded, and every fault of the far end is a value.

pub mod hello;
pub mod imap;
mod smtp;
mod tls;

pub use tls::Roots;

use crate::ask::cause_of_path;
use crate::ports::{PathError, Ports, Stream};
use crate::settings::Settings;
use futures_util::future::join4;
use hello::Hello;
use ptrust_facts::session::{Accepted, Depth, Injection, Protocol, StartTls, Tls, TlsVersion, VersionOffer};
use ptrust_facts::{Fact, Line, Party, Service, Session, Source, Transport};
use ptrust_names::{Cause, Name, Observed};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

/// Wait for the connection; see the SMTP probe.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Wait for the greeting: servers that delay it against bots mostly do so for up to six seconds.
const GREETING_WAIT: Duration = Duration::from_secs(10);
/// Wait for the reply to a command, and for a handshake.
const COMMAND_WAIT: Duration = Duration::from_secs(5);
/// Wait for the goodbye, which is courtesy and tells nothing.
const QUIT_WAIT: Duration = Duration::from_secs(1);
/// Octets read at a time.
const CHUNK: usize = 4_096;

/// Speaks to a server. Failures are values.
pub async fn probe(ports: &Ports, settings: &Settings, service: &Service) -> Fact<Session> {
    if !settings.scope.holds(service.address.to_canonical()) {
        return Fact::unknown(Cause::NotAsked);
    }
    let sent_at = ports.clock.now();
    let client = Client { ports, settings, service };
    let outcome = match service.depth {
        Depth::One => client.converse().await,
        Depth::Full => Box::pin(client.converse_fully()).await,
    };
    let rtt_us = outcome.as_ref().ok().map(|session| session.greeted_ms.saturating_mul(1_000));
    Fact::of(vec![Source {
        address: Some(service.address),
        server: None,
        transport: Transport::Tcp,
        sent_at,
        rtt_us,
        outcome: outcome.map_or_else(Observed::Unknown, Observed::Present),
    }])
}

/// Connects, and begins with TLS at once, whatever is spoken behind it. `name` is what the certificate should show, or the
/// address once more. A handshake that fails is told in words.
///
/// # Errors
/// The cause, when there is no connection.
pub async fn greet_tls(
    ports: &Ports,
    settings: &Settings,
    name: &Name,
    address: SocketAddr,
) -> Result<Result<Tls, String>, Cause> {
    let (address, port) = (address.ip(), address.port());
    // Of the service only name, address and port matter to a handshake.
    let service = Service { protocol: Protocol::Submissions, name: name.clone(), address, port, depth: Depth::One };
    let client = Client { ports, settings, service: &service };
    let talk = client.connect().await?;
    Ok(client.handshake(talk).await.map(|(_, tls)| tls).map_err(|(fault, _)| fault))
}

/// What a probe of one server has at hand.
#[derive(Clone, Copy)]
struct Client<'a> {
    ports: &'a Ports,
    settings: &'a Settings,
    service: &'a Service,
}

impl Client<'_> {
    /// A new connection.
    async fn connect(&self) -> Result<Talk, Cause> {
        let begun = Instant::now();
        let address = SocketAddr::new(self.service.address, self.service.port);
        let stream = self.ports.dial.dial(address, CONNECT_WAIT).await.map_err(cause_of_path)?;
        Ok(Talk { stream, begun, transcript: Vec::new() })
    }

    /// One conversation.
    async fn converse(&self) -> Result<Session, Cause> {
        let mut talk = self.connect().await?;
        let mut session = Session::default();
        if self.service.protocol.is_implicit() {
            session.starttls = StartTls::Implicit;
            match self.handshake(talk).await {
                Ok((secured, tls)) => {
                    talk = secured;
                    session.tls = Some(tls);
                }
                Err((fault, transcript)) => {
                    session.starttls = StartTls::Failed(fault);
                    session.transcript = transcript;
                    return Ok(session);
                }
            }
        }
        if self.service.protocol.is_imap() {
            imap::converse(self, talk, session).await
        } else {
            smtp::converse(self, talk, session).await
        }
    }

    /// One conversation, and beside it what the server still accepts: each on a connection of its own, five in all, which
    /// every mail server allows a client.
    async fn converse_fully(&self) -> Result<Session, Cause> {
        let old = async {
            let (v1_0, v1_1) =
                futures_util::future::join(self.says_hello(TlsVersion::V1_0), self.says_hello(TlsVersion::V1_1)).await;
            (v1_0, v1_1)
        };
        let (session, (v1_0, v1_1), weak, injection) =
            Box::pin(join4(self.converse(), old, self.accepts(Hello::weak()), self.injects())).await;
        let mut session = session?;
        // A server without TLS turns down every hello, which says nothing of versions.
        if session.tls.is_some() {
            session.versions = vec![
                VersionOffer { version: TlsVersion::V1_0, accepted: v1_0 },
                VersionOffer { version: TlsVersion::V1_1, accepted: v1_1 },
            ];
            session.weak_cipher = Some(weak);
            session.injection = injection;
        }
        Ok(session)
    }

    /// Whether the server accepts a version.
    async fn says_hello(&self, version: TlsVersion) -> Accepted {
        self.accepts(Hello::version(version)).await
    }

    /// Whether the server goes on with a hello.
    async fn accepts(&self, hello: Hello) -> Accepted {
        let exchange = async {
            let mut talk = self.connect().await?;
            if !self.service.protocol.is_implicit() {
                self.begin_tls(&mut talk, b"").await?;
            }
            let name = self.service.name.to_string();
            talk.write(&hello.encode(&name)).await?;
            let mut heard = Vec::new();
            let mut chunk = [0; CHUNK];
            loop {
                let length = talk.stream.read(&mut chunk).await.unwrap_or(0);
                heard.extend_from_slice(chunk.get(..length).unwrap_or_default());
                match hello.read(&heard) {
                    Some(accepted) => return Ok(accepted),
                    // Some servers hang up instead of sending an alert.
                    None if length == 0 => return Ok(Accepted::No),
                    None if heard.len() > hello::MAX_HEARD => return Ok(Accepted::Unknown),
                    None => {}
                }
            }
        };
        let wait = GREETING_WAIT + COMMAND_WAIT;
        timeout(wait, exchange).await.unwrap_or(Err(Cause::Timeout)).unwrap_or(Accepted::Unknown)
    }

    /// Says what is said before TLS, up to the go-ahead; `behind` is sent in the same packet as STARTTLS.
    async fn begin_tls(&self, talk: &mut Talk, behind: &[u8]) -> Result<(), Cause> {
        if self.service.protocol.is_imap() {
            imap::begin_tls(talk, behind).await
        } else {
            smtp::begin_tls(self, talk, behind).await
        }
    }

    /// Whether a command sent in the clear behind STARTTLS is answered under TLS (CVE-2011-0411).
    async fn injects(&self) -> Injection {
        if self.service.protocol.is_implicit() {
            return Injection::NotTested;
        }
        // A goodbye under TLS is answered by a sound server at once; one that kept the command answers that first.
        let imap = self.service.protocol.is_imap();
        let (command, goodbye, kept): (&[u8], &[u8], &[u8]) =
            if imap { (b"a9 NOOP\r\n", b"a5 LOGOUT\r\n", b"a9 ") } else { (b"NOOP\r\n", b"QUIT\r\n", b"250") };
        let exchange = async {
            let mut talk = self.connect().await.ok()?;
            self.begin_tls(&mut talk, command).await.ok()?;
            let (mut talk, _) = self.handshake(talk).await.ok()?;
            talk.write(goodbye).await.ok()?;
            let mut chunk = [0; CHUNK];
            let length = talk.stream.read(&mut chunk).await.ok().filter(|length| *length > 0)?;
            let heard = chunk.get(..length).unwrap_or_default();
            Some(if heard.starts_with(kept) { Injection::Vulnerable } else { Injection::Clean })
        };
        timeout(GREETING_WAIT + COMMAND_WAIT, exchange).await.ok().flatten().unwrap_or_default()
    }
}

/// A conversation under way.
struct Talk {
    stream: Box<dyn Stream>,
    begun: Instant,
    transcript: Vec<Line>,
}

impl Talk {
    /// Sends octets.
    async fn write(&mut self, octets: &[u8]) -> Result<(), Cause> {
        let written = async {
            self.stream.write_all(octets).await?;
            self.stream.flush().await
        };
        match timeout(COMMAND_WAIT, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Cause::Refused),
            Err(_) => Err(cause_of_path(PathError::Timeout)),
        }
    }

    /// Sends a command line, noted in the transcript.
    async fn say(&mut self, command: &str) -> Result<(), Cause> {
        // The name comes from a configuration: it must not be able to smuggle further commands.
        let command: String = command.chars().filter(|c| !c.is_control()).collect();
        self.note(Party::Client, command.clone());
        self.write(format!("{command}\r\n").as_bytes()).await
    }

    /// Milliseconds since the connection was asked for.
    fn elapsed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Adds a line to the transcript.
    fn note(&mut self, party: Party, text: String) {
        let at_ms = self.elapsed();
        self.transcript.push(Line { at_ms, party, text });
    }
}

#[cfg(test)]
mod tests;

//! What an SMTP server calls itself: greeting, EHLO, QUIT. No mail is ever offered, no recipient named.

pub mod reply;

use crate::ask::cause_of_path;
use crate::ports::{PathError, Ports, Stream};
use crate::settings::Settings;
use ptrust_facts::{Fact, Line, Party, Smtp, Source, Transport};
use ptrust_names::{Cause, Observed};
use reply::{Decoder, Progress, Reply};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// Wait for the connection. Firewalls that drop are the rule on port 25, and slow hosts answer within a second.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// Wait for the greeting. RFC 5321 4.5.3.2.1 asks clients with mail for five minutes; an identity is not worth that,
/// and servers that delay greetings against bots mostly do so for up to six seconds.
const GREETING_WAIT: Duration = Duration::from_secs(10);
/// Wait for the reply to a command.
const COMMAND_WAIT: Duration = Duration::from_secs(5);
/// Wait for the reply to QUIT, which is courtesy and tells nothing.
const QUIT_WAIT: Duration = Duration::from_secs(1);
/// Octets read at a time.
const CHUNK: usize = 4_096;

/// Connects to address and port and notes what the server calls itself. Failures are values.
pub async fn probe(ports: &Ports, settings: &Settings, address: IpAddr, port: u16) -> Fact<Smtp> {
    if !settings.scope.holds(address.to_canonical()) {
        return Fact::unknown(Cause::NotAsked);
    }
    let sent_at = ports.clock.now();
    let begun = Instant::now();
    let mut rtt = None;
    let outcome = match ports.dial.dial(SocketAddr::new(address, port), CONNECT_WAIT).await {
        Err(error) => Observed::Unknown(cause_of_path(error)),
        Ok(stream) => {
            let mut session = Session::new(stream, begun);
            let outcome = session.identity(&settings.helo).await;
            rtt = session.greeted;
            outcome.map_or_else(Observed::Unknown, Observed::Present)
        }
    };
    Fact::of(vec![Source {
        address: Some(address),
        server: None,
        transport: Transport::Tcp,
        sent_at,
        rtt_us: rtt.map(|rtt| u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX)),
        outcome,
    }])
}

/// A conversation under way.
struct Session {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    begun: Instant,
    transcript: Vec<Line>,
    /// When the greeting was complete.
    greeted: Option<Duration>,
}

impl Session {
    /// A conversation on a connection asked for at `begun`.
    fn new(stream: Box<dyn Stream>, begun: Instant) -> Self {
        Self { stream, decoder: Decoder::default(), begun, transcript: Vec::new(), greeted: None }
    }

    /// The whole probe. Once the server has greeted, what fails after it no longer matters.
    async fn identity(&mut self, helo: &str) -> Result<Smtp, Cause> {
        let greeting = self.reply(GREETING_WAIT).await?;
        self.greeted = Some(self.begun.elapsed());
        let mut ehlo = None;
        let mut speaking = true;
        // A server that greets with an error wants nothing but QUIT (RFC 5321 3.1).
        if is_success(greeting.code) {
            let reply = self.hello(helo).await;
            speaking = reply.is_ok();
            ehlo = reply.ok().filter(|reply| is_success(reply.code)).and_then(|reply| reply.word);
        }
        if speaking && self.say("QUIT").await.is_ok() {
            let _ = self.reply(QUIT_WAIT).await;
        }
        let transcript = std::mem::take(&mut self.transcript);
        Ok(Smtp { code: greeting.code, greeting: greeting.word, ehlo, transcript })
    }

    /// The reply to EHLO, or to HELO where EHLO is refused for good (RFC 5321 3.2).
    async fn hello(&mut self, helo: &str) -> Result<Reply, Cause> {
        self.say(&format!("EHLO {helo}")).await?;
        let reply = self.reply(COMMAND_WAIT).await?;
        if reply.code < 500 {
            return Ok(reply);
        }
        self.say(&format!("HELO {helo}")).await?;
        self.reply(COMMAND_WAIT).await
    }

    /// Sends one command line.
    async fn say(&mut self, command: &str) -> Result<(), Cause> {
        // The name comes from a configuration: it must not be able to smuggle further commands.
        let command: String = command.chars().filter(|c| !c.is_control()).collect();
        self.note(Party::Client, command.clone());
        let line = format!("{command}\r\n");
        let written = async {
            self.stream.write_all(line.as_bytes()).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(COMMAND_WAIT, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Cause::Refused),
            Err(_) => Err(Cause::Timeout),
        }
    }

    /// Reads one reply.
    async fn reply(&mut self, wait: Duration) -> Result<Reply, Cause> {
        let read = self.read();
        tokio::time::timeout(wait, read).await.unwrap_or(Err(cause_of_path(PathError::Timeout)))
    }

    /// Reads one reply, however long it takes.
    async fn read(&mut self) -> Result<Reply, Cause> {
        let mut chunk = [0; CHUNK];
        loop {
            while let Some(event) = self.decoder.event() {
                self.note(Party::Server, event.text);
                match event.progress {
                    Progress::Complete(reply) => return Ok(reply),
                    Progress::Malformed(_) => return Err(Cause::Garbled),
                    Progress::More => {}
                }
            }
            match self.stream.read(&mut chunk).await {
                // Who closes without a word, or resets, refuses to talk.
                Ok(0) | Err(_) => return Err(Cause::Refused),
                Ok(length) => self.decoder.feed(chunk.get(..length).unwrap_or_default()),
            }
        }
    }

    /// Adds a line to the transcript.
    fn note(&mut self, party: Party, text: String) {
        let at_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.transcript.push(Line { at_ms, party, text });
    }
}

/// Whether a code is a positive completion (RFC 5321 4.2.1).
const fn is_success(code: u16) -> bool {
    code >= 200 && code < 300
}

#[cfg(test)]
mod tests;

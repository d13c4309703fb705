//! The SMTP conversation (RFC 5321, RFC 3207).

use super::{CHUNK, COMMAND_WAIT, Client, GREETING_WAIT, QUIT_WAIT, Talk};
use crate::ask::cause_of_path;
use crate::ports::PathError;
use crate::smtp::reply::{Decoder, Progress, Reply};
use ptrust_facts::session::StartTls;
use ptrust_facts::{Party, Session};
use ptrust_names::Cause;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

/// A reply with its lines.
struct Said {
    /// Its code and first word.
    reply: Reply,
    /// Its lines without code, escaped.
    lines: Vec<String>,
}

impl Said {
    /// Whether it is a positive completion (RFC 5321 4.2.1).
    const fn is_success(&self) -> bool {
        self.reply.code >= 200 && self.reply.code < 300
    }

    /// The keywords of a reply to EHLO: all lines but the first (RFC 5321 4.1.1.1).
    fn keywords(&self) -> Vec<String> {
        self.lines.iter().skip(1).map(|line| line.trim().to_owned()).collect()
    }
}

/// Speaks SMTP. Once the server has greeted, what fails after it no longer loses what was learnt.
pub(super) async fn converse(client: &Client<'_>, talk: Talk, session: Session) -> Result<Session, Cause> {
    let mut talk = talk;
    let mut session = session;
    let mut decoder = Decoder::default();
    let greeting = reply(&mut talk, &mut decoder, GREETING_WAIT).await?;
    session.greeted_ms = talk.elapsed();
    session.code = Some(greeting.reply.code);
    session.greeting.clone_from(&greeting.reply.word);
    if !greeting.is_success() {
        return Ok(leave(talk, decoder, session).await);
    }
    let Ok(hello) = ehlo(client, &mut talk, &mut decoder).await else {
        session.transcript = talk.transcript;
        return Ok(session);
    };
    if client.service.protocol.is_implicit() {
        session.tls_offers = hello.keywords();
        return Ok(leave(talk, decoder, session).await);
    }
    session.offers = hello.keywords();
    if !session.offers.iter().any(|keyword| keyword.eq_ignore_ascii_case("STARTTLS")) {
        return Ok(leave(talk, decoder, session).await);
    }
    match starttls(&mut talk, &mut decoder).await {
        Ok(said) if said.is_success() => {}
        Ok(said) => {
            session.starttls = StartTls::Refused(format!("{} {}", said.reply.code, said.lines.join(" ")));
            return Ok(leave(talk, decoder, session).await);
        }
        Err(cause) => {
            session.starttls = StartTls::Failed(cause.to_string());
            session.transcript = talk.transcript;
            return Ok(session);
        }
    }
    match client.handshake(talk).await {
        Err((fault, transcript)) => {
            session.starttls = StartTls::Failed(fault);
            session.transcript = transcript;
            Ok(session)
        }
        Ok((mut talk, tls)) => {
            session.starttls = StartTls::Done;
            session.tls = Some(tls);
            let mut decoder = Decoder::default();
            if let Ok(hello) = ehlo(client, &mut talk, &mut decoder).await {
                session.tls_offers = hello.keywords();
            }
            Ok(leave(talk, decoder, session).await)
        }
    }
}

/// Greeting, EHLO and STARTTLS, for connections that look at TLS only; `behind` goes out with STARTTLS.
pub(super) async fn begin_tls(client: &Client<'_>, talk: &mut Talk, behind: &[u8]) -> Result<(), Cause> {
    let mut decoder = Decoder::default();
    reply(talk, &mut decoder, GREETING_WAIT).await?;
    ehlo(client, talk, &mut decoder).await?;
    talk.write(&[b"STARTTLS\r\n", behind].concat()).await?;
    let said = reply(talk, &mut decoder, COMMAND_WAIT).await?;
    if said.is_success() { Ok(()) } else { Err(Cause::Refused) }
}

/// Says EHLO.
async fn ehlo(client: &Client<'_>, talk: &mut Talk, decoder: &mut Decoder) -> Result<Said, Cause> {
    talk.say(&format!("EHLO {}", client.settings.helo)).await?;
    reply(talk, decoder, COMMAND_WAIT).await
}

/// Says STARTTLS.
async fn starttls(talk: &mut Talk, decoder: &mut Decoder) -> Result<Said, Cause> {
    talk.say("STARTTLS").await?;
    reply(talk, decoder, COMMAND_WAIT).await
}

/// Says goodbye; what fails now no longer matters.
async fn leave(mut talk: Talk, mut decoder: Decoder, mut session: Session) -> Session {
    if talk.say("QUIT").await.is_ok() {
        let _ = reply(&mut talk, &mut decoder, QUIT_WAIT).await;
    }
    session.transcript = talk.transcript;
    session
}

/// Reads one reply within a time.
async fn reply(talk: &mut Talk, decoder: &mut Decoder, wait: Duration) -> Result<Said, Cause> {
    let late = cause_of_path(PathError::Timeout);
    timeout(wait, read(talk, decoder)).await.unwrap_or(Err(late))
}

/// Reads one reply, however long it takes.
async fn read(talk: &mut Talk, decoder: &mut Decoder) -> Result<Said, Cause> {
    let mut chunk = [0; CHUNK];
    let mut lines = Vec::new();
    loop {
        while let Some(event) = decoder.event() {
            lines.push(event.text.get(4..).unwrap_or_default().to_owned());
            talk.note(Party::Server, event.text);
            match event.progress {
                Progress::Complete(reply) => return Ok(Said { reply, lines }),
                Progress::Malformed(_) => return Err(Cause::Garbled),
                Progress::More => {}
            }
        }
        match talk.stream.read(&mut chunk).await {
            // Who closes without a word, or resets, refuses to talk.
            Ok(0) | Err(_) => return Err(Cause::Refused),
            Ok(length) => decoder.feed(chunk.get(..length).unwrap_or_default()),
        }
    }
}

//! The IMAP conversation (RFC 9051): greeting, CAPABILITY, STARTTLS, LOGOUT.

use super::{CHUNK, COMMAND_WAIT, Client, GREETING_WAIT, QUIT_WAIT, Talk};
use crate::ask::cause_of_path;
use crate::ports::PathError;
use ptrust_facts::session::StartTls;
use ptrust_facts::{Party, Session};
use ptrust_names::{Cause, escape};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

/// Octets in a line at most: capabilities take some hundred.
pub const MAX_LINE: usize = 8_192;
/// Octets in a conversation at most.
pub const MAX_TOTAL: usize = 64 * 1024;
/// Lines before the answer to a command at most.
const MAX_LINES: usize = 64;

/// Reads lines out of a stream of bytes.
#[derive(Debug, Default)]
pub struct Lines {
    buffer: Vec<u8>,
    total: usize,
}

/// The server does not speak IMAP, or beyond bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not IMAP, or too much of it")]
pub struct NotImap;

impl Lines {
    /// Adds bytes from the server.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len());
        if self.total <= MAX_TOTAL {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next line without its end, escaped; `None` when more bytes are needed. Literals are not expected in any
    /// answer that is asked for.
    ///
    /// # Errors
    /// When a line or the whole is too long.
    pub fn line(&mut self) -> Result<Option<String>, NotImap> {
        let end = self.buffer.iter().take(MAX_LINE + 1).position(|byte| *byte == b'\n');
        let Some(end) = end else {
            let over = self.buffer.len() > MAX_LINE || self.total > MAX_TOTAL;
            return if over { Err(NotImap) } else { Ok(None) };
        };
        let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
        while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            line.pop();
        }
        Ok(Some(escape(&String::from_utf8_lossy(&line))))
    }
}

/// The capabilities in a line: of an untagged CAPABILITY answer, or of a response code. Words of IMAP compare without case
/// (RFC 9051 9).
pub fn capabilities(line: &str) -> Option<Vec<String>> {
    let behind = |start: &str| {
        let mut at = line.as_bytes().windows(start.len());
        let at = at.position(|window| window.eq_ignore_ascii_case(start.as_bytes()))?;
        Some((at, line.get(at + start.len()..)?))
    };
    let bare = behind("* CAPABILITY ").filter(|(at, _)| *at == 0).map(|(_, rest)| rest);
    let coded = || behind("[CAPABILITY ").and_then(|(_, rest)| rest.split_once(']')).map(|(inside, _)| inside);
    let list = bare.or_else(coded)?;
    Some(list.split_ascii_whitespace().map(str::to_owned).collect())
}

/// Whether what follows a tag says that the command was carried out.
fn is_ok(status: &str) -> bool {
    status.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("OK"))
}

/// Speaks IMAP. Once the server has greeted, what fails after it no longer loses what was learnt.
pub(super) async fn converse(client: &Client<'_>, mut talk: Talk, mut session: Session) -> Result<Session, Cause> {
    let mut lines = Lines::default();
    let greeting = within(GREETING_WAIT, line(&mut talk, &mut lines)).await?;
    session.greeted_ms = talk.elapsed();
    if !greeting.starts_with("* ") {
        return Err(Cause::Garbled);
    }
    session.greeting = greeting.get(2..).map(str::to_owned);
    let Ok((_, offers)) = command(&mut talk, &mut lines, "a1", "CAPABILITY", COMMAND_WAIT).await else {
        session.transcript = talk.transcript;
        return Ok(session);
    };
    if client.service.protocol.is_implicit() {
        session.tls_offers = offers;
        return Ok(leave(talk, lines, session).await);
    }
    session.offers = offers;
    if !session.offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
        return Ok(leave(talk, lines, session).await);
    }
    match command(&mut talk, &mut lines, "a2", "STARTTLS", COMMAND_WAIT).await {
        Ok((status, _)) if is_ok(&status) => {}
        Ok((status, _)) => {
            session.starttls = StartTls::Refused(status);
            return Ok(leave(talk, lines, session).await);
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
            let mut lines = Lines::default();
            if let Ok((_, offers)) = command(&mut talk, &mut lines, "a3", "CAPABILITY", COMMAND_WAIT).await {
                session.tls_offers = offers;
            }
            Ok(leave(talk, lines, session).await)
        }
    }
}

/// Greeting and STARTTLS, for connections that look at TLS only; `behind` goes out with STARTTLS.
pub(super) async fn begin_tls(talk: &mut Talk, behind: &[u8]) -> Result<(), Cause> {
    let mut lines = Lines::default();
    within(GREETING_WAIT, line(talk, &mut lines)).await?;
    talk.write(&[b"a2 STARTTLS\r\n", behind].concat()).await?;
    let (status, _) = answer(talk, &mut lines, "a2", COMMAND_WAIT).await?;
    if is_ok(&status) { Ok(()) } else { Err(Cause::Refused) }
}

/// Says goodbye.
async fn leave(mut talk: Talk, mut lines: Lines, mut session: Session) -> Session {
    let _ = command(&mut talk, &mut lines, "a4", "LOGOUT", QUIT_WAIT).await;
    session.transcript = talk.transcript;
    session
}

/// Sends a command, and reads up to its tagged answer: the text behind the tag, and capabilities on the way.
async fn command(
    talk: &mut Talk,
    lines: &mut Lines,
    tag: &str,
    words: &str,
    wait: Duration,
) -> Result<(String, Vec<String>), Cause> {
    talk.say(&format!("{tag} {words}")).await?;
    answer(talk, lines, tag, wait).await
}

/// Reads up to the tagged answer. The time is for all of it: a server that says a line now and then gets no more.
async fn answer(talk: &mut Talk, lines: &mut Lines, tag: &str, wait: Duration) -> Result<(String, Vec<String>), Cause> {
    let read = async {
        let mut found = Vec::new();
        for _ in 0..MAX_LINES {
            let text = line(talk, lines).await?;
            if let Some(list) = capabilities(&text) {
                found = list;
            }
            if let Some(status) = text.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                return Ok((status.to_owned(), found));
            }
        }
        Err(Cause::Garbled)
    };
    within(wait, read).await
}

/// What comes within a time.
async fn within<T>(wait: Duration, read: impl Future<Output = Result<T, Cause>>) -> Result<T, Cause> {
    timeout(wait, read).await.unwrap_or(Err(cause_of_path(PathError::Timeout)))
}

/// Reads one line, however long it takes.
async fn line(talk: &mut Talk, lines: &mut Lines) -> Result<String, Cause> {
    // On the heap: this future is held several times over.
    let mut chunk = vec![0; CHUNK];
    loop {
        if let Some(line) = lines.line().map_err(|NotImap| Cause::Garbled)? {
            talk.note(Party::Server, line.clone());
            return Ok(line);
        }
        match talk.stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return Err(Cause::Refused),
            Ok(length) => lines.feed(chunk.get(..length).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn capabilities_stand_in_answers_and_codes() {
        let words = |line: &str| capabilities(line).map(|list| list.join(","));
        assert_eq!(words("* CAPABILITY IMAP4rev1 STARTTLS"), Some("IMAP4rev1,STARTTLS".into()));
        assert_eq!(words("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready"), Some("IMAP4rev1,LOGINDISABLED".into()));
        assert_eq!(words("* ok [Capability imap4rev1] ready"), Some("imap4rev1".into()));
        assert_eq!(words("* capability imap4rev1"), Some("imap4rev1".into()));
        assert_eq!(words("* OK ready"), None);
        assert_eq!(words("* OK of * CAPABILITY none"), None);
        assert!(is_ok("ok go ahead") && is_ok("OK") && !is_ok("OKAY") && !is_ok("NO OK"));
    }

    #[test]
    fn bounds_hold() {
        let mut lines = Lines::default();
        lines.feed(&[b'x'; MAX_LINE + 1]);
        assert_eq!(lines.line(), Err(NotImap));
        let mut lines = Lines::default();
        lines.feed(b"* OK a\x1bb\r\n* more");
        assert_eq!(lines.line(), Ok(Some("* OK a\\027b".into())));
        assert_eq!(lines.line(), Ok(None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..4_000), piece in 1usize..64) {
            let mut lines = Lines::default();
            for chunk in bytes.chunks(piece) {
                lines.feed(chunk);
                while let Ok(Some(line)) = lines.line() {
                    prop_assert!(!line.contains('\n'));
                    let _ = capabilities(&line);
                }
            }
        }
    }
}

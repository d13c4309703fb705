//! Mail servers: SMTP and IMAP, with STARTTLS or with TLS from the start.

use crate::tls::{self, Authorities};
use ptrust_observe::ports::{PathError, Stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

/// Octets on the way in one direction at most.
const BUFFER: usize = 64 * 1024;
/// Octets of a command line at most; what follows is dropped (RFC 5321 4.5.3.1.4 asks for 512).
const MAX_COMMAND: usize = 4096;
/// Between two lines of a greeting without end.
const ENDLESS: Duration = Duration::from_millis(200);

/// What one listener says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// Lines of the greeting.
    pub(crate) greeting: Vec<Vec<u8>>,
    /// Lines of the reply to EHLO.
    pub(crate) ehlo: Vec<Vec<u8>>,
    /// How it behaves.
    pub(crate) mode: Mode,
    /// How long it waits before the greeting.
    pub(crate) delay: Duration,
}

/// How a listener behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As SMTP servers do.
    #[default]
    Talks,
    /// Accepts and says nothing.
    Silent,
    /// Refuses connections.
    Refused,
    /// Accepts and hangs up.
    Closes,
    /// Says something that is not SMTP.
    Garbage,
    /// Packets to it are dropped.
    Timeout,
    /// Greets without end.
    Endless,
}

/// A listener with everything that a conversation needs.
#[derive(Clone)]
pub(crate) struct Listener {
    /// What it says.
    pub(crate) script: Script,
    /// Its TLS, where it has any.
    pub(crate) tls: Option<(tls::Script, Arc<Authorities>)>,
    /// Whether TLS begins with the connection.
    pub(crate) implicit: bool,
    /// Whether it speaks IMAP.
    pub(crate) imap: bool,
    /// Round trip time: the connection costs one, and so does each answer.
    pub(crate) rtt: Duration,
}

/// Connects to a listener.
pub(crate) async fn connect(
    listener: Option<Listener>,
    rtt: Duration,
    timeout: Duration,
) -> Result<Box<dyn Stream>, PathError> {
    let mode = listener.as_ref().map_or(Mode::Refused, |listener| listener.script.mode);
    if mode == Mode::Timeout || rtt >= timeout {
        tokio::time::sleep(timeout).await;
        return Err(PathError::Timeout);
    }
    tokio::time::sleep(rtt).await;
    let Some(listener) = listener.filter(|_| mode != Mode::Refused) else {
        return Err(PathError::Refused);
    };
    let (ours, theirs) = duplex(BUFFER);
    tokio::spawn(async move {
        // The client may hang up at any time; there is nobody to tell.
        let _ = serve(listener, Box::new(theirs)).await;
    });
    Ok(Box::new(ours))
}

/// What a command leads to.
enum Next {
    /// These octets.
    Say(Vec<u8>),
    /// These octets, and TLS.
    StartTls(Vec<u8>),
    /// These octets, and the end.
    Leave(Vec<u8>),
}

/// Talks to one client.
async fn serve(listener: Listener, mut stream: Box<dyn Stream>) -> std::io::Result<()> {
    let Listener { script, .. } = &listener;
    let mut secured = false;
    if listener.implicit {
        let Some(secure) = secure(&listener, stream).await else { return Ok(()) };
        (stream, secured) = (secure, true);
    }
    tokio::time::sleep(script.delay + listener.rtt).await;
    match script.mode {
        Mode::Closes => return Ok(()),
        Mode::Garbage => {
            stream.write_all(b"\x16\x03\x01\xff\x00garbage\xfe\r\n").await?;
        }
        Mode::Endless => loop {
            stream.write_all(b"220-and one more line\r\n").await?;
            tokio::time::sleep(ENDLESS).await;
        },
        // A listener that is silent still reads, so that the client sees an open connection.
        Mode::Silent => {}
        _ => stream.write_all(&reply(&script.greeting)).await?,
    }
    let mut buffer = Vec::new();
    loop {
        let Some(line) = command(&mut stream, &mut buffer).await? else { return Ok(()) };
        if script.mode != Mode::Talks {
            continue;
        }
        tokio::time::sleep(listener.rtt).await;
        match listener.answer(&line, secured) {
            Next::Say(octets) => stream.write_all(&octets).await?,
            Next::Leave(octets) => {
                stream.write_all(&octets).await?;
                return stream.shutdown().await;
            }
            Next::StartTls(octets) => {
                stream.write_all(&octets).await?;
                // What was sent behind the command must be forgotten (RFC 3207 4.2); a vulnerable server keeps it.
                if !listener.tls.as_ref().is_some_and(|(script, _)| script.injectable) {
                    buffer.clear();
                }
                let Some(secure) = secure(&listener, stream).await else { return Ok(()) };
                (stream, secured) = (secure, true);
            }
        }
    }
}

/// The connection under TLS, after its round trip.
async fn secure(listener: &Listener, stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
    let (script, authorities) = listener.tls.as_ref()?;
    tokio::time::sleep(listener.rtt).await;
    authorities.accept(script, stream).await
}

/// The next line of a client without its end; `None` when it has hung up. What is longer than a command ends the
/// conversation.
async fn command(stream: &mut Box<dyn Stream>, buffer: &mut Vec<u8>) -> std::io::Result<Option<Vec<u8>>> {
    loop {
        if let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = buffer.drain(..=end).collect();
            return Ok(Some(line));
        }
        let mut chunk = [0; 512];
        let length = stream.read(&mut chunk).await?;
        if length == 0 || buffer.len() > MAX_COMMAND {
            return Ok(None);
        }
        buffer.extend_from_slice(chunk.get(..length).unwrap_or_default());
    }
}

impl Listener {
    /// What a command is answered with.
    fn answer(&self, line: &[u8], secured: bool) -> Next {
        if self.imap { self.imap_answer(line, secured) } else { self.smtp_answer(line, secured) }
    }

    /// The answer to an SMTP command.
    fn smtp_answer(&self, line: &[u8], secured: bool) -> Next {
        let offers = self.tls.is_some() && !secured;
        let verb = line.iter().take_while(|byte| byte.is_ascii_alphabetic());
        let verb: String = verb.map(|byte| char::from(byte.to_ascii_uppercase())).collect();
        match verb.as_str() {
            "EHLO" | "HELO" => {
                let mut hello = self.script.hello();
                if !offers {
                    hello.retain(|line| !line.to_ascii_uppercase().ends_with(b"STARTTLS") || self.tls.is_none());
                } else if self.script.ehlo.is_empty() {
                    hello.push(b"250 STARTTLS".to_vec());
                }
                Next::Say(reply(&hello))
            }
            "STARTTLS" if offers => Next::StartTls(b"220 2.0.0 Ready\r\n".to_vec()),
            "STARTTLS" => Next::Say(b"454 4.7.0 TLS not available\r\n".to_vec()),
            "QUIT" => Next::Leave(b"221 2.0.0 Bye\r\n".to_vec()),
            "NOOP" | "RSET" => Next::Say(b"250 2.0.0 Ok\r\n".to_vec()),
            _ => Next::Say(b"502 5.5.2 Not implemented\r\n".to_vec()),
        }
    }

    /// The answer to an IMAP command.
    fn imap_answer(&self, line: &[u8], secured: bool) -> Next {
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_ascii_whitespace();
        let (tag, verb) = (words.next().unwrap_or("*"), words.next().unwrap_or_default().to_ascii_uppercase());
        let offers = self.tls.is_some() && !secured;
        let list = || {
            let own = self.script.ehlo.iter().map(|line| String::from_utf8_lossy(line).into_owned());
            let own = own.collect::<Vec<_>>().join(" ");
            match (own.as_str(), offers) {
                ("", true) => "IMAP4rev1 STARTTLS LOGINDISABLED".to_owned(),
                ("", false) => "IMAP4rev1 AUTH=PLAIN".to_owned(),
                (own, true) => own.to_owned(),
                (own, false) => own.replace("STARTTLS", "").replace("LOGINDISABLED", "AUTH=PLAIN"),
            }
        };
        match verb.as_str() {
            "CAPABILITY" => Next::Say(format!("* CAPABILITY {}\r\n{tag} OK done\r\n", list()).into_bytes()),
            "STARTTLS" if offers => Next::StartTls(format!("{tag} OK begin\r\n").into_bytes()),
            "LOGOUT" => Next::Leave(format!("* BYE\r\n{tag} OK done\r\n").into_bytes()),
            "NOOP" => Next::Say(format!("{tag} OK done\r\n").into_bytes()),
            _ => Next::Say(format!("{tag} BAD what\r\n").into_bytes()),
        }
    }
}

impl Script {
    /// The reply to EHLO: as told, else with the name of the greeting.
    fn hello(&self) -> Vec<Vec<u8>> {
        if !self.ehlo.is_empty() {
            return self.ehlo.clone();
        }
        let greeting = self.greeting.first().map_or(&[][..], Vec::as_slice);
        let name = greeting.get(4..).unwrap_or_default();
        let name = name.split(|byte| *byte == b' ').next().unwrap_or_default();
        vec![[b"250 ", name].concat()]
    }
}

/// Lines as one reply: every line but the last gets the hyphen that says that more follow (RFC 5321 4.2.1).
fn reply(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let start = out.len();
        out.extend(line);
        let code = line.iter().take(3).all(u8::is_ascii_digit);
        if index + 1 < lines.len()
            && code
            && let Some(mark @ b' ') = out.get_mut(start + 3)
        {
            *mark = b'-';
        }
        out.extend(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn talk(script: Script, say: &[u8]) -> String {
        let listener = Listener { script, tls: None, implicit: false, imap: false, rtt: Duration::ZERO };
        let stream = connect(Some(listener), Duration::ZERO, Duration::from_secs(1)).await;
        let mut stream = stream.expect("a connection");
        stream.write_all(say).await.expect("room");
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.expect("an end");
        String::from_utf8_lossy(&heard).into_owned()
    }

    #[tokio::test]
    async fn a_dialogue_is_held() {
        let greeting = vec![b"220 mail.example.com".to_vec(), b"220 hello".to_vec()];
        let script = Script { greeting, ..Script::default() };
        assert_eq!(
            talk(script, b"EHLO x\r\nMAIL FROM:<>\r\nQUIT\r\n").await,
            "220-mail.example.com\r\n220 hello\r\n250 mail.example.com\r\n\
             502 5.5.2 Not implemented\r\n221 2.0.0 Bye\r\n"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn other_listeners_do_other_things() {
        let of = |mode| Script { mode, ..Script::default() };
        let listener = |script| Listener { script, tls: None, implicit: false, imap: false, rtt: Duration::ZERO };
        let dial = |mode| connect(Some(listener(of(mode))), Duration::ZERO, Duration::from_secs(3));
        assert_eq!(dial(Mode::Refused).await.err(), Some(PathError::Refused));
        let start = tokio::time::Instant::now();
        assert_eq!(dial(Mode::Timeout).await.err(), Some(PathError::Timeout));
        assert_eq!(start.elapsed(), Duration::from_secs(3));
        assert_eq!(talk(of(Mode::Closes), b"").await, "");
        let nobody = connect(None, Duration::ZERO, Duration::from_secs(3)).await;
        assert_eq!(nobody.err(), Some(PathError::Refused));
    }
}

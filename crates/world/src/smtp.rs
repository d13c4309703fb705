//! SMTP servers: a greeting, EHLO, QUIT.

use ptrust_observe::ports::{PathError, Stream};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};

/// Octets on the way in one direction at most.
const BUFFER: usize = 64 * 1024;
/// Octets of a command line at most; what follows is dropped (RFC 5321 4.5.3.1.4 asks for 512).
const MAX_COMMAND: u64 = 4096;

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
}

/// Connects to a listener.
pub(crate) async fn connect(script: Option<Script>, timeout: Duration) -> Result<Box<dyn Stream>, PathError> {
    let Some(script) = script else {
        return Err(PathError::Refused);
    };
    match script.mode {
        Mode::Refused => return Err(PathError::Refused),
        Mode::Timeout => {
            tokio::time::sleep(timeout).await;
            return Err(PathError::Timeout);
        }
        _ => {}
    }
    let (ours, theirs) = duplex(BUFFER);
    tokio::spawn(async move {
        // The client may hang up at any time; there is nobody to tell.
        let _ = serve(script, theirs).await;
    });
    Ok(Box::new(ours))
}

/// Talks to one client.
async fn serve(script: Script, stream: DuplexStream) -> std::io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    tokio::time::sleep(script.delay).await;
    match script.mode {
        Mode::Closes => return Ok(()),
        Mode::Garbage => {
            write.write_all(b"\x16\x03\x01\xff\x00garbage\xfe\r\n").await?;
        }
        // A listener that is silent still reads, so that the client sees an open connection.
        Mode::Silent => {}
        _ => write.write_all(&reply(&script.greeting)).await?,
    }
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut read).take(MAX_COMMAND);
        if limited.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        if script.mode != Mode::Talks {
            continue;
        }
        let verb: String = line
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .map(|byte| char::from(byte.to_ascii_uppercase()))
            .collect();
        match verb.as_str() {
            "EHLO" | "HELO" => write.write_all(&reply(&script.hello())).await?,
            "QUIT" => {
                write.write_all(b"221 2.0.0 Bye\r\n").await?;
                return write.shutdown().await;
            }
            "NOOP" | "RSET" => write.write_all(b"250 2.0.0 Ok\r\n").await?,
            _ => write.write_all(b"502 5.5.2 Not implemented\r\n").await?,
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
        let stream = connect(Some(script), Duration::from_secs(1)).await;
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
        let dial = |mode| connect(Some(of(mode)), Duration::from_secs(3));
        assert_eq!(dial(Mode::Refused).await.err(), Some(PathError::Refused));
        let start = tokio::time::Instant::now();
        assert_eq!(dial(Mode::Timeout).await.err(), Some(PathError::Timeout));
        assert_eq!(start.elapsed(), Duration::from_secs(3));
        assert_eq!(talk(of(Mode::Closes), b"").await, "");
        let nobody = connect(None, Duration::from_secs(3)).await;
        assert_eq!(nobody.err(), Some(PathError::Refused));
    }
}

//! SMTP replies, read from bytes as they come (RFC 5321 4.2). No I/O here.
//!
//! Everything is bounded, since the far end is unknown. Bare line feeds end lines, as old servers send them, and codes
//! of one reply may differ: the last counts, as with Postfix.

use ptrust_names::escape;
use std::fmt::Write;

/// Octets in a line at most. RFC 5321 4.5.3.1.5 has 512; some servers greet at length.
pub const MAX_LINE: usize = 2_048;
/// Lines in a reply at most. EHLO lists some dozen extensions.
pub const MAX_LINES: usize = 64;
/// Octets of a first word kept: those of the longest name (RFC 1035 2.3.4).
pub const MAX_WORD: usize = 255;
/// Octets in a conversation at most.
pub const MAX_TOTAL: usize = 64 * 1024;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its code, 200 to 599.
    pub code: u16,
    /// First word of its first line, escaped, cut to [`MAX_WORD`] octets before that: the server's name in greetings
    /// and in replies to EHLO.
    pub word: Option<String>,
}

/// One line, and what it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The line without its end, escaped, cut to [`MAX_LINE`] octets before that.
    pub text: String,
    /// What is known after it.
    pub progress: Progress,
}

/// What is known after a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The reply is complete.
    Complete(Reply),
    /// The server does not speak SMTP, or beyond bounds; nothing more is read.
    Malformed(Fault),
    /// More lines follow.
    More,
}

/// Why a reply is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line does not begin with a reply code.
    #[error("no reply code")]
    Code,
    /// A line is longer than [`MAX_LINE`].
    #[error("overlong line")]
    LongLine,
    /// A reply has more lines than [`MAX_LINES`].
    #[error("too many lines")]
    Lines,
    /// The server said more than [`MAX_TOTAL`] octets.
    #[error("too much said")]
    Total,
}

/// Reads replies out of a stream of bytes: [`Decoder::feed`] bytes, then take [`Decoder::event`] until there is none.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Bytes not yet taken as lines.
    buffer: Vec<u8>,
    /// Bytes fed in all.
    total: usize,
    /// Lines of the current reply so far.
    lines: usize,
    /// First word of the current reply.
    word: Option<String>,
    /// Whether a fault ended the reading.
    dead: bool,
}

impl Decoder {
    /// Adds bytes from the server. Those beyond [`MAX_TOTAL`] are dropped.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = MAX_TOTAL.saturating_sub(self.total);
        self.buffer.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.total = self.total.saturating_add(bytes.len());
    }

    /// The next line, if a whole one has come. After a malformed one there is none.
    pub fn event(&mut self) -> Option<Event> {
        if self.dead {
            return None;
        }
        let end = self.buffer.iter().take(MAX_LINE + 1).position(|byte| *byte == b'\n');
        let Some(end) = end else {
            let fault = if self.buffer.len() > MAX_LINE {
                Fault::LongLine
            } else if self.total > MAX_TOTAL {
                Fault::Total
            } else {
                return None;
            };
            let line: Vec<u8> = self.buffer.drain(..).take(MAX_LINE).collect();
            return Some(self.fail(&line, fault));
        };
        let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(self.line(&line))
    }

    /// What a whole line tells.
    fn line(&mut self, line: &[u8]) -> Event {
        let Some((code, more, rest)) = split(line) else {
            return self.fail(line, Fault::Code);
        };
        self.lines += 1;
        if self.lines > MAX_LINES {
            return self.fail(line, Fault::Lines);
        }
        if self.lines == 1 {
            let word = rest.split(u8::is_ascii_whitespace).find(|word| !word.is_empty());
            self.word = word.map(|word| escape_bytes(word.get(..MAX_WORD).unwrap_or(word)));
        }
        let progress = if more {
            Progress::More
        } else {
            self.lines = 0;
            Progress::Complete(Reply { code, word: self.word.take() })
        };
        Event { text: escape_bytes(line), progress }
    }

    /// Ends the reading.
    fn fail(&mut self, line: &[u8], fault: Fault) -> Event {
        self.dead = true;
        self.buffer.clear();
        Event { text: escape_bytes(line), progress: Progress::Malformed(fault) }
    }
}

/// A line's code, whether more lines follow, and its text.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    if !code.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = code.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..=599).contains(&code) {
        return None;
    }
    match rest.split_first() {
        None => Some((code, false, &[])),
        Some((b' ', text)) => Some((code, false, text)),
        Some((b'-', text)) => Some((code, true, text)),
        Some(_) => None,
    }
}

/// Escapes bytes: text as [`escape`] does, octets that are no UTF-8 as `\DDD`.
fn escape_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\{byte:03}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All events of the bytes, fed in pieces of the size.
    fn events(bytes: &[u8], piece: usize) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for chunk in bytes.chunks(piece) {
            decoder.feed(chunk);
            events.extend(std::iter::from_fn(|| decoder.event()));
        }
        events
    }

    /// How reading the bytes ends.
    fn last(bytes: &[u8]) -> Option<Progress> {
        events(bytes, 1_000).pop().map(|event| event.progress)
    }

    fn complete(code: u16, word: Option<&str>) -> Progress {
        Progress::Complete(Reply { code, word: word.map(str::to_owned) })
    }

    #[test]
    fn greetings_give_code_and_name() {
        assert_eq!(last(b"220 mail.example.com ESMTP\r\n"), Some(complete(220, Some("mail.example.com"))));
        assert_eq!(last(b"220-mx.example ready\r\n220-no spam\r\n220 go\r\n"), Some(complete(220, Some("mx.example"))));
        assert_eq!(last(b"554-mx.example\n554 5.7.1 no\n"), Some(complete(554, Some("mx.example"))));
        assert_eq!(last(b"220\r\n"), Some(complete(220, None)));
        assert_eq!(last(b"220 \r\n"), Some(complete(220, None)));
        assert_eq!(last(b"220  two.example x\r\n"), Some(complete(220, Some("two.example"))));
        assert_eq!(last(b"220-a.example\r\n250 b\r\n"), Some(complete(250, Some("a.example"))));
        assert_eq!(last(b"220 mail.example.com ESMTP"), None);
    }

    #[test]
    fn other_protocols_are_malformed() {
        for line in ["SSH-2.0-x", "* OK IMAP4rev1", "+OK", "22", "", "999 x", "100 x", "220_x", "2200 x"] {
            let progress = last(format!("{line}\r\n").as_bytes());
            assert_eq!(progress, Some(Progress::Malformed(Fault::Code)), "{line}");
        }
    }

    #[test]
    fn text_is_escaped() {
        let events = events(b"220 m\x1b[31m.example \xff\xc5\xa1\r\n", 3);
        assert_eq!(events[0].text, "220 m\\027[31m.example \\255š");
        assert!(
            matches!(&events[0].progress, Progress::Complete(reply) if reply.word.as_deref() == Some("m\\027[31m.example"))
        );
    }

    #[test]
    fn bounds_hold() {
        let long = [b"220 ".as_slice(), &[b'x'; MAX_LINE]].concat();
        assert_eq!(last(&long), Some(Progress::Malformed(Fault::LongLine)));
        assert_eq!(last(&b"250-x\r\n".repeat(MAX_LINES + 1)), Some(Progress::Malformed(Fault::Lines)));
        let most = b"250-x\r\n".repeat(MAX_LINES - 1);
        assert_eq!(last(&[most.as_slice(), b"250 x\r\n"].concat()), Some(complete(250, Some("x"))));
        let reply = [[b'2', b'5', b'0', b' '].as_slice(), &[b'x'; 1_000], b"\r\n"].concat();
        assert_eq!(last(&reply.repeat(80)), Some(Progress::Malformed(Fault::Total)));
    }

    proptest! {
        /// However the bytes are cut into pieces, the same is read, and within bounds.
        #[test]
        fn pieces_do_not_matter(bytes in prop::collection::vec(prop_oneof![
            Just(b'2'), Just(b'5'), Just(b'0'), Just(b' '), Just(b'-'), Just(b'\r'), Just(b'\n'), any::<u8>()
        ], 0..400), piece in 1usize..20) {
            let whole = events(&bytes, bytes.len().max(1));
            prop_assert_eq!(&events(&bytes, piece), &whole);
            for event in whole {
                prop_assert!(!event.text.chars().any(char::is_control));
                if let Progress::Complete(reply) = event.progress {
                    prop_assert!((200..600).contains(&reply.code));
                }
            }
        }
    }
}

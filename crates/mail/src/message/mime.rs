//! The parts of a message (RFC 2046), within limits of number and depth.
//!
//! Own code, since a general parser keeps every part of a hostile message, and nests as deep as it is told to.

use super::header::{Header, split};
use super::text::{Token, tokens, unquote};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;

/// Parts of a message that are read: a bounce has three, a report one or two.
const MAX_PARTS: usize = 100;
/// How deep parts may nest.
const MAX_DEPTH: usize = 6;
/// Octets of a boundary (RFC 2046 5.1.1).
const MAX_BOUNDARY: usize = 70;

/// A part that has no parts of its own.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    /// Type and subtype in lower case, such as `text/plain`.
    pub(crate) media: String,
    /// The transfer encoding in lower case.
    encoding: String,
    /// The body as sent.
    raw: &'a [u8],
}

impl<'a> Part<'a> {
    /// The body, with base64 and quoted-printable undone (RFC 2045 6). What cannot be decoded stays as it was.
    pub(crate) fn body(&self) -> Cow<'a, [u8]> {
        let decoded = match self.encoding.as_str() {
            "base64" => base64_decode(self.raw),
            "quoted-printable" => quoted_printable_decode(self.raw),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.raw), Cow::Owned)
    }
}

/// The value of a Content-Type field.
struct ContentType {
    /// Type and subtype in lower case.
    media: String,
    /// The boundary between parts.
    boundary: Option<String>,
}

impl ContentType {
    /// Reads the field; without one a part is plain text (RFC 2045 5.2).
    fn of(header: &Header<'_>) -> Self {
        let value = header.named("content-type").next().map(super::header::Field::unfolded).unwrap_or_default();
        let mut words = tokens(&value).into_iter().filter_map(|token| match token {
            Token::Word(word) => Some(word),
            Token::Comment(_) | Token::Semicolon => None,
        });
        let media = words.next().unwrap_or("text/plain").to_ascii_lowercase();
        let boundary = words.find_map(|word| {
            let (name, value) = word.split_once('=')?;
            name.eq_ignore_ascii_case("boundary").then(|| unquote(value))
        });
        Self { media, boundary: boundary.filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len())) }
    }
}

/// The media type of a whole message.
pub(crate) fn media(header: &Header<'_>) -> String {
    ContentType::of(header).media
}

/// The parts of a message that have none of their own, in order. An embedded message is one part and is not opened.
pub(crate) fn parts<'a>(bytes: &'a [u8], header: &Header<'a>) -> Vec<Part<'a>> {
    let mut leaves = Vec::new();
    let body = bytes.get(header.body_at..).unwrap_or_default();
    let mut open = vec![(header.clone(), body, 0usize)];
    let mut seen = 0;
    while let Some((header, body, depth)) = open.pop() {
        let kind = ContentType::of(&header);
        if let Some(boundary) = kind.boundary.filter(|_| kind.media.starts_with("multipart/") && depth < MAX_DEPTH) {
            let mut inner = between(body, boundary.as_bytes());
            inner.truncate(MAX_PARTS.saturating_sub(seen));
            seen += inner.len();
            // The stack is popped from its end, so the first part goes in last.
            for part in inner.into_iter().rev() {
                let header = part_header(part);
                open.push((header.clone(), part.get(header.body_at..).unwrap_or_default(), depth + 1));
            }
        } else {
            let encoding = header.named("content-transfer-encoding").next().map(super::header::Field::unfolded);
            let encoding = encoding.unwrap_or_default().to_ascii_lowercase();
            leaves.push(Part { media: kind.media, encoding, raw: body });
        }
    }
    leaves
}

/// The header of a part; one that starts with an empty line has none.
fn part_header(part: &[u8]) -> Header<'_> {
    let empty = ["\r\n", "\n"].iter().find(|end| part.starts_with(end.as_bytes()));
    match empty {
        Some(end) => Header { body_at: end.len(), ..Header::default() },
        None => split(part).unwrap_or_default(),
    }
}

/// What stands between the lines of a boundary. A part that is not closed reaches to the end.
fn between<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let after = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        // White space may follow (RFC 2046 5.1.1); anything else makes it another, longer boundary.
        let after = after.filter(|after| after.starts_with(b"--") || after.trim_ascii().is_empty());
        if let Some(after) = after {
            if let Some(start) = start {
                parts.push(body.get(start..at).unwrap_or_default());
            }
            start = Some(at + line.len());
            if after.starts_with(b"--") || parts.len() > MAX_PARTS {
                return parts;
            }
        }
        at += line.len();
    }
    parts.extend(start.and_then(|start| body.get(start..)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Media type and body of each part.
    fn of(text: &str) -> Vec<(String, String)> {
        let header = split(text.as_bytes()).expect("a message");
        let parts = parts(text.as_bytes(), &header);
        parts.iter().map(|part| (part.media.clone(), String::from_utf8_lossy(&part.body()).into_owned())).collect()
    }

    #[test]
    fn parts_are_found_and_decoded() {
        let text = "Content-Type: multipart/mixed;\n boundary=\"a b\"\n\npreamble\n--a b\n\nplain\n--a b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: TEXT/html\nContent-Transfer-Encoding: quoted-printable\n\n=41\n--c--\n--a b\nContent-Type: application/gzip\nContent-Transfer-Encoding: BASE64\n\naGVs\nbG8=\n--a b--\nepilogue\n";
        let expected = [("text/plain", "plain\n"), ("text/html", "A\n"), ("application/gzip", "hello")];
        assert_eq!(of(text), expected.map(|(media, body)| (media.to_owned(), body.to_owned())));
        assert_eq!(of("Subject: x\n\nhi")[0], ("text/plain".to_owned(), "hi".to_owned()));
    }

    #[test]
    fn number_and_depth_are_bounded() {
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(10_000));
        assert!(of(&many).len() <= MAX_PARTS);
        let level = |at: usize| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n");
        let deep = (0..1_000).map(level).collect::<Vec<_>>().concat();
        let read = of(&deep);
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].0, "multipart/mixed");
    }

    proptest! {
        #[test]
        fn never_panics(text in "Content-Type: multipart/x; boundary=b\n\n(--b(--)?\n|Content-T[a-z-]{0,20}: base64\n|\n|[a-zA-Z=]{0,9}){0,30}") {
            prop_assert!(of(&text).len() <= MAX_PARTS);
        }
    }
}

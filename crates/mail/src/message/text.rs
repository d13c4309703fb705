//! Words, comments and addresses in text that mail servers write.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use ptrust_names::{Name, Registrable, escape, registrable};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Octets of one value that are read: what a server writes of one hop or check is far shorter.
pub(crate) const MAX_VALUE: usize = 16 << 10;
/// Characters of a value that are shown.
pub(crate) const MAX_SHOWN: usize = 500;

/// A piece of structured text (RFC 5322 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// What stands between parentheses, without them.
    Comment(&'a str),
    /// `;`.
    Semicolon,
    /// Text without white space, except in quoted strings, which keep their quotes.
    Word(&'a str),
}

/// Cuts a text at a limit of octets, at a character's edge.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

/// Text made safe to show: cut to a length, then escaped.
pub(crate) fn shown(text: &str) -> String {
    escape(cut(text, MAX_SHOWN))
}

/// Text made safe to show, unless it is empty.
pub(crate) fn shown_some(text: &str) -> Option<String> {
    Some(shown(text.trim())).filter(|text| !text.is_empty())
}

/// Splits structured text. Comments nest; one that is not closed reaches to the end, as does a quoted string.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = cut(text, MAX_VALUE);
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return tokens };
        let (token, len) = match first {
            ';' => (Token::Semicolon, 1),
            '(' => {
                let end = comment_end(rest);
                let inside = rest.get(1..end).unwrap_or_default();
                (Token::Comment(inside.strip_suffix(')').unwrap_or(inside).trim()), end)
            }
            _ => {
                let end = word_end(rest);
                (Token::Word(rest.get(..end).unwrap_or_default()), end)
            }
        };
        tokens.push(token);
        rest = rest.get(len.max(1)..).unwrap_or_default();
    }
}

/// Octets of the comment at the start of the text, with both parentheses.
fn comment_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// Octets of the word at the start of the text.
fn word_end(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' | '(' if !quoted => return at,
            c if c.is_whitespace() && !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// A word without the quotes around it, and without the backslashes of quoted pairs.
pub(crate) fn unquote(word: &str) -> String {
    let Some(inside) = word.strip_prefix('"') else { return word.to_owned() };
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

/// Reads one address, bare or as a literal (RFC 5321 4.1.3), with or without a port after the bracket or the IPv4
/// address. An IPv4 address mapped into IPv6 is the IPv4 address.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let inside = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(inside, _)| inside),
        None => text,
    };
    let inside = match inside.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("ipv6:") => inside.get(5..)?,
        _ => inside,
    };
    let inside = inside.split_once('%').map_or(inside, |(address, _zone)| address);
    if let Ok(v6) = inside.parse::<Ipv6Addr>() {
        return Some(IpAddr::V6(v6).to_canonical());
    }
    let v4 = inside.split_once(':').map_or(inside, |(address, _port)| address);
    v4.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

/// The addresses in free text, in order, each once, at most `max`. Bare, in brackets, with a port or a dot at the end;
/// not those that are part of a name, and not a lone `::`.
pub(crate) fn addresses_in(text: &str, max: usize) -> Vec<IpAddr> {
    let mut found = Vec::new();
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_');
    for piece in text.split(|c: char| !inside(c)) {
        if found.len() >= max {
            break;
        }
        let piece = piece.trim_matches(['.', '-', '_']);
        let digits = piece.bytes().any(|byte| byte.is_ascii_digit());
        let read = address(piece).or_else(|| address(piece.trim_end_matches(':'))).filter(|_| digits);
        found.extend(read.filter(|address| !found.contains(address)));
    }
    found
}

/// Reads a date and time of mail (RFC 5322 3.3): comments anywhere, the day of the week unchecked, old zones accepted.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let words: Vec<&str> = tokens(text)
        .into_iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word),
            Token::Comment(_) | Token::Semicolon => None,
        })
        .collect();
    PARSER.parse_timestamp(words.join(" ")).ok()
}

/// The domain a holder has registered, of a host name as a server wrote it.
pub(crate) fn organization(host: &str) -> Option<Name> {
    let name: Name = host.trim_end_matches('.').parse().ok()?;
    registrable(&name).map(|Registrable { domain, .. }| domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_nest_and_quotes_hold() {
        use Token::{Comment, Semicolon, Word};
        let read = tokens("from a (b (c) \\) d) by \"x; (y)\" ; z(open");
        let expected = [
            Word("from"),
            Word("a"),
            Comment("b (c) \\) d"),
            Word("by"),
            Word("\"x; (y)\""),
            Semicolon,
            Word("z"),
            Comment("open"),
        ];
        assert_eq!(read, expected);
        assert_eq!(unquote("\"a\\\"b\""), "a\"b");
    }

    #[test]
    fn addresses_are_found_in_any_dress() {
        let cases = [
            ("[203.0.113.25] is blocked", "203.0.113.25"),
            ("host x[IPv6:2001:db8::1]:25, (2001:db8::2).", "2001:db8::1 2001:db8::2"),
            ("see https://example.org/?ip=203.0.113.25.", "203.0.113.25"),
            ("client-ip=::ffff:203.0.113.25; 203.0.113.26:", "203.0.113.25 203.0.113.26"),
            ("203.0.113.5:4321", "203.0.113.5"),
            ("203.0.113.25.static.example 203-0-113-25 12:30:45 4.7.1 ::", ""),
        ];
        for (text, expected) in cases {
            let read: Vec<_> = addresses_in(text, 8).iter().map(ToString::to_string).collect();
            assert_eq!(read.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn dates_of_mail_are_read() {
        let cases = [
            ("Tue, 12 Mar 2024 10:11:12 +0100 (CET)", Some("2024-03-12T09:11:12Z")),
            ("12 Mar 2024 10:11:12 -0000", Some("2024-03-12T10:11:12Z")),
            ("Mon, 12 Mar 2024 10:11 GMT", Some("2024-03-12T10:11:00Z")),
            ("yesterday", None),
        ];
        for (text, expected) in cases {
            assert_eq!(date(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,200}") {
            let _ = tokens(&text);
            let _ = date(&text);
            prop_assert!(addresses_in(&text, 4).len() <= 4);
        }
    }
}

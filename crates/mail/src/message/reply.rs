//! A reply of a mail server, as people paste it and as logs and bounces quote it.

use super::text::{addresses_in, cut};
use ptrust_names::{Name, escape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Octets of a pasted text that are read; replies have a few lines of at most 512 octets (RFC 5321 4.5.3.1.5).
pub const MAX_REPLY: usize = 64 << 10;
/// Addresses and names that are kept.
const MAX_FOUND: usize = 32;

/// A reply, joined into one line, and what it mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// The text on one line with single spaces, the codes of continuation lines removed, escaped.
    pub text: String,
    /// The basic code (RFC 5321 4.2.1), such as 550.
    pub code: Option<u16>,
    /// The enhanced code (RFC 3463).
    pub enhanced: Option<EnhancedCode>,
    /// Addresses in the text, in order.
    pub addresses: Vec<IpAddr>,
    /// Names of hosts and domains in the text, in order; not those of web pages.
    pub names: Vec<Name>,
}

/// An enhanced status code (RFC 3463 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct EnhancedCode {
    /// 2, 4 or 5.
    pub class: u8,
    /// What it is about, up to 999.
    pub subject: u16,
    /// What it is, up to 999.
    pub detail: u16,
}

/// Text that is no enhanced status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enhanced status code")]
pub struct NotEnhancedCode;

impl std::fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl std::str::FromStr for EnhancedCode {
    type Err = NotEnhancedCode;

    fn from_str(text: &str) -> Result<Self, NotEnhancedCode> {
        let number = |part: Option<&str>| {
            let part =
                part.filter(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok()).ok_or(NotEnhancedCode)
        };
        let mut parts = text.split('.');
        let class = match parts.next() {
            Some("2") => 2,
            Some("4") => 4,
            Some("5") => 5,
            _ => return Err(NotEnhancedCode),
        };
        let code = Self { class, subject: number(parts.next())?, detail: number(parts.next())? };
        if parts.next().is_some() { Err(NotEnhancedCode) } else { Ok(code) }
    }
}

impl From<EnhancedCode> for String {
    fn from(code: EnhancedCode) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for EnhancedCode {
    type Error = NotEnhancedCode;

    fn try_from(text: String) -> Result<Self, NotEnhancedCode> {
        text.parse()
    }
}

/// Reads a reply out of any text: a pasted answer, one quoted by Postfix or Exim, the lines of a transcript. It never
/// fails; a text without a code gives a reply without one.
pub fn parse(text: &str) -> Reply {
    let words: Vec<&str> = cut(text, MAX_REPLY).lines().flat_map(|line| unquote(line).split_whitespace()).collect();
    let found = find_code(&words);
    let joined = join(&words, found);
    let enhanced_at_code = found.and_then(|found| found.enhanced);
    Reply {
        code: found.map(|found| found.code),
        enhanced: enhanced_at_code.or_else(|| words.iter().find_map(|word| enhanced(word))),
        addresses: addresses_in(&joined, MAX_FOUND),
        names: names(&joined),
        text: escape(&joined),
    }
}

/// A line without the marks that quote it: `> ` of mail, `<<< ` of transcripts.
fn unquote(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '<', '|'])
}

/// A basic code among the words.
#[derive(Clone, Copy)]
struct Found {
    /// Index of its word.
    at: usize,
    /// The code.
    code: u16,
    /// The enhanced code at it: in the same word after a hyphen, or the next word.
    enhanced: Option<EnhancedCode>,
}

/// Finds the code of the reply: the first that has an enhanced code beside it; otherwise the first at the start of the
/// text; otherwise the first of a failure.
fn find_code(words: &[&str]) -> Option<Found> {
    let found: Vec<Found> = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| {
            let (code, rest) = basic(word)?;
            let next = words.get(at + 1).filter(|_| rest.is_empty()).and_then(|next| enhanced(next));
            Some(Found { at, code, enhanced: enhanced(rest).or(next) })
        })
        .collect();
    let with_enhanced = found.iter().find(|found| found.enhanced.is_some());
    let first = found.iter().find(|found| found.at == 0);
    with_enhanced.or(first).or_else(|| found.iter().find(|found| found.code >= 400)).copied()
}

/// Reads a word that starts with a basic code: `550`, `550-`, `550-5.7.1`, `smtp;550`. Gives what follows the hyphen.
fn basic(word: &str) -> Option<(u16, &str)> {
    let word = word.trim_start_matches(['(', '[', '"', '\'', '#', ':']);
    let word = word.rsplit_once(';').map_or(word, |(_, code)| code);
    let (digits, rest) = word.split_at_checked(3)?;
    let rest = match rest.strip_prefix('-') {
        Some(rest) => rest,
        None if rest.trim_end_matches([':', ',', ')']).is_empty() => "",
        None => return None,
    };
    let plausible = matches!(digits.as_bytes(), [b'2' | b'4' | b'5', b'0'..=b'5', b'0'..=b'9']);
    Some((digits.parse().ok().filter(|_| plausible)?, rest))
}

/// Reads a word that is an enhanced code, with punctuation around it.
fn enhanced(word: &str) -> Option<EnhancedCode> {
    word.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// Joins the words; after the code, the codes that continuation lines repeat are left out.
fn join(words: &[&str], found: Option<Found>) -> String {
    let mut text = String::new();
    let mut skip_enhanced = false;
    for (at, word) in words.iter().enumerate() {
        let mut word = *word;
        if let Some(found) = found.filter(|found| at > found.at)
            && let Some((code, rest)) = basic(word)
            && code == found.code
        {
            // `550-5.7.25` and `550-` repeat; so does the last line's `550 5.7.25`.
            skip_enhanced = rest.is_empty();
            if rest.is_empty() || enhanced(rest).is_some() {
                continue;
            }
            word = rest;
        } else if std::mem::take(&mut skip_enhanced)
            && found.is_some_and(|found| found.enhanced.is_some() && found.enhanced == enhanced(word))
        {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Names in a text: words with a dot whose last label has letters, not in web addresses; of an e-mail address its domain.
fn names(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for word in text
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | '<' | '>' | ',' | ';' | '"' | '\''))
    {
        if names.len() >= MAX_FOUND {
            break;
        }
        if word.contains('/') {
            continue;
        }
        let word = basic(word).map_or(word, |(_, rest)| rest);
        let word = word.rsplit(['@', '=', ':']).find(|part| !part.is_empty()).unwrap_or(word);
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let top = word.rsplit('.').next().unwrap_or_default();
        let is_name = word.contains('.')
            && word.bytes().all(host)
            && top.len() > 1
            && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        if let Some(name) = word.parse::<Name>().ok().filter(|name| is_name && !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replies_are_joined_and_read() {
        let cases = [
            (
                "550-5.7.25 [203.0.113.25] The IP address sending this message does not have a\n550-5.7.25 PTR record setup, or the corresponding forward DNS entry does not\n550 5.7.25 point to the sending IP. a1-2si - gsmtp",
                "550-5.7.25 [203.0.113.25] The IP address sending this message does not have a PTR record setup, or the corresponding forward DNS entry does not point to the sending IP. a1-2si - gsmtp",
                Some(550),
                "5.7.25",
                "203.0.113.25",
                "",
            ),
            (
                "host mx.example.net[198.51.100.1] said: 550-5.7.1 no 550-5.7.1 mail 550 5.7.1 here (in reply to end of DATA command)",
                "host mx.example.net[198.51.100.1] said: 550-5.7.1 no mail here (in reply to end of DATA command)",
                Some(550),
                "5.7.1",
                "198.51.100.1",
                "mx.example.net",
            ),
            (
                "<<< 554-mx.example.net\n<<< 554 Your access to this mail system has been rejected",
                "554-mx.example.net Your access to this mail system has been rejected",
                Some(554),
                "",
                "",
                "mx.example.net",
            ),
            (
                "smtp; 451 4.7.1 <a@example.com>: try later",
                "smtp; 451 4.7.1 <a@example.com>: try later",
                Some(451),
                "4.7.1",
                "",
                "example.com",
            ),
            (
                "#5.7.1 smtp;550 denied by 2001:db8::1",
                "#5.7.1 smtp;550 denied by 2001:db8::1",
                Some(550),
                "5.7.1",
                "2001:db8::1",
                "",
            ),
            (
                "see https://example.org/550 port 25, 300 s",
                "see https://example.org/550 port 25, 300 s",
                None,
                "",
                "",
                "",
            ),
        ];
        for (text, joined, code, enhanced, addresses, names) in cases {
            let reply = parse(text);
            let list = |items: Vec<String>| items.join(" ");
            assert_eq!(reply.text, joined);
            assert_eq!(reply.code, code, "{text}");
            assert_eq!(reply.enhanced.map(String::from).unwrap_or_default(), enhanced, "{text}");
            assert_eq!(list(reply.addresses.iter().map(ToString::to_string).collect()), addresses, "{text}");
            assert_eq!(list(reply.names.iter().map(ToString::to_string).collect()), names, "{text}");
        }
    }

    #[test]
    fn enhanced_codes_are_not_addresses() {
        for text in ["5.7.25.1", "3.1.1", "5.7", "5.1000.1", "5..1", "5.+1.1"] {
            assert_eq!(text.parse::<EnhancedCode>(), Err(NotEnhancedCode), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([245][0-9]{2}[- ]|5\\.7\\.[0-9]|[a-z.@<> \\n-]|\\PC){0,40}") {
            let reply = parse(&text);
            prop_assert!(!reply.text.contains('\n'));
            prop_assert_eq!(&parse(&reply.text).code, &reply.code);
        }

        #[test]
        fn enhanced_codes_print_and_parse(class in prop_oneof![Just(2u8), Just(4), Just(5)], subject in 0u16..1000, detail in 0u16..1000) {
            let code = EnhancedCode { class, subject, detail };
            prop_assert_eq!(code.to_string().parse(), Ok(code));
        }
    }
}

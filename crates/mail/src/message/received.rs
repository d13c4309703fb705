//! One Received field, as the mail servers of the world write it (RFC 5321 4.4).

use super::text::{Token, address, addresses_in, date, shown, shown_some, tokens};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One hop of a message: what the receiving host wrote of it. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    /// Octets from the start of the file to the field.
    pub at: usize,
    /// The name the client greeted with (HELO or EHLO), as far as the format tells.
    pub helo: Option<String>,
    /// The client's reverse name.
    pub reverse: ReverseName,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The host that received the message and wrote the field.
    pub by: Option<String>,
    /// The protocol word (RFC 3848), such as `ESMTPS`, or words, such as `Microsoft SMTP Server`.
    pub protocol: Option<String>,
    /// What is said about TLS.
    pub tls: Option<String>,
    /// The client logged in first, so this is a submission by a user and not a relay between servers (RFC 6409).
    pub authenticated: bool,
    /// The receiving host's own id of the message.
    pub id: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// When the host received it.
    pub time: Option<Timestamp>,
    /// Seconds until the next hop received it; negative when the clocks differ.
    pub delay: Option<i64>,
    /// Which software wrote the field.
    pub software: Software,
}

/// What a Received field says about the client's reverse name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReverseName {
    /// A name, and the note that it does not lead back ("may be forged").
    Forged(String),
    /// The name that the host looked up.
    Name(String),
    /// The format has no place for it.
    #[default]
    NotRecorded,
    /// The host found none, or none that leads back, or had no answer.
    Unknown,
}

impl ReverseName {
    /// The name, when the host found one and did not doubt it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Forged(_) | Self::NotRecorded | Self::Unknown => None,
        }
    }
}

/// The software that wrote a Received field, as its format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Software {
    /// Exim.
    Exim,
    /// Exchange and Exchange Online.
    Exchange,
    /// Gmail.
    Google,
    /// Haraka.
    Haraka,
    /// OpenSMTPD.
    OpenSmtpd,
    /// Postfix.
    Postfix,
    /// qmail and its kin.
    Qmail,
    /// Sendmail.
    Sendmail,
    /// Nothing tells.
    #[default]
    Unknown,
}

/// A clause of the field: the words and comments after its keyword.
#[derive(Default)]
struct Clause<'a> {
    /// Words, in order.
    words: Vec<&'a str>,
    /// Comments, in order.
    comments: Vec<&'a str>,
}

impl<'a> Clause<'a> {
    /// The first word.
    fn word(&self) -> Option<&'a str> {
        self.words.first().copied()
    }

    /// The words on one line, for showing.
    fn text(&self) -> Option<String> {
        shown_some(&self.words.join(" "))
    }
}

/// The clauses of the field, by keyword.
#[derive(Default)]
struct Clauses<'a> {
    /// Before any keyword: qmail's notes.
    start: Clause<'a>,
    /// `from`.
    from: Clause<'a>,
    /// `by`.
    by: Clause<'a>,
    /// `via`.
    via: Clause<'a>,
    /// `with`.
    with: Clause<'a>,
    /// `id`.
    id: Clause<'a>,
    /// `for`.
    recipient: Clause<'a>,
}

impl<'a> Clauses<'a> {
    /// Sorts the tokens into clauses. A word right after a keyword is its value even when it reads like one itself.
    fn new(tokens: &[Token<'a>]) -> Self {
        let mut clauses = Self::default();
        let mut keyword = "";
        let mut value_follows = false;
        for token in tokens {
            if let Token::Word(word) = token
                && !value_follows
                && let Some(known) =
                    ["from", "by", "via", "with", "id", "for"].iter().find(|known| word.eq_ignore_ascii_case(known))
            {
                keyword = known;
                value_follows = true;
                continue;
            }
            value_follows = false;
            let clause = match keyword {
                "from" => &mut clauses.from,
                "by" => &mut clauses.by,
                "via" => &mut clauses.via,
                "with" => &mut clauses.with,
                "id" => &mut clauses.id,
                "for" => &mut clauses.recipient,
                _ => &mut clauses.start,
            };
            match token {
                Token::Word(word) => clause.words.push(word),
                Token::Comment(comment) => clause.comments.push(comment),
                Token::Semicolon => {}
            }
        }
        clauses
    }

    /// Every comment.
    fn comments(&self) -> impl Iterator<Item = &'a str> {
        [&self.start, &self.from, &self.by, &self.via, &self.with, &self.id, &self.recipient]
            .into_iter()
            .flat_map(|clause| clause.comments.iter().copied())
    }

    /// Which software's format this is.
    fn software(&self) -> Software {
        let comment = |text: &str| self.comments().any(|comment| comment.starts_with(text));
        let with = self.with.words.join(" ");
        let by = self.by.word().unwrap_or_default();
        if comment("Postfix") {
            Software::Postfix
        } else if comment("Exim") {
            Software::Exim
        } else if comment("Haraka") {
            Software::Haraka
        } else if comment("OpenSMTPD") {
            Software::OpenSmtpd
        } else if comment("qmail") || comment("HELO ") {
            Software::Qmail
        } else if with.starts_with("Microsoft SMTP Server") || with.starts_with("mapi") {
            Software::Exchange
        } else if by.ends_with(".google.com") || by.starts_with("2002:a") {
            Software::Google
        } else if self.by.comments.iter().any(|comment| is_sendmail_version(comment)) {
            Software::Sendmail
        } else {
            Software::Unknown
        }
    }
}

/// Sendmail's version in the by-clause: `8.17.1/8.17.1`.
fn is_sendmail_version(comment: &str) -> bool {
    comment.starts_with("8.") && comment.contains('/')
}

/// Reads the value of one Received field. Garbage gives a hop in which little is known, never an error.
pub fn received(value: &str, at: usize) -> Hop {
    let tokens = tokens(value);
    let date_at = tokens.iter().rposition(|token| matches!(token, Token::Semicolon));
    let (body, _) = tokens.split_at_checked(date_at.unwrap_or(tokens.len())).unwrap_or((&tokens, &[]));
    // The date follows the last semicolon; one in a comment after it does not count, so it is looked for by tokens.
    let time = date_at.and_then(|_| value.rsplit(';').find_map(date)).or_else(|| trailing_date(value));
    let clauses = Clauses::new(body);
    let mut hop = Hop {
        at,
        by: clauses.by.word().and_then(shown_some),
        protocol: clauses.with.text(),
        tls: tls(&clauses),
        id: clauses.id.word().and_then(shown_some),
        recipient: clauses.recipient.word().and_then(|word| shown_some(word.trim_matches(['<', '>']))),
        time,
        software: clauses.software(),
        ..Hop::default()
    };
    hop.authenticated = is_submission(&clauses);
    read_client(&clauses.from, &mut hop);
    hop
}

/// qmail's notes have the date behind a semicolon like everybody, but some gateways leave the semicolon out.
fn trailing_date(value: &str) -> Option<Timestamp> {
    let words: Vec<&str> = value.split_whitespace().collect();
    (4..=7).rev().find_map(|count| date(&words.get(words.len().checked_sub(count)?..)?.join(" ")))
}

/// What is said about TLS: a comment, or Exim's words after `tls`.
fn tls(clauses: &Clauses<'_>) -> Option<String> {
    let comment = clauses.comments().map(|comment| comment.strip_prefix("using ").unwrap_or(comment)).find(|comment| {
        ["TLS", "version=TLS", "version=SSL", "SSL", "cipher="].iter().any(|start| comment.starts_with(start))
    });
    let words = || {
        let mut words = clauses.with.words.iter().chain(&clauses.id.words).chain(&clauses.by.words);
        words.find(|word| word.eq_ignore_ascii_case("tls"))?;
        words.next().copied()
    };
    comment.or_else(words).map(shown)
}

/// Whether the client logged in: the protocol word ends in A (RFC 3848), or a comment says so.
fn is_submission(clauses: &Clauses<'_>) -> bool {
    let protocol = clauses.with.word().unwrap_or_default().to_ascii_uppercase();
    let by_word = ["ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA", "ASMTP", "HTTP", "MAPI"];
    by_word.contains(&protocol.as_str())
        || clauses.comments().any(|comment| {
            let comment = comment.to_ascii_lowercase();
            comment.starts_with("authenticated sender")
                || comment.starts_with("authenticated as")
                || comment.contains(" authenticated")
        })
}

/// Reads who the client was.
fn read_client(from: &Clause<'_>, hop: &mut Hop) {
    let word = from.word().unwrap_or_default();
    let helo_comment = from.comments.iter().find_map(|comment| {
        let rest = comment.strip_prefix("HELO ").or_else(|| comment.strip_prefix("EHLO "))?;
        rest.split_whitespace().next()
    });
    if hop.software == Software::Exim || from.comments.iter().any(|comment| comment.contains("helo=")) {
        read_exim(word, &from.comments, hop);
    } else if let Some(helo) = helo_comment {
        read_qmail(word, helo, &from.comments, hop);
    } else {
        read_common(word, &from.comments, hop);
    }
}

/// Exim: `[address] (helo=h)` when no name was confirmed; otherwise `name ([address] helo=h)`, the part `helo=` left out
/// when it is the same.
fn read_exim(word: &str, comments: &[&str], hop: &mut Hop) {
    let comment = comments.first().copied().unwrap_or_default();
    let parameters = || comment.split_whitespace();
    let helo = parameters().find_map(|part| part.strip_prefix("helo=")).and_then(shown_some);
    if let Some(address) = address(word) {
        hop.address = Some(address);
        hop.reverse = ReverseName::Unknown;
        hop.helo = helo;
    } else {
        hop.address = parameters().next().and_then(address);
        if hop.address.is_some() {
            hop.reverse = ReverseName::Name(host_name(word));
            hop.helo = helo.or_else(|| shown_some(word));
        }
    }
}

/// qmail and Yahoo: `name (HELO h) (user@address)`, with `unknown` or the address for the name.
fn read_qmail(word: &str, helo: &str, comments: &[&str], hop: &mut Hop) {
    hop.helo = shown_some(helo);
    hop.address = comments
        .iter()
        .filter(|comment| !comment.starts_with("HELO ") && !comment.starts_with("EHLO "))
        .find_map(|comment| address(comment.rsplit('@').next().unwrap_or(comment)))
        .or_else(|| address(word));
    hop.reverse = match word {
        "" => ReverseName::NotRecorded,
        _ if word.eq_ignore_ascii_case("unknown") => ReverseName::Unknown,
        _ if address(word).is_some() => ReverseName::NotRecorded,
        _ => ReverseName::Name(host_name(word)),
    };
}

/// Postfix, Sendmail, Gmail, Haraka, OpenSMTPD: `helo (name [address])`. Exchange: `helo (address)`.
fn read_common(word: &str, comments: &[&str], hop: &mut Hop) {
    hop.helo = shown_some(word);
    let told = comments.iter().find_map(|comment| {
        let bracket = comment.find('[').and_then(|start| comment.get(start..));
        let found = bracket.and_then(address).or_else(|| address(comment))?;
        Some((*comment, found, bracket.is_some()))
    });
    let Some((comment, found, brackets)) = told else {
        hop.address = address(word).or_else(|| comments.iter().find_map(|text| addresses_in(text, 1).first().copied()));
        return;
    };
    hop.address = Some(found);
    if !brackets {
        return;
    }
    let name = comment.split('[').next().unwrap_or_default().trim();
    let name = name.rsplit('@').next().unwrap_or(name).trim_matches(['<', '>']);
    hop.reverse = match name {
        "" | "unverified" => ReverseName::Unknown,
        _ if name.eq_ignore_ascii_case("unknown") => ReverseName::Unknown,
        _ if comment.contains("may be forged") => ReverseName::Forged(host_name(name)),
        _ => ReverseName::Name(host_name(name)),
    };
}

/// A host name as written, without the dot at its end, escaped.
fn host_name(text: &str) -> String {
    shown(text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests;

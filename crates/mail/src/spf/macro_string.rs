//! Macro strings: their syntax and what they expand to (RFC 7208 section 7).

use super::{SpfErrorKind, SpfParseError};
use std::fmt;

/// Octets that an expansion may have. Far above any name (253) and any sane explanation; it ends strings that are all
/// macros.
const MAX_EXPANSION: usize = 16 * 1024;

/// Text with macros, as terms and explanations hold it. Prints as it was written, apart from leading zeros.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MacroString {
    /// The parts in order.
    pub pieces: Vec<Piece>,
}

/// A part of a macro string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Visible ASCII, and spaces in explanations.
    Literal(String),
    /// A macro.
    Macro(Macro),
    /// `%%`: a percent sign.
    Percent,
    /// `%_`: a space.
    Space,
    /// `%-`: a space for URLs, `%20`.
    UrlSpace,
}

/// `%{…}`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Macro {
    /// What it stands for.
    pub letter: Letter,
    /// Written in upper case: the expansion is escaped for URLs.
    pub escape: bool,
    /// How many of the rightmost parts stay; all when it is not given. 255 for any higher number: no value has more.
    pub keep: Option<u8>,
    /// Whether the parts are reversed first.
    pub reverse: bool,
    /// Where the value is split, `.` when empty.
    pub delimiters: String,
}

/// The macro letters (RFC 7208 section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Letter {
    /// `c`: the address for people; explanations only.
    Address,
    /// `d`: the domain that is evaluated.
    Domain,
    /// `h`: the HELO or EHLO argument.
    Helo,
    /// `i`: the address with dots.
    Ip,
    /// `l`: the local part of the sender.
    LocalPart,
    /// `o`: the domain of the sender.
    SenderDomain,
    /// `p`: a validated name of the address.
    Ptr,
    /// `r`: the receiving host; explanations only.
    Receiver,
    /// `s`: the sender.
    Sender,
    /// `t`: seconds since 1970; explanations only.
    Time,
    /// `v`: `in-addr` or `ip6`.
    Version,
}

/// Every letter with the character it is written as.
const LETTERS: [(Letter, char); 11] = [
    (Letter::Address, 'c'),
    (Letter::Domain, 'd'),
    (Letter::Helo, 'h'),
    (Letter::Ip, 'i'),
    (Letter::LocalPart, 'l'),
    (Letter::SenderDomain, 'o'),
    (Letter::Ptr, 'p'),
    (Letter::Receiver, 'r'),
    (Letter::Sender, 's'),
    (Letter::Time, 't'),
    (Letter::Version, 'v'),
];

impl Letter {
    /// The letter written as an octet, in either case.
    fn from_octet(octet: u8) -> Option<Self> {
        let c = char::from(octet.to_ascii_lowercase());
        LETTERS.iter().find(|(_, written)| *written == c).map(|(letter, _)| *letter)
    }

    /// How it is written, in lower case.
    fn written(self) -> char {
        LETTERS.iter().find(|(letter, _)| *letter == self).map_or('d', |(_, written)| *written)
    }

    /// Whether it may stand in explanations only.
    const fn explanation_only(self) -> bool {
        matches!(self, Self::Address | Self::Receiver | Self::Time)
    }
}

/// Where a macro string stands: which letters it may use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A domain in a term.
    Domain,
    /// The text of an explanation, or the value of an unknown modifier: every letter.
    Text,
}

impl MacroString {
    /// Reads a macro string; `at` is where it starts, for errors.
    ///
    /// # Errors
    /// At the first octet that breaks the grammar.
    pub(super) fn parse(text: &[u8], at: usize, place: Place) -> Result<Self, SpfParseError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((&octet, tail)) = rest.split_first() {
            let here = at + text.len() - rest.len();
            rest = tail;
            if octet != b'%' {
                match octet {
                    b' '..=b'~' => literal.push(char::from(octet)),
                    0x80.. => return Err(SpfParseError::new(here, SpfErrorKind::NonAscii)),
                    _ => return Err(SpfParseError::new(here, SpfErrorKind::ControlCharacter)),
                }
                continue;
            }
            let (&next, tail) = rest.split_first().ok_or(SpfParseError::new(here, SpfErrorKind::MacroSyntax))?;
            rest = tail;
            let piece = match next {
                b'%' => Piece::Percent,
                b'_' => Piece::Space,
                b'-' => Piece::UrlSpace,
                b'{' => {
                    let end = rest.iter().position(|octet| *octet == b'}');
                    let end = end.ok_or(SpfParseError::new(here, SpfErrorKind::MacroSyntax))?;
                    let (body, tail) = rest.split_at_checked(end).unwrap_or_default();
                    rest = tail.split_first().map_or(&[], |(_, tail)| tail);
                    Piece::Macro(Macro::parse(body, here + 2, place)?)
                }
                _ => return Err(SpfParseError::new(here, SpfErrorKind::MacroSyntax)),
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(piece);
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self { pieces })
    }

    /// Reads the text of an explanation (RFC 7208 section 6.2).
    ///
    /// # Errors
    /// At the first octet that breaks the grammar.
    pub fn parse_explanation(text: &[u8]) -> Result<Self, SpfParseError> {
        Self::parse(text, 0, Place::Text)
    }

    /// Plain text, with what macros would be made of escaped. `None` when it holds octets that no macro string can
    /// produce.
    pub fn literal(text: &[u8]) -> Option<Self> {
        let mut pieces = Vec::new();
        for octet in text {
            match (octet, pieces.last_mut()) {
                (b'%', _) => pieces.push(Piece::Percent),
                (b' ', _) => pieces.push(Piece::Space),
                (b'!'..=b'~', Some(Piece::Literal(literal))) => literal.push(char::from(*octet)),
                (b'!'..=b'~', _) => pieces.push(Piece::Literal(char::from(*octet).into())),
                _ => return None,
            }
        }
        Some(Self { pieces })
    }

    /// Whether a macro of this letter occurs.
    pub fn uses(&self, letter: Letter) -> bool {
        self.macros().any(|found| found.letter == letter)
    }

    /// The macros in order.
    pub fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Macro(found) => Some(found),
            _ => None,
        })
    }

    /// The expansion; `None` when a value is not known, or it grows beyond every use.
    pub(super) fn expand(&self, value: &impl Fn(Letter) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Macro(found) => out.extend(found.transform(&value(found.letter)?)),
                Piece::Percent => out.push(b'%'),
                Piece::Space => out.push(b' '),
                Piece::UrlSpace => out.extend_from_slice(b"%20"),
            }
            if out.len() > MAX_EXPANSION {
                return None;
            }
        }
        Some(out)
    }
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Macro(found) => found.fmt(f),
            Piece::Percent => f.write_str("%%"),
            Piece::Space => f.write_str("%_"),
            Piece::UrlSpace => f.write_str("%-"),
        })
    }
}

impl Macro {
    /// Reads what stands between the braces; `at` is where it starts.
    fn parse(body: &[u8], at: usize, place: Place) -> Result<Self, SpfParseError> {
        let (&first, mut rest) = body.split_first().ok_or(SpfParseError::new(at, SpfErrorKind::MacroLetter))?;
        let letter = Letter::from_octet(first).ok_or(SpfParseError::new(at, SpfErrorKind::MacroLetter))?;
        if place == Place::Domain && letter.explanation_only() {
            return Err(SpfParseError::new(at, SpfErrorKind::ExplanationMacro));
        }
        let mut keep = None;
        while let Some((digit @ b'0'..=b'9', tail)) = rest.split_first() {
            keep = Some(keep.unwrap_or(0u8).saturating_mul(10).saturating_add(digit - b'0'));
            rest = tail;
        }
        if keep == Some(0) {
            return Err(SpfParseError::new(at + 1, SpfErrorKind::MacroZero));
        }
        let reverse = matches!(rest.first(), Some(b'r' | b'R'));
        if reverse {
            rest = rest.get(1..).unwrap_or_default();
        }
        if let Some(wrong) = rest.iter().position(|octet| !b".-+,/_=".contains(octet)) {
            return Err(SpfParseError::new(at + body.len() - rest.len() + wrong, SpfErrorKind::MacroSyntax));
        }
        let delimiters = rest.iter().map(|octet| char::from(*octet)).collect();
        Ok(Self { letter, escape: first.is_ascii_uppercase(), keep, reverse, delimiters })
    }

    /// Splits, reverses, cuts and joins the value, and escapes it (RFC 7208 section 7.3).
    fn transform(&self, value: &[u8]) -> Vec<u8> {
        let split = |octet: &u8| {
            if self.delimiters.is_empty() { *octet == b'.' } else { self.delimiters.as_bytes().contains(octet) }
        };
        let mut parts: Vec<&[u8]> = value.split(split).collect();
        if self.reverse {
            parts.reverse();
        }
        let keep = self.keep.map_or(parts.len(), usize::from);
        let kept = parts.get(parts.len().saturating_sub(keep)..).unwrap_or_default().join(&b'.');
        if self.escape { url_escape(&kept) } else { kept }
    }
}

impl fmt::Display for Macro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = self.letter.written();
        write!(f, "%{{{}", if self.escape { letter.to_ascii_uppercase() } else { letter })?;
        if let Some(keep) = self.keep {
            write!(f, "{keep}")?;
        }
        write!(f, "{}{}}}", if self.reverse { "r" } else { "" }, self.delimiters)
    }
}

/// Escapes everything outside the unreserved set of RFC 3986 section 2.3.
fn url_escape(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len());
    for &octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            out.push(octet);
        } else {
            out.extend(format!("%{octet:02X}").into_bytes());
        }
    }
    out
}

//! What an SPF record says: its terms, each with its place in the text (RFC 7208 section 4.6.1).

use super::{MacroString, SpfParseError};
use ipnet::{Ipv4Net, Ipv6Net};
use ptrust_names::CharString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in a record: octets from the start of its joined text, the end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// The first octet.
    pub start: usize,
    /// The octet after the last.
    pub end: usize,
}

impl Span {
    /// A place.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The octets at this place; empty when the text is shorter.
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Where the place is once the text is shown as presentation text ([`CharString`]), in which an octet may take up to
    /// four columns: the first column and the width. At least one column wide, so that a caret can be drawn.
    pub fn columns(self, text: &[u8]) -> (usize, usize) {
        let shown = |octets: &[u8]| CharString(octets.to_vec()).to_string().len();
        let before = text.get(..self.start.min(text.len())).unwrap_or_default();
        (shown(before), shown(self.of(text)).max(1))
    }
}

/// A record without errors (RFC 7208 section 4.6.1). Prints in its normal form: names in lower case, one space between
/// terms, no qualifier where it is `+`, no prefix length where it is the whole address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The terms in order.
    pub terms: Vec<Term>,
}

impl Record {
    /// The directives in order, each with its number among the terms.
    pub fn directives(&self) -> impl Iterator<Item = (usize, &Directive)> {
        self.terms.iter().enumerate().filter_map(|(number, term)| match &term.kind {
            TermKind::Directive(directive) => Some((number, directive)),
            TermKind::Modifier(_) => None,
        })
    }

    /// The `redirect` modifier and its number among the terms (RFC 7208 section 6.1).
    pub fn redirect(&self) -> Option<(usize, &MacroString)> {
        self.terms.iter().enumerate().find_map(|(number, term)| match &term.kind {
            TermKind::Modifier(Modifier::Redirect(target)) => Some((number, target)),
            _ => None,
        })
    }

    /// The `exp` modifier and its number among the terms (RFC 7208 section 6.2).
    pub fn explanation(&self) -> Option<(usize, &MacroString)> {
        self.terms.iter().enumerate().find_map(|(number, term)| match &term.kind {
            TermKind::Modifier(Modifier::Explanation(target)) => Some((number, target)),
            _ => None,
        })
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=spf1")?;
        self.terms.iter().try_for_each(|term| write!(f, " {}", term.kind))
    }
}

/// A record as far as it can be read: what is shown to its author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Every term in order, with its place, read or not.
    pub terms: Vec<(Span, Result<Term, SpfParseError>)>,
}

impl Reading {
    /// The faults, in the order of the text.
    pub fn errors(&self) -> impl Iterator<Item = &SpfParseError> {
        self.terms.iter().filter_map(|(_, term)| term.as_ref().err())
    }

    /// The record, when it has no fault: syntax errors anywhere void it (RFC 7208 section 4.6).
    ///
    /// # Errors
    /// The first fault.
    pub fn record(self) -> Result<Record, SpfParseError> {
        let terms = self.terms.into_iter().map(|(_, term)| term).collect::<Result<_, _>>()?;
        Ok(Record { terms })
    }
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its place.
    pub span: Span,
    /// The place of what follows the `:` or `=`, and of a prefix length without either.
    pub value: Option<Span>,
    /// What it is.
    pub kind: TermKind,
}

/// The two kinds of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// A qualifier and a mechanism.
    Directive(Directive),
    /// A name and a value.
    Modifier(Modifier),
}

impl TermKind {
    /// The standard name of the mechanism or modifier.
    pub const fn name(&self) -> TermName {
        match self {
            Self::Directive(directive) => match directive.mechanism {
                Mechanism::A(_) => TermName::A,
                Mechanism::All => TermName::All,
                Mechanism::Exists(_) => TermName::Exists,
                Mechanism::Include(_) => TermName::Include,
                Mechanism::Ip4(_) => TermName::Ip4,
                Mechanism::Ip6(_) => TermName::Ip6,
                Mechanism::Mx(_) => TermName::Mx,
                Mechanism::Ptr(_) => TermName::Ptr,
            },
            Self::Modifier(Modifier::Explanation(_)) => TermName::Exp,
            Self::Modifier(Modifier::Redirect(_)) => TermName::Redirect,
            Self::Modifier(Modifier::Unknown(..)) => TermName::Other,
        }
    }
}

impl fmt::Display for TermKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(directive) => directive.fmt(f),
            Self::Modifier(modifier) => modifier.fmt(f),
        }
    }
}

/// What a term is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TermName {
    /// `a`
    A,
    /// `all`
    All,
    /// `exists`
    Exists,
    /// `exp`
    Exp,
    /// `include`
    Include,
    /// `ip4`
    Ip4,
    /// `ip6`
    Ip6,
    /// `mx`
    Mx,
    /// An unknown modifier, or a term that cannot be read.
    Other,
    /// `ptr`
    Ptr,
    /// `redirect`
    Redirect,
}

impl TermName {
    /// Whether the term counts against the limit of ten DNS lookups (RFC 7208 section 4.6.4).
    pub const fn counts_as_lookup(self) -> bool {
        matches!(self, Self::A | Self::Exists | Self::Include | Self::Mx | Self::Ptr | Self::Redirect)
    }
}

/// What a matching mechanism means (RFC 7208 section 4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Qualifier {
    /// `+`, also when nothing is written.
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

impl Qualifier {
    /// The qualifier that an octet stands for.
    pub const fn from_octet(octet: u8) -> Option<Self> {
        Some(match octet {
            b'+' => Self::Pass,
            b'-' => Self::Fail,
            b'~' => Self::SoftFail,
            b'?' => Self::Neutral,
            _ => return None,
        })
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "",
            Self::Fail => "-",
            Self::SoftFail => "~",
            Self::Neutral => "?",
        })
    }
}

/// A mechanism with its qualifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The result when it matches.
    pub qualifier: Qualifier,
    /// What is matched.
    pub mechanism: Mechanism,
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.qualifier, self.mechanism)
    }
}

/// The mechanisms (RFC 7208 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// The addresses of a name.
    A(Hosts),
    /// Everything.
    All,
    /// A name that has an A record.
    Exists(MacroString),
    /// Another record passes.
    Include(MacroString),
    /// A block of IPv4 addresses, with the host bits as written.
    Ip4(Ipv4Net),
    /// A block of IPv6 addresses, with the host bits as written.
    Ip6(Ipv6Net),
    /// The addresses of the mail exchangers of a name.
    Mx(Hosts),
    /// A name of the address that leads back to it; not to be published (section 5.5).
    Ptr(Option<MacroString>),
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(hosts) => write!(f, "a{hosts}"),
            Self::All => f.write_str("all"),
            Self::Exists(domain) => write!(f, "exists:{domain}"),
            Self::Include(domain) => write!(f, "include:{domain}"),
            Self::Ip4(net) if net.prefix_len() == net.max_prefix_len() => write!(f, "ip4:{}", net.addr()),
            Self::Ip4(net) => write!(f, "ip4:{net}"),
            Self::Ip6(net) if net.prefix_len() == net.max_prefix_len() => write!(f, "ip6:{}", net.addr()),
            Self::Ip6(net) => write!(f, "ip6:{net}"),
            Self::Mx(hosts) => write!(f, "mx{hosts}"),
            Self::Ptr(Some(domain)) => write!(f, "ptr:{domain}"),
            Self::Ptr(None) => f.write_str("ptr"),
        }
    }
}

/// What `a` and `mx` take: a domain and prefix lengths (RFC 7208 sections 5.3, 5.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// The domain; that of the record when it is not given.
    pub domain: Option<MacroString>,
    /// Prefix length for IPv4, 32 when it is not given.
    pub v4: Option<u8>,
    /// Prefix length for IPv6, 128 when it is not given.
    pub v6: Option<u8>,
}

impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(domain) = &self.domain {
            write!(f, ":{domain}")?;
        }
        if let Some(v4) = self.v4 {
            write!(f, "/{v4}")?;
        }
        self.v6.map_or(Ok(()), |v6| write!(f, "//{v6}"))
    }
}

/// The modifiers (RFC 7208 section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// Where the explanation of a fail is.
    Explanation(MacroString),
    /// The record that takes over when nothing matches.
    Redirect(MacroString),
    /// Any other, which is ignored: its name in lower case and its value.
    Unknown(String, MacroString),
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explanation(domain) => write!(f, "exp={domain}"),
            Self::Redirect(domain) => write!(f, "redirect={domain}"),
            Self::Unknown(name, value) => write!(f, "{name}={value}"),
        }
    }
}

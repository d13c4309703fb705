//! Reading records: every term with its place, going on after a fault (RFC 7208 sections 4.5, 4.6.1 and 12).

use super::macro_string::Place;
use super::{
    Directive, Hosts, MacroString, Mechanism, Modifier, Qualifier, Reading, Record, Span, SpfErrorKind, SpfParseError,
    Term, TermKind,
};
use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a record starts with, in any case.
const VERSION: &[u8] = b"v=spf1";
/// Octets of a record at most: what fits the data of one TXT record (RFC 1035 section 3.2.1).
pub const MAX_RECORD: usize = 65_535;
/// Terms of a record at most: more than fit one TXT record with the shortest blocks (`ip4:1.2.3.4 `), so only records
/// that list nothing are cut.
const MAX_TERMS: usize = 6_000;

/// Whether a text is an SPF record: `v=spf1` in any case, then a space or the end (RFC 7208 section 4.5).
pub fn is_spf(text: &[u8]) -> bool {
    let version = text.get(..VERSION.len());
    version.is_some_and(|version| version.eq_ignore_ascii_case(VERSION))
        && matches!(text.get(VERSION.len()), None | Some(b' '))
}

/// Whether a text is not an SPF record, yet was most likely meant to be one: white space or quotes in front, another
/// separator after the version, spaces in the version.
pub fn resembles_spf(text: &[u8]) -> bool {
    let head = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace() && !b"\"'".contains(octet));
    let head: Vec<u8> = head.take(VERSION.len()).collect();
    !is_spf(text) && head.eq_ignore_ascii_case(VERSION)
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// The first fault: one voids the record (RFC 7208 section 4.6).
    pub fn parse(text: &[u8]) -> Result<Self, SpfParseError> {
        read(text).and_then(Reading::record)
    }
}

/// Reads a record as far as it can be read.
///
/// # Errors
/// When the text is no SPF record at all, or longer than one can be.
pub fn read(text: &[u8]) -> Result<Reading, SpfParseError> {
    if !is_spf(text) {
        return Err(SpfParseError::new(0, SpfErrorKind::NotSpf));
    }
    if text.len() > MAX_RECORD {
        return Err(SpfParseError::new(MAX_RECORD, SpfErrorKind::TooLong));
    }
    let mut reading = Reading::default();
    let (mut redirect, mut explanation) = (false, false);
    for (number, span) in terms(text).enumerate() {
        if number == MAX_TERMS {
            return Err(SpfParseError::new(span.start, SpfErrorKind::TooLong));
        }
        let mut term = read_term(span.of(text), span);
        if let Ok(Term { kind: TermKind::Modifier(modifier), .. }) = &term {
            let seen = match modifier {
                Modifier::Explanation(_) => std::mem::replace(&mut explanation, true),
                Modifier::Redirect(_) => std::mem::replace(&mut redirect, true),
                Modifier::Unknown(..) => false,
            };
            if seen {
                term = Err(SpfParseError::new(span.start, SpfErrorKind::DuplicateModifier));
            }
        }
        reading.terms.push((span, term));
    }
    Ok(reading)
}

/// The places of the terms: what spaces separate, after the version.
fn terms(text: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = VERSION.len();
    let body = text.get(at..).unwrap_or_default();
    body.split(|octet| *octet == b' ').filter_map(move |term| {
        let span = Span::new(at, at + term.len());
        at = span.end + 1;
        (!term.is_empty()).then_some(span)
    })
}

/// Reads one term.
fn read_term(text: &[u8], span: Span) -> Result<Term, SpfParseError> {
    let fault = |offset: usize, kind| Err(SpfParseError::new(span.start + offset, kind));
    if let Some(offset) = text.iter().position(|octet| !octet.is_ascii_graphic()) {
        let ascii = text.get(offset).is_some_and(u8::is_ascii);
        return fault(offset, if ascii { SpfErrorKind::ControlCharacter } else { SpfErrorKind::NonAscii });
    }
    let qualifier = text.first().and_then(|octet| Qualifier::from_octet(*octet));
    let name_at = usize::from(qualifier.is_some());
    let unqualified = text.get(name_at..).unwrap_or_default();
    let is_name = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet);
    let length = unqualified.iter().position(|octet| !is_name(octet)).unwrap_or(unqualified.len());
    let (name, rest) = unqualified.split_at_checked(length).unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let rest_at = span.start + name_at + length;
    let value_at = rest_at + usize::from(matches!(rest.first(), Some(b':' | b'=')));
    let value = (!rest.is_empty()).then_some(Span::new(value_at, span.end));

    let kind = if let Some((b'=', value)) = rest.split_first() {
        if qualifier.is_some() {
            return fault(0, SpfErrorKind::UnexpectedQualifier);
        }
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return fault(0, SpfErrorKind::ModifierName);
        }
        TermKind::Modifier(match name.as_str() {
            "exp" => Modifier::Explanation(domain_spec(value, value_at)?),
            "redirect" => Modifier::Redirect(domain_spec(value, value_at)?),
            _ => Modifier::Unknown(name, MacroString::parse(value, value_at, Place::Text)?),
        })
    } else {
        if !matches!(rest.first(), None | Some(b':' | b'/')) {
            return fault(name_at, SpfErrorKind::UnknownMechanism);
        }
        let mechanism = match name.as_str() {
            "a" => Mechanism::A(hosts(rest, rest_at)?),
            "all" => match rest.first() {
                None => Mechanism::All,
                Some(b'/') => return Err(SpfParseError::new(rest_at, SpfErrorKind::UnexpectedPrefix)),
                Some(_) => return Err(SpfParseError::new(rest_at, SpfErrorKind::UnexpectedValue)),
            },
            "exists" => Mechanism::Exists(domain_spec(required(rest, rest_at)?, value_at)?),
            "include" => Mechanism::Include(domain_spec(required(rest, rest_at)?, value_at)?),
            "ip4" => Mechanism::Ip4(ip4(required(rest, rest_at)?, value_at)?),
            "ip6" => Mechanism::Ip6(ip6(required(rest, rest_at)?, value_at)?),
            "mx" => Mechanism::Mx(hosts(rest, rest_at)?),
            "ptr" => Mechanism::Ptr(match rest.split_first() {
                None => None,
                Some((b':', domain)) => Some(domain_spec(domain, value_at)?),
                Some(_) => return Err(SpfParseError::new(rest_at, SpfErrorKind::UnexpectedPrefix)),
            }),
            _ => return fault(name_at, SpfErrorKind::UnknownMechanism),
        };
        TermKind::Directive(Directive { qualifier: qualifier.unwrap_or(Qualifier::Pass), mechanism })
    };
    Ok(Term { span, value, kind })
}

/// The value after the colon of a mechanism that needs one.
fn required(rest: &[u8], at: usize) -> Result<&[u8], SpfParseError> {
    rest.strip_prefix(b":").ok_or(SpfParseError::new(at, SpfErrorKind::MissingValue))
}

/// Reads a domain-spec (RFC 7208 section 7.1): a macro string that ends in a macro or in a dot and a top label.
fn domain_spec(text: &[u8], at: usize) -> Result<MacroString, SpfParseError> {
    if text.is_empty() {
        return Err(SpfParseError::new(at, SpfErrorKind::EmptyDomain));
    }
    let parsed = MacroString::parse(text, at, Place::Domain)?;
    let Some(super::Piece::Literal(literal)) = parsed.pieces.last() else { return Ok(parsed) };
    let end = literal.strip_suffix('.').unwrap_or(literal);
    let top = end.rfind('.').and_then(|dot| end.get(dot + 1..));
    if top.is_some_and(is_top_label) {
        return Ok(parsed);
    }
    if let Some(slash) = prefix_at(text) {
        return Err(SpfParseError::new(at + slash, SpfErrorKind::UnexpectedPrefix));
    }
    let as_text = String::from_utf8_lossy(text);
    if as_text.parse::<IpAddr>().is_ok() {
        return Err(SpfParseError::new(at, SpfErrorKind::AddressAsDomain));
    }
    let dotted = literal.len() - end.len();
    let top_len = top.unwrap_or(end).len();
    Err(SpfParseError::new(at + text.len() - dotted - top_len, SpfErrorKind::TopLabel))
}

/// Whether the text is a top label: letters, digits and inner hyphens, and not digits alone (RFC 7208 section 7.1).
fn is_top_label(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.bytes().all(|octet| octet.is_ascii_digit())
}

/// Where a slash stands that only digits follow.
fn prefix_at(text: &[u8]) -> Option<usize> {
    let slash = text.iter().rposition(|octet| *octet == b'/')?;
    let digits = text.get(slash + 1..)?;
    (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(slash)
}

/// Reads what follows `a` or `mx`: a domain after a colon, and prefix lengths after slashes.
fn hosts(text: &[u8], at: usize) -> Result<Hosts, SpfParseError> {
    let (domain, at) = text.strip_prefix(b":").map_or((None, at), |value| (Some(value), at + 1));
    // A domain may hold slashes too, so the prefix lengths are taken from the end.
    let (rest, v6) = take_prefix(domain.unwrap_or(text), b"//", at, 128)?;
    let (rest, v4) = take_prefix(rest, b"/", at, 32)?;
    if domain.is_none() && !rest.is_empty() {
        return Err(SpfParseError::new(at, SpfErrorKind::BadPrefix));
    }
    let domain = domain.map(|_| domain_spec(rest, at)).transpose()?;
    Ok(Hosts { domain, v4, v6 })
}

/// Takes a mark and digits off the end.
fn take_prefix<'t>(text: &'t [u8], mark: &[u8], at: usize, max: u8) -> Result<(&'t [u8], Option<u8>), SpfParseError> {
    let digits_at = text.iter().rposition(|octet| !octet.is_ascii_digit()).map_or(0, |last| last + 1);
    let (head, digits) = text.split_at_checked(digits_at).unwrap_or_default();
    match head.strip_suffix(mark) {
        Some(rest) if !digits.is_empty() => Ok((rest, Some(prefix(digits, at + digits_at, max)?))),
        _ => Ok((text, None)),
    }
}

/// Reads a prefix length: a number without leading zeros.
fn prefix(text: &[u8], at: usize, max: u8) -> Result<u8, SpfParseError> {
    let plain = text == b"0" || (text.iter().all(u8::is_ascii_digit) && !text.starts_with(b"0"));
    let value = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    value.filter(|value| plain && *value <= max).ok_or(SpfParseError::new(at, SpfErrorKind::BadPrefix))
}

/// Splits an address from its prefix length, and reads the latter.
fn network(text: &[u8], at: usize, max: u8) -> Result<(&str, u8), SpfParseError> {
    let slash = text.iter().position(|octet| *octet == b'/');
    let (address, length) = match slash {
        Some(slash) => (text.get(..slash), prefix(text.get(slash + 1..).unwrap_or_default(), at + slash + 1, max)?),
        None => (Some(text), max),
    };
    Ok((address.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default(), length))
}

/// Reads a block of IPv4 addresses (RFC 7208 section 5.6).
fn ip4(text: &[u8], at: usize) -> Result<Ipv4Net, SpfParseError> {
    let bad = SpfParseError::new(at, SpfErrorKind::BadIp4);
    let (address, length) = network(text, at, 32)?;
    let address: Ipv4Addr = address.parse().map_err(|_| bad)?;
    Ipv4Net::new(address, length).map_err(|_| bad)
}

/// Reads a block of IPv6 addresses (RFC 7208 section 5.6).
fn ip6(text: &[u8], at: usize) -> Result<Ipv6Net, SpfParseError> {
    let bad = SpfParseError::new(at, SpfErrorKind::BadIp6);
    let (address, length) = network(text, at, 128)?;
    let address: Ipv6Addr = address.parse().map_err(|_| bad)?;
    Ipv6Net::new(address, length).map_err(|_| bad)
}

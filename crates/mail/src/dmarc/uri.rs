//! Addresses that reports go to: `mailto:` and `https:` URIs, for DMARC (RFC 9989 section 4.6) and TLS-RPT (RFC 8460).

use ptrust_names::{HostFault, Name, escape, host_fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Octets of a URI that are read at most; mail addresses have at most 254 (RFC 5321 4.5.3.1.3).
const MAX_URI: usize = 2_048;

/// A URI that reports go to. Prints as it was written, safe for every output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportUri {
    /// The URI as written, without the obsolete size.
    pub uri: String,
    /// Where it leads.
    pub target: Target,
    /// The greatest size of a report, as written after an exclamation mark (RFC 7489 6.4); RFC 9989 dropped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

/// Where a URI leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ReportTarget")]
pub enum Target {
    /// A web server.
    Https {
        /// Its name.
        host: Name,
    },
    /// A mailbox.
    Mailto {
        /// The part before the at sign.
        local: String,
        /// The domain of the mailbox.
        domain: Name,
    },
    /// Another scheme: readers ignore it (RFC 9989 section 4.7).
    Other {
        /// The scheme, in lower case.
        scheme: String,
    },
}

impl Target {
    /// The host that the URI leads to: the mailbox's domain or the web server.
    pub const fn host(&self) -> Option<&Name> {
        match self {
            Self::Https { host } | Self::Mailto { domain: host, .. } => Some(host),
            Self::Other { .. } => None,
        }
    }
}

/// Why text is not a URI that reports can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UriFault {
    /// The domain or host is not a host name.
    #[error("the host of the URI is not a host name")]
    BadHost,
    /// A character that a URI cannot hold unencoded (RFC 3986 2).
    #[error("the URI holds a character that must be percent-encoded")]
    BadCharacter,
    /// Nothing there.
    #[error("the URI is empty")]
    Empty,
    /// Longer than anything in use.
    #[error("the URI is too long")]
    Long,
    /// `mailto:` without exactly one address.
    #[error("the URI names no mailbox")]
    NoMailbox,
    /// No scheme, as in a plain address.
    #[error("the URI has no scheme, such as mailto:")]
    NoScheme,
}

impl ReportUri {
    /// The URI of a mailbox.
    ///
    /// # Errors
    /// When the address is not one that a URI can hold as it is.
    pub fn mailto(address: &str) -> Result<Self, UriFault> {
        Self::parse(format!("mailto:{address}").as_bytes())
    }

    /// Reads one URI, without white space around it.
    ///
    /// # Errors
    /// When nobody could send a report there.
    pub fn parse(octets: &[u8]) -> Result<Self, UriFault> {
        if octets.is_empty() {
            return Err(UriFault::Empty);
        }
        if octets.len() > MAX_URI {
            return Err(UriFault::Long);
        }
        let text = std::str::from_utf8(octets).map_err(|_| UriFault::BadCharacter)?;
        let (uri, size) = match text.split_once('!') {
            Some((uri, size)) => (uri, Some(escape(size))),
            None => (text, None),
        };
        let (scheme, rest) = uri.split_once(':').ok_or(UriFault::NoScheme)?;
        let mut letters = scheme.chars();
        let word = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
        if !word {
            return Err(UriFault::NoScheme);
        }
        // Of printable ASCII, RFC 3986 leaves out these.
        if !rest.bytes().all(|octet| octet.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&octet)) {
            return Err(UriFault::BadCharacter);
        }
        let target = match scheme.to_ascii_lowercase().as_str() {
            "mailto" => mailbox(rest)?,
            "https" => Target::Https { host: web_host(rest)? },
            other => Target::Other { scheme: other.to_owned() },
        };
        Ok(Self { uri: uri.to_owned(), target, size })
    }
}

impl fmt::Display for ReportUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri)?;
        self.size.as_ref().map_or(Ok(()), |size| write!(f, "!{size}"))
    }
}

/// Reads what follows `mailto:` (RFC 6068): one address, and fields that do not matter here.
fn mailbox(rest: &str) -> Result<Target, UriFault> {
    let address = rest.split_once('?').map_or(rest, |(address, _)| address);
    let address = percent_decoded(address).ok_or(UriFault::BadCharacter)?;
    let (local, domain) = address.rsplit_once('@').ok_or(UriFault::NoMailbox)?;
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let plain = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&octet));
    if !plain && !quoted {
        return Err(UriFault::NoMailbox);
    }
    Ok(Target::Mailto { local: escape(local), domain: host(domain)? })
}

/// The host of a web address (RFC 3986 3.2).
fn web_host(rest: &str) -> Result<Name, UriFault> {
    let rest = rest.strip_prefix("//").ok_or(UriFault::BadHost)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = authority.split_once(':').unwrap_or((authority, ""));
    if !port.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(UriFault::BadHost);
    }
    host(name)
}

/// Reads a host name; at least two labels, as mail and certificates need.
fn host(text: &str) -> Result<Name, UriFault> {
    let name: Name = text.parse().map_err(|_| UriFault::BadHost)?;
    let usable = matches!(host_fault(&name), None | Some(HostFault::Underscore)) && name.label_count() > 1;
    usable.then_some(name).ok_or(UriFault::BadHost)
}

/// Text with its percent-encoding undone; `None` when that is broken or gives control characters.
fn percent_decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&octet, tail)) = rest.split_first() {
        rest = tail;
        if octet == b'%' {
            let (pair, after) = tail.split_at_checked(2)?;
            let pair = std::str::from_utf8(pair).ok().filter(|pair| !pair.contains('+'))?;
            octets.push(u8::from_str_radix(pair, 16).ok()?);
            rest = after;
        } else {
            octets.push(octet);
        }
    }
    String::from_utf8(octets).ok().filter(|text| !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uris_lead_to_hosts() {
        let host = |text: &str| ReportUri::parse(text.as_bytes()).map(|uri| uri.target.host().map(Name::to_string));
        assert_eq!(host("mailto:a@Example.com"), Ok(Some("example.com".into())));
        assert_eq!(host("MAILTO:a%2Cb@example.com?subject=x"), Err(UriFault::NoMailbox));
        assert_eq!(host("mailto:a%2Bb@example.com!10m"), Ok(Some("example.com".into())));
        assert_eq!(host("https://r.example.com:8443/v1?x=y"), Ok(Some("r.example.com".into())));
        assert_eq!(host("ftp://r.example.com/"), Ok(None));
        let cases = [
            ("", UriFault::Empty),
            ("dmarc@example.com", UriFault::NoScheme),
            ("mailto:", UriFault::NoMailbox),
            ("mailto:@example.com", UriFault::NoMailbox),
            ("mailto:a@", UriFault::BadHost),
            ("mailto:a@b", UriFault::BadHost),
            ("mailto:a@exa mple.com", UriFault::BadCharacter),
            ("mailto:a%@example.com", UriFault::BadCharacter),
            ("mailto:<a@example.com>", UriFault::BadCharacter),
            ("https:r.example.com", UriFault::BadHost),
        ];
        for (text, fault) in cases {
            assert_eq!(ReportUri::parse(text.as_bytes()), Err(fault), "{text}");
        }
        assert_eq!(ReportUri::parse(&vec![b'a'; MAX_URI + 1]), Err(UriFault::Long));
    }

    proptest! {
        #[test]
        fn any_octets_are_read_and_what_is_printed_reads_back(text in "(mailto|https)?:?(//)?[ -~]{0,30}(@a\\.b)?") {
            if let Ok(uri) = ReportUri::parse(text.as_bytes()) {
                prop_assert_eq!(ReportUri::parse(uri.to_string().as_bytes()), Ok(uri));
            }
        }
    }
}

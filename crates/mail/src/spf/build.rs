//! Writing records that read back to what was meant.

use super::{Directive, Hosts, MacroString, Mechanism, Qualifier, Record, SpfErrorKind, SpfParseError, Term, TermKind};
use ipnet::IpNet;
use ptrust_names::{CharString, Name};

/// Octets of a character string at most (RFC 1035 section 3.3).
const MAX_STRING: usize = 255;

/// What a record is made of. Terms that need no DNS come first, so that they cost receivers nothing; every term but the
/// last passes, so the order changes no result.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// Blocks of addresses.
    ranges: Vec<IpNet>,
    /// Hosts whose addresses may send; none for the domain itself.
    a: Vec<Option<Name>>,
    /// Domains whose mail exchangers may send; none for the domain itself.
    mx: Vec<Option<Name>>,
    /// Domains whose records are included.
    includes: Vec<Name>,
    /// The last term, for everybody else.
    all: Option<Qualifier>,
}

/// A record, ready to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The text.
    pub text: String,
    /// The same as character strings of at most 255 octets. They are joined without anything between them, so each but
    /// the last ends in the space that separates terms, where a term is not longer than a string.
    pub strings: Vec<CharString>,
    /// What it reads back to.
    pub record: Record,
}

impl Builder {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// A block of addresses may send.
    #[must_use]
    pub fn range(mut self, range: IpNet) -> Self {
        self.ranges.push(range.trunc());
        self
    }

    /// The addresses of a host may send; of the domain itself without one.
    #[must_use]
    pub fn a(mut self, host: Option<Name>) -> Self {
        self.a.push(host);
        self
    }

    /// The mail exchangers of a domain may send; of the domain itself without one.
    #[must_use]
    pub fn mx(mut self, domain: Option<Name>) -> Self {
        self.mx.push(domain);
        self
    }

    /// Whoever may send for another domain may send.
    #[must_use]
    pub fn include(mut self, domain: Name) -> Self {
        self.includes.push(domain);
        self
    }

    /// The result for everybody else.
    #[must_use]
    pub fn all(mut self, qualifier: Qualifier) -> Self {
        self.all = Some(qualifier);
        self
    }

    /// Writes the record.
    ///
    /// # Errors
    /// When a name cannot stand in a record: one of a single label, or with octets outside ASCII.
    pub fn build(self) -> Result<Built, SpfParseError> {
        let mut mechanisms = Vec::new();
        for range in self.ranges {
            mechanisms.push(match range {
                IpNet::V4(net) => Mechanism::Ip4(net),
                IpNet::V6(net) => Mechanism::Ip6(net),
            });
        }
        for host in self.a {
            mechanisms.push(Mechanism::A(hosts(host.as_ref())?));
        }
        for domain in self.mx {
            mechanisms.push(Mechanism::Mx(hosts(domain.as_ref())?));
        }
        for domain in self.includes {
            mechanisms.push(Mechanism::Include(spec(&domain)?));
        }
        let passes = mechanisms.into_iter().map(|mechanism| Directive { qualifier: Qualifier::Pass, mechanism });
        let last = self.all.map(|qualifier| Directive { qualifier, mechanism: Mechanism::All });
        let terms = passes.chain(last).map(|directive| Term {
            span: super::Span::default(),
            value: None,
            kind: TermKind::Directive(directive),
        });
        let text = Record { terms: terms.collect() }.to_string();
        let record = Record::parse(text.as_bytes())?;
        Ok(Built { strings: strings(&text), text, record })
    }
}

/// A name as a domain-spec.
fn spec(name: &Name) -> Result<MacroString, SpfParseError> {
    let text = super::engine::plain_text(name);
    MacroString::literal(&text).ok_or(SpfParseError::new(0, SpfErrorKind::NonAscii))
}

/// What `a` and `mx` take, without prefix lengths.
fn hosts(domain: Option<&Name>) -> Result<Hosts, SpfParseError> {
    Ok(Hosts { domain: domain.map(spec).transpose()?, v4: None, v6: None })
}

/// Splits a text behind spaces, so that each part fits a character string. A term that does not fit is split inside.
fn strings(text: &str) -> Vec<CharString> {
    let mut strings: Vec<Vec<u8>> = vec![Vec::new()];
    for word in text.as_bytes().split_inclusive(|octet| *octet == b' ') {
        for part in word.chunks(MAX_STRING) {
            match strings.last_mut() {
                Some(last) if last.len() + part.len() <= MAX_STRING => last.extend_from_slice(part),
                _ => strings.push(part.to_vec()),
            }
        }
    }
    strings.into_iter().map(CharString).collect()
}

//! Records, made from what a user says, read back by our own parsers and judged by our own checks before anybody sees
//! them.

mod bimi;
mod dkim;
mod dmarc;
mod mta_sts;
mod spf;
mod tls_rpt;
mod tlsa;

pub use bimi::Bimi;
pub use dkim::{Dkim, key_file};
pub use dmarc::Dmarc;
pub use mta_sts::{DEFAULT_MAX_AGE, MtaSts, mx_pattern};
pub use spf::Spf;
pub use tls_rpt::TlsRpt;
pub use tlsa::Tlsa;

use crate::judge::Refusal;
use ipnet::IpNet;
use ptrust_checks::remedy::TTL;
use ptrust_mail::bimi::svg::SvgError;
use ptrust_mail::dmarc::{ReportUri, UriFault};
use ptrust_mail::spf::SpfParseError;
use ptrust_mail::tags::{Effect, HasEffect, Parsed};
use ptrust_names::{CharString, Data, HostFault, Name, NameError, Record, RecordType, escape, host_fault};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// Octets of one character string at most (RFC 1035 3.3).
const MAX_STRING: usize = 255;

/// What was made: one record, with the files that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GeneratedRecord")]
pub struct Generated {
    /// The owner.
    pub owner: Name,
    /// The type.
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    pub rtype: RecordType,
    /// The data as the forms of DNS providers take it: the text of a TXT record in one piece and without quotes, other
    /// types in presentation form.
    pub data: String,
    /// The same as a line of a zone file.
    pub zone_line: String,
    /// Files that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<File>,
    /// What to do next, and what is worth knowing: a sentence each, and behind a line break what is to be copied as it is.
    pub notes: Vec<String>,
}

/// A file that belongs to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "GeneratedFile")]
pub struct File {
    /// Where it is served.
    pub url: String,
    /// As which media type.
    pub content_type: String,
    /// What is in it.
    pub text: String,
}

/// Why no record can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// An address that no receiver on the internet meets.
    #[error("{0} is of a special block ({1}): no receiver on the internet meets it")]
    Address(IpNet, &'static str),
    /// No name that mail can have.
    #[error("{0} is no domain that mail can have; write one such as example.com")]
    Domain(Name),
    /// A name that mail hosts cannot have.
    #[error("{0} is no host name; write one such as mail.example.com")]
    Host(String),
    /// A key that DKIM does not know.
    #[error("the key is neither RSA nor Ed25519, and DKIM has no other")]
    KeyKind,
    /// A logo that cannot be looked at.
    #[error("the logo cannot be used: {0}")]
    Logo(SvgError),
    /// An age beyond the limit.
    #[error("{0} seconds are too long; a policy is kept 31557600 seconds at most")]
    MaxAge(u32),
    /// Nothing was named that must be.
    #[error("{0}")]
    Missing(&'static str),
    /// An owner or another name that gets too long.
    #[error("the record's name cannot be made: {0}")]
    Name(#[from] NameError),
    /// A record that our own parser does not take as it was meant.
    #[error("receivers would not read the record as it is meant: {0}")]
    Reread(String),
    /// A record that our own checks do not accept.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A selector that is no part of a name.
    #[error("{0}: a selector is letters, digits and hyphens, with dots between")]
    Selector(String),
    /// A service that is not in the table.
    #[error("{0}: no mail service is known by this name; use --include with what its documentation says")]
    Service(String),
    /// A service that customers do not include.
    #[error("{0} has no SPF record to include; its mail is known by DKIM")]
    ServiceWithoutSpf(&'static str),
    /// What an SPF record cannot hold.
    #[error("the record cannot be written: {0}")]
    Spf(#[from] SpfParseError),
    /// A URI that nothing can be sent to or fetched from.
    #[error("{0}: {1}")]
    Uri(String, UriFault),
}

impl Generated {
    /// What is made of a record. `data` is its text for the forms of DNS providers.
    fn new(data: String, record: &Record) -> Self {
        Self {
            owner: record.owner.clone(),
            rtype: record.data.rtype(),
            data,
            zone_line: record.to_string(),
            documents: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a sentence.
    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

/// A domain that mail can have: a host name of two labels or more.
fn domain(name: &Name) -> Result<(), GenerateError> {
    let sound = matches!(host_fault(name), None | Some(HostFault::Underscore)) && name.label_count() > 1;
    if sound { Ok(()) } else { Err(GenerateError::Domain(name.clone())) }
}

/// Reads where reports go: a URI, or a plain mail address.
///
/// # Errors
/// When no report can go there.
pub fn report_uri(text: &str) -> Result<ReportUri, GenerateError> {
    let found = match ReportUri::parse(text.as_bytes()) {
        Err(UriFault::NoScheme) if text.contains('@') => ReportUri::mailto(text),
        found => found,
    };
    let uri = found.map_err(|fault| GenerateError::Uri(escape(text), fault))?;
    // A comma would end the URI within a list, and a semicolon the list (RFC 9989 4.6).
    if uri.uri.contains([',', ';']) || uri.size.is_some() {
        return Err(GenerateError::Uri(escape(text), UriFault::BadCharacter));
    }
    Ok(uri)
}

/// Holds what was read back against what was meant. Faults that change nothing for readers become notes.
fn reread<T: PartialEq, K: fmt::Debug + fmt::Display + HasEffect>(
    made: &mut Generated,
    parsed: &Parsed<T, K>,
    meant: &T,
) -> Result<(), GenerateError> {
    if let Some(fault) = parsed.faults_from(Effect::PartIgnored).next() {
        return Err(GenerateError::Reread(fault.kind.to_string()));
    }
    if parsed.value != *meant {
        return Err(GenerateError::Reread("it says something else".into()));
    }
    made.notes.extend(parsed.faults.iter().map(|fault| format!("Of the record: {}.", fault.kind)));
    Ok(())
}

/// A TXT record whose text is cut into strings at will.
fn text_record(owner: Name, text: &str) -> Record {
    let strings = text.as_bytes().chunks(MAX_STRING).map(|string| CharString(string.to_vec())).collect();
    Record { owner, ttl: TTL, data: Data::Txt(strings) }
}

/// A selector: labels of letters, digits and hyphens (RFC 6376 3.1), with underscores as some services use them.
fn selector(text: &str) -> Result<Name, GenerateError> {
    let wrong = || GenerateError::Selector(escape(text));
    let name: Name = text.parse().map_err(|_| wrong())?;
    let sound = matches!(host_fault(&name), None | Some(HostFault::Underscore)) && !text.ends_with('.');
    if sound { Ok(name) } else { Err(wrong()) }
}

/// A name below a domain: the labels of both.
fn below(labels: &Name, domain: &Name) -> Result<Name, NameError> {
    Name::from_labels(labels.labels().chain(domain.labels()))
}

#[cfg(test)]
mod tests;

//! MTA-STS: record and policy (RFC 8461).

use crate::tags::{Effect, Fault, HasEffect, OneRecord, Parsed, TagFault, TagList, VersionFault};
use crate::{Answers, Step};
use ptrust_names::{HostFault, Name, NameError, Question, RecordType, escape, host_fault, is_address_as_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Octets of a policy that need to be read at most: RFC 8461 3.3 lets clients limit it, and names 64 kilobytes.
pub const MAX_POLICY: usize = 65_536;
/// Seconds of `max_age` at most: about one year (RFC 8461 3.2).
pub const MAX_AGE: u32 = 31_557_600;
/// Patterns of a policy that are read at most: more than any domain has mail exchangers.
pub const MAX_PATTERNS: usize = 256;
/// The media type that a policy must be served with (RFC 8461 3.3); parameters may follow it.
pub const MEDIA_TYPE: &str = "text/plain";
/// Whether a `Content-Type` is that of a policy (RFC 8461 3.3).
pub fn is_media_type(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}

/// Characters of an `id` at most (RFC 8461 3.1).
const MAX_ID: usize = 32;

/// An MTA-STS record. Prints as a record that reads back to the same value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StsRecord {
    /// Names the version of the policy: senders fetch the policy anew when it changes.
    pub id: String,
}

impl fmt::Display for StsRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=STSv1; id={};", self.id)
    }
}

/// What can be wrong with an MTA-STS record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StsFault {
    /// `id` is not 1 to 32 letters and digits.
    #[error("id must be 1 to 32 letters and digits")]
    BadId,
    /// No `id`.
    #[error("the tag id is missing")]
    MissingId,
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// A tag that the standard does not know; readers ignore it.
    #[error("{0} is not a tag of MTA-STS")]
    UnknownTag(String),
}

impl HasEffect for StsFault {
    fn effect(&self) -> Effect {
        match self {
            // Of a tag that occurs twice, the first counts (RFC 8461 3.2).
            Self::Tags(TagFault::Duplicate(_)) => Effect::PartIgnored,
            Self::BadId | Self::MissingId | Self::Tags(_) => Effect::Void,
            Self::UnknownTag(_) => Effect::Remark,
        }
    }
}

/// An MTA-STS record as read.
pub type ParsedSts = Parsed<StsRecord, StsFault>;

/// The question for the record of a domain.
///
/// # Errors
/// When the name would be too long.
pub fn record_question(domain: &Name) -> Result<Question, NameError> {
    Ok(Question::new(domain.prepend(b"_mta-sts")?, RecordType::TXT))
}

/// The host that serves the policy of a domain, at `https://<host>/.well-known/mta-sts.txt`.
///
/// # Errors
/// When the name would be too long.
pub fn policy_host(domain: &Name) -> Result<Name, NameError> {
    domain.prepend(b"mta-sts")
}

/// Looks for the record of a domain. Senders take several records for none (RFC 8461 3.1).
pub fn record_at(question: &Question, answers: &impl Answers) -> Step<OneRecord<ParsedSts>> {
    match answers.answer(question) {
        Some(answer) => Step::Done(OneRecord::pick(answer, parse_record)),
        None => Step::Ask { now: BTreeSet::from([question.clone()]), soon: BTreeSet::new() },
    }
}

/// Reads an MTA-STS record.
///
/// # Errors
/// When the text is not an MTA-STS record: senders pass over it. It must start with `v=STSv1` and, unlike its kin, may
/// have no white space in there.
pub fn parse_record(text: &[u8]) -> Result<ParsedSts, Fault<VersionFault>> {
    let list = exact_version(text, "STSv1")?;
    let mut record = StsRecord::default();
    let mut faults: Vec<_> =
        list.faults.iter().map(|fault| Fault::new(fault.at, StsFault::Tags(fault.kind.clone()))).collect();
    match list.get("id") {
        None => faults.push(Fault::new(text.len(), StsFault::MissingId)),
        Some(tag) => {
            let length = (1..=MAX_ID).contains(&tag.value.len());
            match tag.text().filter(|text| length && text.bytes().all(|octet| octet.is_ascii_alphanumeric())) {
                Some(id) => id.clone_into(&mut record.id),
                None => faults.push(Fault::new(tag.value_at, StsFault::BadId)),
            }
        }
    }
    let unknown = list.tags.iter().skip(1).filter(|tag| tag.name != "id" && tag.name != "v");
    faults.extend(unknown.map(|tag| Fault::new(tag.at, StsFault::UnknownTag(escape(tag.name)))));
    Ok(Parsed::new(record, faults))
}

/// Reads a list that must start with `v=<version>` without white space, then a semicolon or the end.
pub(crate) fn exact_version<'a>(text: &'a [u8], version: &str) -> Result<TagList<'a>, Fault<VersionFault>> {
    let list = TagList::parse(text);
    crate::tags::version(&list, text, version)?;
    match text.strip_prefix(b"v=").and_then(|rest| rest.strip_prefix(version.as_bytes())) {
        Some(_) => Ok(list),
        None => Err(Fault::new(0, VersionFault::Other)),
    }
}

/// What senders do when a host does not fit the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "StsMode")]
pub enum Mode {
    /// They do not deliver to it.
    Enforce,
    /// They deliver and report.
    Testing,
    /// As if there were no policy: the way to end one.
    #[default]
    None,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        })
    }
}

/// A pattern of mail exchangers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MxPattern {
    /// Whether one label stands in front of the name: `*.example.com`.
    pub wildcard: bool,
    /// The name.
    pub name: Name,
}

impl MxPattern {
    /// Whether the pattern covers a host. A wildcard stands for exactly one label (RFC 8461 4.1).
    pub fn covers(&self, host: &Name) -> bool {
        if self.wildcard { host.parent().is_some_and(|parent| parent == self.name) } else { *host == self.name }
    }
}

impl fmt::Display for MxPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.wildcard { "*." } else { "" }, self.name)
    }
}

/// A policy. Prints as a file that reads back to the same value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StsPolicy {
    /// What senders do.
    pub mode: Mode,
    /// The mail exchangers.
    pub mx: Vec<MxPattern>,
    /// Seconds that senders keep the policy.
    pub max_age: u32,
}

impl StsPolicy {
    /// Whether some pattern covers a host.
    pub fn covers(&self, host: &Name) -> bool {
        self.mx.iter().any(|pattern| pattern.covers(host))
    }
}

impl fmt::Display for StsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version: STSv1\r\nmode: {}\r\n", self.mode)?;
        self.mx.iter().try_for_each(|pattern| write!(f, "mx: {pattern}\r\n"))?;
        write!(f, "max_age: {}\r\n", self.max_age)
    }
}

/// What can be wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[schemars(rename = "StsPolicyFault")]
pub enum PolicyFault {
    /// `max_age` is not a number, or over [`MAX_AGE`].
    #[error("max_age must be a number of seconds, 31557600 at most")]
    BadMaxAge,
    /// `mode` is none of the three words.
    #[error("mode must be enforce, testing or none")]
    BadMode,
    /// An `mx` that is no host name or pattern.
    #[error("the pattern is not a host name, nor *. and one")]
    BadPattern,
    /// `version` is not `STSv1`.
    #[error("version must be STSv1")]
    BadVersion,
    /// An `mx` that is an address: it covers no host.
    #[error("an address covers no host")]
    Address,
    /// The key occurs again; the first counts.
    #[error("{0} occurs again")]
    Duplicate(String),
    /// More than [`MAX_POLICY`] octets.
    #[error("the policy is too long")]
    LongPolicy,
    /// More than [`MAX_PATTERNS`] patterns.
    #[error("too many patterns")]
    ManyPatterns,
    /// A key that must be there.
    #[error("{0} is missing")]
    Missing(String),
    /// A line without a colon.
    #[error("the line has no colon")]
    NoColon,
    /// A policy that senders forget within a day.
    #[error("a max_age below a day protects little")]
    ShortMaxAge,
    /// The same pattern twice.
    #[error("the pattern occurs again")]
    SamePattern,
    /// A name with a dot at its end, which certificates and hosts are not compared with.
    #[error("a dot ends the name")]
    TrailingDot,
    /// A key that the standard does not know; readers ignore it.
    #[error("{0} is not a key of a policy")]
    UnknownKey(String),
}

impl HasEffect for PolicyFault {
    fn effect(&self) -> Effect {
        match self {
            Self::BadMaxAge
            | Self::BadMode
            | Self::BadVersion
            | Self::LongPolicy
            | Self::Missing(_)
            | Self::NoColon => Effect::Void,
            Self::BadPattern | Self::Address | Self::Duplicate(_) | Self::ManyPatterns => Effect::PartIgnored,
            Self::ShortMaxAge | Self::SamePattern | Self::TrailingDot | Self::UnknownKey(_) => Effect::Remark,
        }
    }
}

/// A policy as read.
pub type ParsedPolicy = Parsed<StsPolicy, PolicyFault>;

/// Seconds of a day.
const DAY: u32 = 86_400;

/// Reads a policy file, its lines ended by CRLF or LF (RFC 8461 3.2). Places count octets from the start of the file;
/// [`line_of`] gives the line.
pub fn parse_policy(text: &[u8]) -> ParsedPolicy {
    let read = text.get(..MAX_POLICY).unwrap_or(text);
    let mut reader = PolicyReader::default();
    if read.len() < text.len() {
        reader.fault(MAX_POLICY, PolicyFault::LongPolicy);
    }
    let mut next = 0;
    for line in read.split(|octet| *octet == b'\n') {
        let at = next;
        next += line.len() + 1;
        let (skipped, line) = crate::tags::trimmed(line);
        if !line.is_empty() {
            reader.line(at + skipped, line);
        }
    }
    let keys = ["version", "mode", "max_age"];
    let missing: Vec<_> = keys.into_iter().filter(|key| !reader.seen.contains(*key)).collect();
    for key in missing {
        reader.fault(read.len(), PolicyFault::Missing(key.to_owned()));
    }
    // Only a policy that asks for nothing may name no hosts.
    if reader.patterns == 0 && reader.policy.mode != Mode::None {
        reader.fault(read.len(), PolicyFault::Missing("mx".to_owned()));
    }
    Parsed::new(reader.policy, reader.faults)
}

/// The number of the line at a place, from 1, and how many octets of it are in front.
pub fn line_of(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.split(|octet| *octet == b'\n').count();
    (line, before.iter().rev().take_while(|octet| **octet != b'\n').count())
}

/// A policy on its way.
#[derive(Default)]
struct PolicyReader {
    /// What was read so far.
    policy: StsPolicy,
    /// What is wrong so far.
    faults: Vec<Fault<PolicyFault>>,
    /// Keys met so far.
    seen: BTreeSet<&'static str>,
    /// How many `mx` lines there were, good or bad.
    patterns: usize,
}

impl PolicyReader {
    /// Adds a fault.
    fn fault(&mut self, at: usize, kind: PolicyFault) {
        self.faults.push(Fault::new(at, kind));
    }

    /// Reads one line.
    fn line(&mut self, at: usize, line: &[u8]) {
        let Some(colon) = line.iter().position(|octet| *octet == b':') else {
            self.fault(at, PolicyFault::NoColon);
            return;
        };
        let (key, value) = line.split_at_checked(colon).unwrap_or((line, &[]));
        let (_, key) = crate::tags::trimmed(key);
        let (skipped, value) = crate::tags::trimmed(value.get(1..).unwrap_or_default());
        let value_at = at + colon + 1 + skipped;
        let known = ["version", "mode", "max_age"].into_iter().find(|known| known.as_bytes() == key);
        match known {
            Some(known) if !self.seen.insert(known) => self.fault(at, PolicyFault::Duplicate(known.to_owned())),
            Some("version") if value != b"STSv1" => self.fault(value_at, PolicyFault::BadVersion),
            Some("mode") => self.mode(value_at, value),
            Some("max_age") => self.max_age(value_at, value),
            Some(_) => {}
            None if key == b"mx" => self.pattern(value_at, value),
            None => self.fault(at, PolicyFault::UnknownKey(escape(&String::from_utf8_lossy(key)))),
        }
    }

    /// Reads `mode`.
    fn mode(&mut self, at: usize, value: &[u8]) {
        let modes = [Mode::Enforce, Mode::Testing, Mode::None];
        match modes.into_iter().find(|mode| mode.to_string().as_bytes() == value) {
            Some(mode) => self.policy.mode = mode,
            None => self.fault(at, PolicyFault::BadMode),
        }
    }

    /// Reads `max_age`: 1 to 10 digits.
    fn max_age(&mut self, at: usize, value: &[u8]) {
        let digits = value.len() <= 10 && value.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse::<u32>().ok());
        match number.filter(|number| *number <= MAX_AGE) {
            None => self.fault(at, PolicyFault::BadMaxAge),
            Some(number) => {
                self.policy.max_age = number;
                if number < DAY {
                    self.fault(at, PolicyFault::ShortMaxAge);
                }
            }
        }
    }

    /// Reads `mx`.
    fn pattern(&mut self, at: usize, value: &[u8]) {
        self.patterns += 1;
        if self.policy.mx.len() == MAX_PATTERNS {
            self.fault(at, PolicyFault::ManyPatterns);
            return;
        }
        let (wildcard, rest) = value.strip_prefix(b"*.").map_or((false, value), |rest| (true, rest));
        let Some(name) = std::str::from_utf8(rest).ok().and_then(|text| text.parse::<Name>().ok()) else {
            let address = std::str::from_utf8(value).is_ok_and(is_address);
            self.fault(at, if address { PolicyFault::Address } else { PolicyFault::BadPattern });
            return;
        };
        if is_address_as_name(&name) || std::str::from_utf8(value).is_ok_and(is_address) {
            self.fault(at, PolicyFault::Address);
            return;
        }
        if !matches!(host_fault(&name), None | Some(HostFault::Underscore)) {
            self.fault(at, PolicyFault::BadPattern);
            return;
        }
        if rest.ends_with(b".") {
            self.fault(at, PolicyFault::TrailingDot);
        }
        let pattern = MxPattern { wildcard, name };
        if self.policy.mx.contains(&pattern) {
            self.fault(at, PolicyFault::SamePattern);
        } else {
            self.policy.mx.push(pattern);
        }
    }
}

/// Whether text is an address, bare or in the brackets of SMTP.
fn is_address(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.strip_prefix("IPv6:").unwrap_or(bare).parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests;

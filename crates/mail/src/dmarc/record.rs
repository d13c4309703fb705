//! What a DMARC policy record says (RFC 9989 sections 4.6 to 4.8).

use super::uri::{ReportUri, UriFault};
use crate::tags::{Effect, Fault, HasEffect, Parsed, Tag, TagFault, TagList, VersionFault, version};
use ptrust_names::escape;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// URIs of a list that are read at most. Receivers often serve no more than two (RFC 7489 6.2).
pub const MAX_URIS: usize = 20;

/// What a domain owner asks receivers to do with mail that fails, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DmarcPolicy")]
pub enum Policy {
    /// Nothing.
    #[default]
    None,
    /// To treat it as suspicious.
    Quarantine,
    /// To refuse it.
    Reject,
}

impl Policy {
    /// The policy one step weaker, as `t=y` asks for (RFC 9989 section 4.7).
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::None | Self::Quarantine => Self::None,
            Self::Reject => Self::Quarantine,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        })
    }
}

/// Whether the domain is a public suffix domain: the `psd` tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Psd {
    /// `psd=n`: it is an organizational domain.
    No,
    /// `psd=u`, and the default: the tree walk decides.
    #[default]
    Unspecified,
    /// `psd=y`: it is a public suffix domain.
    Yes,
}

/// How close an identifier must be to the author domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlignmentMode {
    /// The organizational domains are the same.
    #[default]
    Relaxed,
    /// The domains are the same.
    Strict,
}

/// When failure reports are wanted: the `fo` tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the four options of the fo tag are independent in RFC 7489 lists")]
#[schemars(rename = "DmarcFailureOptions")]
pub struct FailureOptions {
    /// `0`: when no mechanism gives an aligned pass. The default.
    pub all: bool,
    /// `1`: when some mechanism gives no aligned pass.
    pub any: bool,
    /// `d`: when a DKIM signature fails.
    pub dkim: bool,
    /// `s`: when SPF fails.
    pub spf: bool,
}

/// A DMARC policy record. Prints as a record that reads back to the same value; defaults are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DmarcRecord {
    /// The policy for the domain; `None` when the tag is missing or cannot be read.
    pub p: Option<Policy>,
    /// The policy for subdomains that exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp: Option<Policy>,
    /// The policy for subdomains that do not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub np: Option<Policy>,
    /// Whether the domain is a public suffix domain.
    pub psd: Psd,
    /// `t=y`: the owner is testing, so the next weaker policy is to be applied.
    pub testing: bool,
    /// Alignment of DKIM.
    pub adkim: AlignmentMode,
    /// Alignment of SPF.
    pub aspf: AlignmentMode,
    /// Where aggregate reports go.
    pub rua: Vec<ReportUri>,
    /// Where failure reports go.
    pub ruf: Vec<ReportUri>,
    /// When failure reports are wanted; `None` without the tag, which means `0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fo: Option<FailureOptions>,
    /// The share of failing mail that the policy is for, in percent: only readers of RFC 7489 heed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pct: Option<u8>,
}

impl fmt::Display for DmarcRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=DMARC1")?;
        for (tag, policy) in [("p", self.p), ("sp", self.sp), ("np", self.np)] {
            policy.map_or(Ok(()), |policy| write!(f, "; {tag}={policy}"))?;
        }
        match self.psd {
            Psd::No => f.write_str("; psd=n")?,
            Psd::Unspecified => {}
            Psd::Yes => f.write_str("; psd=y")?,
        }
        if self.testing {
            f.write_str("; t=y")?;
        }
        for (tag, mode) in [("adkim", self.adkim), ("aspf", self.aspf)] {
            if mode == AlignmentMode::Strict {
                write!(f, "; {tag}=s")?;
            }
        }
        for (tag, uris) in [("rua", &self.rua), ("ruf", &self.ruf)] {
            if !uris.is_empty() {
                let uris: Vec<_> = uris.iter().map(ReportUri::to_string).collect();
                write!(f, "; {tag}={}", uris.join(","))?;
            }
        }
        if let Some(fo) = self.fo {
            let options = [(fo.all, "0"), (fo.any, "1"), (fo.dkim, "d"), (fo.spf, "s")];
            let options: Vec<_> = options.iter().filter(|(wanted, _)| *wanted).map(|(_, letter)| *letter).collect();
            write!(f, "; fo={}", options.join(":"))?;
        }
        self.pct.map_or(Ok(()), |pct| write!(f, "; pct={pct}"))
    }
}

/// What can be wrong with a DMARC record. Nothing here makes readers ignore the whole record: RFC 9989 section 4.7 has
/// them ignore the part. What [`policies`](Parsed::policies) then leaves is another question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DmarcFault {
    /// A policy that is none of the three words.
    #[error("{0} must be none, quarantine or reject")]
    BadPolicy(String),
    /// A URI that no report can go to.
    #[error("{tag}: {why}")]
    BadUri {
        /// `rua` or `ruf`.
        tag: String,
        /// What is wrong with it.
        why: UriFault,
    },
    /// A value that the tag does not take.
    #[error("the tag {0} does not take this value")]
    BadValue(String),
    /// `fo` without `ruf` has no effect.
    #[error("fo has no effect without ruf")]
    FailureOptionsUnused,
    /// A list of several failure options that RFC 9989 no longer allows.
    #[error("fo lists options that RFC 9989 does not combine")]
    FailureOptionsOld,
    /// More than [`MAX_URIS`] URIs.
    #[error("{0} has too many URIs")]
    ManyUris(String),
    /// No `p`: the record counts as `p=none` when it asks for reports, and else as none at all.
    #[error("the tag p is missing")]
    NoPolicy,
    /// `pct`, `rf` or `ri`: RFC 9989 removed it.
    #[error("RFC 9989 removed the tag {0}")]
    Obsolete(String),
    /// `p` is not the second tag, where RFC 7489 wants it.
    #[error("readers of RFC 7489 want p right after v")]
    PolicyNotSecond,
    /// A size after a URI: RFC 9989 removed it.
    #[error("RFC 9989 removed the size after a URI")]
    UriSize,
    /// A scheme that receivers do not send to.
    #[error("{0} leads to no mailbox, so receivers ignore it")]
    UriNotMailto(String),
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// A tag that the registry does not know; readers ignore it.
    #[error("{0} is not a tag of DMARC")]
    UnknownTag(String),
    /// The name of a tag in capitals.
    #[error("the name of the tag {0} is not in lower case")]
    UpperCaseName(String),
}

impl HasEffect for DmarcFault {
    fn effect(&self) -> Effect {
        match self {
            Self::Tags(fault) if *fault != TagFault::EmptyTag => Effect::PartIgnored,
            Self::BadPolicy(_)
            | Self::BadUri { .. }
            | Self::BadValue(_)
            | Self::ManyUris(_)
            | Self::NoPolicy
            | Self::UriNotMailto(_) => Effect::PartIgnored,
            Self::Tags(_)
            | Self::FailureOptionsUnused
            | Self::FailureOptionsOld
            | Self::Obsolete(_)
            | Self::PolicyNotSecond
            | Self::UriSize
            | Self::UnknownTag(_)
            | Self::UpperCaseName(_) => Effect::Remark,
        }
    }
}

/// A DMARC record as read.
pub type ParsedDmarc = Parsed<DmarcRecord, DmarcFault>;

/// Reads a DMARC record. Values that are words compare without case, the version with it (RFC 9989 section 4.8).
///
/// A tag that occurs twice counts as it stands last: RFC 6376 3.2 makes such a list invalid, DMARC lets readers ignore
/// faults, and common readers overwrite the first.
///
/// # Errors
/// When the text is not a DMARC record: readers pass over it.
pub fn parse(text: &[u8]) -> Result<ParsedDmarc, Fault<VersionFault>> {
    let list = TagList::parse(text);
    version(&list, text, "DMARC1")?;
    let mut record = DmarcRecord::default();
    let mut faults: Vec<_> =
        list.faults.iter().map(|fault| Fault::new(fault.at, DmarcFault::Tags(fault.kind.clone()))).collect();
    let mut policy_seen = false;
    let mut failure_options_at = None;
    for (number, tag) in list.tags.iter().enumerate().skip(1) {
        let name = tag.name.to_ascii_lowercase();
        if name != tag.name {
            faults.push(Fault::new(tag.at, DmarcFault::UpperCaseName(tag.name.to_owned())));
        }
        match name.as_str() {
            "p" => {
                policy_seen = true;
                if number != 1 {
                    faults.push(Fault::new(tag.at, DmarcFault::PolicyNotSecond));
                }
                record.p = policy(tag, &mut faults);
            }
            "sp" => record.sp = policy(tag, &mut faults),
            "np" => record.np = policy(tag, &mut faults),
            "psd" => {
                let values = [("y", Psd::Yes), ("n", Psd::No), ("u", Psd::Unspecified)];
                record.psd = word(tag, &values, &mut faults);
            }
            "t" => record.testing = word(tag, &[("y", true), ("n", false)], &mut faults),
            "adkim" => record.adkim = word(tag, &MODES, &mut faults),
            "aspf" => record.aspf = word(tag, &MODES, &mut faults),
            "rua" => record.rua = uris(tag, &mut faults),
            "ruf" => record.ruf = uris(tag, &mut faults),
            "fo" => {
                failure_options_at = Some(tag.at);
                record.fo = failure_options(tag, &mut faults);
            }
            "pct" => {
                faults.push(Fault::new(tag.at, DmarcFault::Obsolete(name)));
                let digits = tag.text().filter(|text| text.bytes().all(|octet| octet.is_ascii_digit()));
                record.pct = digits.and_then(|text| text.parse().ok()).filter(|pct| *pct <= 100);
            }
            "rf" | "ri" => faults.push(Fault::new(tag.at, DmarcFault::Obsolete(name))),
            "v" => {}
            _ => faults.push(Fault::new(tag.at, DmarcFault::UnknownTag(escape(tag.name)))),
        }
    }
    if !policy_seen {
        let end = list.tags.first().map_or(0, |tag| tag.value_at + tag.value.len());
        faults.push(Fault::new(end, DmarcFault::NoPolicy));
    }
    if let Some(at) = failure_options_at.filter(|_| record.ruf.is_empty()) {
        faults.push(Fault::new(at, DmarcFault::FailureOptionsUnused));
    }
    Ok(Parsed::new(record, faults))
}

/// The values of the two alignment tags.
const MODES: [(&str, AlignmentMode); 2] = [("r", AlignmentMode::Relaxed), ("s", AlignmentMode::Strict)];

/// Reads a policy; `None` and a fault when it is no policy.
fn policy(tag: &Tag<'_>, faults: &mut Vec<Fault<DmarcFault>>) -> Option<Policy> {
    let found = [Policy::None, Policy::Quarantine, Policy::Reject]
        .into_iter()
        .find(|policy| tag.value.eq_ignore_ascii_case(policy.to_string().as_bytes()));
    if found.is_none() {
        faults.push(Fault::new(tag.value_at, DmarcFault::BadPolicy(tag.name.to_ascii_lowercase())));
    }
    found
}

/// Reads one of a few words; the default and a fault when it is none of them.
fn word<T: Copy + Default>(tag: &Tag<'_>, values: &[(&str, T)], faults: &mut Vec<Fault<DmarcFault>>) -> T {
    let found = values.iter().find(|(word, _)| tag.value.eq_ignore_ascii_case(word.as_bytes()));
    if found.is_none() {
        faults.push(Fault::new(tag.value_at, DmarcFault::BadValue(tag.name.to_ascii_lowercase())));
    }
    found.map_or_else(T::default, |(_, value)| *value)
}

/// Reads a list of URIs, leaving out those that no report can go to.
fn uris(tag: &Tag<'_>, faults: &mut Vec<Fault<DmarcFault>>) -> Vec<ReportUri> {
    let name = tag.name.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, item) in tag.items(b',') {
        if found.len() == MAX_URIS {
            faults.push(Fault::new(at, DmarcFault::ManyUris(name)));
            break;
        }
        match ReportUri::parse(item) {
            Ok(uri) => {
                if uri.size.is_some() {
                    faults.push(Fault::new(at, DmarcFault::UriSize));
                }
                if !matches!(uri.target, super::uri::Target::Mailto { .. }) {
                    faults.push(Fault::new(at, DmarcFault::UriNotMailto(name.clone())));
                }
                found.push(uri);
            }
            Err(why) => faults.push(Fault::new(at, DmarcFault::BadUri { tag: name.clone(), why })),
        }
    }
    found
}

/// Reads the `fo` tag: RFC 7489 allows any list, RFC 9989 only some.
fn failure_options(tag: &Tag<'_>, faults: &mut Vec<Fault<DmarcFault>>) -> Option<FailureOptions> {
    let mut options = FailureOptions::default();
    let mut count = 0;
    for (at, item) in tag.items(b':') {
        match item {
            b"0" => options.all = true,
            b"1" => options.any = true,
            b"d" | b"D" => options.dkim = true,
            b"s" | b"S" => options.spf = true,
            _ => {
                faults.push(Fault::new(at, DmarcFault::BadValue("fo".into())));
                return None;
            }
        }
        count += 1;
    }
    if count > 1 && (options.all || options.any) {
        faults.push(Fault::new(tag.value_at, DmarcFault::FailureOptionsOld));
    }
    Some(options)
}

/// The three policies that a record asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcPolicies")]
pub struct Policies {
    /// For the domain of the record.
    pub domain: Policy,
    /// For subdomains that exist.
    pub subdomain: Policy,
    /// For subdomains that do not exist.
    pub nonexistent: Policy,
}

impl Policies {
    /// All three the same.
    const fn all(policy: Policy) -> Self {
        Self { domain: policy, subdomain: policy, nonexistent: policy }
    }
}

impl ParsedDmarc {
    /// The first policy tag that cannot be read: it leaves the whole record with `p=none`, or without a policy (RFC 9989
    /// section 4.10.1).
    pub fn policy_fault(&self) -> Option<&Fault<DmarcFault>> {
        self.faults.iter().find(|fault| matches!(fault.kind, DmarcFault::BadPolicy(_)))
    }

    /// The entries of `rua` and `ruf` that receivers send no report to.
    pub fn address_faults(&self) -> impl Iterator<Item = &Fault<DmarcFault>> {
        self.faults.iter().filter(|fault| matches!(fault.kind, DmarcFault::BadUri { .. } | DmarcFault::UriNotMailto(_)))
    }

    /// The policies as published, with the defaults filled in; `None` when receivers apply no DMARC at all. A record
    /// without a readable `p`, or with an unreadable `sp` or `np`, counts as `p=none` when it names an address for
    /// aggregate reports, and else not at all (RFC 9989 section 4.10.1).
    pub fn policies(&self) -> Option<Policies> {
        self.policies_with(self.value.np, &["p", "sp", "np"])
    }

    /// The policies for readers to whom faults of the tags named matter.
    fn policies_with(&self, np: Option<Policy>, tags: &[&str]) -> Option<Policies> {
        let record = &self.value;
        let unreadable = self.faults.iter().any(|fault| match &fault.kind {
            DmarcFault::BadPolicy(tag) => tags.contains(&tag.as_str()),
            _ => false,
        });
        match record.p {
            Some(p) if !unreadable => {
                let subdomain = record.sp.unwrap_or(p);
                Some(Policies { domain: p, subdomain, nonexistent: np.unwrap_or(subdomain) })
            }
            _ if !record.rua.is_empty() => Some(Policies::all(Policy::None)),
            _ => None,
        }
    }

    /// The policies as readers of RFC 9989 apply them: one step weaker with `t=y`.
    pub fn effective(&self) -> Option<Policies> {
        let Policies { domain, subdomain, nonexistent } = self.policies()?;
        Some(if self.value.testing {
            Policies { domain: domain.lowered(), subdomain: subdomain.lowered(), nonexistent: nonexistent.lowered() }
        } else {
            Policies { domain, subdomain, nonexistent }
        })
    }

    /// The policies as readers of RFC 7489 apply them, to the share `pct` of failing mail: they know neither `np` nor
    /// `t` (RFC 7489 6.6.3).
    pub fn effective_old(&self) -> Option<Policies> {
        self.policies_with(None, &["p", "sp"])
    }
}

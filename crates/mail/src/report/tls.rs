//! TLS reports (RFC 8460 4.4).

use crate::message::text::{address, shown_some};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

/// Octets of a report that are read; reports have a few KiB.
const MAX_TLS_REPORT: usize = 8 << 20;
/// Policies of a report that are kept; there is one for each mechanism and domain.
const MAX_POLICIES: usize = 100;
/// Failure details of a policy that are kept.
const MAX_DETAILS: usize = 500;
/// Lines of a policy and names of MX hosts that are kept.
const MAX_LINES: usize = 200;

/// A report. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TlsReport {
    /// The reporter.
    pub organization: Option<String>,
    /// Its address for questions.
    pub contact: Option<String>,
    /// The reporter's id of the report.
    pub report_id: Option<String>,
    /// The start of the time reported on.
    pub begin: Option<Timestamp>,
    /// Its end.
    pub end: Option<Timestamp>,
    /// What was seen, by policy.
    pub policies: Vec<TlsPolicy>,
    /// A list was longer than what is kept.
    pub truncated: bool,
}

/// The sessions under one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TlsPolicy {
    /// `tlsa`, `sts` or `no-policy-found`, in lower case.
    pub kind: Option<String>,
    /// The policy as found: lines of the MTA-STS policy, or TLSA records.
    pub lines: Vec<String>,
    /// The domain.
    pub domain: Option<String>,
    /// The MX patterns of the policy.
    pub mx: Vec<String>,
    /// Sessions that succeeded.
    pub successes: u64,
    /// Sessions that failed.
    pub failures: u64,
    /// The failures, by kind.
    pub details: Vec<TlsFailure>,
}

/// Failures of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TlsFailure {
    /// The result type (RFC 8460 4.3), in lower case.
    pub result: Option<String>,
    /// The address that sent.
    pub sending: Option<IpAddr>,
    /// The host that it sent to.
    pub receiving_host: Option<String>,
    /// The name that host greeted with.
    pub receiving_helo: Option<String>,
    /// The address of that host.
    pub receiving: Option<IpAddr>,
    /// Sessions.
    pub sessions: u64,
    /// Where to read more.
    pub information: Option<String>,
    /// The reporter's own code or text.
    pub reason: Option<String>,
}

/// Why a content is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Not JSON of the shape of RFC 8460.
    #[error("line {line}, column {column}: not a TLS report")]
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column in octets, counted from 1.
        column: usize,
    },
    /// Larger than any report.
    #[error("larger than {MAX_TLS_REPORT} octets")]
    TooLarge,
}

impl TlsReport {
    /// Sessions that succeeded and that failed, over all policies.
    pub fn totals(&self) -> (u64, u64) {
        let sum = |number: fn(&TlsPolicy) -> u64| self.policies.iter().map(number).fold(0, u64::saturating_add);
        (sum(|policy| policy.successes), sum(|policy| policy.failures))
    }

    /// Failed sessions by result type, over all policies.
    pub fn by_result(&self) -> BTreeMap<&str, u64> {
        let mut results: BTreeMap<&str, u64> = BTreeMap::new();
        for detail in self.policies.iter().flat_map(|policy| &policy.details) {
            let sessions = results.entry(detail.result.as_deref().unwrap_or("unknown")).or_default();
            *sessions = sessions.saturating_add(detail.sessions);
        }
        results
    }
}

/// Reads a report.
///
/// # Errors
/// When the content is not JSON of that shape, or too large.
pub fn parse(content: &[u8]) -> Result<TlsReport, TlsError> {
    if content.len() > MAX_TLS_REPORT {
        return Err(TlsError::TooLarge);
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    // Text that is no UTF-8 would be refused; reporters' own words are not worth losing a report for.
    let text = String::from_utf8_lossy(content);
    let raw: RawReport =
        serde_json::from_str(&text).map_err(|error| TlsError::Json { line: error.line(), column: error.column() })?;
    Ok(raw.into())
}

/// The JSON as sent.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawReport {
    /// `organization-name`.
    organization_name: Text,
    /// `date-range`.
    date_range: RawRange,
    /// `contact-info`.
    contact_info: Text,
    /// `report-id`.
    report_id: Text,
    /// `policies`.
    policies: List<RawPolicies, MAX_POLICIES>,
}

/// `date-range`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawRange {
    /// `start-datetime`.
    start_datetime: Text,
    /// `end-datetime`.
    end_datetime: Text,
}

/// One of `policies`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawPolicies {
    /// `policy`.
    policy: RawPolicy,
    /// `summary`.
    summary: RawSummary,
    /// `failure-details`.
    failure_details: List<RawFailure, MAX_DETAILS>,
}

/// `policy`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawPolicy {
    /// `policy-type`.
    policy_type: Text,
    /// `policy-string`.
    policy_string: List<Text, MAX_LINES>,
    /// `policy-domain`.
    policy_domain: Text,
    /// `mx-host`; some write a text instead of a list.
    mx_host: List<Text, MAX_LINES>,
}

/// `summary`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawSummary {
    /// `total-successful-session-count`.
    total_successful_session_count: Count,
    /// `total-failure-session-count`.
    total_failure_session_count: Count,
}

/// One of `failure-details`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct RawFailure {
    /// `result-type`.
    result_type: Text,
    /// `sending-mta-ip`.
    sending_mta_ip: Text,
    /// `receiving-mx-hostname`.
    receiving_mx_hostname: Text,
    /// `receiving-mx-helo`.
    receiving_mx_helo: Text,
    /// `receiving-ip`.
    receiving_ip: Text,
    /// `failed-session-count`.
    failed_session_count: Count,
    /// `additional-information`.
    additional_information: Text,
    /// `failure-reason-code`.
    failure_reason_code: Text,
}

/// A text; anything else in its place reads as none.
#[derive(Default)]
struct Text(Option<String>);

impl Text {
    /// The text in lower case, for words of the standard.
    fn lower(&self) -> Option<String> {
        self.0.as_ref().map(|text| text.to_ascii_lowercase())
    }
}

/// A number of sessions: negative reads as 0, and one too large as the largest.
#[derive(Default)]
struct Count(u64);

/// A list of which only the first `MAX` items are kept.
struct List<T, const MAX: usize> {
    /// The items.
    items: Vec<T>,
    /// There were more.
    cut: bool,
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self { items: Vec::new(), cut: false }
    }
}

/// Reads JSON of any type into a text or a number.
struct Scalar;

/// What a scalar was.
enum ScalarValue {
    /// A number; see [`Count`].
    Number(u64),
    /// A text, escaped; `None` when empty.
    Text(Option<String>),
    /// Something else.
    Other,
}

impl<'de> Visitor<'de> for Scalar {
    type Value = ScalarValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_bool<E>(self, _: bool) -> Result<ScalarValue, E> {
        Ok(ScalarValue::Other)
    }

    fn visit_i64<E>(self, number: i64) -> Result<ScalarValue, E> {
        Ok(ScalarValue::Number(u64::try_from(number).unwrap_or(0)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<ScalarValue, E> {
        Ok(ScalarValue::Number(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<ScalarValue, E> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from a float saturates")]
        Ok(ScalarValue::Number(number as u64))
    }

    fn visit_str<E>(self, text: &str) -> Result<ScalarValue, E> {
        Ok(ScalarValue::Text(shown_some(text)))
    }

    fn visit_unit<E>(self) -> Result<ScalarValue, E> {
        Ok(ScalarValue::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ScalarValue, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(ScalarValue::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ScalarValue, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(ScalarValue::Other)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match deserializer.deserialize_any(Scalar)? {
            ScalarValue::Text(text) => text,
            ScalarValue::Number(number) => Some(number.to_string()),
            ScalarValue::Other => None,
        }))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match deserializer.deserialize_any(Scalar)? {
            ScalarValue::Number(number) => number,
            ScalarValue::Text(Some(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().unwrap_or(u64::MAX)
            }
            ScalarValue::Text(_) | ScalarValue::Other => 0,
        }))
    }
}

/// Reads a list; a single text in its place is a list of one when `T` can be read from one.
struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
    type Value = List<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<List<T, MAX>, E> {
        Ok(List::default())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<List<T, MAX>, E> {
        let item = T::deserialize(serde::de::value::StrDeserializer::<E>::new(text))?;
        Ok(List { items: vec![item], cut: false })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T, MAX>, A::Error> {
        let mut items = Vec::new();
        while items.len() < MAX {
            match list.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(List { items, cut: false }),
            }
        }
        let mut cut = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            cut = true;
        }
        Ok(List { items, cut })
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

impl From<RawReport> for TlsReport {
    fn from(raw: RawReport) -> Self {
        let time = |text: &Text| text.0.as_deref().and_then(|text| text.parse().ok());
        let cut = |one: &RawPolicies| one.failure_details.cut || one.policy.policy_string.cut || one.policy.mx_host.cut;
        Self {
            begin: time(&raw.date_range.start_datetime),
            end: time(&raw.date_range.end_datetime),
            organization: raw.organization_name.0,
            contact: raw.contact_info.0,
            report_id: raw.report_id.0,
            truncated: raw.policies.cut || raw.policies.items.iter().any(cut),
            policies: raw.policies.items.into_iter().map(TlsPolicy::from).collect(),
        }
    }
}

impl From<RawPolicies> for TlsPolicy {
    fn from(raw: RawPolicies) -> Self {
        let texts = |list: List<Text, MAX_LINES>| list.items.into_iter().filter_map(|text| text.0).collect();
        Self {
            kind: raw.policy.policy_type.lower(),
            domain: raw.policy.policy_domain.lower(),
            lines: texts(raw.policy.policy_string),
            mx: texts(raw.policy.mx_host),
            successes: raw.summary.total_successful_session_count.0,
            failures: raw.summary.total_failure_session_count.0,
            details: raw.failure_details.items.into_iter().map(TlsFailure::from).collect(),
        }
    }
}

impl From<RawFailure> for TlsFailure {
    fn from(raw: RawFailure) -> Self {
        let address = |text: &Text| text.0.as_deref().and_then(address);
        Self {
            result: raw.result_type.lower(),
            sending: address(&raw.sending_mta_ip),
            receiving: address(&raw.receiving_ip),
            receiving_host: raw.receiving_mx_hostname.0,
            receiving_helo: raw.receiving_mx_helo.0,
            sessions: raw.failed_session_count.0,
            information: raw.additional_information.0,
            reason: raw.failure_reason_code.0,
        }
    }
}

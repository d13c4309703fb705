//! TLS-RPT: the record (RFC 8460).

use crate::dmarc::{ReportUri, Target, UriFault};
use crate::mta_sts::exact_version;
use crate::tags::{Effect, Fault, HasEffect, OneRecord, Parsed, TagFault, VersionFault};
use crate::{Answers, Step};
use ptrust_names::{Name, NameError, Question, RecordType, escape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// URIs that are read at most, as for DMARC.
pub const MAX_URIS: usize = 20;

/// A TLS-RPT record. Prints as a record that reads back to the same value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TlsRptRecord {
    /// Where reports go.
    pub rua: Vec<ReportUri>,
}

impl fmt::Display for TlsRptRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uris: Vec<_> = self.rua.iter().map(ReportUri::to_string).collect();
        write!(f, "v=TLSRPTv1; rua={}", uris.join(","))
    }
}

/// What can be wrong with a TLS-RPT record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TlsRptFault {
    /// A URI that no report can go to.
    #[error("rua: {0}")]
    BadUri(UriFault),
    /// An exclamation mark in a URI: it must be percent-encoded (RFC 8460 3).
    #[error("an exclamation mark must be percent-encoded")]
    ExclamationMark,
    /// More than [`MAX_URIS`] URIs.
    #[error("too many URIs")]
    ManyUris,
    /// No `rua`.
    #[error("the tag rua is missing")]
    MissingRua,
    /// No URI that reports can go to.
    #[error("no report can go anywhere")]
    NoDestination,
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// A scheme other than `mailto` and `https`.
    #[error("only mailto: and https: are destinations of TLS reports")]
    UnknownScheme,
    /// A tag that the standard does not know; readers ignore it.
    #[error("{0} is not a tag of TLS-RPT")]
    UnknownTag(String),
}

impl HasEffect for TlsRptFault {
    fn effect(&self) -> Effect {
        match self {
            Self::BadUri(_)
            | Self::ExclamationMark
            | Self::ManyUris
            | Self::Tags(TagFault::Duplicate(_))
            | Self::UnknownScheme => Effect::PartIgnored,
            Self::MissingRua | Self::NoDestination | Self::Tags(_) => Effect::Void,
            Self::UnknownTag(_) => Effect::Remark,
        }
    }
}

/// A TLS-RPT record as read.
pub type ParsedTlsRpt = Parsed<TlsRptRecord, TlsRptFault>;

/// The question for the record of a domain.
///
/// # Errors
/// When the name would be too long.
pub fn record_question(domain: &Name) -> Result<Question, NameError> {
    Ok(Question::new(domain.prepend(b"_tls")?.prepend(b"_smtp")?, RecordType::TXT))
}

/// Looks for the record of a domain. Senders take several records for none (RFC 8460 3).
pub fn record_at(question: &Question, answers: &impl Answers) -> Step<OneRecord<ParsedTlsRpt>> {
    match answers.answer(question) {
        Some(answer) => Step::Done(OneRecord::pick(answer, parse)),
        None => Step::Ask { now: BTreeSet::from([question.clone()]), soon: BTreeSet::new() },
    }
}

/// Reads a TLS-RPT record.
///
/// # Errors
/// When the text is not a TLS-RPT record: senders pass over it.
pub fn parse(text: &[u8]) -> Result<ParsedTlsRpt, Fault<VersionFault>> {
    let list = exact_version(text, "TLSRPTv1")?;
    let mut record = TlsRptRecord::default();
    let mut faults: Vec<_> =
        list.faults.iter().map(|fault| Fault::new(fault.at, TlsRptFault::Tags(fault.kind.clone()))).collect();
    if let Some(tag) = list.get("rua") {
        for (at, item) in tag.items(b',') {
            if record.rua.len() == MAX_URIS {
                faults.push(Fault::new(at, TlsRptFault::ManyUris));
                break;
            }
            match ReportUri::parse(item) {
                Ok(uri) if uri.size.is_some() => faults.push(Fault::new(at, TlsRptFault::ExclamationMark)),
                Ok(uri) if matches!(uri.target, Target::Other { .. }) => {
                    faults.push(Fault::new(at, TlsRptFault::UnknownScheme));
                }
                Ok(uri) => record.rua.push(uri),
                Err(why) => faults.push(Fault::new(at, TlsRptFault::BadUri(why))),
            }
        }
        if record.rua.is_empty() {
            faults.push(Fault::new(tag.at, TlsRptFault::NoDestination));
        }
    } else {
        faults.push(Fault::new(text.len(), TlsRptFault::MissingRua));
    }
    let unknown = list.tags.iter().skip(1).filter(|tag| tag.name != "rua" && tag.name != "v");
    faults.extend(unknown.map(|tag| Fault::new(tag.at, TlsRptFault::UnknownTag(escape(tag.name)))));
    Ok(Parsed::new(record, faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_have_places() {
        use TlsRptFault as F;
        let faults = |text: &str| -> Vec<(usize, F)> {
            let parsed = parse(text.as_bytes()).expect("a record");
            parsed.faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
        };
        // RFC 8460 3.1.1 and 3.1.2.
        assert_eq!(faults("v=TLSRPTv1;rua=mailto:reports@example.com"), []);
        assert_eq!(faults("v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"), []);
        assert_eq!(faults("v=TLSRPTv1; rua=mailto:a@b.c , https://r.b.c/;"), []);
        assert_eq!(faults("v=TLSRPTv1"), [(10, F::MissingRua)]);
        assert_eq!(faults("v=TLSRPTv1; rua="), [(12, F::NoDestination), (16, F::BadUri(UriFault::Empty))]);
        assert_eq!(faults("v=TLSRPTv1; rua=mailto:a@b.c,x@y.z"), [(29, F::BadUri(UriFault::NoScheme))]);
        assert_eq!(faults("v=TLSRPTv1; rua=mailto:a@b.c,ftp://y.z/"), [(29, F::UnknownScheme)]);
        assert_eq!(faults("v=TLSRPTv1; rua=mailto:a@b.c,mailto:a@b.c!1m"), [(29, F::ExclamationMark)]);
        assert_eq!(faults("v=TLSRPTv1; x=y; rua=mailto:a@b.c"), [(12, F::UnknownTag("x".into()))]);
        for other in ["v=TLSRPTv2; rua=mailto:a@b.c", "v=tlsrptv1; rua=mailto:a@b.c", "rua=mailto:a@b.c", ""] {
            assert!(parse(other.as_bytes()).is_err(), "{other}");
        }
        let question = record_question(&"example.com".parse().expect("a name")).expect("a question");
        assert_eq!(question.to_string(), "_smtp._tls.example.com TXT");
    }

    proptest! {
        #[test]
        fn records_read_back(rua in prop::collection::vec("(mailto:[a-z]{1,8}@|https://)[a-z]{1,8}\\.example", 1..5)) {
            let rua = rua.iter().map(|uri| ReportUri::parse(uri.as_bytes()).expect("a URI")).collect();
            let record = TlsRptRecord { rua };
            let parsed = parse(record.to_string().as_bytes()).expect("a record");
            prop_assert_eq!(parsed.value, record);
            prop_assert_eq!(parsed.faults, []);
        }

        #[test]
        fn any_text_is_read(text in "v=TLSRPTv1;(rua=[ -~]{0,40};?){0,3}") {
            if let Ok(parsed) = parse(text.as_bytes()) {
                prop_assert!(parsed.faults.iter().all(|fault| fault.at <= text.len()));
            }
        }
    }
}

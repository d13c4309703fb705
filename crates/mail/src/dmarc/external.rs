//! Whether those who are to receive reports from elsewhere agree to it (RFC 9990 section 4,
//! RFC 9991 section 5, RFC 7489 7.1).

use super::record::{MAX_URIS, ParsedDmarc, parse};
use super::walk::{Determined, Missing};
use super::{align, uri::ReportUri};
use crate::{Answers, Step};
use ptrust_names::{AbsenceKind, Cause, Name, Observed, Question, RecordType, Records};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which reports an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DmarcReportKind")]
pub enum ReportKind {
    /// `rua`.
    Aggregate,
    /// `ruf`.
    Failure,
}

/// Whether a destination agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DmarcAuthorization")]
pub enum Authorization {
    /// It says so.
    Authorized {
        /// How many records say so: several are as good as one (RFC 7489 7.1, step 7).
        records: usize,
        /// Addresses that it wants the reports at instead, on the same host; empty for the one published.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        instead: Vec<ReportUri>,
    },
    /// It wants the reports at another host, so receivers send them to neither (RFC 9990 section 4).
    OtherHost {
        /// That host.
        host: Name,
    },
    /// It does not say so: receivers send nothing there.
    Missing {
        /// How the question was answered; `None` when texts of other kinds stand there.
        absence: Option<AbsenceKind>,
    },
    /// No question is needed: the destination belongs to the organization, both ways.
    NotNeeded,
    /// The name that would say so is too long for the DNS, so nothing can stand there.
    Impossible,
    /// Nobody could say.
    Unknown(Cause),
}

/// A destination of reports and whether it agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcDestination")]
pub struct Destination {
    /// Which reports.
    pub kind: ReportKind,
    /// The URI.
    pub uri: ReportUri,
    /// The host that must agree.
    pub host: Name,
    /// Whether its organizational domain is another one than that of the record, by the tree walk.
    pub external: Determined<bool>,
    /// The same by the public suffix list.
    pub external_old: bool,
    /// The question that shows whether it agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// Whether it agrees.
    pub authorization: Authorization,
}

/// Asks whether the destinations of a record agree. The record stands at `domain`; URIs that lead to no host are left
/// out.
pub fn destinations(domain: &Name, record: &ParsedDmarc, answers: &impl Answers) -> Step<Vec<Destination>> {
    let aggregate = record.value.rua.iter().map(|uri| (ReportKind::Aggregate, uri));
    let failure = record.value.ruf.iter().map(|uri| (ReportKind::Failure, uri));
    let mut missing = Missing::default();
    let mut found = Vec::new();
    for (kind, uri) in aggregate.chain(failure) {
        let Some(host) = uri.target.host() else { continue };
        if let Some(destination) = destination(domain, kind, uri, host, answers, &mut missing) {
            found.push(destination);
        }
    }
    if missing.is_empty() { Step::Done(found) } else { missing.ask() }
}

/// One destination, unless answers are missing.
fn destination(
    domain: &Name,
    kind: ReportKind,
    uri: &ReportUri,
    host: &Name,
    answers: &impl Answers,
    missing: &mut Missing,
) -> Option<Destination> {
    let alignment = missing.take(align(domain, host, answers));
    let outside =
        |alignment: &super::Alignment| (alignment.tree_walk.clone().map(|same| !same), !alignment.suffix_list);
    let internal = alignment.as_ref().is_some_and(|a| outside(a) == (Determined::Known(false), false));
    let mut question = None;
    let mut authorization = Some(Authorization::NotNeeded);
    // The question is worth asking before the walks are done: it is needed unless both say that the host is our own.
    if !internal {
        question = authorization_question(domain, host);
        authorization = match &question {
            None => Some(Authorization::Impossible),
            Some(question) => {
                let answer = answers.answer(question);
                if answer.is_none() && (alignment.is_some() || !host.is_at_or_below(domain)) {
                    missing.need(question.clone());
                }
                answer.map(|answer| authorized(answer, kind, host))
            }
        };
    }
    let (external, external_old) = outside(&alignment?);
    Some(Destination {
        kind,
        uri: uri.clone(),
        host: host.clone(),
        external,
        external_old,
        question,
        authorization: authorization?,
    })
}

/// The question `<domain>._report._dmarc.<host>`; `None` when that name is too long. Wildcards at the destination
/// answer by themselves.
fn authorization_question(domain: &Name, host: &Name) -> Option<Question> {
    let labels = domain.labels().chain([b"_report".as_slice(), b"_dmarc"]).chain(host.labels());
    Some(Question::new(Name::from_labels(labels).ok()?, RecordType::TXT))
}

/// What an answer says.
fn authorized(answer: Observed<&Records>, kind: ReportKind, host: &Name) -> Authorization {
    let found = match answer {
        Observed::Present(found) => found,
        Observed::Absent(absence) => return Authorization::Missing { absence: Some(absence.kind) },
        Observed::Unknown(cause) => return Authorization::Unknown(cause),
    };
    let mut records = 0;
    let mut instead = Vec::new();
    for parsed in found.texts().filter_map(|text| parse(&text).ok()) {
        records += 1;
        let uris = match kind {
            ReportKind::Aggregate => parsed.value.rua,
            ReportKind::Failure => parsed.value.ruf,
        };
        for uri in uris {
            match uri.target.host() {
                Some(other) if other != host => return Authorization::OtherHost { host: other.clone() },
                Some(_) if instead.len() < MAX_URIS => instead.push(uri),
                _ => {}
            }
        }
    }
    if records == 0 { Authorization::Missing { absence: None } } else { Authorization::Authorized { records, instead } }
}

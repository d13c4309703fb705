//! BIMI: the record, and the certificate of the mark.

use jiff::Timestamp;
use ptrust_checks::Posture;
use ptrust_checks::posture::bimi::EvidenceState;
use ptrust_mail::bimi::mark::{Class, Links, Mark, MarkFault, Path};
use ptrust_mail::tags::OneRecord;
use schemars::JsonSchema;
use serde::Serialize;

/// BIMI of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bimi {
    /// `published`, `declined`, `unusable`, `several`, `missing` or `unknown`.
    pub state: &'static str,
    /// The selector that was asked for.
    pub selector: String,
    /// Where the logo is.
    pub location: Option<String>,
    /// The certificate of the mark; null when the record names none.
    pub evidence: Option<MarkEvidence>,
}

/// The certificate of a mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MarkEvidence {
    /// Where it is.
    pub url: String,
    /// `examined`, `unreadable` (no certificates in the file) or `unknown` (it could not be fetched).
    pub state: &'static str,
    /// Why it could not be fetched or read.
    pub why: Option<String>,
    /// `VMC` or `CMC`, by the type of the mark; null when that is not known.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// The type of the mark, as written.
    pub mark_type: Option<String>,
    /// Whom it was issued to.
    pub subject: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// The names it is for.
    pub names: Vec<String>,
    /// Start of its validity.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// End of its validity.
    #[schemars(with = "Option<String>")]
    pub not_after: Option<Timestamp>,
    /// Whether the logo inside is the one at the record's address; null when one of them is not there to compare.
    pub logotype_matches: Option<bool>,
    /// How far the certificates of the file lead: `followed`, `alone`, `broken`, `out-of-order` or `not-judged`.
    pub chain: Option<&'static str>,
    /// Whether the chain ends at a known root: `known`, `unknown`, or `not-judged` as no list is built in.
    pub root: Option<&'static str>,
    /// What is wrong with it.
    pub faults: Vec<MarkFault>,
}

/// BIMI.
pub(super) fn bimi(posture: &Posture) -> Bimi {
    let state = match posture.bimi_record() {
        Some(OneRecord::Present { record, .. }) if record.is_void() => "unusable",
        Some(OneRecord::Present { record, .. }) if record.value.declines() => "declined",
        Some(OneRecord::Present { .. }) => "published",
        Some(OneRecord::Several { .. }) => "several",
        Some(OneRecord::Unknown(_)) => "unknown",
        Some(OneRecord::Absent(_) | OneRecord::OtherTexts { .. }) | None => "missing",
    };
    let record = posture.bimi();
    let url = record.as_ref().and_then(|record| record.evidence.clone());
    Bimi {
        state,
        selector: posture.bimi_selector().to_owned(),
        location: record.and_then(|record| record.location),
        evidence: url.and_then(|url| evidence(&url, posture.bimi_evidence())),
    }
}

/// The certificate.
fn evidence(url: &str, state: &EvidenceState) -> Option<MarkEvidence> {
    let bare = |state, why: Option<&String>| MarkEvidence {
        url: url.to_owned(),
        state,
        why: why.cloned(),
        kind: None,
        mark_type: None,
        subject: None,
        issuer: None,
        names: Vec::new(),
        not_before: None,
        not_after: None,
        logotype_matches: None,
        chain: None,
        root: None,
        faults: Vec::new(),
    };
    Some(match state {
        EvidenceState::NotSought => return None,
        EvidenceState::Unknown(why, _) => bare("unknown", Some(why)),
        EvidenceState::Unreadable(why) => bare("unreadable", Some(why)),
        EvidenceState::Examined(mark) => examined(mark, bare("examined", None)),
    })
}

/// What a certificate that was read says.
fn examined(mark: &Mark, bare: MarkEvidence) -> MarkEvidence {
    let leaf = &mark.certificate;
    MarkEvidence {
        kind: mark.class.map(|class| match class {
            Class::Common => "CMC",
            Class::Verified => "VMC",
        }),
        mark_type: mark.mark_type.clone(),
        subject: Some(leaf.subject.clone()),
        issuer: Some(leaf.issuer.clone()),
        names: leaf.names.iter().take(MAX_NAMES).cloned().collect(),
        not_before: Some(leaf.not_before),
        not_after: Some(leaf.not_after),
        logotype_matches: mark.logo.as_ref().and_then(|logo| logo.same_as_published),
        chain: Some(match mark.links {
            Links::Alone => "alone",
            Links::Broken { .. } => "broken",
            Links::Followed => "followed",
            Links::NotJudged { .. } => "not-judged",
            Links::OutOfOrder => "out-of-order",
        }),
        root: Some(match mark.path {
            Path::Invalid { .. } => "unknown",
            Path::NotJudged => "not-judged",
            Path::Valid => "known",
        }),
        faults: mark.faults.clone(),
        ..bare
    }
}

/// Names of a certificate that are shown: marks have a few.
const MAX_NAMES: usize = 16;

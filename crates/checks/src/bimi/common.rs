//! What the checks of mark certificates share.

use crate::posture::Posture;
use crate::posture::bimi::EvidenceState;
use crate::{Evidence, Judgement, evidence, remedy};
use ptrust_mail::bimi::mark::{Links, Mark, MarkFault, Path};
use ptrust_mail::tags::OneRecord;
use std::borrow::Cow;

/// The URL of the evidence with what stands there, or what a check says without one.
pub(super) fn published<'a>(posture: &'a Posture<'a>) -> Result<(String, &'a EvidenceState), Judgement> {
    let Some(url) = posture.bimi().and_then(|record| record.evidence) else {
        return Err(match posture.bimi_record() {
            Some(OneRecord::Unknown(cause)) => {
                Judgement::inconclusive(format!("the BIMI record of {}", posture.domain()), cause)
            }
            _ => Judgement::NotApplicable,
        });
    };
    match posture.bimi_evidence() {
        EvidenceState::NotSought => Err(Judgement::NotApplicable),
        EvidenceState::Unknown(why, cause) => {
            Err(Judgement::inconclusive(format!("the certificate at {url} ({why})"), *cause))
        }
        state => Ok((url, state)),
    }
}

/// The certificate of a mark, or what a check says without one: of a file that is none, `bimi-certificate` speaks.
pub(super) fn mark<'a>(posture: &'a Posture<'a>) -> Result<(String, &'a Mark), Judgement> {
    match published(posture)? {
        (url, EvidenceState::Examined(mark)) if unfit(mark).is_empty() => Ok((url, mark)),
        _ => Err(Judgement::NotApplicable),
    }
}

/// Why a certificate is none of a mark: its issuer made it for something else, or not as the profile wants it.
pub(super) fn unfit(mark: &Mark) -> Vec<Cow<'static, str>> {
    let words = |fault: &MarkFault| -> Option<Cow<'static, str>> {
        Some(match fault {
            MarkFault::UsageMissing => "its extended key usage is not that of brand indicators".into(),
            MarkFault::LogotypeMissing => "it has no logo inside".into(),
            MarkFault::LogotypeUnreadable { reason } => format!("the logo inside cannot be read, {reason}").into(),
            MarkFault::DigestDiffers { algorithm } => {
                format!("its {algorithm} digest is not that of the logo inside").into()
            }
            _ => return None,
        })
    };
    mark.faults.iter().filter_map(words).collect()
}

/// What the certificate says of itself, as evidence. Whether its root is known is always told: no list of roots is built in.
pub(super) fn seen(posture: &Posture, url: &str, mark: &Mark) -> Vec<Evidence> {
    let leaf = &mark.certificate;
    let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
    let say = |text: String| evidence::by(posture.facts, url, "HTTPS", text);
    let names =
        if leaf.names.is_empty() { "no host".to_owned() } else { remedy::joined(leaf.names.iter().take(MAX_NAMES)) };
    vec![
        say(format!("subject {}, issuer {}", leaf.subject, leaf.issuer)),
        say(format!("for {names}, valid from {} to {}", day(leaf.not_before), day(leaf.not_after))),
        say(format!("{}; root: {}", followed(mark), root(&mark.path))),
    ]
}

/// Names of a certificate that evidence shows.
const MAX_NAMES: usize = 8;

/// How far the chain was followed.
fn followed(mark: &Mark) -> String {
    match &mark.links {
        Links::Alone => "no issuer in the file".into(),
        Links::Broken { reason } => reason.clone(),
        Links::Followed => format!("{} certificates, each signed by the next", mark.chain_length),
        Links::NotJudged { reason } => format!("chain not judged: {reason}"),
        Links::OutOfOrder => "the certificate of the mark is not the first in the file".into(),
    }
}

/// Whether the root is known, in words.
pub(crate) const fn root(path: &Path) -> &'static str {
    match path {
        Path::Invalid { .. } => "not among those configured",
        Path::NotJudged => "not judged",
        Path::Valid => "known",
    }
}

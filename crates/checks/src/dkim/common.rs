//! What the checks of DKIM keys share.

use crate::posture::Posture;
use crate::posture::dkim::Selector;
use crate::{Evidence, Failure, Judgement, evidence, remedy};
use ptrust_mail::dkim::{KeyAnswer, PublicKey};
use ptrust_mail::tags::Effect;

/// Judges each selector that has a key, or should: any with the defect makes a failure. A named selector that nobody could
/// look up leaves the judgement open.
pub(super) fn each(
    posture: &Posture,
    faulty: impl Fn(&Selector) -> Option<bool>,
    fail: impl FnOnce(&[&Selector]) -> Failure,
) -> Judgement {
    let selectors = posture.selectors();
    let with: Vec<&Selector> = selectors.iter().filter(|selector| faulty(selector) == Some(true)).collect();
    if !with.is_empty() {
        return Judgement::fail(fail(&with));
    }
    let open = selectors.iter().find_map(|selector| match selector.answer {
        KeyAnswer::Unknown(cause) if selector.named => Some((selector, cause)),
        _ => None,
    });
    match open {
        Some((selector, cause)) => Judgement::inconclusive(selector.question.to_string(), cause),
        None if selectors.iter().any(|selector| faulty(selector).is_some()) => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

/// The names of the keys for a sentence.
pub(super) fn names(selectors: &[&Selector]) -> String {
    evidence::names_text(selectors.iter().map(|selector| &selector.question.name))
}

/// What the servers say of the selectors.
pub(super) fn evidence(posture: &Posture, selectors: &[&Selector]) -> Vec<Evidence> {
    evidence::several(posture.facts, selectors.iter().map(|selector| selector.question.clone()))
}

/// Bits of an RSA key.
pub(super) fn bits(selector: &Selector) -> Option<u32> {
    match &selector.answer {
        KeyAnswer::Present { key, .. } => match key.key()? {
            PublicKey::Rsa { bits, .. } => Some(bits),
            PublicKey::Ed25519 => None,
        },
        _ => None,
    }
}

/// The faults that make keys unusable, in words.
pub(super) fn faults(selectors: &[&Selector]) -> String {
    let faults = selectors.iter().filter_map(|selector| match &selector.answer {
        KeyAnswer::Present { key, .. } => key.faults_from(Effect::Void).next().map(|fault| fault.kind.to_string()),
        _ => None,
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { "the key cannot be read".into() } else { remedy::joined(&faults) }
}

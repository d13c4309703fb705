//! DMARC policy and DKIM keys.

use ptrust_checks::Posture;
use ptrust_mail::dkim::{KeyAnswer, KeyState, PublicKey};
use ptrust_mail::dmarc::{Determined, Difference, Policy, ReportUri, Target};
use ptrust_names::{Cause, CharString, Name};
use schemars::JsonSchema;
use serde::Serialize;

/// The DMARC policy of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dmarc {
    /// Where the record stands that holds; null for none.
    pub domain: Option<Name>,
    /// The record.
    pub record: Option<CharString>,
    /// What receivers of RFC 9989 apply to the domain; null when nothing, or not known.
    pub policy: Option<Policy>,
    /// What receivers of RFC 7489 apply to it.
    pub policy_rfc7489: Option<Policy>,
    /// Why the policy is not known.
    pub unknown: Option<Cause>,
    /// The organizational domain, by the tree walk.
    pub organizational_domain: Option<Name>,
    /// The organizational domain, by the public suffix list.
    pub organizational_domain_rfc7489: Option<Name>,
    /// How the two ways differ.
    pub differences: Vec<Difference>,
    /// Mailboxes that aggregate reports go to, as `mailto:` URIs; what receivers ignore is left out.
    pub reports: Vec<String>,
}

/// The DMARC policy.
pub(super) fn dmarc(posture: &Posture) -> Dmarc {
    let discovery = posture.dmarc();
    let record = posture.dmarc_record();
    let text = discovery.walk.steps.iter().chain(&discovery.suffix_list_step).find_map(|step| match &step.found {
        ptrust_mail::tags::OneRecord::Present { text, .. } if Some(&step.domain) == record.map(|one| &one.domain) => {
            Some(text.clone())
        }
        _ => None,
    });
    let known = |policy: Determined<Option<Policy>>| policy.known().copied().flatten();
    let name = |domain: &Determined<Name>| domain.known().cloned();
    let unknown = match &discovery.tree_walk.policy {
        Determined::Undetermined(cause) if record.is_none() => Some(*cause),
        _ => None,
    };
    Dmarc {
        domain: record.map(|record| record.domain.clone()),
        record: text,
        policy: known(discovery.effective()),
        policy_rfc7489: known(discovery.effective_old()),
        unknown,
        organizational_domain: name(&discovery.tree_walk.organizational_domain),
        organizational_domain_rfc7489: name(&discovery.suffix_list.organizational_domain),
        differences: discovery.differences.clone(),
        reports: record.map(|record| mailboxes(&record.record.value.rua)).unwrap_or_default(),
    }
}

/// The URIs that lead to a mailbox: receivers send reports nowhere else.
fn mailboxes(uris: &[ReportUri]) -> Vec<String> {
    uris.iter().filter(|uri| matches!(uri.target, Target::Mailto { .. })).map(ToString::to_string).collect()
}

/// The DKIM keys of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dkim {
    /// The selectors that were named, and of the guesses those with a key.
    pub keys: Vec<DkimKey>,
    /// How many selectors were guessed; that none was found proves nothing.
    pub guessed: usize,
    /// Whether it is proven that the domain has no selector at all.
    pub none: bool,
    /// What a wildcard at `*._domainkey` answers for every selector that has no key of its own: `usable`, `revoked`,
    /// `broken` or `several`; null when there is no wildcard, `unknown` when nobody could say.
    pub wildcard: Option<&'static str>,
}

/// One selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DkimKey {
    /// The selector.
    pub selector: String,
    /// Whether it was named; else it was guessed.
    pub named: bool,
    /// `usable`, `revoked`, `broken`, `several`, `missing` or `unknown`.
    pub state: &'static str,
    /// The key: `RSA 2048`, `Ed25519`.
    pub key: Option<String>,
}

/// The DKIM keys.
pub(super) fn dkim(posture: &Posture) -> Dkim {
    let keys = posture.selectors().into_iter().map(|selector| {
        let key = match &selector.answer {
            KeyAnswer::Present { key, .. } => key.key(),
            _ => None,
        };
        let key = key.map(|key| match key {
            PublicKey::Ed25519 => "Ed25519".to_owned(),
            PublicKey::Rsa { bits, .. } => format!("RSA {bits}"),
        });
        let state = state(&selector.answer);
        DkimKey { selector: ptrust_names::escape(&selector.name), named: selector.named, state, key }
    });
    Dkim {
        keys: keys.collect(),
        guessed: posture.guessed(),
        none: posture.without_selectors(),
        wildcard: posture.dkim_wildcard().as_ref().map(state),
    }
}

/// The word for what stands at a selector.
fn state(answer: &KeyAnswer) -> &'static str {
    match answer {
        KeyAnswer::Present { key, .. } => match key.state() {
            KeyState::Usable { .. } => "usable",
            KeyState::Revoked => "revoked",
            KeyState::Broken => "broken",
        },
        KeyAnswer::Several { .. } => "several",
        KeyAnswer::Absent(_) | KeyAnswer::OtherTexts { .. } => "missing",
        KeyAnswer::Unknown(_) => "unknown",
    }
}

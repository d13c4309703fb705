//! What the checks of the DMARC record share.

use crate::posture::Posture;
use crate::{Evidence, evidence};
use ptrust_mail::dmarc::{DmarcFault, DmarcRecord, ParsedDmarc, Policy, PolicyRecord, dmarc_question};
use ptrust_mail::tags::OneRecord;

/// What the servers say of the record that holds.
pub(super) fn evidence(posture: &Posture, record: &PolicyRecord) -> Vec<Evidence> {
    let question = dmarc_question(&record.domain).ok();
    question.map(|question| evidence::answers(posture.facts, &question)).unwrap_or_default()
}

/// The text of the record that holds; places of faults count in it.
pub(super) fn text(posture: &Posture, record: &PolicyRecord) -> Vec<u8> {
    let discovery = posture.dmarc();
    let steps = discovery.walk.steps.iter().chain(&discovery.suffix_list_step);
    let found = steps.filter(|step| step.domain == record.domain).find_map(|step| match &step.found {
        OneRecord::Present { text, .. } => Some(text.0.clone()),
        _ => None,
    });
    found.unwrap_or_default()
}

/// A record as a zone file line, in place of the one that holds.
pub(super) fn line(holds: &PolicyRecord, record: &DmarcRecord) -> String {
    format!("_dmarc.{} 3600 IN TXT \"{record}\"", holds.domain.absolute())
}

/// The list of addresses that a fault is in.
pub(super) fn tag_of(fault: &DmarcFault) -> Option<&str> {
    match fault {
        DmarcFault::BadUri { tag, .. } | DmarcFault::UriNotMailto(tag) => Some(tag),
        _ => None,
    }
}

/// The share of failing mail, in percent, that receivers of RFC 7489 apply a policy to, when it is not all (RFC 7489 6.3).
/// A record that asks for nothing asks for it of every share.
pub(super) fn sampled(record: &ParsedDmarc) -> Option<u8> {
    let policies = record.effective_old()?;
    let asks = policies.domain.max(policies.subdomain) > Policy::None;
    record.value.pct.filter(|pct| *pct < 100 && asks)
}

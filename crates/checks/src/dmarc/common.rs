//! What the checks of the DMARC record share.

use crate::posture::Posture;
use crate::{Evidence, evidence};
use ptrust_mail::dmarc::{DmarcRecord, PolicyRecord, dmarc_question};

/// What the servers say of the record that holds.
pub(super) fn evidence(posture: &Posture, record: &PolicyRecord) -> Vec<Evidence> {
    let question = dmarc_question(&record.domain).ok();
    question.map(|question| evidence::answers(posture.facts, &question)).unwrap_or_default()
}

/// A record as a zone file line, in place of the one that holds.
pub(super) fn line(holds: &PolicyRecord, record: &DmarcRecord) -> String {
    format!("_dmarc.{} 3600 IN TXT \"{record}\"", holds.domain.absolute())
}

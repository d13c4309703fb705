//! The TLS-RPT record of the domain (RFC 8460).

use super::Posture;
use ptrust_mail::Step;
use ptrust_mail::tags::OneRecord;
use ptrust_mail::tls_rpt::{ParsedTlsRpt, record_at, record_question};
use ptrust_names::Question;

impl Posture<'_> {
    /// The question for the record.
    pub fn tls_rpt_question(&self) -> Option<Question> {
        record_question(self.domain()).ok()
    }

    /// The record, as far as it is known.
    pub fn tls_rpt(&self) -> Option<OneRecord<ParsedTlsRpt>> {
        record_at(&self.tls_rpt_question()?, &self.known).done()
    }

    /// What the record stands at.
    pub(super) fn tls_rpt_step(&self) -> Option<Step<OneRecord<ParsedTlsRpt>>> {
        Some(record_at(&self.tls_rpt_question()?, &self.view))
    }
}

//! The zone of the domain: the records that matter in it, of which every server is asked.

use super::Posture;
use ptrust_facts::domain::Role;
use ptrust_mail::dmarc::dmarc_question;
use ptrust_names::{Question, RecordType};

impl Posture<'_> {
    /// The questions that every server of the zone is asked: MX, TXT (SPF) and the DMARC record. None for a host, which
    /// is no mail domain.
    pub fn zone_questions(&self) -> Vec<Question> {
        if self.facts.target.role == Role::Host {
            return Vec::new();
        }
        let apex = [RecordType::MX, RecordType::TXT].map(|rtype| self.question(rtype));
        // A domain too long for the label in front of it has no DMARC record.
        apex.into_iter().chain(dmarc_question(self.domain()).ok()).collect()
    }
}

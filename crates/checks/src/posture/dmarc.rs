//! The DMARC policy of the domain, by both ways of discovery, and whether report receivers agree.

use super::Posture;
use ptrust_mail::Step;
use ptrust_mail::dmarc::{Destination, Determined, Discovery, PolicyRecord, destinations, discover};
use ptrust_names::Question;
use std::collections::BTreeSet;

impl Posture<'_> {
    /// The policy, by the tree walk and by public suffixes.
    pub fn dmarc(&self) -> &Discovery {
        self.dmarc.get_or_init(|| discover(self.domain(), &self.known).done().expect("every question has an answer"))
    }

    /// The record that holds by the tree walk (RFC 9989), else by public suffixes (RFC 7489).
    pub fn dmarc_record(&self) -> Option<&PolicyRecord> {
        let discovery = self.dmarc();
        let of = |policy: &'_ Determined<Option<PolicyRecord>>| policy.known().is_some_and(Option::is_some);
        let outcome = if of(&discovery.tree_walk.policy) { &discovery.tree_walk } else { &discovery.suffix_list };
        outcome.policy.known().and_then(Option::as_ref)
    }

    /// Where reports go, and whether these places agree.
    pub fn dmarc_destinations(&self) -> Vec<Destination> {
        let Some(record) = self.dmarc_record() else { return Vec::new() };
        destinations(&record.domain, &record.record, &self.known).done().unwrap_or_default()
    }

    /// What DMARC asks.
    pub(super) fn dmarc_questions(&self) -> BTreeSet<Question> {
        let mut questions: BTreeSet<Question> = discover(self.domain(), &self.view).questions().cloned().collect();
        if let Some(record) = self.dmarc_record() {
            let step: Step<_> = destinations(&record.domain, &record.record, &self.view);
            questions.extend(step.questions().cloned());
        }
        questions
    }
}

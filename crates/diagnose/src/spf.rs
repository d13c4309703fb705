//! Whether one client may send for a domain: SPF's own question, asked and answered.

use ptrust_checks::posture::View;
use ptrust_facts::{Key, Observations, WalkState};
use ptrust_mail::Step;
use ptrust_mail::spf::{CheckHost, Trace, check_host};
use ptrust_names::Question;
use std::collections::BTreeSet;

/// A client and what was observed of the records that decide about it.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The client.
    pub check: CheckHost,
    /// What was observed.
    pub observations: Observations,
}

impl Sender {
    /// The evaluation. What has not come counts as not known.
    ///
    /// # Panics
    /// Never: when every question has an answer, the evaluation is complete.
    pub fn trace(&self) -> Trace {
        check_host(&self.check, &View::settled(&self.observations)).done().expect("every question has an answer")
    }

    /// Microseconds that the answer to a question took: the authoritative one, else the resolvers' fastest.
    pub fn time(&self, question: &Question) -> Option<u64> {
        let walked = self.observations.walk(question).present().and_then(|walk| walk.last().deepest()?.rtt_us);
        let resolver = self.observations.resolver(question).map(|fact| fact.sources.as_slice()).unwrap_or_default();
        walked.or_else(|| resolver.iter().filter_map(|source| source.rtt_us).min())
    }

    /// What should be asked, given the facts so far. Questions that are only likely are asked too: so the run takes as
    /// long as the records are deep, not as long as they are.
    pub(crate) fn keys(&self) -> BTreeSet<Key> {
        let step: Step<Trace> = check_host(&self.check, &View::live(&self.observations));
        let walk = self.observations.run.walk == WalkState::Open;
        let keys = step.questions().flat_map(|question| {
            let walked = walk.then(|| Key::Walk(question.clone()));
            walked.into_iter().chain([Key::Resolver(question.clone())])
        });
        keys.collect()
    }
}

//! The SPF records of the domain, as one tree.

use super::Posture;
use ptrust_mail::Step;
use ptrust_mail::spf::{Tree, survey};

impl Posture<'_> {
    /// The domain's SPF record with everything it includes, as far as it is known.
    pub fn spf(&self) -> &Tree {
        self.spf.get_or_init(|| survey(self.domain(), &self.known).done().expect("every question has an answer"))
    }

    /// What the survey of the SPF records stands at.
    pub(super) fn spf_step(&self) -> Step<Tree> {
        survey(self.domain(), &self.view)
    }
}

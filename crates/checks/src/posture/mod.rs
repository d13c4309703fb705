//! What the facts of a domain amount to: every evaluation of its records, made once and shared by all checks, the plan
//! and the report.
//!
//! Evaluations replay: while answers are missing they say what to ask next ([`Posture::live`]); once the observation is
//! over, what never came counts as not known ([`Posture::settled`]) and every evaluation is complete.

mod asks;
pub mod bimi;
pub mod dane;
pub mod dkim;
mod dmarc;
pub mod lists;
pub mod mta_sts;
pub mod mx;
pub mod pool;
pub mod servers;
mod spf;
mod tls_rpt;
mod zone;

pub use asks::Asks;

use bimi::EvidenceState;
use mx::Exchangers;
use pool::Pool;
use ptrust_facts::domain::Role;
use ptrust_facts::{DomainFacts, Need, Observations};
use ptrust_mail::Answers;
use ptrust_mail::dmarc::Discovery;
use ptrust_mail::spf::Tree;
use ptrust_names::{Cause, Name, Observed, Question, RecordType, Records};
use std::cell::OnceCell;

/// The evaluations of one domain's mail.
pub struct Posture<'a> {
    /// What was observed.
    pub facts: &'a DomainFacts,
    view: View<'a>,
    /// What is known now: answers that are still missing read as not asked.
    known: View<'a>,
    dmarc: OnceCell<Discovery>,
    evidence: OnceCell<EvidenceState>,
    exchangers: OnceCell<Exchangers>,
    pool: OnceCell<Pool>,
    spf: OnceCell<Tree>,
}

/// The answers as an evaluator sees them.
#[derive(Clone, Copy)]
pub struct View<'a> {
    observations: &'a Observations,
    /// Whether nothing more will come.
    settled: bool,
}

impl<'a> View<'a> {
    /// While answers are still coming.
    pub const fn live(observations: &'a Observations) -> Self {
        Self { observations, settled: false }
    }

    /// When nothing more will come: what is missing is not known.
    pub const fn settled(observations: &'a Observations) -> Self {
        Self { observations, settled: true }
    }
}

impl Answers for View<'_> {
    fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        let decided = self.observations.decided(question);
        decided.or_else(|| self.settled.then_some(Observed::Unknown(Cause::NotAsked)))
    }
}

impl<'a> Posture<'a> {
    /// The evaluations while answers are still coming.
    pub fn live(facts: &'a DomainFacts) -> Self {
        Self::new(facts, false)
    }

    /// The evaluations when nothing more will come.
    pub fn settled(facts: &'a DomainFacts) -> Self {
        Self::new(facts, true)
    }

    fn new(facts: &'a DomainFacts, settled: bool) -> Self {
        Self {
            facts,
            view: View { observations: facts, settled },
            known: View { observations: facts, settled: true },
            dmarc: OnceCell::new(),
            evidence: OnceCell::new(),
            exchangers: OnceCell::new(),
            pool: OnceCell::new(),
            spf: OnceCell::new(),
        }
    }

    /// Whether a need arises: of an address there are only lists, its identity is another report's.
    pub(crate) fn looks_at(&self, need: Need) -> bool {
        self.facts.target.role != Role::Address || need == Need::Lists
    }

    /// The domain.
    pub fn domain(&self) -> &'a Name {
        &self.facts.target.domain
    }

    /// A question about the domain itself.
    pub fn question(&self, rtype: RecordType) -> Question {
        Question::new(self.domain().clone(), rtype)
    }

    /// The answer to a question: `None` while it is not known yet.
    pub fn answer(&self, question: &Question) -> Option<Observed<&Records>> {
        self.view.answer(question)
    }

    /// Where mail for the domain goes.
    pub fn exchangers(&self) -> &Exchangers {
        self.exchangers.get_or_init(|| mx::exchangers(self))
    }
}

//! What the facts of a message amount to: who sent it, whether SPF and DKIM hold, and whether they speak for the author.
//!
//! As with a domain's [`Posture`](crate::Posture), evaluations replay: live ones say what to ask next, settled ones are
//! complete.

mod envelope;
mod facts;

pub use envelope::{Envelope, KnownBy};
pub use facts::{LetterFacts, LetterTarget};

use crate::posture::View;
use ptrust_mail::Answers;
use ptrust_mail::dmarc::{Alignment, AlignmentMode, Determined, Discovery, Outcome, align, discover};
use ptrust_mail::message::{SignatureGap, SignatureOutcome, VerifiedSignature};
use ptrust_mail::spf::{SpfResult, Trace, check_host};
use ptrust_names::{Cause, Name, Question};
use schemars::JsonSchema;
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// Signing domains that are compared with the author domain; as many as signatures are verified.
const MAX_ALIGNED: usize = 16;

/// The evaluations of one message.
pub struct Letter<'a> {
    /// What was observed.
    pub facts: &'a LetterFacts,
    view: View<'a>,
    envelope: OnceCell<Envelope>,
    spf: OnceCell<Option<SpfCheck>>,
    dmarc: OnceCell<Option<Discovery>>,
    signed: OnceCell<Vec<Signed>>,
}

/// SPF of the envelope sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpfCheck {
    /// The domain that was checked.
    pub domain: String,
    /// The evaluation.
    pub trace: Trace,
    /// Whether the domain is aligned with the author domain; null without one of the two.
    pub alignment: Option<Alignment>,
}

/// A signature, and whether its domain is aligned with the author domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signed {
    /// The signature, and what came of it.
    #[serde(flatten)]
    pub verified: VerifiedSignature,
    /// Null without an author domain or a signing domain.
    pub alignment: Option<Alignment>,
}

/// Whether something authenticates the author domain, for readers of both standards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Authenticated {
    /// By RFC 9989: organizational domains by the tree walk.
    pub tree_walk: Determined<bool>,
    /// By RFC 7489: organizational domains by the public suffix list.
    pub suffix_list: Determined<bool>,
}

impl Authenticated {
    /// The same for both.
    const fn both(value: bool) -> Self {
        Self { tree_walk: Determined::Known(value), suffix_list: Determined::Known(value) }
    }

    /// Either of two.
    fn or(self, other: Self) -> Self {
        Self {
            tree_walk: either(self.tree_walk, other.tree_walk),
            suffix_list: either(self.suffix_list, other.suffix_list),
        }
    }
}

/// Whether one of two holds: a missing answer matters only when the other does not hold.
fn either(one: Determined<bool>, other: Determined<bool>) -> Determined<bool> {
    match (one, other) {
        (Determined::Known(true), _) | (_, Determined::Known(true)) => Determined::Known(true),
        (Determined::Undetermined(cause), _) | (_, Determined::Undetermined(cause)) => Determined::Undetermined(cause),
        _ => Determined::Known(false),
    }
}

impl<'a> Letter<'a> {
    /// The evaluations while answers are still coming.
    pub fn live(facts: &'a LetterFacts) -> Self {
        Self::new(facts, false)
    }

    /// The evaluations when nothing more will come.
    pub fn settled(facts: &'a LetterFacts) -> Self {
        Self::new(facts, true)
    }

    fn new(facts: &'a LetterFacts, settled: bool) -> Self {
        Self {
            facts,
            view: if settled { View::settled(facts) } else { View::live(facts) },
            envelope: OnceCell::new(),
            spf: OnceCell::new(),
            dmarc: OnceCell::new(),
            signed: OnceCell::new(),
        }
    }

    /// The answers, as far as they are known.
    pub fn answers(&self) -> &impl Answers {
        &self.view
    }

    /// The domain of the first author, which DMARC is about (RFC 9989 section 5.1).
    pub fn author(&self) -> Option<&'a Name> {
        self.facts.message.from.first()?.domain.as_ref()
    }

    /// The domain whose SPF record is checked, when it is a name.
    fn spf_domain(&self) -> Option<Name> {
        self.check_host()?.domain.parse().ok()
    }

    /// What should be asked next.
    pub fn questions(&self) -> BTreeSet<Question> {
        let mut questions = self.facts.keys.clone();
        if let Some(check) = self.check_host() {
            questions.extend(check_host(&check, &self.view).questions().cloned());
        }
        if let Some(author) = self.author() {
            questions.extend(discover(author, &self.view).questions().cloned());
            for domain in self.spf_domain().into_iter().chain(self.signing_domains()) {
                questions.extend(align(author, &domain, &self.view).questions().cloned());
            }
        }
        questions
    }

    /// The domains that sign, each once.
    fn signing_domains(&self) -> BTreeSet<Name> {
        let signatures = self.facts.message.signatures.iter().take(MAX_ALIGNED);
        signatures.filter_map(|signature| signature.domain.as_ref()?.parse().ok()).collect()
    }

    /// SPF of the envelope sender; `None` when address or sender are not known, or an answer is still to come.
    pub fn spf(&self) -> Option<&SpfCheck> {
        let make = || {
            let check = self.check_host()?;
            let trace = check_host(&check, &self.view).done()?;
            let alignment = self.aligned(check.domain.parse().ok().as_ref());
            Some(SpfCheck { domain: ptrust_names::escape(&check.domain), trace, alignment })
        };
        self.spf.get_or_init(make).as_ref()
    }

    /// How a domain stands to the author domain.
    fn aligned(&self, domain: Option<&Name>) -> Option<Alignment> {
        align(self.author()?, domain?, &self.view).done()
    }

    /// The DMARC policy of the author domain; `None` without an author, or while an answer is still to come.
    pub fn dmarc(&self) -> Option<&Discovery> {
        self.dmarc.get_or_init(|| discover(self.author()?, &self.view).done()).as_ref()
    }

    /// The signatures.
    pub fn signed(&self) -> &[Signed] {
        let signed = |verified: &VerifiedSignature| Signed {
            alignment: self.aligned(verified.domain.as_ref()),
            verified: verified.clone(),
        };
        self.signed.get_or_init(|| self.facts.verified.signatures.iter().map(signed).collect())
    }

    /// Whether SPF authenticates the author domain.
    pub fn spf_aligned(&self) -> Authenticated {
        let unknown = |cause| Authenticated {
            tree_walk: Determined::Undetermined(cause),
            suffix_list: Determined::Undetermined(cause),
        };
        let Some(spf) = self.spf() else { return unknown(Cause::NotAsked) };
        match (spf.trace.result, &spf.alignment) {
            (SpfResult::TempError, Some(alignment)) if self.may_align(alignment, Method::Spf) => {
                unknown(spf_cause(&spf.trace))
            }
            (SpfResult::Pass, Some(alignment)) => self.holds(alignment, Method::Spf),
            _ => Authenticated::both(false),
        }
    }

    /// Whether a signature authenticates the author domain.
    pub fn dkim_aligned(&self) -> Authenticated {
        let one = |signed: &Signed| match (&signed.verified.outcome, &signed.alignment) {
            (SignatureOutcome::Pass, Some(alignment)) => self.holds(alignment, Method::Dkim),
            (SignatureOutcome::Unknown(gap), Some(alignment)) if self.may_align(alignment, Method::Dkim) => {
                let cause = gap_cause(*gap);
                Authenticated {
                    tree_walk: Determined::Undetermined(cause),
                    suffix_list: Determined::Undetermined(cause),
                }
            }
            _ => Authenticated::both(false),
        };
        self.signed().iter().map(one).fold(Authenticated::both(false), Authenticated::or)
    }

    /// Whether SPF or a signature authenticates the author domain: what DMARC asks for (RFC 9989 section 4.4).
    pub fn authenticated(&self) -> Authenticated {
        self.spf_aligned().or(self.dkim_aligned())
    }

    /// Whether an alignment holds under the modes of the policies.
    fn holds(&self, alignment: &Alignment, method: Method) -> Authenticated {
        let mode = |outcome: fn(&Discovery) -> &Outcome| self.mode(outcome, method);
        let new = |mode| alignment.holds(mode);
        let old = |mode| Determined::Known(alignment.holds_old(mode));
        Authenticated {
            tree_walk: under(&mode(|dmarc| &dmarc.tree_walk), new),
            suffix_list: under(&mode(|dmarc| &dmarc.suffix_list), old),
        }
    }

    /// Whether an alignment may hold for some reader.
    fn may_align(&self, alignment: &Alignment, method: Method) -> bool {
        let Authenticated { tree_walk, suffix_list } = self.holds(alignment, method);
        tree_walk != Determined::Known(false) || suffix_list != Determined::Known(false)
    }

    /// The mode of alignment that a policy asks for; without a policy, the default.
    fn mode(&self, outcome: fn(&Discovery) -> &Outcome, method: Method) -> Determined<AlignmentMode> {
        let Some(dmarc) = self.dmarc() else { return Determined::Known(AlignmentMode::default()) };
        let mode = |record: &ptrust_mail::dmarc::PolicyRecord| match method {
            Method::Dkim => record.record.value.adkim,
            Method::Spf => record.record.value.aspf,
        };
        match &outcome(dmarc).policy {
            Determined::Known(record) => Determined::Known(record.as_ref().map(mode).unwrap_or_default()),
            Determined::Undetermined(cause) => Determined::Undetermined(*cause),
        }
    }
}

/// A method of authentication.
#[derive(Clone, Copy)]
enum Method {
    /// DKIM.
    Dkim,
    /// SPF.
    Spf,
}

/// Whether something holds under a mode; a mode that is not known matters only where it makes a difference.
fn under(mode: &Determined<AlignmentMode>, holds: impl Fn(AlignmentMode) -> Determined<bool>) -> Determined<bool> {
    match mode {
        Determined::Known(mode) => holds(*mode),
        Determined::Undetermined(cause) => {
            let (relaxed, strict) = (holds(AlignmentMode::Relaxed), holds(AlignmentMode::Strict));
            if relaxed == strict { relaxed } else { Determined::Undetermined(*cause) }
        }
    }
}

/// Why an evaluation of SPF ended without a result.
fn spf_cause(trace: &Trace) -> Cause {
    match &trace.reason {
        ptrust_mail::spf::Reason::DnsFailure { cause, .. } => *cause,
        _ => Cause::ServFail,
    }
}

/// Why a signature could not be verified, as a cause.
pub const fn gap_cause(gap: SignatureGap) -> Cause {
    match gap {
        SignatureGap::Key(cause) => cause,
        SignatureGap::NoBody => Cause::Unavailable,
    }
}

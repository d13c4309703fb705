//! Which record holds for a domain: by the tree walk (RFC 9989 section 4.10.1) and by public suffixes (RFC 7489 6.6.3),
//! side by side, since receivers of both kinds are in use.

use super::record::{ParsedDmarc, Policies, Policy, parse};
use super::walk::{Determined, Missing, Walk, WalkStep, dmarc_question, walk};
use crate::tags::OneRecord;
use crate::{Answers, Step};
use ptrust_names::{AbsenceKind, Name, Observed, Question, RecordType, registrable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose record it is, seen from the domain asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DmarcHolder")]
pub enum Holder {
    /// The domain itself.
    AuthorDomain,
    /// Its organizational domain.
    OrganizationalDomain,
    /// The public suffix domain above that.
    PublicSuffixDomain,
}

/// The record that holds for a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcPolicyRecord")]
pub struct PolicyRecord {
    /// Where it stands.
    pub domain: Name,
    /// Whose it is.
    pub holder: Holder,
    /// What it says.
    pub record: ParsedDmarc,
}

impl PolicyRecord {
    /// The one of three policies that is for the domain asked about.
    const fn pick(&self, policies: Policies, exists: bool) -> Policy {
        match (self.holder, exists) {
            (Holder::AuthorDomain, _) => policies.domain,
            (_, true) => policies.subdomain,
            (_, false) => policies.nonexistent,
        }
    }

    /// The policy that readers of RFC 9989 apply to the domain asked about; `None` when they apply no DMARC.
    pub fn effective(&self, exists: bool) -> Option<Policy> {
        Some(self.pick(self.record.effective()?, exists))
    }

    /// The policy that readers of RFC 7489 apply to the domain asked about, to the share `pct` of failing mail.
    pub fn effective_old(&self, exists: bool) -> Option<Policy> {
        Some(self.pick(self.record.effective_old()?, exists))
    }
}

/// What a way of discovery found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcOutcome")]
pub struct Outcome {
    /// The organizational domain.
    pub organizational_domain: Determined<Name>,
    /// The record that holds; `None` when DMARC does not apply.
    pub policy: Determined<Option<PolicyRecord>>,
}

impl Outcome {
    /// The record that holds, when it is known and there is one.
    pub const fn record(&self) -> Option<&PolicyRecord> {
        match &self.policy {
            Determined::Known(Some(record)) => Some(record),
            _ => None,
        }
    }
}

/// How the two ways differ. Only what is known on both sides is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[schemars(rename = "DmarcDifference")]
pub enum Difference {
    /// The organizational domains, so what aligns.
    OrganizationalDomain {
        /// By the tree walk.
        tree_walk: Name,
        /// By the list.
        suffix_list: Name,
    },
    /// Where the record stands that holds.
    PolicyDomain {
        /// By the tree walk; `None` for no record.
        tree_walk: Option<Name>,
        /// By the list; `None` for no record.
        suffix_list: Option<Name>,
    },
    /// What is applied to failing mail of the domain.
    Policy {
        /// By readers of RFC 9989.
        tree_walk: Option<Policy>,
        /// By readers of RFC 7489.
        suffix_list: Option<Policy>,
    },
    /// Readers of RFC 7489 apply the policy to a share of failing mail only.
    Sampled {
        /// The share, in percent.
        pct: u8,
    },
}

/// What is known of the policy for a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DmarcDiscovery")]
pub struct Discovery {
    /// The domain asked about: of the From field.
    pub domain: Name,
    /// The tree walk, with every question.
    pub walk: Walk,
    /// What follows from it (RFC 9989).
    pub tree_walk: Outcome,
    /// What follows by public suffixes (RFC 7489).
    pub suffix_list: Outcome,
    /// The texts at the list's organizational domain, when the walk did not look there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix_list_step: Option<WalkStep>,
    /// Whether the domain exists (RFC 9989 section 3.2.13): asked only when the record that holds is from above, since
    /// else it makes no difference, and then `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<Determined<bool>>,
    /// How the two ways differ.
    pub differences: Vec<Difference>,
}

impl Discovery {
    /// The policy that readers of RFC 9989 apply to the domain; `Known(None)` when they apply no DMARC.
    pub fn effective(&self) -> Determined<Option<Policy>> {
        self.policy(&self.tree_walk, PolicyRecord::effective)
    }

    /// The policy that readers of RFC 7489 apply to the domain; `Known(None)` when they apply no DMARC.
    pub fn effective_old(&self) -> Determined<Option<Policy>> {
        self.policy(&self.suffix_list, PolicyRecord::effective_old)
    }

    /// The policy of an outcome. Existence that is not known leaves it open only when it makes a difference.
    fn policy(
        &self,
        outcome: &Outcome,
        effective: impl Fn(&PolicyRecord, bool) -> Option<Policy>,
    ) -> Determined<Option<Policy>> {
        let record = match &outcome.policy {
            Determined::Known(Some(record)) => record,
            Determined::Known(None) => return Determined::Known(None),
            Determined::Undetermined(cause) => return Determined::Undetermined(*cause),
        };
        match self.exists {
            Some(Determined::Undetermined(cause)) if effective(record, true) != effective(record, false) => {
                Determined::Undetermined(cause)
            }
            Some(Determined::Known(exists)) => Determined::Known(effective(record, exists)),
            _ => Determined::Known(effective(record, true)),
        }
    }
}

/// Finds the policy for a domain both ways.
pub fn discover(domain: &Name, answers: &impl Answers) -> Step<Discovery> {
    let mut missing = Missing::default();
    let list_domain = registrable(domain).map_or_else(|| domain.clone(), |found| found.domain);
    let walked = missing.take(walk(domain, answers));
    // The list's domain is nearly always on the walk, unless the name is long or a psd tag ended it.
    let list_question = dmarc_question(&list_domain).ok().filter(|_| list_domain != *domain);
    if let Some(question) = &list_question
        && answers.answer(question).is_none()
    {
        missing.need(question.clone());
    }
    let Some(walk) = walked.filter(|_| missing.is_empty()) else { return missing.ask() };
    let list_step = list_question.and_then(|question| {
        let found = OneRecord::pick(answers.answer(&question)?, parse);
        Some(WalkStep { domain: list_domain.clone(), question, found })
    });
    let tree_walk = by_walk(&walk);
    let suffix_list = by_list(&walk, list_domain, list_step.as_ref());
    let from_above = |outcome: &Outcome| outcome.record().is_some_and(|record| record.holder != Holder::AuthorDomain);
    let mut exists = None;
    if from_above(&tree_walk) || from_above(&suffix_list) {
        exists = missing.take(domain_exists(domain, answers));
        if exists.is_none() {
            return missing.ask();
        }
    }
    let suffix_list_step = list_step.filter(|step| walk.steps.iter().all(|walked| walked.domain != step.domain));
    let domain = domain.clone();
    let mut discovery =
        Discovery { domain, walk, tree_walk, suffix_list, suffix_list_step, exists, differences: Vec::new() };
    discovery.differences = differences(&discovery);
    Step::Done(discovery)
}

/// What follows from a walk (RFC 9989 section 4.10.1).
fn by_walk(walk: &Walk) -> Outcome {
    let organizational_domain = walk.organizational_domain();
    let at = |domain: &Name, holder| {
        let (domain, record) = walk.records().find(|(name, _)| *name == domain)?;
        Some(PolicyRecord { domain: domain.clone(), holder, record: record.clone() })
    };
    let policy = match (at(&walk.start, Holder::AuthorDomain), &organizational_domain) {
        (Some(record), _) => Determined::Known(Some(record)),
        (None, Determined::Undetermined(cause)) => Determined::Undetermined(*cause),
        (None, Determined::Known(organization)) => {
            let suffix = || at(walk.public_suffix_domain()?, Holder::PublicSuffixDomain);
            Determined::Known(at(organization, Holder::OrganizationalDomain).or_else(suffix))
        }
    };
    Outcome { organizational_domain, policy }
}

/// What follows by the list (RFC 7489 6.6.3). Several records at the domain end the search there.
fn by_list(walk: &Walk, list_domain: Name, list_step: Option<&WalkStep>) -> Outcome {
    let own = walk.steps.iter().find(|step| step.domain == walk.start);
    let mut policy = Determined::Known(None);
    for (step, holder) in [(own, Holder::AuthorDomain), (list_step, Holder::OrganizationalDomain)] {
        let Some(step) = step else { continue };
        match &step.found {
            OneRecord::Present { record, .. } => {
                let domain = step.domain.clone();
                policy = Determined::Known(Some(PolicyRecord { domain, holder, record: record.clone() }));
                break;
            }
            OneRecord::Unknown(cause) => {
                policy = Determined::Undetermined(*cause);
                break;
            }
            OneRecord::Several { .. } => break,
            OneRecord::OtherTexts { .. } | OneRecord::Absent(_) => {}
        }
    }
    Outcome { organizational_domain: Determined::Known(list_domain), policy }
}

/// Whether a domain exists: NXDOMAIN is the only answer that says it does not (RFC 9989 section 3.2.13, RFC 8020).
pub fn domain_exists(domain: &Name, answers: &impl Answers) -> Step<Determined<bool>> {
    let question = Question::new(domain.clone(), RecordType::A);
    let exists = match answers.answer(&question) {
        None => {
            let mut missing = Missing::default();
            missing.need(question);
            return missing.ask();
        }
        Some(Observed::Present(_)) => Determined::Known(true),
        Some(Observed::Absent(absence)) => Determined::Known(absence.kind == AbsenceKind::NoData),
        Some(Observed::Unknown(cause)) => Determined::Undetermined(cause),
    };
    Step::Done(exists)
}

/// How the two ways differ.
fn differences(discovery: &Discovery) -> Vec<Difference> {
    let (walk, list) = (&discovery.tree_walk, &discovery.suffix_list);
    let mut differences = Vec::new();
    if let (Some(tree_walk), Some(suffix_list)) =
        (walk.organizational_domain.known(), list.organizational_domain.known())
        && tree_walk != suffix_list
    {
        let (tree_walk, suffix_list) = (tree_walk.clone(), suffix_list.clone());
        differences.push(Difference::OrganizationalDomain { tree_walk, suffix_list });
    }
    let place = |policy: &Option<PolicyRecord>| policy.as_ref().map(|record| record.domain.clone());
    if let (Some(tree_walk), Some(suffix_list)) = (walk.policy.known(), list.policy.known()) {
        let (tree_walk, suffix_list) = (place(tree_walk), place(suffix_list));
        if tree_walk != suffix_list {
            differences.push(Difference::PolicyDomain { tree_walk, suffix_list });
        }
    }
    if let (Some(&tree_walk), Some(&suffix_list)) = (discovery.effective().known(), discovery.effective_old().known())
        && tree_walk != suffix_list
    {
        differences.push(Difference::Policy { tree_walk, suffix_list });
    }
    if let Some(pct) = list.record().and_then(|record| record.record.value.pct).filter(|pct| *pct < 100) {
        differences.push(Difference::Sampled { pct });
    }
    differences
}

//! The next step of a domain owner on the way to `p=reject` (RFC 9989 section 5.1).

use super::record::{DmarcRecord, ParsedDmarc, Policy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DmarcNextStep")]
pub enum NextStep {
    /// Publish a record that asks for reports only.
    Publish,
    /// Mend what makes readers ignore the policy.
    Repair,
    /// Name an address for aggregate reports: without them every further step is blind.
    AskForReports,
    /// Ask for quarantine, testing first.
    TestQuarantine,
    /// End the test of quarantine.
    Quarantine,
    /// Ask for refusal, testing first.
    TestReject,
    /// End the test of refusal.
    Reject,
    /// Let subdomains follow the domain's policy.
    CoverSubdomains,
    /// Nothing is left to do.
    Complete,
}

/// The next step for the record of an organizational domain; `None` stands for no record.
pub fn next_step(record: Option<&ParsedDmarc>) -> NextStep {
    let Some(parsed) = record else { return NextStep::Publish };
    let Some(policies) = parsed.policies() else { return NextStep::Repair };
    if parsed.value.p != Some(policies.domain) || parsed.policy_fault().is_some() {
        return NextStep::Repair;
    }
    if parsed.value.rua.is_empty() && policies.domain != Policy::Reject {
        return NextStep::AskForReports;
    }
    match (policies.domain, parsed.value.testing) {
        (Policy::None, _) => NextStep::TestQuarantine,
        (Policy::Quarantine, true) => NextStep::Quarantine,
        (Policy::Quarantine, false) => NextStep::TestReject,
        (Policy::Reject, true) => NextStep::Reject,
        (Policy::Reject, false) if policies.subdomain.min(policies.nonexistent) < Policy::Reject => {
            NextStep::CoverSubdomains
        }
        (Policy::Reject, false) if parsed.value.rua.is_empty() => NextStep::AskForReports,
        (Policy::Reject, false) => NextStep::Complete,
    }
}

impl NextStep {
    /// The record after the step. Steps that need something from the owner, an address or a decision, leave it as it is,
    /// but for what RFC 9989 removed.
    #[must_use]
    pub fn apply(self, record: &DmarcRecord) -> DmarcRecord {
        let mut next = DmarcRecord { pct: None, ..record.clone() };
        match self {
            Self::Publish | Self::Repair | Self::AskForReports => next.p = Some(next.p.unwrap_or_default()),
            Self::TestQuarantine => (next.p, next.testing) = (Some(Policy::Quarantine), true),
            Self::Quarantine | Self::Reject => next.testing = false,
            Self::TestReject => (next.p, next.testing) = (Some(Policy::Reject), true),
            Self::CoverSubdomains => (next.sp, next.np) = (None, None),
            Self::Complete => {}
        }
        next
    }
}

//! DMARC: records, the tree walk of RFC 9989 and the older way by public suffixes (RFC 7489).

mod advice;
mod align;
mod discover;
mod external;
mod near_miss;
mod record;
mod uri;
mod walk;

pub use advice::{NextStep, next_step};
pub use align::{Alignment, align};
pub use discover::{Difference, Discovery, Holder, Outcome, PolicyRecord, discover, domain_exists};
pub use external::{Authorization, Destination, ReportKind, destinations};
pub use near_miss::{NearMiss, meant, near_miss};
pub use record::{
    AlignmentMode, DmarcFault, DmarcRecord, FailureOptions, MAX_URIS, ParsedDmarc, Policies, Policy, Psd, parse,
};
pub use uri::{ReportUri, Target, UriFault};
pub use walk::{Determined, MAX_WALK, Walk, WalkStep, dmarc_question, organizational_domain, walk, walk_targets};

#[cfg(test)]
mod discovery_tests;
#[cfg(test)]
mod tests;

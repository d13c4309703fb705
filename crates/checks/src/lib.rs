//! One defect, one check, one page: a const with a pure judge, beside the page that explains, shows and tests it.
//!
//! Judges read [`ptrust_facts::Facts`] and nothing else. `Unknown` leads only to [`Judgement::Inconclusive`].
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod catalogue;
mod check;
pub mod evidence;
mod exclusive;
pub mod letter;
pub mod posture;
pub mod prelude;
pub mod receivers;
pub mod remedy;
pub mod risk;
mod run;
pub mod score;
mod server;

// <families>
pub mod address;
pub mod banner;
pub mod bimi;
pub mod dane;
pub mod delegation;
pub mod dkim;
pub mod dmarc;
pub mod dnsbl;
pub mod fcrdns;
pub mod helo;
pub mod imap;
pub mod message;
pub mod mta_sts;
pub mod mx;
pub mod pool;
pub mod propagation;
pub mod ptr;
pub mod smtp;
pub mod spf;
pub mod tls;
pub mod tls_rpt;
pub mod zone;
// </families>

pub use catalogue::ALL;
pub use check::{
    Authority, Check, Confidence, Evidence, Failure, Finding, FindingRemedy, Judge, Judgement, Missing, Remedy,
    Severity, Who,
};
pub use letter::{Letter, LetterFacts, LetterTarget};
pub use posture::Posture;
pub use run::{Judged, Settings, by_id, judge_all, judge_domain, judge_message, selected};

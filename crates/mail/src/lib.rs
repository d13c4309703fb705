//! What mail says: records with positions and replaying evaluators, messages, replies, logs and reports.
//!
//! Everything here is pure: evaluators are functions of the answers so far ([`Step`]), parsers of the bytes they are
//! given. Every input is hostile and bounded; errors say where, in octets from the start of the record or text.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod bimi;
pub mod certificate;
pub mod dkim;
pub mod dmarc;
pub mod input;
pub mod log;
pub mod message;
pub mod mta_sts;
pub mod report;
pub mod spf;
mod step;
pub mod tags;
pub mod tls_rpt;
pub mod tlsa;

pub use step::{Answers, Step};

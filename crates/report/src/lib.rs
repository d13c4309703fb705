//! The report of a target, and its renderers.
//!
//! [`Report::build`] judges the facts of one target and sets the result down as design.md's JSON. Everything here is
//! pure: a stored report is read back with [`facts_from_json`], judged again and rendered without network. Renderers
//! decide nothing; each lives in a file of its own and writes what the report already says.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod bounce;
mod build;
mod compact;
mod domain;
mod exit;
mod format;
mod github;
mod json;
mod junit;
mod limit;
pub mod mail;
mod markup;
mod message;
mod nagios;
mod report;
mod reports;
mod sarif;
mod stored;
pub mod text;
mod views;

pub use bounce::{Bounce, Meaning, Refusal, meaning};
pub use domain::{DomainBody, Pool, PoolAddress};
pub use exit::{exit_code, gravest};
pub use format::{Format, Options, UnknownFormat, render};
pub use json::{Lookup, value as json_value};
pub use limit::MAX_REPORT;
pub use message::{Arc, DmarcResult, MessageBody, MessageHeader, SenderReport};
pub use report::{
    AddressBody, Administrative, Body, Coverage, Holder, IdentityReport, Inconclusive, Report, ReportFact, SCHEMA,
    Subject, SubjectKind, Technical, Verdict, schema,
};
pub use reports::{DmarcSummary, TlsSummary};
pub use stored::{StoredError, facts_from_json};

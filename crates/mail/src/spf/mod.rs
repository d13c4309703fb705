//! SPF: records, and a replaying evaluation with its full trace (RFC 7208).
//!
//! [`read`] and [`Record`] hold what a record says, each term with its place. [`check_host`] evaluates one client and
//! keeps a [`Trace`] of everything it did; [`survey`] follows the whole [`Tree`] of a domain whatever the client, and
//! [`Tree::allowed`] lists the blocks in it. [`Builder`] writes records.

mod ahead;
mod allowed;
mod build;
mod check;
mod engine;
mod error;
mod exercise;
mod macro_string;
mod parse;
mod record;
mod select;
mod survey;
mod trace;
mod tree;

#[cfg(test)]
mod tests;

pub use allowed::{Allowed, Overlap, overlaps, passing_ipv4, widest};
pub use build::{Builder, Built};
pub use check::{CheckHost, MAX_LOOKUPS, MAX_MX, MAX_VOIDS, check_host};
pub use error::{SpfErrorKind, SpfParseError};
pub use exercise::exercise;
pub use macro_string::{Letter, Macro, MacroString, Piece};
pub use parse::{MAX_RECORD, is_spf, read, resembles_spf};
pub use record::{Directive, Hosts, Mechanism, Modifier, Qualifier, Reading, Record, Span, Term, TermKind, TermName};
pub use select::{Asked, Selection, spf_texts};
pub use survey::{MAX_DEPTH, MAX_QUESTIONS, MAX_RECORDS, MAX_TERMS, survey};
pub use trace::{Explanation, Location, Outcome, Reason, RecordTrace, SpfResult, TermTrace, Trace};
pub use tree::{Cut, Duplicate, Link, Node, TermNode, TermState, Tree, Voids};

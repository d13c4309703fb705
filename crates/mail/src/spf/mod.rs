//! SPF: records, and a replaying evaluation with its full trace (RFC 7208).
//!
//! [`read`] and [`Record`] hold what a record says, each term with its place. [`check_host`] evaluates one client and
//! keeps a [`Trace`] of everything it did.

mod ahead;
mod check;
mod engine;
mod error;
mod macro_string;
mod parse;
mod record;
mod select;
mod trace;

pub use check::{CheckHost, MAX_LOOKUPS, MAX_MX, MAX_VOIDS, check_host};
pub use error::{SpfErrorKind, SpfParseError};
pub use macro_string::{Letter, Macro, MacroString, Piece};
pub use parse::{MAX_RECORD, is_spf, read, resembles_spf};
pub use record::{Directive, Hosts, Mechanism, Modifier, Qualifier, Reading, Record, Span, Term, TermKind, TermName};
pub use select::{Asked, Selection};
pub use trace::{Explanation, Location, Outcome, Reason, RecordTrace, SpfResult, TermTrace, Trace};

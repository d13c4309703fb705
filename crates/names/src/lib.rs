//! The words every crate speaks: names, questions, records and the three answers the world can give.
//!
//! Not here: anything that asks (that is `observe`) or judges (that is `checks`). Everything is parsed once, at the
//! edge, and is lower-case and bounded from then on.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod char_string;
mod host;
mod name;
mod observed;
mod records;
mod registrable;
mod reverse;
mod rtype;
mod text;

pub use char_string::CharString;
pub use host::{HostFault, host_fault, is_address_as_name};
pub use name::{MAX_LABEL, MAX_NAME, Name, NameError};
pub use observed::{Absence, AbsenceKind, Cause, NegativeSoa, Observed};
pub use records::{Data, Hex, Question, Record, Records, Soa};
pub use registrable::{Registrable, SUFFIX_LIST, is_public_suffix, registrable};
pub use reverse::{address_of_reverse, reverse_name, reverse_suffix, zone_block};
pub use rtype::RecordType;
pub use text::escape;

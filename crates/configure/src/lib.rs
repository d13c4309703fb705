//! The change itself: what to publish, made so that it reads back to what was meant and holds before our own checks.
//!
//! [`generate`] makes records, [`key`] the keys that some of them stand for, and [`judge`] looks at each with the checks
//! of its family as if it were published.

pub mod generate;
pub mod judge;
pub mod key;

//! SPF records.

use ptrust_mail::spf::exercise;

/// The input is the joined text of a record, which every domain of its world has.
pub fn spf(bytes: &[u8]) {
    exercise(bytes);
}

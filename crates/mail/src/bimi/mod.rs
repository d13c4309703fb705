//! BIMI: the record, the logo's profile, and the certificate of a mark.

pub mod mark;
pub mod record;
pub mod svg;

//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod bounce;
pub(crate) mod check;
pub(crate) mod checks;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod from;
pub(crate) mod generate;
pub(crate) mod headers;
pub(crate) mod lookup;
pub(crate) mod man;
pub(crate) mod owner;
pub(crate) mod port;
pub(crate) mod reports;
pub(crate) mod schema;
pub(crate) mod spf;
pub(crate) mod walk;

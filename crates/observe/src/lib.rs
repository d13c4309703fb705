//! Everything that touches the outside: ports, resolver, delegation walk, SMTP and RDAP probes.
//!
//! Above the four [`ports`] all is our code and runs unchanged over real sockets and over a world in memory. What the
//! world answers, failures included, comes back as values ([`ptrust_names::Observed`]); nothing here judges.

pub mod answer;
pub mod ask;
pub mod assume;
pub mod chain;
pub mod document;
#[cfg(test)]
mod fake;
pub mod net;
pub mod ports;
pub mod rdap;
pub mod reach;
pub mod resolver;
pub mod session;
pub mod settings;
pub mod smtp;
pub mod verify;
pub mod walk;
pub mod wire;

//! The mail domains of the closed internet: that their servers are as told, and that the release binary sees each fault.
//!
//! These tests skip, aloud, without root.

#[path = "mail/audit.rs"]
mod audit;
#[path = "support/auditor.rs"]
mod auditor;
#[path = "mail/servers.rs"]
mod servers;
mod support;

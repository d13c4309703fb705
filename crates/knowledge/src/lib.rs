//! Typed tables over the shipped data: address space, providers, shapes of names, replies of receivers.
//!
//! Each module parses its file once, on first use, and answers questions from it. The files are part of the binary, so a
//! file that does not parse is a bug that the tests find, not an error of a run.
//!
//! Not here: anything that asks the world (`observe`) or decides what a finding is (`checks`).
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod dnsbl;
pub mod esp;
pub mod generic;
pub mod local;
pub mod mta;
pub mod providers;
pub mod receivers;
pub mod registries;
pub mod replies;
pub mod requirements;
pub mod resolvers;
pub mod selectors;
pub mod special_use;

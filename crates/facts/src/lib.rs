//! What was observed, with who said so, and what it proves about an address.
//!
//! A fact is a value with its sources; [`Facts`] holds those of one target. [`identity::assess`] turns them once into
//! the [`identity::Identity`] that every check, the report and the bulk scan read. Nothing here asks or prints.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod chain;
pub mod domain;
mod fact;
mod facts;
pub mod identity;
mod key;
mod observations;
mod owner;
mod role;
pub mod session;
mod smtp;
mod target;
mod walk;

pub use chain::{Chain, Trust};
pub use domain::{DomainFacts, DomainTarget, PoolSource, Sighting};
pub use fact::{AnyFact, Fact, Source, Transport, reduce};
pub use facts::Facts;
pub use key::{FactKind, Key, Need};
pub use observations::Observations;
pub use owner::{Owner, Use};
pub use role::{Overrides, Role, RoleReason, role};
pub use session::{Document, Protocol, Service, Session};
pub use smtp::{Line, Party, Smtp};
pub use target::{Family, PTR_LIMIT, Run, Scope, Target, WalkState};
pub use walk::{Class, Cut, Denial, LameReason, ParentView, Says, Server, Walk, ZoneState};

//! Plan, observe, judge, report: the only place that knows every stage.
//!
//! [`plan`] is pure and says what to ask next; [`Engine`] asks it and hands the facts to the judges. Nothing here
//! renders or reads a command line.

mod driver;
mod engine;
pub mod plan;
pub mod spf;

pub use engine::{Engine, Options};

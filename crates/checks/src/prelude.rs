//! What a check file needs, in one import.

pub use crate::check::{Authority, Check, Confidence, Evidence, Failure, Judge, Judgement, Remedy, Severity, Who};
pub use crate::letter::Letter;
pub use crate::posture::Posture;
pub use crate::posture::mx::Exchange;
pub use crate::{evidence, remedy};
pub use ptrust_facts::identity::{
    AddressScope, Banner, ClasslessDefect, Delegation, Doubt, Forward, ForwardName, Helo, Identity, NameFault, Names,
    PtrName, View,
};
pub use ptrust_facts::{Class, Cut, Facts, Need, Role, Says, Server, Walk, WalkState, ZoneState};
pub use ptrust_names::{Cause, Name, Observed, Question, RecordType, Records};

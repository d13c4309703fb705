//! What the zone checks share: the zones that hold the mail records of the domain, as the walks saw them.

use crate::exclusive;
use crate::prelude::*;
use ptrust_facts::domain::Role as Kind;
use ptrust_names::is_public_suffix;
use std::iter;

/// One zone at the end of a walk to a record that matters.
pub(super) struct End<'a> {
    /// The record that led here.
    pub(super) asked: Question,
    /// The walk, or the part of it behind an alias.
    pub(super) walk: &'a Walk,
    /// The zone.
    pub(super) cut: &'a Cut,
}

/// The zones at the ends of the walks, aliases followed; none without a walk.
pub(super) fn ends<'a>(posture: &Posture<'a>) -> Vec<End<'a>> {
    let facts = posture.facts;
    let walks = posture.zone_questions().into_iter().filter_map(|asked| {
        let walk = facts.walk(&asked).present().copied()?;
        Some((asked, walk))
    });
    let legs = walks.flat_map(|(asked, walk)| {
        iter::successors(Some(walk), |leg| leg.alias.as_deref()).map(move |leg| (asked.clone(), leg))
    });
    legs.filter_map(|(asked, walk)| Some(End { asked, walk, cut: walk.deepest()? })).collect()
}

/// Judges each zone at the end of the walks; the gravest judgement counts. A walk that is not known keeps the rest from
/// passing.
pub(super) fn each(posture: &Posture, judge: impl Fn(&End) -> Judgement) -> Judgement {
    if posture.facts.target.role == Kind::Host {
        return Judgement::NotApplicable;
    }
    if posture.facts.run.walk != WalkState::Open {
        return Judgement::Skipped;
    }
    let ends = ends(posture);
    let unknown = posture.zone_questions().into_iter().filter_map(|asked| {
        let cause = posture.facts.walk(&asked).cause()?;
        Some(Judgement::inconclusive(format!("the walk to {asked}"), cause))
    });
    exclusive::gravest(ends.iter().map(judge).chain(unknown))
}

/// The same for the zones that answer and are somebody's own: not the root or a registry's zone, in which a domain that
/// does not exist ends.
pub(super) fn each_answering(posture: &Posture, judge: impl Fn(&End) -> Judgement) -> Judgement {
    each(posture, |end| {
        if !is_own(posture, &end.cut.zone) {
            return Judgement::NotApplicable;
        }
        match end.cut.state() {
            ZoneState::Answers => judge(end),
            ZoneState::Undetermined(cause) => {
                Judgement::inconclusive(format!("what the servers of {} say", end.cut.zone), cause)
            }
            ZoneState::Lame | ZoneState::Unreachable | ZoneState::Unresolvable => Judgement::NotApplicable,
        }
    })
}

/// Whether the zone is the domain's or another holder's, and not the root or a registry's.
pub(super) fn is_own(posture: &Posture, zone: &Name) -> bool {
    zone == posture.domain() || !(zone.label_count() <= 1 || is_public_suffix(zone))
}

/// The record that led to a zone, in words: `the MX records of example.com`.
pub(super) fn record_text(question: &Question) -> String {
    format!("the {} records of {}", question.rtype, question.name)
}

//! What the zone checks share: the zones that hold the mail records of the domain, as the walks saw them.

use crate::exclusive;
use crate::prelude::*;
use ptrust_facts::domain;
use ptrust_mail::{dmarc, spf};
use ptrust_names::{CharString, is_public_suffix};
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
    if posture.facts.target.role == domain::Role::Host {
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

/// The record of mail that a question is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The DMARC record.
    Dmarc,
    /// The mail exchangers.
    Mx,
    /// The SPF record.
    Spf,
}

impl Kind {
    /// What a question is for.
    pub(super) fn of(posture: &Posture, asked: &Question) -> Self {
        match asked.rtype {
            RecordType::MX => Self::Mx,
            _ if asked.name == *posture.domain() => Self::Spf,
            _ => Self::Dmarc,
        }
    }

    /// The word for a sentence.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Dmarc => "DMARC",
            Self::Mx => "MX",
            Self::Spf => "SPF",
        }
    }

    /// What an answer holds of this kind, in an order that does not depend on the server's; `None` when it is not known.
    pub(super) fn said(self, answer: &Observed<Records>) -> Option<Vec<String>> {
        let records = match answer {
            Observed::Present(records) => records,
            Observed::Absent(_) => return Some(Vec::new()),
            Observed::Unknown(_) => return None,
        };
        let texts = |matters: fn(&[u8]) -> bool| {
            let all = records.texts().filter(|text| matters(text));
            all.map(|text| CharString(text).to_string()).collect()
        };
        let mut all: Vec<String> = match self {
            Self::Dmarc => texts(|text| dmarc::parse(text).is_ok()),
            Self::Mx => records.exchangers().map(|(preference, host)| format!("{preference} {host}")).collect(),
            Self::Spf => texts(spf::is_spf),
        };
        all.sort();
        all.dedup();
        Some(all)
    }
}

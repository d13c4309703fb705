//! The score of a domain: one number for people who compare, with its formula on one page (docs/score.md).
//!
//! The verdict decides, the score only orders: what is unknown neither adds nor subtracts, and is shown as coverage.

use crate::{Judged, Judgement, Severity};
use schemars::JsonSchema;
use serde::Serialize;

/// A part of the score: families of checks that share their points.
struct Part {
    /// Its word in JSON.
    id: &'static str,
    /// Families; an id belongs to one when it starts with the family and a dash.
    families: &'static [&'static str],
    /// What it counts at most.
    points: u32,
}

/// The parts; their points add up to 100. Identity and authentication weigh most, since receivers refuse mail for them.
const PARTS: [Part; 8] = [
    Part { id: "identity", families: &["pool"], points: 25 },
    Part { id: "spf", families: &["spf"], points: 15 },
    Part { id: "dkim", families: &["dkim"], points: 15 },
    Part { id: "dmarc", families: &["dmarc"], points: 15 },
    Part { id: "servers", families: &["mx", "smtp", "imap", "tls"], points: 10 },
    Part { id: "blocklists", families: &["dnsbl"], points: 10 },
    Part { id: "transport", families: &["mta-sts", "tls-rpt", "dane"], points: 5 },
    Part { id: "zone", families: &["zone", "bimi"], points: 5 },
];

/// What a failed check takes from its part, in percent of the part's points. An error takes them all: where no record
/// applies, it does not matter how well it is written.
const fn loss(severity: Severity) -> u32 {
    match severity {
        Severity::Error => 100,
        Severity::Warning => 40,
        Severity::Notice => 5,
    }
}

/// The score of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Score {
    /// From 0 to 100; null when no part could be judged.
    pub value: Option<u32>,
    /// Judged checks of those that apply, in percent.
    pub coverage: u32,
    /// The parts.
    pub parts: Vec<ScorePart>,
}

/// One part of the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScorePart {
    /// Its word.
    pub id: &'static str,
    /// What it counts at most.
    pub points: u32,
    /// What it got; null when nothing of it was judged, and then it does not count.
    pub earned: Option<u32>,
    /// The failed checks that took something.
    pub because: Vec<&'static str>,
}

/// The score that judgements amount to.
pub fn score(judged: &[Judged]) -> Score {
    let parts: Vec<ScorePart> = PARTS.iter().map(|part| score_part(part, judged)).collect();
    let counted = || parts.iter().filter_map(|part| Some((part.points, part.earned?)));
    let possible: u32 = counted().map(|(points, _)| points).sum();
    let earned: u32 = counted().map(|(_, earned)| earned).sum();
    let decided = judged.iter().filter(|one| is_decided(&one.judgement)).count();
    let open = judged.iter().filter(|one| matches!(one.judgement, Judgement::Inconclusive(_))).count();
    Score {
        value: (possible > 0).then(|| rounded(earned, possible)),
        coverage: percent(decided, decided + open),
        parts,
    }
}

/// One part.
fn score_part(part: &Part, judged: &[Judged]) -> ScorePart {
    let belongs = |one: &&Judged| {
        let in_family = |family: &str| one.check.id.strip_prefix(family).is_some_and(|rest| rest.starts_with('-'));
        part.families.iter().any(|family| in_family(family))
    };
    let own: Vec<&Judged> = judged.iter().filter(belongs).filter(|one| is_decided(&one.judgement)).collect();
    let failed: Vec<&&Judged> = own.iter().filter(|one| matches!(one.judgement, Judgement::Fail(_))).collect();
    let lost: u32 = failed.iter().map(|one| loss(one.severity)).sum::<u32>().min(100);
    ScorePart {
        id: part.id,
        points: part.points,
        earned: (!own.is_empty()).then(|| rounded(part.points * (100 - lost), 10_000)),
        because: failed.iter().map(|one| one.check.id).collect(),
    }
}

/// Whether a check has a result.
const fn is_decided(judgement: &Judgement) -> bool {
    matches!(judgement, Judgement::Fail(_) | Judgement::Pass)
}

/// A share in percent, rounded; of nothing it is 0.
fn percent(part: usize, whole: usize) -> u32 {
    let share = (part * 100 + whole / 2).checked_div(whole);
    share.and_then(|share| u32::try_from(share).ok()).unwrap_or(0)
}

/// `part × 100 / whole`, rounded; `whole` is not zero.
const fn rounded(part: u32, whole: u32) -> u32 {
    (part * 100 + whole / 2) / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_add_up() {
        assert_eq!(PARTS.iter().map(|part| part.points).sum::<u32>(), 100);
        assert_eq!(rounded(15 * 60, 10_000), 9);
        assert_eq!(percent(1, 3), 33);
        assert_eq!(percent(0, 0), 0);
    }
}

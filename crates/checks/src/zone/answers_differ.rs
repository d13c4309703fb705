//! Name servers that give different mail records.

use super::common::{self, End};
use crate::prelude::*;
use ptrust_mail::{dmarc, spf};
use ptrust_names::{CharString, escape};
use std::collections::BTreeMap;

/// Authoritative servers return different MX records, SPF records or DMARC records; other texts, order and TTL do not
/// matter.
pub const CHECK: Check = Check {
    id: "zone-answers-differ",
    title: "The name servers of the zone give different mail records",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.3.5"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Zone],
    page: include_str!("answers_differ.md"),
    judge: Judge::Domain(judge),
};

/// Characters of one record shown in a sentence; the evidence holds the whole.
const MAX_SHOWN: usize = 120;
/// Different sets told in one sentence: more than these say nothing more.
const MAX_VIEWS: usize = 4;

fn judge(posture: &Posture) -> Judgement {
    let differs = |end: &End| common::is_own(posture, &end.cut.zone) && sets(posture, end).len() > 1;
    let differing: Vec<End> = common::ends(posture).into_iter().filter(differs).collect();
    if !differing.is_empty() {
        return Judgement::fail(failure(posture, &differing));
    }
    common::each_answering(posture, |end| {
        let open = answers(end).find_map(|(server, answer)| Some((server, answer.cause()?)));
        match open {
            Some((server, cause)) => Judgement::inconclusive(format!("the answer of {}", server.text()), cause),
            None if sets(posture, end).is_empty() => Judgement::NotApplicable,
            None => Judgement::Pass,
        }
    })
}

/// What each authoritative server answered.
fn answers<'a>(end: &End<'a>) -> impl Iterator<Item = (&'a Server, &'a Observed<Records>)> {
    end.cut.authoritative().filter_map(|server| Some((server, server.answer.as_ref()?)))
}

/// The record of mail that a question is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The DMARC record.
    Dmarc,
    /// The mail exchangers.
    Mx,
    /// The SPF record.
    Spf,
}

impl Kind {
    /// What a question is for.
    fn of(posture: &Posture, asked: &Question) -> Self {
        match asked.rtype {
            RecordType::MX => Self::Mx,
            _ if asked.name == *posture.domain() => Self::Spf,
            _ => Self::Dmarc,
        }
    }

    /// The word for a sentence.
    const fn text(self) -> &'static str {
        match self {
            Self::Dmarc => "DMARC",
            Self::Mx => "MX",
            Self::Spf => "SPF",
        }
    }

    /// What an answer holds of this kind, in an order that does not depend on the server's; `None` when it is not known.
    fn said(self, answer: &Observed<Records>) -> Option<Vec<String>> {
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

/// The sets that the servers gave, each with those that gave it.
fn sets(posture: &Posture, end: &End) -> BTreeMap<Vec<String>, Vec<String>> {
    let kind = Kind::of(posture, &end.asked);
    let mut sets: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (server, answer) in answers(end) {
        if let Some(set) = kind.said(answer) {
            sets.entry(set).or_default().push(server.text());
        }
    }
    sets
}

/// One sentence about one record.
fn told(posture: &Posture, end: &End) -> String {
    let kind = Kind::of(posture, &end.asked).text();
    let views = sets(posture, end).into_iter().map(|(set, servers)| {
        let verb = remedy::for_count(servers.len(), "says", "say");
        let set = match set.as_slice() {
            [] => format!("that there is no {kind} record"),
            set => remedy::joined(set.iter().map(|text| shown(text))),
        };
        format!("{} {verb} {set}", remedy::joined(servers))
    });
    let views = views.take(MAX_VIEWS).collect::<Vec<_>>().join("; ");
    format!(
        "The name servers of {} give different {kind} records for {}: {views}.",
        end.cut.zone, end.walk.question.name
    )
}

fn failure(posture: &Posture, ends: &[End]) -> Failure {
    let told: Vec<String> = ends.iter().map(|end| told(posture, end)).collect();
    let zones: BTreeMap<&Name, &Cut> = ends.iter().map(|end| (&end.cut.zone, end.cut)).collect();
    let compare = zones.iter().map(|(zone, cut)| {
        let serials = cut.authoritative().filter_map(|server| Some(format!("{} has {}", server.name, server.serial?)));
        format!(
            "Compare the SOA serials of {zone} ({}), and let the servers that are behind transfer the zone again.",
            remedy::joined(serials)
        )
    });
    let mut steps: Vec<String> = compare.collect();
    steps.push(
        "If the serials are equal, the servers are fed from different sources: feed all of them from one.".into(),
    );
    let evidence = ends.iter().flat_map(|end| evidence::cut_answers(posture.facts, &end.walk.question, end.cut));
    Failure {
        subject: remedy::joined(zones.keys()),
        explanation: format!("{} Which of them a receiver sees is a matter of chance.", told.join(" ")),
        evidence: evidence.take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy { steps, records: Vec::new() },
    }
}

/// A record for a sentence, shortened.
fn shown(text: &str) -> String {
    let text = escape(text);
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("`{}…`", text.get(..at).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

//! Authoritative servers that give different names.

use crate::exclusive;
use crate::prelude::*;

/// Authoritative servers return different PTR sets; case, order and TTL do not matter.
pub const CHECK: Check = Check {
    id: "delegation-answers-differ",
    title: "The name servers of the reverse zone give different names",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.3.5"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("answers_differ.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |walk, cut| {
        let answers = || cut.authoritative().filter_map(|server| Some((server, server.answer.as_ref()?)));
        let mut sets: Vec<_> = answers().filter_map(|(_, answer)| Some(answer.present()?.canonical())).collect();
        sets.sort();
        sets.dedup();
        if sets.len() > 1 {
            return Judgement::fail(failure(facts, walk, cut));
        }
        let open = answers().find_map(|(server, answer)| Some((server, answer.cause()?)));
        match open {
            Some((server, cause)) => Judgement::inconclusive(format!("the answer of {}", server.text()), cause),
            // Those that deny the name are the subject of ptr-missing and ptr-partly-missing.
            None if sets.is_empty() => Judgement::NotApplicable,
            None => Judgement::Pass,
        }
    })
}

fn failure(facts: &Facts, walk: &Walk, cut: &Cut) -> Failure {
    let name = &walk.question.name;
    let say = |server: &Server| {
        let names = server.answer.as_ref()?.present()?.ptr_names();
        Some(format!("{} says {}", server.text(), evidence::names_text(names)))
    };
    let serials = || cut.authoritative().filter_map(|server| Some(format!("{} has {}", server.name, server.serial?)));
    Failure {
        subject: name.to_string(),
        explanation: format!(
            "The authoritative servers of {} give different names for {name}: {}. Which name a receiver sees is a \
             matter of chance.",
            cut.zone,
            remedy::joined(cut.authoritative().filter_map(say))
        ),
        evidence: evidence::cut_answers(facts, &walk.question, cut),
        remedy: Remedy {
            steps: vec![
                format!(
                    "Compare the SOA serials of {} ({}), and let the servers that are behind transfer the zone again.",
                    cut.zone,
                    remedy::joined(serials())
                ),
                "If the serials are equal, the servers are fed from different sources: feed all of them from one."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

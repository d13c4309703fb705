//! An RFC 2317 alias that leads nowhere.

use crate::exclusive;
use crate::prelude::*;

/// The alias at the PTR's name ends in a zone that cannot answer, in a loop, or in nothing.
pub const CHECK: Check = Check {
    id: "delegation-classless-broken",
    title: "The classless delegation leads nowhere",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2317 4"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("classless_broken.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::delegation(facts, Some(Doubt::ClasslessBroken), |delegation| match delegation {
        Delegation::ClasslessBroken { target, defect } => Some(failure(facts, target, *defect)),
        _ => None,
    })
}

fn failure(facts: &Facts, target: &Name, defect: ClasslessDefect) -> Failure {
    let owner = facts.ptr_question().name;
    let end = exclusive::walks(facts).last().and_then(Walk::deepest);
    let zone = end.map_or_else(|| target.to_string(), |cut| cut.zone.to_string());
    let faults = end.map_or_else(String::new, |cut| evidence::faults_text(&cut.servers));
    let (why, step) = match defect {
        ClasslessDefect::Lame => (
            format!("no name server of {zone} answers for it with authority: {faults}"),
            format!("Load {zone} on its name servers, or delegate it to servers that have it."),
        ),
        ClasslessDefect::Unreachable => (
            format!("all name servers of {zone} are silent: {faults}"),
            format!("Start the name servers of {zone} again, or delegate it to servers that answer."),
        ),
        ClasslessDefect::Unresolvable => (
            format!("no name server of {zone} has an address: {faults}"),
            format!("Give the name servers of {zone} addresses again, or delegate it to servers that have some."),
        ),
        ClasslessDefect::Loop => (
            "the aliases lead in a circle, or are more than 8".into(),
            format!("Let the alias at {owner} end in a name with a PTR record."),
        ),
        ClasslessDefect::NoZone => (
            format!("neither that name nor the name above it exists in {zone}"),
            format!(
                "Correct the spelling of the alias at {owner} (`0/28` and `0-28` are different names), or create its \
                 target with the PTR record below."
            ),
        ),
    };
    let name = remedy::wanted_name(facts);
    let (at, leads) = match defect {
        ClasslessDefect::Loop => (&owner, String::new()),
        _ => (target, format!(" of {target}")),
    };
    Failure {
        subject: target.to_string(),
        explanation: format!("{owner} is an alias{leads} (RFC 2317), but {why}."),
        evidence: seen(facts),
        remedy: Remedy {
            steps: vec![
                step,
                format!("Or drop the alias, and publish the PTR record of {owner} in place of it, in the zone above."),
            ],
            records: vec![format!("{} {} IN PTR {name}.", at.absolute(), remedy::TTL)],
        },
    }
}

/// The aliases, as the servers that hold them gave them, and then the servers at the end.
fn seen(facts: &Facts) -> Vec<Evidence> {
    let mut all = Vec::new();
    for walk in exclusive::walks(facts) {
        let Some(cut) = walk.deepest() else { continue };
        let Some(next) = &walk.alias else {
            let answers = evidence::cut_answers(facts, &walk.question, cut);
            if answers.is_empty() {
                all.extend(evidence::servers(facts, cut, |_| true));
            }
            all.extend(answers);
            break;
        };
        let leading = cut.authoritative().filter(|server| server.answer.is_none());
        let alias = format!("an alias that leads to {}", next.question.name);
        all.extend(leading.map(|server| evidence::by(facts, walk.question.to_string(), server.text(), &*alias)));
    }
    all.truncate(evidence::MAX_EVIDENCE);
    all
}

//! Servers that deny a name which has names below it.

use crate::exclusive;
use crate::prelude::*;

/// A server answers NXDOMAIN for an empty non-terminal.
pub const CHECK: Check = Check {
    id: "delegation-empty-nonterminal-denied",
    title: "A name server denies a name that has names below it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8020 2"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("empty_nonterminal_denied.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    if let Err(judgement) = exclusive::zones(facts) {
        return judgement;
    }
    let denials: Vec<_> = exclusive::walks(facts).flat_map(|walk| &walk.denied_nonterminals).collect();
    if let Some(first) = denials.first() {
        let same = denials.iter().filter(|denial| denial.name == first.name);
        let servers: Vec<&str> = same.map(|denial| &*denial.server).collect();
        return Judgement::fail(failure(facts, &first.name, &servers));
    }
    // Without a name that exists, no name above it is known to have names below it.
    let walk = facts.walk(&facts.ptr_question());
    match walk.present().map(|walk| &walk.answer) {
        Some(Observed::Unknown(cause)) if !facts.identity().delegation.is_error() => {
            Judgement::inconclusive(format!("the PTR of {}", facts.target.address), *cause)
        }
        Some(Observed::Present(_)) => Judgement::Pass,
        _ => Judgement::NotApplicable,
    }
}

fn failure(facts: &Facts, name: &Name, servers: &[&str]) -> Failure {
    let servers: Vec<String> = servers.iter().map(|server| full_text(facts, server)).collect();
    let list = remedy::joined(&servers);
    let say = |server: &String| evidence::by(facts, format!("{name} SOA"), server, "NXDOMAIN");
    Failure {
        subject: name.to_string(),
        explanation: format!(
            "There are names below {name}, and yet the answer for it is NXDOMAIN at {list}. A resolver may conclude that \
             nothing exists below (RFC 8020), and then finds no PTR record."
        ),
        evidence: servers.iter().map(say).take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec![
                format!(
                    "Update the name server software on {list}, or repair what makes up its answers: for {name} it \
                     must answer NOERROR without records."
                ),
                "Until then, the TXT record below makes the name exist.".into(),
            ],
            records: vec![format!("{} {} IN TXT \"exists\"", name.absolute(), remedy::TTL)],
        },
    }
}

/// A server with its name, where only its address was noted.
fn full_text(facts: &Facts, text: &str) -> String {
    let mut servers = exclusive::walks(facts).flat_map(|walk| walk.cuts.iter().flat_map(|cut| &cut.servers));
    let named = |server: &&Server| server.address.is_some_and(|address| address.to_string() == text);
    servers.find(named).map_or_else(|| text.to_owned(), Server::text)
}

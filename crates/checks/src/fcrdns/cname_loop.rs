//! The PTR name is an alias that never ends.

use super::common;
use crate::prelude::*;

/// The aliases of a PTR name loop, or are more than 8.
pub const CHECK: Check = Check {
    id: "fcrdns-cname-loop",
    title: "The aliases of the PTR name loop or are too many",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 3.6.2"),
    who: Who::NameOwner,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain, Need::Forward, Need::ForwardChain],
    page: include_str!("cname_loop.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    common::error(facts, Forward::Loop, is_loop, failure)
}

fn is_loop(forward: &ForwardName) -> bool {
    matches!(forward, ForwardName::Loop)
}

fn failure(facts: &Facts) -> Failure {
    let address = facts.target.address;
    let names = common::those(facts, is_loop);
    let listed = common::listed(&names);
    let evidence = names.iter().flat_map(|name| links(facts, name)).take(evidence::MAX_EVIDENCE).collect();
    Failure {
        subject: listed.clone(),
        explanation: format!(
            "The PTR of {address} is {listed}, an alias whose chain comes back to itself or has more than 8 links. \
             Resolvers give up on it, so it never leads to an address."
        ),
        evidence,
        remedy: Remedy {
            steps: vec![
                "Remove the CNAME record of the name, and publish the address record below in its place.".into(),
                "If an alias is needed, let it end at a name that has address records of its own.".into(),
            ],
            records: names.iter().map(|name| remedy::address_record(facts, &name.name)).collect(),
        },
    }
}

/// The questions that the aliases led to, one after the other: where each link is in another zone, no single server
/// shows the loop.
fn links(facts: &Facts, name: &PtrName) -> Vec<Evidence> {
    let question = facts.forward_question(&name.name);
    let walk = facts.walk(&question);
    let walks = std::iter::successors(walk.present().copied(), |walk| walk.alias.as_deref());
    let asked = walks.map(|walk| {
        let server = walk.deepest().and_then(|cut| cut.authoritative().next());
        let server = server.map_or_else(|| "no server".into(), Server::text);
        evidence::by(facts, walk.question.to_string(), server, evidence::answer_text(&walk.answer))
    });
    let mut all: Vec<_> = asked.collect();
    if all.is_empty() {
        all = evidence::resolvers(facts, &question);
    }
    all
}

//! Name servers that resolve for strangers.

use crate::exclusive;
use crate::prelude::*;

/// A listed server recurses for us.
pub const CHECK: Check = Check {
    id: "delegation-open-resolver",
    title: "A name server of the reverse zone is an open resolver",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5358 4"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("open_resolver.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        if cut.servers.iter().any(|server| server.recurses) {
            return Judgement::fail(failure(facts, cut));
        }
        Judgement::Pass
    })
}

fn failure(facts: &Facts, cut: &Cut) -> Failure {
    let zone = &cut.zone;
    let servers = evidence::servers_text(cut.servers.iter().filter(|server| server.recurses));
    let open = cut.servers.iter().filter(|server| server.recurses);
    let recursed =
        |server: &Server| evidence::by(facts, ". SOA, recursion desired", server.text(), "answered by recursion");
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "Strangers can resolve any name through {servers}, listed for {zone}. Attackers use such servers to flood \
             others, and registries may refuse a delegation to them."
        ),
        evidence: open.map(recursed).take(evidence::MAX_EVIDENCE).collect(),
        remedy: Remedy {
            steps: vec![
                format!("Turn recursion off on {servers}, or allow it for your own networks only."),
                "Run the resolver for your own hosts on another address than the authoritative server.".into(),
            ],
            records: Vec::new(),
        },
    }
}

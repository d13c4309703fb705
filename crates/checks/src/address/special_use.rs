//! Addresses that nobody on the internet can reach.

use crate::prelude::*;

/// The address cannot have a public identity.
pub const CHECK: Check = Check {
    id: "address-special-use",
    title: "The address is not reachable from the internet",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6890"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[],
    page: include_str!("special_use.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let AddressScope::SpecialUse(block) = facts.identity().scope else {
        return Judgement::Pass;
    };
    let address = facts.target.address;
    let row = format!("{} {} ({})", block.prefix, block.name, block.rfc);
    Judgement::fail(Failure {
        subject: address.to_string(),
        explanation: format!(
            "{address} lies in {row}, which is not reachable from the internet. Receivers never see mail come from it, \
             and no public reverse name can belong to it, so nothing else was asked."
        ),
        evidence: vec![evidence::by(facts, address.to_string(), "IANA special-purpose address registries", row)],
        remedy: Remedy {
            steps: vec![
                "Find the public address that the mail leaves from, and check that one: `ptrust check --here` on the \
                 mail host, or the topmost Received line that a receiver wrote."
                    .into(),
                format!(
                    "If {address} is right because this is an internal network or a lab, check it with \
                     `--allow-special-use` and that network's own `--resolver` and `--root-hints`."
                ),
            ],
            records: Vec::new(),
        },
    })
}

//! The name in the greeting is no PTR name.

use super::common;
use crate::prelude::*;

/// The name in the SMTP greeting differs from every PTR name.
pub const CHECK: Check = Check {
    id: "banner-ptr-mismatch",
    title: "The greeting shows another name than the PTR",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice("tests of mail servers compare the greeting with the PTR; receivers never see it"),
    who: Who::MailOperator,
    since: "0.1.0",
    needs: &[Need::Smtp, Need::Ptr, Need::Chain, Need::Forward],
    page: include_str!("ptr_mismatch.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    let Banner::Name { name, matches } = &facts.identity().banner else {
        return Judgement::NotApplicable;
    };
    match (matches, &facts.identity().names) {
        (Some(true), _) => Judgement::Pass,
        (Some(false), _) => Judgement::fail(failure(facts, name)),
        (None, Names::Undetermined(cause)) => {
            Judgement::inconclusive(format!("the PTR of {}", facts.target.address), *cause)
        }
        (None, Names::Present { names, unevaluated, .. }) => Judgement::limited(names.len(), *unevaluated),
        (None, _) => Judgement::NotApplicable,
    }
}

fn failure(facts: &Facts, name: &Name) -> Failure {
    let address = facts.target.address;
    let ptr = remedy::joined(facts.identity().names.list().iter().map(|name| evidence::name_text(&name.name)));
    let wanted = remedy::helo_name(facts);
    let mut evidence = vec![common::greeting(facts)];
    evidence.extend(evidence::answers(facts, &facts.ptr_question()));
    evidence.truncate(evidence::MAX_EVIDENCE);
    let steps = if wanted == name.to_string() {
        vec![format!("If the host is called {name}, have the PTR of {address} changed to it.")]
    } else {
        let first = format!("If the server on {address} also sends mail, let it greet as {wanted}.");
        std::iter::once(first).chain(remedy::set_greeting(&wanted)).collect()
    };
    Failure {
        subject: name.to_string(),
        explanation: format!(
            "The server on {address} greets as {name}, while the PTR of the address is {ptr}. The greeting is the name of \
             the receiving side; what counts for mail that the host sends is its HELO."
        ),
        evidence,
        remedy: Remedy { steps, records: Vec::new() },
    }
}

//! No name leads back to the sending address.

use super::common;
use crate::prelude::*;
use ptrust_facts::identity::Iprev;

/// The sending address of the message has no confirmed name.
pub const CHECK: Check = Check {
    id: "message-sender-unconfirmed",
    title: "No name leads back to the address that sent the message",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8601 2.7.3"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Forward, Need::Message],
    page: include_str!("sender_unconfirmed.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let Some(address) = letter.envelope().address else { return Judgement::NotApplicable };
    let Some(facts) = letter.facts.sender.as_ref() else { return Judgement::NotApplicable };
    match facts.identity().iprev {
        None => Judgement::NotApplicable,
        Some(Iprev::Pass) => Judgement::Pass,
        Some(Iprev::TempError) => {
            let cause = facts.resolver(&facts.ptr_question()).and_then(|fact| fact.observed.cause());
            Judgement::inconclusive(format!("the name of {address}"), cause.unwrap_or(Cause::ServFail))
        }
        Some(Iprev::Fail | Iprev::PermError) => {
            let mut seen = vec![common::field(letter, "sending address", address.to_string())];
            seen.extend(evidence::answers(facts, &facts.ptr_question()));
            let helo = letter.envelope().helo.as_ref().map(|helo| format!(" --helo {helo}")).unwrap_or_default();
            Judgement::fail(Failure {
                subject: address.to_string(),
                explanation: format!(
                    "The message came from {address}, and no reverse name of it leads back to it. Large receivers refuse \
                     mail from such addresses, whatever it says."
                ),
                evidence: seen,
                remedy: Remedy {
                    steps: vec![format!("`ptrust check {address}{helo}` says what is missing, and who must act.")],
                    records: Vec::new(),
                },
            })
        }
    }
}

//! SPF does not let the sending address send.

use super::common;
use crate::letter::SpfCheck;
use crate::prelude::*;
use ptrust_mail::spf::SpfResult;

/// SPF of the envelope sender gives no pass for the sending address.
pub const CHECK: Check = Check {
    id: "message-spf-failure",
    title: "SPF does not let the sending address send",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7208 8"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Message],
    page: include_str!("spf_failure.md"),
    judge: Judge::Message(judge),
};

fn judge(letter: &Letter) -> Judgement {
    let envelope = letter.envelope();
    let Some(address) = envelope.address else { return Judgement::NotApplicable };
    match letter.spf() {
        None => Judgement::inconclusive("the envelope sender, which the message does not tell", Cause::Unavailable),
        Some(spf) if spf.trace.result == SpfResult::TempError => {
            Judgement::inconclusive(format!("the SPF record of {}", spf.domain), cause(spf))
        }
        Some(spf) if common::is_refusal(spf.trace.result) => Judgement::fail(failure(letter, spf, address)),
        Some(_) => Judgement::Pass,
    }
}

/// Why there is no result.
fn cause(spf: &SpfCheck) -> Cause {
    match &spf.trace.reason {
        ptrust_mail::spf::Reason::DnsFailure { cause, .. } => *cause,
        _ => Cause::ServFail,
    }
}

fn failure(letter: &Letter, spf: &SpfCheck, address: std::net::IpAddr) -> Failure {
    let mut seen = vec![common::field(letter, "sending address", address.to_string())];
    seen.extend(common::spf(letter, spf));
    let term = if address.is_ipv4() { "ip4" } else { "ip6" };
    let steps = if spf.trace.result == SpfResult::PermError {
        vec![format!("Repair the SPF record of {}: `ptrust spf {}` shows the place.", spf.domain, spf.domain)]
    } else {
        vec![format!(
            "If {address} sends for {}, add it to the SPF record in front of the term `all`: `{term}:{address}`, or the \
             include that the sending service asks for.",
            spf.domain
        )]
    };
    Failure {
        subject: spf.domain.clone(),
        explanation: format!(
            "The message came from {address} with an envelope sender at {}, whose SPF record does not let it: {}.",
            spf.domain,
            common::spf_text(&spf.trace)
        ),
        evidence: seen,
        remedy: Remedy { steps, records: Vec::new() },
    }
}

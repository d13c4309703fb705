//! A mail exchanger has no address.

use crate::posture::mx::Exchanger;
use crate::prelude::*;

/// A host of an MX record is proven to have neither A nor AAAA records.
pub const CHECK: Check = Check {
    id: "mx-no-address",
    title: "A mail exchanger has no address",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("no_address.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let exchangers = posture.exchangers();
    if let Exchange::Unknown(cause) = exchangers.kind {
        return Judgement::inconclusive(format!("the MX records of {}", posture.domain()), cause);
    }
    let listed = matches!(exchangers.kind, Exchange::Listed { .. } | Exchange::Host);
    if !listed || exchangers.hosts.is_empty() {
        return Judgement::NotApplicable;
    }
    let without: Vec<&Exchanger> = exchangers.hosts.iter().filter(|host| host.without_address()).collect();
    if !without.is_empty() {
        return Judgement::fail(failure(posture, &without));
    }
    match exchangers.hosts.iter().find_map(|host| Some((host, host.unknown()?))) {
        Some((host, cause)) => Judgement::inconclusive(format!("the addresses of {}", host.host), cause),
        None => Judgement::Pass,
    }
}

fn failure(posture: &Posture, without: &[&Exchanger]) -> Failure {
    let names = evidence::names_text(without.iter().map(|host| &host.host));
    let verb = remedy::for_count(without.len(), "has", "have");
    let questions = without.iter().flat_map(|host| host.questions());
    Failure {
        subject: names.clone(),
        explanation: format!(
            "Mail for {} should go to {names}, which {verb} no address: no A and no AAAA record.",
            posture.domain()
        ),
        evidence: evidence::several(posture.facts, questions),
        remedy: Remedy {
            steps: vec![
                "Publish an A or AAAA record for the host, or name a host that has one.".into(),
                "If the host is gone, remove its MX record.".into(),
            ],
            records: without
                .iter()
                .map(|host| format!("{} 3600 IN A <address of the host>", host.host.absolute()))
                .collect(),
        },
    }
}

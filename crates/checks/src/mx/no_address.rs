//! A mail exchanger has no address.

use super::common;
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
    let exchangers = match common::any(posture) {
        // mx-missing is about a domain whose own address is missing.
        Ok(exchangers) if exchangers.kind == Exchange::Implicit => return Judgement::NotApplicable,
        Ok(exchangers) => exchangers,
        Err(judgement) => return judgement,
    };
    let found = |exchanger: &Exchanger| {
        if common::is_literal(exchanger) {
            return None;
        }
        Some(exchanger.unknown().map_or(Ok(exchanger.without_address()), Err))
    };
    common::each(exchangers, found, |without| failure(posture, without))
}

fn failure(posture: &Posture, without: &[&Exchanger]) -> Failure {
    let names = common::names(without);
    let verb = remedy::for_count(without.len(), "has", "have");
    Failure {
        subject: common::subject(without),
        explanation: format!(
            "Mail for {} should go to {names}, which {verb} no address: no A and no AAAA record.",
            posture.domain()
        ),
        evidence: common::evidence_of(posture, without),
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

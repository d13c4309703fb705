//! A mail exchanger is an alias.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;
use crate::remedy::TTL;

/// The host of an MX record is the owner of a CNAME record.
pub const CHECK: Check = Check {
    id: "mx-alias",
    title: "A mail exchanger is an alias",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 2181 10.3"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("alias.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match common::listed(posture) {
        Ok(exchangers) => common::each(exchangers, found, |aliases| failure(posture, aliases)),
        Err(judgement) => judgement,
    }
}

/// Whether the host is an alias; one that leads nowhere is the subject of mx-no-address.
fn found(exchanger: &Exchanger) -> common::Found {
    match (&exchanger.alias, exchanger.unknown()) {
        (Some(_), _) => Some(Ok(true)),
        (None, Some(cause)) => Some(Err(cause)),
        (None, None) if exchanger.without_address() => None,
        (None, None) => Some(Ok(false)),
    }
}

fn failure(posture: &Posture, aliases: &[&Exchanger]) -> Failure {
    let domain = posture.domain();
    let pairs = || aliases.iter().filter_map(|exchanger| Some((exchanger, exchanger.alias.as_ref()?)));
    let told = pairs().map(|(exchanger, target)| format!("{} for {target}", exchanger.host));
    let host = remedy::for_count(aliases.len(), "a host that is an alias", "hosts that are aliases");
    Failure {
        subject: common::subject(aliases),
        explanation: format!(
            "The MX records of {domain} name {host} ({}). The standard wants the host itself there: some senders do \
             not follow the alias, and a server may then not know that the mail is its own.",
            remedy::joined(told)
        ),
        evidence: common::evidence_of(posture, aliases),
        remedy: Remedy {
            steps: vec![
                "Name the host itself in the MX record, as below, in place of the alias.".into(),
                "Or give the name A and AAAA records of its own in place of the CNAME record.".into(),
            ],
            records: pairs()
                .map(|(exchanger, target)| {
                    format!("{} {TTL} IN MX {} {}", domain.absolute(), exchanger.preference, target.absolute())
                })
                .collect(),
        },
    }
}

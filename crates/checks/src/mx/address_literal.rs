//! An MX record names an address.

use super::common;
use crate::posture::mx::Exchanger;
use crate::prelude::*;
use crate::remedy::TTL;
use std::net::IpAddr;

/// The host of an MX record is an address written as a name.
pub const CHECK: Check = Check {
    id: "mx-address-literal",
    title: "An MX record names an address in place of a host",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 5.1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("address_literal.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match common::listed(posture) {
        Ok(exchangers) => common::each(
            exchangers,
            |exchanger| Some(Ok(common::is_literal(exchanger))),
            |literals| failure(posture, literals),
        ),
        Err(judgement) => judgement,
    }
}

fn failure(posture: &Posture, literals: &[&Exchanger]) -> Failure {
    let domain = posture.domain();
    let names = common::names(literals);
    let mut records = Vec::new();
    for (number, exchanger) in literals.iter().enumerate() {
        let label = if number == 0 { "mail".to_owned() } else { format!("mail{}", number + 1) };
        let host = format!("{label}.{}", domain.absolute());
        records.push(format!("{} {TTL} IN MX {} {host}", domain.absolute(), exchanger.preference));
        let text = exchanger.host.to_string();
        match text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => records.push(format!("{host} {TTL} IN {} {address}", RecordType::address_of(address))),
            Err(_) => records.push(format!("{host} {TTL} IN A <address of the host>")),
        }
    }
    Failure {
        subject: common::subject(literals),
        explanation: format!(
            "The MX records of {domain} name {names}, which is an address and no host name. DNS reads it as a name \
             that does not exist, so no mail is delivered there."
        ),
        evidence: evidence::answers(posture.facts, &posture.question(RecordType::MX)),
        remedy: Remedy {
            steps: vec![
                "Give the mail host a name with an A or AAAA record, and put that name into the MX record, as below."
                    .into(),
            ],
            records,
        },
    }
}

//! A blocklist that receivers use lists an address or the domain.

use super::common;
use crate::prelude::*;
use ptrust_knowledge::dnsbl::Weight;

/// A list of weight medium or high lists the domain, or an address that sends or receives for it.
pub const CHECK: Check = Check {
    id: "dnsbl-listed",
    title: "A blocklist that receivers use lists an address or the domain",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Practice("the lists that receivers use, by rspamd's and SpamAssassin's default rules"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Lists],
    page: include_str!("listed.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    common::judge(posture, |list| list.weight >= Weight::Medium)
}

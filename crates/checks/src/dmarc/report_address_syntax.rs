//! An address for DMARC reports cannot be used.

use super::common;
use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcFault, DmarcRecord, PolicyRecord, ReportUri, Target};
use ptrust_mail::tags::Fault;

/// Characters that are shown of an entry: more than a mail address that works has in practice.
const MAX_SHOWN: usize = 80;

/// An entry of `rua` or `ruf` is no `mailto:` URI, so receivers ignore it. Whether a sound address takes the reports is
/// another question.
pub const CHECK: Check = Check {
    id: "dmarc-report-address-syntax",
    title: "An address for DMARC reports cannot be used",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9989 4.7"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("report_address_syntax.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let discovery = posture.dmarc();
    let Some(record) = posture.dmarc_record() else {
        return match discovery.tree_walk.policy {
            Determined::Undetermined(cause) => {
                Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause)
            }
            Determined::Known(_) => Judgement::NotApplicable,
        };
    };
    let value = &record.record.value;
    if record.record.address_faults().next().is_some() {
        return Judgement::fail(failure(posture, record));
    }
    if value.rua.is_empty() && value.ruf.is_empty() { Judgement::NotApplicable } else { Judgement::Pass }
}

fn failure(posture: &Posture, record: &PolicyRecord) -> Failure {
    let text = common::text(posture, record);
    let told = |fault: &Fault<DmarcFault>| {
        let shown: String = String::from_utf8_lossy(entry(&text, fault.at)).chars().take(MAX_SHOWN).collect();
        format!("\"{}\" at octet {} ({})", ptrust_names::escape(&shown), fault.at, fault.kind)
    };
    let told = remedy::joined(record.record.address_faults().map(told));
    Failure {
        subject: record.domain.to_string(),
        explanation: format!(
            "Receivers ignore addresses in the DMARC record of {} that are no mailto: URIs: {told}.",
            record.domain
        ),
        evidence: common::evidence(posture, record),
        remedy: Remedy {
            steps: vec![
                "Write each address as mailto:NAME@DOMAIN, with commas between several; below is the record with what could \
                 be read."
                    .into(),
            ],
            records: vec![common::line(record, &mended(record, &text))],
        },
    }
}

/// The record with the addresses that can be used, and those that only lack their scheme or stand in angle brackets.
fn mended(record: &PolicyRecord, text: &[u8]) -> DmarcRecord {
    let mut next = record.record.value.clone();
    next.p = Some(next.p.unwrap_or_default());
    for list in [&mut next.rua, &mut next.ruf] {
        list.retain(|uri| matches!(uri.target, Target::Mailto { .. }));
    }
    for fault in record.record.address_faults() {
        let DmarcFault::BadUri { tag, .. } = &fault.kind else { continue };
        let entry = String::from_utf8_lossy(entry(text, fault.at)).into_owned();
        let address = entry.trim_start_matches("mailto:").trim_matches(['<', '>', ' ', '"']);
        if let Ok(uri) = ReportUri::mailto(address) {
            let list = if tag == "ruf" { &mut next.ruf } else { &mut next.rua };
            list.push(uri);
        }
    }
    next
}

/// The entry of a list that begins at an octet of the text.
fn entry(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    rest.split(|octet| matches!(octet, b',' | b';')).next().unwrap_or_default().trim_ascii()
}

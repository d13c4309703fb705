//! The domain has no DMARC policy.

use crate::prelude::*;
use ptrust_mail::dmarc::{Determined, DmarcRecord, NearMiss, Policy, ReportUri, meant, near_miss};
use ptrust_mail::tags::OneRecord;

/// Characters that are shown of a text that is no record: enough for its version and policy.
const MAX_SHOWN: usize = 80;

/// Neither the tree walk nor the public suffix list leads to a DMARC record for the domain.
pub const CHECK: Check = Check {
    id: "dmarc-missing",
    title: "The domain has no DMARC policy",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, https://support.google.com/a/answer/81126 (2026-03-21)"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Dmarc],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let discovery = posture.dmarc();
    if posture.dmarc_record().is_some() {
        return Judgement::Pass;
    }
    for outcome in [&discovery.tree_walk, &discovery.suffix_list] {
        if let Determined::Undetermined(cause) = outcome.policy {
            return Judgement::inconclusive(format!("the DMARC record of {}", posture.domain()), cause);
        }
    }
    // Several records, or one that cannot be read, are defects of their own.
    let there = discovery.walk.steps.iter().any(|step| {
        matches!(step.found, OneRecord::Present { .. } | OneRecord::Several { .. }) && step.domain == *posture.domain()
    });
    if there { Judgement::NotApplicable } else { Judgement::fail(failure(posture)) }
}

/// A text that was meant as the record.
struct Slip<'a> {
    question: &'a Question,
    text: &'a [u8],
    why: NearMiss,
}

/// The texts at the names looked at that were meant as records, the domain's own first.
fn slips<'a>(posture: &'a Posture<'_>) -> Vec<Slip<'a>> {
    let discovery = posture.dmarc();
    let steps = discovery.walk.steps.iter().chain(&discovery.suffix_list_step);
    // What stands at a public suffix is not the domain owner's to mend.
    let own = steps.filter(|step| !ptrust_names::is_public_suffix(&step.domain));
    let texts = own.filter_map(|step| match &step.found {
        OneRecord::OtherTexts { texts } => Some((&step.question, texts)),
        _ => None,
    });
    let each = texts.flat_map(|(question, texts)| texts.iter().map(move |other| (question, &other.text.0)));
    each.filter_map(|(question, text)| Some(Slip { question, text, why: near_miss(text)? })).collect()
}

fn failure(posture: &Posture) -> Failure {
    let domain = posture.domain();
    let questions = posture.dmarc().walk.steps.iter().map(|step| step.question.clone());
    let slips = slips(posture);
    let told = slips.iter().map(|slip| {
        let text: String = String::from_utf8_lossy(slip.text).chars().take(MAX_SHOWN).collect();
        format!("\"{}\" at {} is none, because {}", ptrust_names::escape(&text), slip.question.name, slip.why)
    });
    let near = if slips.is_empty() { String::new() } else { format!(" {}.", remedy::joined(told)) };
    let mut steps = vec![
        "Publish a record that only asks for reports (below), with a mailbox that somebody reads.".into(),
        "After some weeks of clean reports, ask for quarantine, then for reject.".into(),
    ];
    let mut line = format!("_dmarc.{} 3600 IN TXT \"{}\"", domain.absolute(), first(domain));
    if let Some(slip) = slips.first() {
        let record = meant(slip.text);
        steps = vec![match &record {
            Some(_) => "Replace that text by the record below, which says what it was meant to say.".into(),
            None => "Replace that text by a record that only asks for reports (below).".into(),
        }];
        let record = record.unwrap_or_else(|| first(domain));
        line = format!("{} 3600 IN TXT \"{record}\"", slip.question.name.absolute());
    }
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "{domain} has no DMARC record, so receivers have no policy for mail that only claims to come from it, and Gmail \
             and Yahoo ask bulk senders for one.{near}"
        ),
        evidence: evidence::several(posture.facts, questions),
        remedy: Remedy { steps, records: vec![line] },
    }
}

/// The record to begin with.
fn first(domain: &Name) -> DmarcRecord {
    let rua = ReportUri::mailto(&format!("dmarc-reports@{domain}")).into_iter().collect();
    DmarcRecord { p: Some(Policy::None), rua, ..DmarcRecord::default() }
}

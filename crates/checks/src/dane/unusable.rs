//! No TLSA record of a mail server can be used.

use crate::posture::dane::Dane;
use crate::prelude::*;
use ptrust_mail::tlsa::Tlsa;

/// All TLSA records of a mail exchanger have usage 0 or 1, or values that no sender knows.
pub const CHECK: Check = Check {
    id: "dane-unusable",
    title: "No TLSA record of a mail server can be used",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7672 3.1.3"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Dane],
    page: include_str!("unusable.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (mut judged, mut open, mut faulty) = (false, None, Vec::new());
    for dane in posture.dane() {
        match (&dane.records, dane.published()) {
            (Observed::Unknown(cause), _) => open = open.or(Some((dane.question.to_string(), *cause))),
            (_, Some(records)) if records.iter().all(|record| record.unusable().is_some()) => faulty.push(dane),
            (_, Some(_)) => judged = true,
            (_, None) => {}
        }
    }
    match open {
        _ if !faulty.is_empty() => Judgement::fail(failure(posture, &faulty)),
        Some((missing, cause)) => Judgement::inconclusive(missing, cause),
        None if judged => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, faulty: &[Dane]) -> Failure {
    let names = evidence::names_text(faulty.iter().map(|dane| &dane.host));
    let why = faulty.iter().flat_map(|dane| dane.published().unwrap_or_default()).find_map(Tlsa::unusable);
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    Failure {
        subject: names.clone(),
        explanation: format!("No TLSA record of {names} can be used for mail{why}: senders encrypt without checking."),
        evidence: evidence::several(posture.facts, faulty.iter().map(|dane| dane.question.clone())),
        remedy: Remedy {
            steps: vec!["Publish records with usage 3, selector 1 and matching type 1 (`3 1 1`).".into()],
            records: Vec::new(),
        },
    }
}

//! Nobody gets reports about failed TLS.

use crate::prelude::*;
use ptrust_mail::tags::OneRecord;

/// The domain has MTA-STS or DANE, with which senders insist on TLS, and no TLS-RPT record.
pub const CHECK: Check = Check {
    id: "tls-rpt-missing",
    title: "Nobody gets reports about failed TLS",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8460 1"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::TlsRpt, Need::MtaSts, Need::Dane],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let (Some(question), Some(found)) = (posture.tls_rpt_question(), posture.tls_rpt()) else {
        return Judgement::NotApplicable;
    };
    match found {
        OneRecord::Unknown(cause) => Judgement::inconclusive(question.to_string(), cause),
        OneRecord::Present { .. } => Judgement::Pass,
        // Several records are a defect of their own.
        OneRecord::Several { .. } => Judgement::NotApplicable,
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } => {
            let sts = sts_demands(posture);
            let dane = dane_demands(posture);
            let why = match (&sts, &dane) {
                (Demand::Yes, Demand::Yes) => "an MTA-STS policy and DANE",
                (Demand::Yes, _) => "an MTA-STS policy",
                (_, Demand::Yes) => "DANE",
                (Demand::Unknown(missing, cause), _) | (_, Demand::Unknown(missing, cause)) => {
                    return Judgement::inconclusive(missing, *cause);
                }
                (Demand::No, Demand::No) => return Judgement::NotApplicable,
            };
            Judgement::fail(failure(posture, &question, why))
        }
    }
}

/// Whether something makes senders insist on TLS.
enum Demand {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// What is missing to tell.
    Unknown(String, Cause),
}

/// Whether MTA-STS does: a record announces a policy. Several records count as none (RFC 8461 3.1).
fn sts_demands(posture: &Posture) -> Demand {
    let (Some(question), Some(found)) = (posture.sts_question(), posture.sts_record()) else {
        return Demand::No;
    };
    match found {
        OneRecord::Present { .. } => Demand::Yes,
        OneRecord::Unknown(cause) => Demand::Unknown(question.to_string(), cause),
        OneRecord::Absent(_) | OneRecord::OtherTexts { .. } | OneRecord::Several { .. } => Demand::No,
    }
}

/// Whether DANE does: some mail exchanger has TLSA records, and they can be trusted (RFC 7672 2.2).
fn dane_demands(posture: &Posture) -> Demand {
    if let Exchange::Unknown(cause) = posture.exchangers().kind {
        return Demand::Unknown(posture.question(RecordType::MX).to_string(), cause);
    }
    let mut open = None;
    for dane in posture.dane() {
        let published = dane.published().is_some();
        match (&dane.records, &dane.secure) {
            (_, Observed::Present(true)) if published => return Demand::Yes,
            // Senders do not look for DANE where something is unsigned.
            (_, Observed::Present(false)) => {}
            (Observed::Unknown(cause), _) => open = open.or(Some((dane.question.to_string(), *cause))),
            (_, Observed::Unknown(cause)) if published => {
                open = open.or(Some((format!("whether {} is signed", dane.question.name), *cause)));
            }
            _ => {}
        }
    }
    open.map_or(Demand::No, |(missing, cause)| Demand::Unknown(missing, cause))
}

fn failure(posture: &Posture, question: &Question, why: &str) -> Failure {
    Failure {
        subject: question.name.to_string(),
        explanation: format!(
            "{} has {why}, and no TLS-RPT record: when senders fail to deliver, nobody learns of it.",
            posture.domain()
        ),
        evidence: evidence::answers(posture.facts, question),
        remedy: Remedy {
            steps: vec!["Publish an address for reports; `ptrust tls-report FILE` reads them.".into()],
            records: vec![format!(
                "{} 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls-reports@{}\"",
                question.name.absolute(),
                posture.domain()
            )],
        },
    }
}

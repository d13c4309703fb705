//! TLSA records do not fit the mail server.

use crate::posture::dane::Dane;
use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_mail::tlsa::{Tlsa, Verdict};

/// A mail exchanger has signed TLSA records, and its certificate fits none of them, or it has no STARTTLS.
pub const CHECK: Check = Check {
    id: "dane-mismatch",
    title: "TLSA records do not fit the mail server",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 7672 2.2"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Dane, Need::Servers],
    page: include_str!("mismatch.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if !posture.facts.target.probe {
        return Judgement::Skipped;
    }
    let (mut judged, mut open, mut faulty) = (false, None, Vec::new());
    for dane in posture.dane() {
        if dane.published().is_none() || dane.secure == Observed::Present(false) {
            if let (Observed::Unknown(cause), None) = (&dane.records, &open) {
                open = Some((dane.question.to_string(), *cause));
            }
            continue;
        }
        for server in posture.exchanger_servers().into_iter().filter(|server| server.service.name == dane.host) {
            let mismatch = match server.tls() {
                Some(tls) => dane.judges(tls) == Verdict::Mismatch,
                None => server.without_tls(),
            };
            match (server.session.cause(), &dane.secure) {
                (None, Observed::Present(true)) if mismatch => faulty.push((dane.clone(), server)),
                (None, Observed::Present(true)) => judged = true,
                (None, secure) => {
                    let cause = secure.cause().unwrap_or(Cause::NotAsked);
                    open = open.or(Some((format!("whether {} is signed", dane.question.name), cause)));
                }
                (Some(Cause::Refused | Cause::Local), _) => {}
                (Some(cause), _) => open = open.or(Some((server.text(), cause))),
            }
        }
    }
    match open {
        _ if !faulty.is_empty() => Judgement::fail(failure(posture, &faulty)),
        Some((missing, cause)) => Judgement::inconclusive(missing, cause),
        None if judged => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

fn failure(posture: &Posture, faulty: &[(Dane, Server)]) -> Failure {
    let servers: Vec<&Server> = faulty.iter().map(|(_, server)| server).collect();
    let records = faulty.iter().filter_map(|(dane, server)| {
        let key: [u8; 32] = server.tls()?.chain.first()?.key_sha256.0.as_slice().try_into().ok()?;
        Some(format!("{} 3600 IN TLSA {}", dane.question.name.absolute(), Tlsa::for_key(key)))
    });
    let records: std::collections::BTreeSet<String> = records.collect();
    let questions = faulty.iter().map(|(dane, _)| dane.question.clone());
    let mut all = evidence::several(posture.facts, questions.collect::<std::collections::BTreeSet<_>>());
    all.extend(server::seen(posture, &servers, server::certificate));
    Failure {
        subject: server::subject(&servers),
        explanation: format!(
            "What {} {} does not fit its TLSA records, so senders that do DANE do not deliver there.",
            server::hosts(&servers),
            server::verb(&servers, "shows", "show")
        ),
        evidence: all,
        remedy: Remedy {
            steps: vec![
                "Publish a record for the key in use (below) beside the old one, wait for its TTL, then remove the old one."
                    .into(),
                "At the next renewal keep the key, or publish the new key's record before it is used.".into(),
            ],
            records: records.into_iter().collect(),
        },
    }
}

//! No mail exchanger can be connected to.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;

/// Every address of every mail exchanger refuses connections on port 25.
pub const CHECK: Check = Check {
    id: "smtp-unreachable",
    title: "No mail exchanger can be connected to",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 4.5.4.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Mx],
    page: include_str!("unreachable.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.exchanger_servers();
    if !posture.facts.target.probe {
        return Judgement::Skipped;
    }
    if servers.is_empty() {
        return Judgement::NotApplicable;
    }
    if servers.iter().any(|server| server.session.present().is_some()) {
        return Judgement::Pass;
    }
    if posture.port_25_is_closed() {
        return Judgement::Skipped;
    }
    match servers.iter().find(|server| !server.refuses()) {
        Some(server) => Judgement::inconclusive(server.text(), server.session.cause().unwrap_or(Cause::NotAsked)),
        None => Judgement::fail(failure(posture, &servers.iter().collect::<Vec<_>>())),
    }
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "No mail for {} can be delivered: every address of {} refuses connections on port 25.",
            posture.domain(),
            server::hosts(servers)
        ),
        evidence: server::seen(posture, servers, |_| "connection refused".into()),
        remedy: Remedy {
            steps: vec![
                "Start the mail server, and see that it listens on port 25 of its public addresses.".into(),
                "Open port 25 in the firewall of the host and of the provider.".into(),
            ],
            records: Vec::new(),
        },
    }
}

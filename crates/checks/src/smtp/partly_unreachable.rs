//! Some addresses of the mail exchangers refuse connections.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;

/// An address of a mail exchanger refuses connections on port 25, while others take them.
pub const CHECK: Check = Check {
    id: "smtp-partly-unreachable",
    title: "Some addresses of the mail exchangers refuse connections",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5321 5.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Mx],
    page: include_str!("partly_unreachable.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.exchanger_servers();
    if !posture.facts.target.probe {
        return Judgement::Skipped;
    }
    let refusing: Vec<&Server> = servers.iter().filter(|server| server.refuses()).collect();
    if servers.is_empty() || refusing.len() == servers.len() {
        return Judgement::NotApplicable;
    }
    if !refusing.is_empty() {
        return Judgement::fail(failure(posture, &refusing));
    }
    if posture.port_25_is_closed() {
        return Judgement::Skipped;
    }
    // An address family that does not work here says nothing of the server.
    let open = servers.iter().find_map(|server| Some((server, server.session.cause()?)));
    match open.filter(|(_, cause)| *cause != Cause::Local) {
        Some((server, cause)) => Judgement::inconclusive(server.text(), cause),
        None => Judgement::Pass,
    }
}

fn failure(posture: &Posture, refusing: &[&Server]) -> Failure {
    let addresses = remedy::joined(refusing.iter().map(|server| server.service.address));
    Failure {
        subject: server::subject(refusing),
        explanation: format!(
            "Port 25 of {addresses} refuses connections, although mail for {} is sent there.",
            posture.domain()
        ),
        evidence: server::seen(posture, refusing, |_| "connection refused".into()),
        remedy: Remedy {
            steps: vec![
                "Let the mail server listen on these addresses too (often the IPv6 address is forgotten).".into(),
                "If no mail server runs there, remove the address or the MX record.".into(),
            ],
            records: Vec::new(),
        },
    }
}

//! An IMAP server refuses connections.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;

/// An IMAP server that the domain names, or that was asked for, refuses connections.
pub const CHECK: Check = Check {
    id: "imap-unreachable",
    title: "An IMAP server refuses connections",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 6186 3"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Imap, Need::Mx],
    page: include_str!("unreachable.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.servers(true);
    if !posture.facts.target.probe {
        return Judgement::Skipped;
    }
    // A host that is looked at need not offer both ports: one is enough.
    let host = posture.facts.target.role == ptrust_facts::domain::Role::Host;
    let reached = servers.iter().any(|server| server.session.present().is_some());
    let refusing: Vec<&Server> = servers.iter().filter(|server| server.refuses()).collect();
    if servers.is_empty() {
        return Judgement::NotApplicable;
    }
    let excused = host && reached;
    if !excused && !refusing.is_empty() {
        return Judgement::fail(failure(posture, &refusing));
    }
    let open = servers.iter().find_map(|server| Some((server, server.session.cause()?)));
    match open.filter(|(_, cause)| !matches!(cause, Cause::Local | Cause::Refused)) {
        Some((server, cause)) => Judgement::inconclusive(server.text(), cause),
        None => Judgement::Pass,
    }
}

fn failure(posture: &Posture, refusing: &[&Server]) -> Failure {
    let list = remedy::joined(refusing.iter().map(|server| server.text()));
    Failure {
        subject: server::subject(refusing),
        explanation: format!("Mail programs are sent to {list}, which refuses connections."),
        evidence: server::seen(posture, refusing, |_| "connection refused".into()),
        remedy: Remedy {
            steps: vec!["Start the IMAP server on this port, or correct the SRV record that names it.".into()],
            records: Vec::new(),
        },
    }
}

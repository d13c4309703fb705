//! An IMAP server does not offer TLS.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::StartTls;

/// An IMAP server in the clear does not list STARTTLS among its capabilities.
pub const CHECK: Check = Check {
    id: "imap-starttls-missing",
    title: "An IMAP server does not offer TLS",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8314 3"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Imap, Need::Mx],
    page: include_str!("starttls_missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.servers(true);
    let faulty = |server: &Server, session: &Session| {
        (!server.service.protocol.is_implicit()).then_some(session.starttls == StartTls::NotOffered)
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "{} {} no TLS on port 143, so passwords and mail cross the network in the clear.",
            server::hosts(servers),
            server::verb(servers, "offers", "offer")
        ),
        evidence: server::seen(posture, servers, server::starttls),
        remedy: Remedy {
            steps: vec![
                "Dovecot: set `ssl = required`, `ssl_cert` and `ssl_key`, then `doveadm reload`.".into(),
                "Better still, let mail programs use port 993, where TLS begins with the connection (RFC 8314).".into(),
            ],
            records: Vec::new(),
        },
    }
}

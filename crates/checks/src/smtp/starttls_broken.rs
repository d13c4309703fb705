//! A mail exchanger offers STARTTLS, and TLS fails.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::StartTls;

/// A mail exchanger offers STARTTLS and then refuses the command, or the handshake fails.
pub const CHECK: Check = Check {
    id: "smtp-starttls-broken",
    title: "A mail exchanger offers STARTTLS, and TLS fails",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 3207 4.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Mx],
    page: include_str!("starttls_broken.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers: Vec<Server> = posture.servers(false);
    let faulty = |_: &Server, session: &Session| match session.starttls {
        StartTls::NotOffered => None,
        StartTls::Implicit | StartTls::Done => Some(false),
        StartTls::Refused(_) | StartTls::Failed(_) => Some(true),
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "{} {} TLS, and it fails: senders that insist on it cannot deliver, and others fall back to clear text or \
             give up.",
            server::hosts(servers),
            server::verb(servers, "offers", "offer")
        ),
        evidence: server::seen(posture, servers, server::starttls),
        remedy: Remedy {
            steps: vec![
                "Look at the server's log for the reason: a key that does not fit the certificate, an unreadable file, or \
                 versions and ciphers that are all switched off."
                    .into(),
                "Try it with `openssl s_client -starttls smtp -connect HOST:25`.".into(),
            ],
            records: Vec::new(),
        },
    }
}

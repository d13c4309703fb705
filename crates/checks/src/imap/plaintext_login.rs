//! An IMAP server takes passwords in the clear.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;

/// An IMAP server without TLS lists AUTH=PLAIN or AUTH=LOGIN, and not LOGINDISABLED.
pub const CHECK: Check = Check {
    id: "imap-plaintext-login",
    title: "An IMAP server takes passwords in the clear",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9051 11.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Imap, Need::Mx],
    page: include_str!("plaintext_login.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.servers(true);
    let faulty = |server: &Server, session: &Session| {
        let has = |word: &str| session.offers.iter().any(|offer| offer.eq_ignore_ascii_case(word));
        let plain = has("AUTH=PLAIN") || has("AUTH=LOGIN") || !has("LOGINDISABLED");
        (!server.service.protocol.is_implicit() && !session.offers.is_empty()).then_some(plain)
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    let offers =
        |server: &Server| server.session.present().map(|session| remedy::joined(&session.offers)).unwrap_or_default();
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "{} {} passwords before TLS: a mail program that is set up wrongly shows them to everybody on the way.",
            server::hosts(servers),
            server::verb(servers, "takes", "take")
        ),
        evidence: server::seen(posture, servers, offers),
        remedy: Remedy {
            steps: vec![
                "Dovecot: set `ssl = required` (or `disable_plaintext_auth = yes` in versions before 2.4), then `doveadm \
                 reload`."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

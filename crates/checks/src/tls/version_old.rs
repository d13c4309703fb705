//! A mail server accepts TLS 1.0 or 1.1.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::Accepted;

/// The server goes on with a hello that offers no newer version than TLS 1.1.
pub const CHECK: Check = Check {
    id: "tls-version-old",
    title: "A mail server accepts TLS 1.0 or 1.1",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8996 2"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("version_old.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.all_servers();
    let faulty = |_: &Server, session: &Session| {
        let accepted = |wanted: Accepted| session.versions.iter().any(|offer| offer.accepted == wanted);
        match (session.versions.is_empty(), accepted(Accepted::Yes), accepted(Accepted::Unknown)) {
            (true, ..) | (false, false, true) => None,
            (false, yes, _) => Some(yes),
        }
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "{} {} TLS 1.0 or 1.1, which are broken and forbidden.",
            server::hosts(servers),
            server::verb(servers, "accepts", "accept")
        ),
        evidence: server::seen(posture, servers, versions),
        remedy: Remedy {
            steps: vec![
                "Postfix: set `smtpd_tls_protocols = >=TLSv1.2` in main.cf, then `postfix reload`.".into(),
                "Exim with OpenSSL: set `openssl_options = +no_tlsv1 +no_tlsv1_1`.".into(),
                "Dovecot: set `ssl_min_protocol = TLSv1.2`.".into(),
            ],
            records: Vec::new(),
        },
    }
}

/// The old versions that a server accepts.
fn versions(server: &Server) -> String {
    let offers = server.session.present().map(|session| session.versions.as_slice()).unwrap_or_default();
    let accepted = offers.iter().filter(|offer| offer.accepted == Accepted::Yes);
    format!("{} accepted", remedy::joined(accepted.map(|offer| offer.version)))
}

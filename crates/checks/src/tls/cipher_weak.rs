//! A mail server accepts weak cipher suites.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::Accepted;

/// The server goes on with a hello that offers only suites without encryption, with export keys, RC4, DES or 3DES.
pub const CHECK: Check = Check {
    id: "tls-cipher-weak",
    title: "A mail server accepts weak cipher suites",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9325 4.1"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("cipher_weak.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.all_servers();
    let faulty = |_: &Server, session: &Session| match session.weak_cipher? {
        Accepted::Yes => Some(true),
        Accepted::No => Some(false),
        Accepted::Unknown => None,
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!("{} {} cipher suites that protect nothing: without encryption, RC4, DES or 3DES.", server::hosts(servers), server::verb(servers, "accepts", "accept")),
        evidence: server::seen(posture, servers, |_| "a hello with weak cipher suites only was accepted".into()),
        remedy: Remedy {
            steps: vec!["Postfix: set `smtpd_tls_ciphers = medium` and `smtpd_tls_exclude_ciphers = eNULL, EXPORT, RC4, DES, 3DES` in main.cf, then `postfix reload`.".into(),
                "Exim with OpenSSL: set `tls_require_ciphers = HIGH:!eNULL`.".into(),
                "Dovecot: set `ssl_cipher_list` likewise.".into()],
            records: Vec::new(),
        },
    }
}

//! The certificate of a mail server has expired.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::session::Tls;

/// The time of the observation lies behind the end of the server's certificate.
pub const CHECK: Check = Check {
    id: "tls-certificate-expired",
    title: "The certificate of a mail server has expired",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5280 4.1.2.5"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("certificate_expired.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let now = posture.facts.observed_at;
    let faulty = |_: &Server, tls: &Tls| tls.chain.first().is_some_and(|leaf| leaf.not_after < now);
    server::each_tls(posture, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!("The certificate of {} has expired.", server::hosts(servers)),
        evidence: server::seen(posture, servers, server::certificate),
        remedy: Remedy {
            steps: vec!["Renew the certificate (with an ACME client such as certbot: `certbot renew`), and reload the mail server after each renewal.".into()],
            records: Vec::new(),
        },
    }
}

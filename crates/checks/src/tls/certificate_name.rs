//! The certificate of a mail server is for other names.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::session::Tls;

/// None of the names in the server's certificate is the name of the host.
pub const CHECK: Check = Check {
    id: "tls-certificate-name",
    title: "The certificate of a mail server is for other names",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 9525 6"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("certificate_name.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let faulty = |_: &Server, tls: &Tls| !tls.chain.is_empty() && !tls.name_matches;
    server::each_tls(posture, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!("The certificate of {} does not name that host.", server::hosts(servers)),
        evidence: server::seen(posture, servers, server::certificate),
        remedy: Remedy {
            steps: vec![
                "Get a certificate that names the host exactly as the MX record does, and reload the mail server."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

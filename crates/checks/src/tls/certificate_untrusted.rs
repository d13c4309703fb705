//! The certificate of a mail server leads to no trusted root.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::session::{CertificateTrust, Tls};

/// The chain is self-signed, from an unknown issuer, incomplete, not valid yet or otherwise unsound; an expired one has a check of its own.
pub const CHECK: Check = Check {
    id: "tls-certificate-untrusted",
    title: "The certificate of a mail server leads to no trusted root",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 5280 6"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("certificate_untrusted.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let faulty = |_: &Server, tls: &Tls| !matches!(tls.trust, CertificateTrust::Trusted | CertificateTrust::Expired);
    server::each_tls(posture, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!("The certificate of {} cannot be verified: it is {}.", server::hosts(servers), reason(servers)),
        evidence: server::seen(posture, servers, server::certificate),
        remedy: Remedy {
            steps: vec!["Get a certificate from a public authority (Let's Encrypt is free), and let the server send the whole chain: its own certificate and the intermediate ones.".into()],
            records: Vec::new(),
        },
    }
}

/// What is wrong with the first of the chains.
fn reason(servers: &[&Server]) -> String {
    match servers.iter().find_map(|server| server.tls()).map(|tls| &tls.trust) {
        Some(CertificateTrust::SelfSigned) => "self-signed".into(),
        Some(CertificateTrust::NotYetValid) => "not valid yet".into(),
        Some(CertificateTrust::Other(why)) => format!("unsound ({why})"),
        _ => "from an unknown issuer, or sent without its intermediate certificates".into(),
    }
}

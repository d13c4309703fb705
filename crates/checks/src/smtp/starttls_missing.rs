//! A mail exchanger does not offer STARTTLS.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::StartTls;

/// A mail exchanger greets, and does not list STARTTLS in its reply to EHLO.
pub const CHECK: Check = Check {
    id: "smtp-starttls-missing",
    title: "A mail exchanger does not offer STARTTLS",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, https://support.google.com/a/answer/81126 (2026-03-21)"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Mx],
    page: include_str!("starttls_missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.exchanger_servers();
    let faulty = |_: &Server, session: &Session| {
        // Without a reply to EHLO nothing was offered, TLS or not.
        let spoke = session.code.is_some_and(|code| code < 300);
        spoke.then_some(session.starttls == StartTls::NotOffered)
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    let hosts = server::hosts(servers);
    let verb = server::verb(servers, "does", "do");
    Failure {
        subject: server::subject(servers),
        explanation: format!("{hosts} {verb} not offer STARTTLS, so mail for {} crosses the network in the clear.", posture.domain()),
        evidence: server::seen(posture, servers, server::starttls),
        remedy: Remedy {
            steps: vec![
                "Postfix: set `smtpd_tls_security_level = may` and `smtpd_tls_chain_files = KEY, CERTIFICATE` in main.cf, \
                 then `postfix reload`."
                    .into(),
                "Exim: set `tls_certificate`, `tls_privatekey` and `tls_advertise_hosts = *` in the main section.".into(),
                "OpenSMTPD: declare the certificate with `pki` and add `tls pki NAME` to the `listen on` line.".into(),
                "If it is configured already, look for a firewall that removes STARTTLS (Cisco's `fixup` shows XXXXXXXA)."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}

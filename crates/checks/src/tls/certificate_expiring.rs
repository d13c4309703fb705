//! The certificate of a mail server ends soon.

use crate::posture::servers::Server;
use crate::server;
use jiff::SignedDuration;
use ptrust_facts::session::Tls;

/// How close the end is: whoever renews automatically has done so by then.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

use crate::prelude::*;

/// The server's certificate is still valid, and ends within fourteen days.
pub const CHECK: Check = Check {
    id: "tls-certificate-expiring",
    title: "The certificate of a mail server ends within two weeks",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice("ACME clients renew a month before the end"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("certificate_expiring.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let now = posture.facts.observed_at;
    let soon = now.saturating_add(SOON).unwrap_or(now);
    let faulty =
        |_: &Server, tls: &Tls| tls.chain.first().is_some_and(|leaf| leaf.not_after >= now && leaf.not_after < soon);
    server::each_tls(posture, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!("The certificate of {} ends within two weeks, so its renewal seems not to work.", server::hosts(servers)),
        evidence: server::seen(posture, servers, server::certificate),
        remedy: Remedy {
            steps: vec!["Renew the certificate (with an ACME client such as certbot: `certbot renew`), and reload the mail server after each renewal.".into()],
            records: Vec::new(),
        },
    }
}

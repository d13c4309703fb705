//! A mail exchanger fails the enforced MTA-STS policy.

use crate::posture::mta_sts::StsPolicyState;
use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::CertificateTrust;
use ptrust_mail::mta_sts::Mode;

/// The policy is enforced, and a mail exchanger has no STARTTLS, or a certificate that does not hold for its name.
pub const CHECK: Check = Check {
    id: "mta-sts-certificate",
    title: "A mail exchanger fails the enforced MTA-STS policy",
    severity: Severity::Error,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 8461 4.2"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::MtaSts, Need::Mx, Need::Servers],
    page: include_str!("certificate.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    match posture.sts_policy() {
        StsPolicyState::NotSought | StsPolicyState::Unavailable(_) => return Judgement::NotApplicable,
        StsPolicyState::Unknown(cause) => {
            return Judgement::inconclusive(posture.sts_url().unwrap_or_default(), cause);
        }
        StsPolicyState::Fetched(policy, _) if policy.is_void() || policy.value.mode != Mode::Enforce => {
            return Judgement::NotApplicable;
        }
        StsPolicyState::Fetched(..) => {}
    }
    let faulty = |server: &Server, session: &Session| match &session.tls {
        Some(tls) => Some(tls.trust != CertificateTrust::Trusted || !tls.name_matches),
        None => Some(server.without_tls()),
    };
    server::each(posture, &posture.exchanger_servers(), faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    let seen =
        |server: &Server| if server.tls().is_some() { server::certificate(server) } else { server::starttls(server) };
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "The MTA-STS policy of {} is enforced, and {} {} it: senders that follow it do not deliver there.",
            posture.domain(),
            server::hosts(servers),
            server::verb(servers, "fails", "fail")
        ),
        evidence: server::seen(posture, servers, seen),
        remedy: Remedy {
            steps: vec![
                "Give the host a valid certificate for its name in the MX record.".into(),
                "Until that is done, set the policy to `mode: testing` and change the id of the record.".into(),
            ],
            records: Vec::new(),
        },
    }
}

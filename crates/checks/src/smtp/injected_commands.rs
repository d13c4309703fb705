//! A server takes commands from before TLS for commands under it.

use crate::posture::servers::Server;
use crate::prelude::*;
use crate::server;
use ptrust_facts::Session;
use ptrust_facts::session::Injection;

/// A command sent in the clear in the same packet as STARTTLS is answered under TLS (CVE-2011-0411).
pub const CHECK: Check = Check {
    id: "smtp-injected-commands",
    title: "A server takes commands from before TLS for commands under it",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 3207 6"),
    who: Who::MailOperator,
    since: "0.2.0",
    needs: &[Need::Servers, Need::Imap, Need::Mx],
    page: include_str!("injected_commands.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let servers = posture.all_servers();
    let faulty = |_: &Server, session: &Session| match session.injection {
        Injection::Vulnerable => Some(true),
        Injection::Clean => Some(false),
        Injection::NotTested => None,
    };
    server::each(posture, &servers, faulty, |with| failure(posture, with))
}

fn failure(posture: &Posture, servers: &[&Server]) -> Failure {
    Failure {
        subject: server::subject(servers),
        explanation: format!(
            "{} {} a command that was sent in the clear behind STARTTLS as if it had come under TLS: whoever sits on the \
             way can put commands into a session that looks protected.",
            server::hosts(servers),
            server::verb(servers, "answers", "answer")
        ),
        evidence: server::seen(posture, servers, |_| "NOOP sent before TLS was answered under TLS".into()),
        remedy: Remedy {
            steps: vec!["Update the mail server: this was mended in all of them in 2011 and again in 2021.".into()],
            records: Vec::new(),
        },
    }
}

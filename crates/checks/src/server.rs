//! What the checks of mail servers share: judging a list of servers, and evidence of what they said.

use crate::posture::Posture;
use crate::posture::mx::Exchange;
use crate::posture::servers::Server;
use crate::{Evidence, Failure, Judgement, evidence};
use ptrust_facts::Session;
use ptrust_facts::session::{StartTls, Tls};
use ptrust_names::Cause;
use std::collections::BTreeSet;

/// Judges each server that spoke: `faulty` says whether it has the defect, and nothing where the question does not arise.
/// Any server with it makes a failure.
pub(crate) fn each<'a>(
    posture: &Posture<'a>,
    servers: &[Server<'a>],
    faulty: impl Fn(&Server<'a>, &Session) -> Option<bool>,
    fail: impl FnOnce(&[&Server<'a>]) -> Failure,
) -> Judgement {
    if !posture.facts.target.probe {
        return Judgement::Skipped;
    }
    if servers.is_empty() {
        return match posture.exchangers().kind {
            Exchange::Unknown(cause) => {
                Judgement::inconclusive(format!("the mail exchangers of {}", posture.domain()), cause)
            }
            _ => Judgement::NotApplicable,
        };
    }
    let said = |server: &Server<'a>| faulty(server, server.session.present()?);
    let with: Vec<&Server<'a>> = servers.iter().filter(|server| said(server) == Some(true)).collect();
    if !with.is_empty() {
        return Judgement::fail(fail(&with));
    }
    // No route from here, and refused connections, say nothing of what a server would show.
    let open = servers.iter().find_map(|server| {
        let cause = server.session.cause()?;
        (!matches!(cause, Cause::Refused | Cause::Local)).then_some((server, cause))
    });
    match open {
        Some(_) if posture.port_25_is_closed() => Judgement::Skipped,
        Some((server, cause)) => Judgement::inconclusive(format!("what {} shows", server.text()), cause),
        None if servers.iter().any(|server| said(server).is_some()) => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

/// The same for what a server shows under TLS.
pub(crate) fn each_tls<'a>(
    posture: &Posture<'a>,
    faulty: impl Fn(&Server<'a>, &Tls) -> bool,
    fail: impl FnOnce(&[&Server<'a>]) -> Failure,
) -> Judgement {
    let servers = posture.all_servers();
    each(posture, &servers, |server, session| Some(faulty(server, session.tls.as_ref()?)), fail)
}

/// The hosts of some servers for a sentence, each once.
pub(crate) fn hosts(servers: &[&Server]) -> String {
    evidence::names_text(servers.iter().map(|server| &server.service.name))
}

/// The word that fits the number of hosts.
pub(crate) fn verb<'a>(servers: &[&Server], one: &'a str, many: &'a str) -> &'a str {
    let hosts: BTreeSet<_> = servers.iter().map(|server| &server.service.name).collect();
    crate::remedy::for_count(hosts.len(), one, many)
}

/// The hosts of some servers as a subject: `mail.example.com, mail2.example.com`.
pub(crate) fn subject(servers: &[&Server]) -> String {
    let names: BTreeSet<String> = servers.iter().map(|server| server.service.name.to_string()).collect();
    names.into_iter().take(8).collect::<Vec<_>>().join(", ")
}

/// Evidence of each server, as `tell` puts it.
pub(crate) fn seen(posture: &Posture, servers: &[&Server], tell: impl Fn(&Server) -> String) -> Vec<Evidence> {
    let one = |server: &&Server| {
        let asked = format!("{} {} port {}", server.service.protocol, server.service.name, server.service.port);
        evidence::by(posture.facts, asked, server.service.address.to_string(), tell(server))
    };
    servers.iter().map(one).take(evidence::MAX_EVIDENCE).collect()
}

/// How TLS began, in words.
pub(crate) fn starttls(server: &Server) -> String {
    match server.session.present().map(|session| &session.starttls) {
        Some(StartTls::NotOffered) => "STARTTLS is not offered".into(),
        Some(StartTls::Refused(said)) => format!("STARTTLS is refused: {said}"),
        Some(StartTls::Failed(why)) => format!("the TLS handshake fails: {why}"),
        Some(StartTls::Implicit | StartTls::Done) => "TLS".into(),
        None => server.session.cause().map_or_else(|| "nothing".into(), |cause| cause.to_string()),
    }
}

/// The server's own certificate in words.
pub(crate) fn certificate(server: &Server) -> String {
    let Some(leaf) = server.tls().and_then(|tls| tls.chain.first()) else {
        return "no certificate".into();
    };
    let names = if leaf.names.is_empty() { leaf.subject.clone() } else { crate::remedy::joined(&leaf.names) };
    format!("certificate for {names}, by {}, valid until {}", leaf.issuer, leaf.not_after.strftime("%Y-%m-%d"))
}

//! Mail servers, and what protects the way to them.

use jiff::Timestamp;
use ptrust_checks::Posture;
use ptrust_checks::posture::mta_sts::StsPolicyState;
use ptrust_checks::posture::servers::Server;
use ptrust_facts::Protocol;
use ptrust_facts::session::{CertificateTrust, StartTls, TlsVersion};
use ptrust_mail::mta_sts::Mode;
use ptrust_mail::tags::OneRecord;
use ptrust_mail::tlsa::Verdict;
use ptrust_names::{Cause, Name, Observed};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// One mail server at one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MailServer {
    /// The host.
    pub host: Name,
    /// Its address.
    #[schemars(with = "String")]
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// What is spoken.
    pub protocol: Protocol,
    /// Why it could not be spoken to; null when it could.
    pub unreached: Option<Cause>,
    /// The name in its greeting.
    pub greeting: Option<String>,
    /// How TLS began; null when nothing was said.
    pub starttls: Option<StartTls>,
    /// The TLS version agreed on.
    pub tls: Option<TlsVersion>,
    /// The cipher suite agreed on.
    pub cipher: Option<String>,
    /// Whether the certificate leads to a trusted root.
    pub certificate: Option<CertificateTrust>,
    /// Whether the certificate names the host.
    pub name_matches: Option<bool>,
    /// Until when the certificate is valid.
    #[schemars(with = "Option<String>")]
    pub expires: Option<Timestamp>,
}

/// The mail servers that were spoken to.
pub(super) fn servers(posture: &Posture) -> Vec<MailServer> {
    posture.all_servers().iter().map(server).collect()
}

/// One server.
fn server(server: &Server) -> MailServer {
    let session = server.session.present();
    let tls = server.tls();
    MailServer {
        host: server.service.name.clone(),
        address: server.service.address,
        port: server.service.port,
        protocol: server.service.protocol,
        unreached: server.session.cause(),
        greeting: session.and_then(|session| session.greeting.clone()),
        starttls: session.map(|session| session.starttls.clone()),
        tls: tls.map(|tls| tls.version),
        cipher: tls.map(|tls| tls.cipher.clone()),
        certificate: tls.map(|tls| tls.trust.clone()),
        name_matches: tls.map(|tls| tls.name_matches),
        expires: tls.and_then(|tls| tls.chain.first()).map(|leaf| leaf.not_after),
    }
}

/// MTA-STS of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MtaSts {
    /// `missing`, `several` (records, which count as none), `announced` (a record and no usable policy), `published` or
    /// `unknown`.
    pub state: &'static str,
    /// What senders do; null without a usable policy.
    pub mode: Option<Mode>,
    /// The exchangers it covers.
    pub mx: Vec<String>,
}

/// MTA-STS.
pub(super) fn mta_sts(posture: &Posture) -> MtaSts {
    let of = |state| MtaSts { state, mode: None, mx: Vec::new() };
    match posture.sts_record() {
        Some(OneRecord::Present { .. }) => {}
        Some(OneRecord::Several { .. }) => return of("several"),
        Some(OneRecord::Unknown(_)) => return of("unknown"),
        _ => return of("missing"),
    }
    match posture.sts_policy() {
        StsPolicyState::Fetched(policy, _) if !policy.is_void() => MtaSts {
            state: "published",
            mode: Some(policy.value.mode),
            mx: policy.value.mx.iter().map(ToString::to_string).collect(),
        },
        StsPolicyState::Unknown(_) => of("unknown"),
        _ => of("announced"),
    }
}

/// DANE of one mail exchanger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DaneHost {
    /// The host.
    pub host: Name,
    /// `missing`, `insecure`, `fits`, `mismatch`, `unusable` or `unknown`.
    pub state: &'static str,
}

/// DANE of each mail exchanger.
pub(super) fn dane(posture: &Posture) -> Vec<DaneHost> {
    let state = |dane: &ptrust_checks::posture::dane::Dane| {
        if dane.records.cause().is_some() {
            return "unknown";
        }
        if dane.published().is_none() {
            return "missing";
        }
        match dane.secure {
            Observed::Present(true) => {}
            Observed::Present(false) => return "insecure",
            _ => return "unknown",
        }
        let servers = posture.servers_of(&dane.host);
        let verdicts: Vec<Verdict> = servers.iter().filter_map(Server::tls).map(|tls| dane.judges(tls)).collect();
        match verdicts.as_slice() {
            [] => "unknown",
            all if all.contains(&Verdict::Mismatch) => "mismatch",
            all if all.contains(&Verdict::NoneUsable) => "unusable",
            _ => "fits",
        }
    };
    posture.dane().iter().map(|dane| DaneHost { host: dane.host.clone(), state: state(dane) }).collect()
}

/// Whether the domain asks for TLS reports: `published`, `missing`, `several` or `unknown`.
pub(super) fn tls_rpt(posture: &Posture) -> &'static str {
    match posture.tls_rpt() {
        Some(OneRecord::Present { .. }) => "published",
        Some(OneRecord::Several { .. }) => "several",
        Some(OneRecord::Unknown(_)) => "unknown",
        _ => "missing",
    }
}

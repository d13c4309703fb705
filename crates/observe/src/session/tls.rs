//! The TLS handshake: every certificate and every fault is noted, and none ends the conversation.

use super::{COMMAND_WAIT, Client, Talk};
use crate::ports::Stream;
use jiff::Timestamp;
use ptrust_facts::Line;
use ptrust_facts::session::{Certificate, CertificateTrust, MAX_CHAIN, Tls, TlsVersion};
use ptrust_mail::certificate::Certificate as Summary;
use ptrust_names::escape;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, ProtocolVersion, RootCertStore, SignatureScheme,
};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The roots that certificates are held against.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// Those of this system, with what `SSL_CERT_FILE` names.
    #[default]
    System,
    /// These alone: inside a world.
    Only(Arc<RootCertStore>),
}

impl Roots {
    /// The roots, read once: that takes longer than most conversations.
    async fn store(&self) -> Arc<RootCertStore> {
        static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
        match self {
            Self::Only(roots) => Arc::clone(roots),
            Self::System => {
                if let Some(roots) = SYSTEM.get() {
                    return Arc::clone(roots);
                }
                let read = tokio::task::spawn_blocking(crate::net::system_roots).await;
                let roots = Arc::new(read.unwrap_or_else(|_| RootCertStore::empty()));
                Arc::clone(SYSTEM.get_or_init(|| roots))
            }
        }
    }
}

impl Client<'_> {
    /// Makes the connection a TLS one. A failure comes with what was said until then.
    pub(super) async fn handshake(&self, talk: Talk) -> Result<(Talk, Tls), (String, Vec<Line>)> {
        let Talk { stream, begun, transcript } = talk;
        let name = self.service.name.to_string();
        let fail = |why: String| (why, transcript.clone());
        let server = ServerName::try_from(name).map_err(|_| fail("the host name is no TLS server name".into()))?;
        let provider = Arc::new(ring::default_provider());
        let seen = Arc::new(Seen { provider: Arc::clone(&provider), chain: Mutex::default() });
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| fail(error.to_string()))?;
        let config = config.dangerous().with_custom_certificate_verifier(Arc::<Seen>::clone(&seen));
        let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
        let connected = timeout(COMMAND_WAIT, connector.connect(server.clone(), stream)).await;
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(fail(escape(&reason(&error)))),
            Err(_) => return Err(fail("no answer in time".into())),
        };
        let (_, connection) = stream.get_ref();
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => TlsVersion::V1_3,
            _ => TlsVersion::V1_2,
        };
        let cipher =
            connection.negotiated_cipher_suite().map_or_else(String::new, |suite| format!("{:?}", suite.suite()));
        let chain = seen.chain.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let roots = self.settings.roots.store().await;
        let tls = describe(&chain, &server, &roots, self.ports.clock.now(), version, cipher);
        Ok((Talk { stream: Box::new(stream) as Box<dyn Stream>, begun, transcript }, tls))
    }
}

/// The words of a failed handshake.
fn reason(error: &std::io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(tls) => tls.to_string(),
        None if error.kind() == std::io::ErrorKind::UnexpectedEof => "the server hung up".into(),
        None => error.kind().to_string(),
    }
}

/// A verifier that keeps the chain and finds no fault with it; signatures of the handshake are verified all the same.
#[derive(Debug)]
struct Seen {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let all = std::iter::once(end_entity).chain(intermediates).take(MAX_CHAIN);
        let chain = all.map(|certificate| certificate.clone().into_owned()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a connection shows.
fn describe(
    chain: &[CertificateDer<'static>],
    server: &ServerName<'_>,
    roots: &RootCertStore,
    now: Timestamp,
    version: TlsVersion,
    cipher: String,
) -> Tls {
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0)));
    let parsed = chain.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok());
    let name_matches = parsed.as_ref().is_some_and(|leaf| verify_server_name(leaf, server).is_ok());
    let trust = match (&parsed, chain.first()) {
        (Some(leaf), Some(own)) => trust(leaf, own, chain, roots, now),
        _ => CertificateTrust::Other("the certificate cannot be read".into()),
    };
    let certificates = chain.iter().enumerate().filter_map(|(number, der)| {
        let anchors = number > 0 && parsed.as_ref().is_some_and(|leaf| leads_to(leaf, der, chain, now));
        essentials(der, anchors)
    });
    Tls { version, cipher, chain: certificates.collect(), trust, name_matches }
}

/// Whether a chain leads to a trusted root.
fn trust(
    leaf: &ParsedCertificate<'_>,
    own: &CertificateDer<'_>,
    chain: &[CertificateDer<'_>],
    roots: &RootCertStore,
    now: UnixTime,
) -> CertificateTrust {
    let algorithms = ring::default_provider().signature_verification_algorithms;
    let rest = chain.get(1..).unwrap_or_default();
    match verify_server_cert_signed_by_trust_anchor(leaf, roots, rest, now, algorithms.all) {
        Ok(()) => CertificateTrust::Trusted,
        Err(Error::InvalidCertificate(error)) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateTrust::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                CertificateTrust::NotYetValid
            }
            CertificateError::UnknownIssuer if is_self_signed(own) => CertificateTrust::SelfSigned,
            CertificateError::UnknownIssuer => CertificateTrust::UnknownIssuer,
            other => CertificateTrust::Other(escape(&other.to_string())),
        },
        Err(other) => CertificateTrust::Other(escape(&other.to_string())),
    }
}

/// Whether a certificate names itself as its issuer.
fn is_self_signed(der: &CertificateDer<'_>) -> bool {
    Summary::from_der(der).is_ok_and(|certificate| certificate.self_signed)
}

/// Whether the leaf leads to a certificate of the chain, taken as a trust anchor.
fn leads_to(
    leaf: &ParsedCertificate<'_>,
    anchor: &CertificateDer<'_>,
    chain: &[CertificateDer<'_>],
    now: UnixTime,
) -> bool {
    let mut roots = RootCertStore::empty();
    let algorithms = ring::default_provider().signature_verification_algorithms;
    let rest = chain.get(1..).unwrap_or_default();
    roots.add(anchor.clone().into_owned()).is_ok()
        && verify_server_cert_signed_by_trust_anchor(leaf, &roots, rest, now, algorithms.all).is_ok()
}

/// A certificate in its essentials; none when it cannot be read.
fn essentials(der: &CertificateDer<'_>, anchors: bool) -> Option<Certificate> {
    let read = Summary::from_der(der).ok()?;
    Some(Certificate {
        subject: read.subject,
        names: read.names,
        issuer: read.issuer,
        not_before: read.not_before,
        not_after: read.not_after,
        key: format!("{} {}", read.key.algorithm, read.key.bits),
        sha256: read.digests.certificate_sha256,
        sha512: read.digests.certificate_sha512,
        key_sha256: read.digests.key_sha256,
        key_sha512: read.digests.key_sha512,
        anchors,
    })
}

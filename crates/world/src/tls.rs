//! TLS of the world's mail servers: an authority of its own, certificates made at start, and servers that still accept
//! what no library speaks any more.

use jiff::{SignedDuration, Timestamp};
use ptrust_observe::ports::Stream;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::TlsAcceptor;

/// How long before the world's clock certificates begin.
const AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long certificates are valid unless told otherwise: what public authorities give.
pub(crate) const VALIDITY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Octets of a hello that are looked at.
const HELLO: usize = 48;

/// Who issued a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Authority {
    /// An authority that nobody trusts.
    Foreign,
    /// The server itself.
    Own,
    /// The world's authority.
    #[default]
    World,
}

/// What `tls` lines say of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// Names of the certificate.
    pub(crate) names: Vec<String>,
    /// Who issued it.
    pub(crate) authority: Authority,
    /// How long it is still valid; negative for one that has ended.
    pub(crate) remaining: Option<SignedDuration>,
    /// Old versions that are accepted: the second octet of their number.
    pub(crate) versions: Vec<u8>,
    /// Whether weak cipher suites are accepted.
    pub(crate) weak: bool,
    /// Whether handshakes fail.
    pub(crate) fails: bool,
    /// Whether commands sent in the clear behind STARTTLS are answered under TLS.
    pub(crate) injectable: bool,
}

/// The certificates of a world.
#[derive(Debug)]
pub(crate) struct Authorities {
    world: Ca,
    foreign: Ca,
    now: Timestamp,
}

/// One authority.
#[derive(Debug)]
struct Ca {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// Making certificates of a few fixed fields cannot fail.
const MADE: &str = "keys and certificates of known fields";

impl Ca {
    /// A new authority.
    fn new(name: &str, now: Timestamp) -> Self {
        let key = KeyPair::generate().expect(MADE);
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        validity(&mut params, now, VALIDITY * 10);
        let certificate = params.self_signed(&key).expect(MADE).der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }
}

/// Sets from when and until when a certificate is valid.
pub(crate) fn validity(params: &mut CertificateParams, now: Timestamp, remaining: SignedDuration) {
    let end = now.saturating_add(remaining).unwrap_or(now);
    between(params, end.min(now).saturating_sub(AGE).unwrap_or(now), end);
}

/// Makes a certificate valid from one day to another.
pub(crate) fn between(params: &mut CertificateParams, begin: Timestamp, end: Timestamp) {
    let date = |time: Timestamp| {
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        let part = |value: i8| u8::try_from(value).unwrap_or(1);
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = date(begin);
    params.not_after = date(end);
}

impl Authorities {
    /// The authorities of a world whose clock starts at a time.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { world: Ca::new("World CA", now), foreign: Ca::new("Foreign CA", now), now }
    }

    /// What the world trusts.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.world.certificate.clone()).expect(MADE);
        roots
    }

    /// The server's side of a listener's TLS.
    fn config(&self, script: &Script) -> ServerConfig {
        let key = KeyPair::generate().expect(MADE);
        let mut params = CertificateParams::new(script.names.clone()).unwrap_or_default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, script.names.first().map_or("mail", String::as_str));
        validity(&mut params, self.now, script.remaining.unwrap_or(VALIDITY));
        let chain = match script.authority {
            Authority::Own => vec![params.self_signed(&key).expect(MADE).der().clone()],
            Authority::World => issued(&params, &key, &self.world),
            Authority::Foreign => issued(&params, &key, &self.foreign),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect(MADE);
        config.with_no_client_auth().with_single_cert(chain, key).expect(MADE)
    }

    /// Accepts a TLS connection, or plays a server that agrees to what only old clients ask. `None` when there is nothing
    /// more to say on it.
    pub(crate) async fn accept(&self, script: &Script, mut stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
        let mut head = vec![0; HELLO];
        stream.read_exact(&mut head).await.ok()?;
        let old = head.get(9..11).is_some_and(|version| version < [3, 3].as_slice());
        // A hello whose first suite (behind an empty session id) has no encryption offers weak ones only.
        let weak = head.get(43) == Some(&0) && head.get(46..48) == Some(&[0, 1]);
        if script.fails || old || weak {
            let minor = head.get(10).copied().unwrap_or(3);
            let agreed = !script.fails && ((old && script.versions.contains(&minor)) || (weak && !old && script.weak));
            let answer = if agreed { server_hello(minor, weak && !old) } else { vec![21, 3, minor, 0, 2, 2, 40] };
            let _ = stream.write_all(&answer).await;
            return None;
        }
        let config = Arc::new(self.config(script));
        let stream = Rewound { head, at: 0, inner: stream };
        let stream = TlsAcceptor::from(config).accept(stream).await.ok()?;
        Some(Box::new(stream))
    }
}

/// A chain of a certificate and its authority.
fn issued(params: &CertificateParams, key: &KeyPair, ca: &Ca) -> Vec<CertificateDer<'static>> {
    vec![params.signed_by(key, &ca.issuer).expect(MADE).der().clone(), ca.certificate.clone()]
}

/// A ServerHello that agrees.
fn server_hello(minor: u8, weak: bool) -> Vec<u8> {
    let suite = if weak { [0, 5] } else { [0, 0x2f] };
    let mut record = vec![22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor];
    record.extend([0x5a; 32]);
    record.extend([0, suite[0], suite[1], 0]);
    record
}

/// A stream with what was read of it in front again.
struct Rewound {
    head: Vec<u8>,
    at: usize,
    inner: Box<dyn Stream>,
}

impl AsyncRead for Rewound {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let rest = self.head.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buf);
        }
        let length = rest.len().min(buf.remaining());
        buf.put_slice(rest.get(..length).unwrap_or_default());
        self.at += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewound {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

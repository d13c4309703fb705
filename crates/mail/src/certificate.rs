//! What certificates say: names, times, keys (RFC 5280).
//!
//! Not here: whether one is trusted. That needs a clock and roots.

use jiff::Timestamp;
use ptrust_names::escape;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

/// Octets of a certificate at most: those of mail servers have one to three thousand.
pub const MAX_CERTIFICATE: usize = 64 * 1024;
/// Names of a certificate that are kept: public authorities issue for a hundred at most.
pub const MAX_NAMES: usize = 128;
/// Characters of a subject or an issuer that are kept.
const MAX_TEXT: usize = 500;

/// A certificate in its essentials. Text is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateText {
    /// Its subject.
    pub subject: String,
    /// The DNS names that it is for, lower-case; wildcards as written.
    pub names: Vec<String>,
    /// Its issuer.
    pub issuer: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// Algorithm of its key, and bits: `RSA 2048`.
    pub key: String,
    /// Its public key (SubjectPublicKeyInfo) in DER.
    pub public_key: Vec<u8>,
    /// Whether it names itself as its issuer.
    pub self_issued: bool,
}

/// The bytes are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate")]
pub struct NotCertificate;

/// Reads a certificate in DER.
///
/// # Errors
/// When the bytes are no certificate, or too many.
pub fn read(der: &[u8]) -> Result<CertificateText, NotCertificate> {
    if der.len() > MAX_CERTIFICATE {
        return Err(NotCertificate);
    }
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| NotCertificate)?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|extension| &extension.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(escape(&name.to_ascii_lowercase())),
        _ => None,
    });
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap_or_default();
    Ok(CertificateText {
        subject: text(&certificate.subject().to_string()),
        names: names.take(MAX_NAMES).collect(),
        issuer: text(&certificate.issuer().to_string()),
        not_before: time(certificate.validity().not_before.timestamp()),
        not_after: time(certificate.validity().not_after.timestamp()),
        key: key(&certificate),
        public_key: certificate.public_key().raw.to_vec(),
        self_issued: certificate.subject() == certificate.issuer(),
    })
}

/// Text from a certificate, escaped and bounded.
fn text(raw: &str) -> String {
    escape(raw).chars().take(MAX_TEXT).collect()
}

/// The key's algorithm and size.
fn key(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {}", key.key_size()),
        Ok(PublicKey::EC(point)) => format!("ECDSA {}", point.key_size()),
        Ok(PublicKey::DSA(_)) => "DSA".into(),
        _ => match certificate.public_key().algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => "Ed25519".into(),
            "1.3.101.113" => "Ed448".into(),
            other => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_certificate_is_read() {
        let made = rcgen::generate_simple_self_signed(vec!["Mail.example.com".into(), "*.example.com".into()]);
        let made = made.expect("a certificate");
        let read = read(made.cert.der()).expect("readable");
        assert_eq!(read.names, ["mail.example.com", "*.example.com"]);
        assert_eq!(read.key, "ECDSA 256");
        assert!(read.self_issued);
        assert!(read.not_before < read.not_after);
        assert!(!read.public_key.is_empty());
    }

    #[test]
    fn other_bytes_are_none() {
        assert_eq!(read(b""), Err(NotCertificate));
        assert_eq!(read(&vec![0x30; MAX_CERTIFICATE + 1]), Err(NotCertificate));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
        }
    }
}

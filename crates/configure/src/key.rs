//! Keys: made, read from files, and written to files that nobody else can read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ptrust_mail::certificate;
use rsa::pkcs8::EncodePrivateKey as _;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Bits of the RSA keys that are made: every verifier takes them (RFC 8301 3.2), and a TXT record holds them in two strings.
const RSA_BITS: usize = 2048;
/// Octets of a key or certificate file at most: chains of certificates have a few thousand.
const MAX_FILE: u64 = 256 * 1024;
/// Characters of a line of PEM (RFC 7468 2).
const PEM_LINE: usize = 64;
/// What stands before the 32 octets of an Ed25519 seed in PKCS#8 (RFC 8410 7): version 1, which every library reads.
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 octets of a public Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 4).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The kinds of keys that are made for DKIM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// RSA with 2048 bits, which every receiver verifies.
    #[default]
    Rsa,
    /// Ed25519 (RFC 8463), which some receivers do not verify yet.
    Ed25519,
}

/// Why a key cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A file is there already.
    #[error("the file exists already; name another, or remove it if nothing signs with it")]
    Exists,
    /// The file holds neither a key nor a certificate.
    #[error("the file holds no key or certificate in PEM or DER")]
    NoKey,
    /// The key is encrypted.
    #[error("the key is encrypted; decrypt it first, for example with openssl pkcs8")]
    Encrypted,
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Too long for a key.
    #[error("the file is too long for a key or certificate")]
    Long,
    /// The system gives no random octets, or the key cannot be made with them.
    #[error("the system gave no usable random octets")]
    Random,
    /// A private key of a kind or size that is not known.
    #[error("a private key, but not RSA of 2048 to 4096 bits, ECDSA P-256 or P-384, or Ed25519")]
    Unsupported,
}

/// A private key: PKCS#8 in DER. Neither printed nor serialized by anything but [`PrivateKey::write`].
pub struct PrivateKey(PrivatePkcs8KeyDer<'static>);

/// A public key: a SubjectPublicKeyInfo in DER (RFC 5280 4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PrivateKey {
    /// Makes a key from the randomness of the operating system.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let octets = match algorithm {
            Algorithm::Ed25519 => {
                let mut octets = ED25519_PKCS8.to_vec();
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|_| KeyError::Random)?;
                octets.extend_from_slice(&seed);
                octets
            }
            Algorithm::Rsa => {
                let key = rsa::PrivateKey::new(&mut getrandom::SysRng, RSA_BITS).map_err(|_| KeyError::Random)?;
                key.to_pkcs8_der().map_err(|_| KeyError::Random)?.as_bytes().to_vec()
            }
        };
        Ok(Self(octets.into()))
    }

    /// The public half.
    ///
    /// # Errors
    /// When it is no key that signs.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        public_of(&PrivateKeyDer::Pkcs8(self.0.clone_key()))
    }

    /// The key in PEM (RFC 7468 10).
    fn pem(&self) -> String {
        let text = STANDARD.encode(self.0.secret_pkcs8_der());
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        // Base64 is ASCII, so every place is a boundary.
        let mut rest = text.as_str();
        while let Some((line, tail)) = rest.split_at_checked(PEM_LINE) {
            pem.push_str(line);
            pem.push('\n');
            rest = tail;
        }
        if !rest.is_empty() {
            pem.push_str(rest);
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        pem
    }

    /// Writes the key in PEM to a new file that only its owner may read and write.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists,
            _ => error.into(),
        });
        let mut file = opened?;
        let written = file.write_all(self.pem().as_bytes()).and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a key is of no use, and the next try would find the file in its way.
            let _ = std::fs::remove_file(path);
        }
        Ok(written?)
    }
}

impl PublicKey {
    /// Reads the public key of a file: of a private key, of a public key, or of the first certificate in it.
    ///
    /// # Errors
    /// When the file cannot be read, or holds nothing of the kind.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let mut octets = Vec::new();
        std::fs::File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut octets)?;
        if octets.len() as u64 > MAX_FILE {
            return Err(KeyError::Long);
        }
        Self::parse(&octets)
    }

    /// The same for the octets of a file, in PEM or DER.
    ///
    /// # Errors
    /// When there is neither a key nor a certificate.
    pub fn parse(octets: &[u8]) -> Result<Self, KeyError> {
        if holds(octets, b"-----BEGIN ") { Self::of_pem(octets) } else { Self::of_der(octets) }
    }

    /// The first key or certificate of a file in PEM (RFC 7468).
    fn of_pem(octets: &[u8]) -> Result<Self, KeyError> {
        let nothing = if holds(octets, b"ENCRYPTED") { KeyError::Encrypted } else { KeyError::NoKey };
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(octets) {
            let Ok((kind, der)) = section else { break };
            match kind {
                SectionKind::Certificate => return Self::of_certificate(&der),
                SectionKind::PublicKey => return Self::of_spki(der),
                SectionKind::PrivateKey => return public_of(&PrivateKeyDer::Pkcs8(der.into())),
                SectionKind::RsaPrivateKey => return public_of(&PrivateKeyDer::Pkcs1(der.into())),
                SectionKind::EcPrivateKey => return public_of(&PrivateKeyDer::Sec1(der.into())),
                // Parameters of curves may stand in front of a key.
                _ => {}
            }
        }
        Err(nothing)
    }

    /// The key or certificate that the octets are in DER.
    fn of_der(octets: &[u8]) -> Result<Self, KeyError> {
        if let Ok(found) = Self::of_certificate(octets) {
            return Ok(found);
        }
        let private = PrivateKeyDer::try_from(octets).ok().and_then(|key| public_of(&key).ok());
        private.map_or_else(|| Self::of_spki(octets.to_vec()), Ok)
    }

    /// The key of a certificate in DER.
    fn of_certificate(der: &[u8]) -> Result<Self, KeyError> {
        certificate::public_key(der).map(Self).map_err(|_| KeyError::NoKey)
    }

    /// A SubjectPublicKeyInfo in DER, as far as can be told from its outside: a SEQUENCE that fills the octets. Whether it
    /// is a key for the purpose at hand, its user finds out.
    fn of_spki(der: Vec<u8>) -> Result<Self, KeyError> {
        let length = match der.as_slice() {
            [0x30, length @ 0..=0x7f, ..] => Some(2 + usize::from(*length)),
            [0x30, 0x81, length, ..] => Some(3 + usize::from(*length)),
            [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
            _ => None,
        };
        if length == Some(der.len()) { Ok(Self(der)) } else { Err(KeyError::NoKey) }
    }

    /// The SubjectPublicKeyInfo in DER.
    pub fn spki(&self) -> &[u8] {
        &self.0
    }

    /// The 32 octets of an Ed25519 key; `None` for another kind.
    pub fn ed25519(&self) -> Option<&[u8]> {
        self.0.strip_prefix(ED25519_SPKI.as_slice()).filter(|octets| octets.len() == 32)
    }
}

/// The public half of a private key of any form.
fn public_of(key: &PrivateKeyDer<'_>) -> Result<PublicKey, KeyError> {
    let signer = any_supported_type(key).map_err(|_| KeyError::Unsupported)?;
    let public = signer.public_key().ok_or(KeyError::Unsupported)?;
    Ok(PublicKey(public.as_ref().to_vec()))
}

/// Whether the octets hold a word.
fn holds(octets: &[u8], word: &[u8]) -> bool {
    octets.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests;

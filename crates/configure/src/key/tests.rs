use super::*;
use rcgen::PublicKeyData as _;
use ring::signature::{ED25519, Ed25519KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::signature::{KeyPair as _, UnparsedPublicKey};
use rustls::pki_types::SubjectPublicKeyInfoDer;

#[test]
fn keys_are_written_for_their_owner_alone_and_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    for algorithm in [Algorithm::Ed25519, Algorithm::Rsa] {
        let path = folder.path().join(format!("{algorithm:?}.pem"));
        let key = PrivateKey::generate(algorithm).expect("a key");
        key.write(&path).expect("a new file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let before = std::fs::read(&path).expect("the file");
        assert!(matches!(PrivateKey::generate(Algorithm::Ed25519).expect("a key").write(&path), Err(KeyError::Exists)));
        assert_eq!(std::fs::read(&path).expect("the file"), before, "the key that was there is untouched");
        assert!(before.split(|octet| *octet == b'\n').all(|line| line.len() <= PEM_LINE));
        let public = key.public().expect("a public key");
        assert_eq!(PublicKey::read(&path).expect("a key"), public);
        let wrapped = STANDARD.encode(public.spki());
        let armored = format!("-----BEGIN PUBLIC KEY-----\n{wrapped}\n-----END PUBLIC KEY-----\n");
        assert_eq!(PublicKey::parse(armored.as_bytes()).expect("a key"), public);
        assert_eq!(PublicKey::parse(public.spki()).expect("a key"), public);
        assert_eq!(PublicKey::parse(key.0.secret_pkcs8_der()).expect("a key"), public);
    }
}

#[test]
fn what_the_keys_sign_verifies() {
    let message = b"a message";
    let key = PrivateKey::generate(Algorithm::Ed25519).expect("a key");
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.0.secret_pkcs8_der()).expect("a pair");
    let public = key.public().expect("a public key");
    assert_eq!(public.ed25519(), Some(pair.public_key().as_ref()));
    let known = UnparsedPublicKey::new(&ED25519, public.ed25519().expect("32 octets"));
    known.verify(message, pair.sign(message).as_ref()).expect("a signature");

    let key = PrivateKey::generate(Algorithm::Rsa).expect("a key");
    let pair = RsaKeyPair::from_pkcs8(key.0.secret_pkcs8_der()).expect("a pair");
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
    let known = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
    known.verify(message, &signature).expect("a signature");
    assert_eq!(signature.len() * 8, RSA_BITS);
    // Two keys are never the same.
    let other = PrivateKey::generate(Algorithm::Rsa).expect("a key").public().expect("a public key");
    assert_ne!(other, key.public().expect("a public key"));
}

#[test]
fn certificates_hold_keys_of_other_kinds() {
    let made = rcgen::generate_simple_self_signed(["mail.example.com".to_owned()]).expect("a certificate");
    let spki = made.signing_key.subject_public_key_info();
    assert_eq!(PublicKey::parse(made.cert.pem().as_bytes()).expect("a key").spki(), spki);
    assert_eq!(PublicKey::parse(made.cert.der()).expect("a key").spki(), spki);
    let private = made.signing_key.serialize_pem();
    assert_eq!(PublicKey::parse(private.as_bytes()).expect("a key").spki(), spki);
    // A key in front of its certificate, as some servers want it.
    let both = format!("{private}{}", made.cert.pem());
    assert_eq!(PublicKey::parse(both.as_bytes()).expect("a key").spki(), spki);
    assert_eq!(SubjectPublicKeyInfoDer::from(spki.as_slice()).as_ref(), spki);
}

#[test]
fn files_of_other_kinds_are_told() {
    let error = |octets: &[u8]| PublicKey::parse(octets).expect_err("no key").to_string();
    assert!(error(b"").contains("no key"));
    assert!(error(b"hello").contains("no key"));
    assert!(error(&[0x30, 0x03, 1, 2]).contains("no key"));
    assert!(
        error(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").contains("a private key, but not")
    );
    let encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert!(error(encrypted).contains("encrypted"));
    let old = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    assert!(error(old).contains("encrypted"), "{}", error(old));
    assert!(matches!(PublicKey::read(Path::new("/nonexistent/key.pem")), Err(KeyError::Io(_))));
}

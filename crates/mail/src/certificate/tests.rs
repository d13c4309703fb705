//! Tests of the summary of certificates

use super::*;
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("good names");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    params.distinguished_name.push(DnType::CommonName, "mail\u{202e}.example.com");
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    params
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn a_certificate_is_summed_up() {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key");
    let names = ["mail.example.com", "*.example.org", "192.0.2.1", "2001:db8::1"];
    let made = params(&names).self_signed(&key).expect("a certificate");
    let sum = Certificate::from_der(made.der()).expect("a certificate");
    assert_eq!(sum.common_name.as_deref(), Some("mail\\226\\128\\174.example.com"));
    assert_eq!(sum.organization.as_deref(), Some("Example"));
    assert_eq!(sum.names, ["mail.example.com", "*.example.org"]);
    assert!(sum.covers_address("192.0.2.1".parse().expect("an address")));
    assert!(sum.covers_address("::ffff:192.0.2.1".parse().expect("an address")));
    assert!(!sum.covers_address("192.0.2.2".parse().expect("an address")));
    assert_eq!(sum.not_before, at("2026-01-01T00:00:00Z"));
    assert!(sum.is_valid_at(at("2027-01-01T00:00:00Z")) && !sum.is_valid_at(at("2027-01-01T00:00:01Z")));
    assert_eq!(sum.key, Key { algorithm: "EC P-384".into(), bits: 384 });
    assert_eq!(sum.signature_algorithm, "ecdsa-with-SHA384");
    assert!(sum.self_signed && !sum.is_ca);
    assert_eq!(sum.digests.certificate_sha256.0, Sha256::digest(made.der()).to_vec());
    assert_eq!(sum.digests.key_sha512.0.len(), 64);
    assert_eq!(sum.digests.key_sha256.0, Sha256::digest(rcgen::PublicKeyData::subject_public_key_info(&key)).to_vec());
    let host = |text: &str| sum.covers(&text.parse().expect("a name"));
    assert_eq!(host("mail.example.com"), NameMatch::Exact);
    assert_eq!(host("mx.example.org"), NameMatch::Wildcard);
    assert_eq!(host("example.org"), NameMatch::None);
}

#[test]
fn keys_and_issuers_are_told_apart() {
    let mut root = params(&[]);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::CommonName, "Root");
    let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key")).expect("a root");
    let root = Certificate::from_der(issuer.der()).expect("a certificate");
    assert!(root.is_ca && root.self_signed && root.names.is_empty());
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let leaf = params(&["a.example.com"]).signed_by(&key, &issuer).expect("a certificate");
    let leaf = Certificate::from_der(leaf.der()).expect("a certificate");
    assert!(!leaf.is_ca && !leaf.self_signed);
    assert_eq!(leaf.issuer, root.subject);
    assert_eq!(leaf.key, Key { algorithm: "Ed25519".into(), bits: 256 });
    assert_eq!(leaf.signature_algorithm, "ecdsa-with-SHA256");
}

#[test]
fn many_names_are_cut_and_it_shows() {
    let names: Vec<String> = (0..600).map(|n| format!("h{n}.example.com")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let key = KeyPair::generate().expect("a key");
    let made = params(&names).self_signed(&key).expect("a certificate");
    let sum = Certificate::from_der(made.der()).expect("a certificate");
    assert_eq!((sum.names.len(), sum.names_left_out), (512, 88));
    assert_eq!(sum.covers(&"h599.example.com".parse().expect("a name")), NameMatch::Unknown);
    assert_eq!(sum.covers(&"h0.example.com".parse().expect("a name")), NameMatch::Exact);
}

#[test]
fn what_is_no_certificate_is_refused() {
    let key = KeyPair::generate().expect("a key");
    let made = params(&[]).self_signed(&key).expect("a certificate");
    let der = made.der().as_ref();
    let trailing = [der, &[0]].concat();
    assert_eq!(Certificate::from_der(&trailing), Err(CertificateError::Trailing { at: der.len() }));
    assert_eq!(Certificate::from_der(&[]), Err(CertificateError::NotDer));
    assert_eq!(Certificate::from_der(&vec![0; MAX_DER + 1]), Err(CertificateError::TooLong));
}

#[test]
fn it_is_stored_and_read_back() {
    let key = KeyPair::generate().expect("a key");
    let made = params(&["a.example.com", "192.0.2.1"]).self_signed(&key).expect("a certificate");
    let sum = Certificate::from_der(made.der()).expect("a certificate");
    let json = serde_json::to_string(&sum).expect("serializes");
    assert_eq!(serde_json::from_str::<Certificate>(&json).expect("reads back"), sum);
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::from_der(&octets).is_err());
    }

    #[test]
    fn damaged_certificates_never_panic(at in any::<prop::sample::Index>(), octet: u8, cut in any::<prop::sample::Index>()) {
        static DER: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let der = DER.get_or_init(|| {
            let key = KeyPair::generate().expect("a key");
            params(&["a.example.com", "192.0.2.1"]).self_signed(&key).expect("a certificate").der().to_vec()
        });
        let mut damaged = der.clone();
        let at = at.index(damaged.len());
        damaged[at] = octet;
        if let Ok(sum) = Certificate::from_der(&damaged) {
            prop_assert!(sum.subject.len() <= MAX_TEXT * 12);
        }
        prop_assert!(Certificate::from_der(&der[..cut.index(der.len())]).is_err());
    }
}

//! Tests of mark certificates

use super::*;
use base64::Engine;
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use sha2::{Digest, Sha256};
use std::io::Write;

/// A logo, as far as certificates care.
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// Packs octets.
fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(octets).expect("memory");
    writer.finish().expect("memory")
}

/// One DER element.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    let mut out = vec![tag];
    match content.len() {
        0..128 => out.push(length[1]),
        128..256 => out.extend([0x81, length[1]]),
        _ => out.extend([0x82, length[0], length[1]]),
    }
    out.extend(content);
    out
}

/// A logotype extension with one image.
fn extension(media_type: &str, digest: &[u8], uri: &str) -> Vec<u8> {
    let algorithm = tlv(0x30, &[&tlv(0x06, &[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]])]);
    let hashes = tlv(0x30, &[&tlv(0x30, &[&algorithm, &tlv(0x04, &[digest])])]);
    let uris = tlv(0x30, &[&tlv(0x16, &[uri.as_bytes()])]);
    let details = tlv(0x30, &[&tlv(0x16, &[media_type.as_bytes()]), &hashes, &uris]);
    let images = tlv(0x30, &[&tlv(0x30, &[&details])]);
    tlv(0x30, &[&tlv(0xa2, &[&tlv(0xa0, &[&images])])])
}

/// A logotype extension as issuers write it.
fn usual_extension() -> Vec<u8> {
    let data = gzip(SVG);
    let uri = format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(&data));
    extension("image/svg+xml", &Sha256::digest(&data), &uri)
}

/// What varies between certificates.
struct Made<'a> {
    names: &'a [&'a str],
    usage: bool,
    mark_type: Option<&'a str>,
    logotype: Option<Vec<u8>>,
}

impl Default for Made<'_> {
    fn default() -> Self {
        Self {
            names: &["example.com"],
            usage: true,
            mark_type: Some("Registered Mark"),
            logotype: Some(usual_extension()),
        }
    }
}

/// A chain of root, intermediate and mark certificate.
struct Chain {
    root: Vec<u8>,
    intermediate: String,
    leaf: String,
}

impl Chain {
    fn file(&self) -> Vec<u8> {
        format!("{}{}", self.leaf, self.intermediate).into_bytes()
    }
}

/// A certificate as PEM.
fn pem(der: &[u8]) -> String {
    let body = base64::prelude::BASE64_STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn make(made: &Made<'_>) -> Chain {
    let key = || KeyPair::generate().expect("a key");
    let root = CertifiedIssuer::self_signed(authority("Root"), key()).expect("a root");
    let brand = || vec![ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 31])];
    let mut between = authority("Intermediate");
    between.extended_key_usages = brand();
    let intermediate = CertifiedIssuer::signed_by(between, key(), &root).expect("an intermediate");
    let names: Vec<String> = made.names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("good names");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    if made.usage {
        params.extended_key_usages = brand();
    }
    if let Some(mark_type) = made.mark_type {
        let oid = &[1, 3, 6, 1, 4, 1, 53087, 1];
        params.distinguished_name.push(DnType::from_oid(&[oid, [13].as_slice()].concat()), mark_type);
        params.distinguished_name.push(DnType::from_oid(&[oid, [4].as_slice()].concat()), "TM 1");
    }
    if let Some(der) = &made.logotype {
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 12], der.clone())];
    }
    let leaf = params.signed_by(&key(), &intermediate).expect("a certificate");
    Chain { root: root.der().to_vec(), intermediate: intermediate.pem(), leaf: leaf.pem() }
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// Examines a file for `mail.example.com` below `example.com`.
fn look(file: &[u8], roots: &[Vec<u8>], logo: Option<&[u8]>, at: &str) -> Result<Mark, MarkError> {
    let (domain, organizational) = (name("mail.example.com"), name("example.com"));
    let at = at.parse().expect("a time");
    let organizational = Some(&organizational);
    examine(file, &Expected { domain: &domain, organizational, selector: "default", logo, at, roots })
}

const NOW: &str = "2026-11-27T00:00:00Z";

#[test]
fn a_good_mark_has_no_fault() {
    let chain = make(&Made::default());
    let mark = look(&chain.file(), &[chain.root], Some(SVG), NOW).expect("a mark");
    assert_eq!(mark.faults, []);
    assert_eq!((mark.path.clone(), mark.chain_length), (Path::Valid, 2));
    assert_eq!((mark.class, mark.mark_type.as_deref()), (Some(Class::Verified), Some("Registered Mark")));
    assert_eq!((mark.trademark_id.as_deref(), mark.domain), (Some("TM 1"), Some(DomainMatch::Organizational)));
    assert_eq!(mark.svg.as_deref(), Some(SVG));
    let logo = mark.logo.clone().expect("a logo");
    assert_eq!((logo.size, logo.same_as_published), (SVG.len(), Some(true)));
    assert!(logo.digests.iter().all(|digest| digest.agrees == Some(true) && digest.algorithm == "SHA-256"));
    let json = serde_json::to_string(&mark).expect("serializes");
    assert_eq!(serde_json::from_str::<Mark>(&json).expect("reads back"), Mark { svg: None, ..mark });
}

#[test]
fn names_are_matched_as_the_profile_says() {
    for (names, expected) in [
        (&["mail.example.com"][..], Some(DomainMatch::Domain)),
        (&["example.com"], Some(DomainMatch::Organizational)),
        (&["example.org", "default._bimi.mail.example.com"], Some(DomainMatch::Selector)),
        (&["default._bimi.example.com"], Some(DomainMatch::Selector)),
        (&["other._bimi.example.com"], None),
        (&["*.example.com"], None),
        (&["example.org"], None),
        (&[], None),
    ] {
        let mark = look(&make(&Made { names, ..Made::default() }).file(), &[], None, NOW).expect("a mark");
        assert_eq!(mark.domain, expected, "{names:?}");
        assert_eq!(mark.faults.contains(&MarkFault::DomainMismatch), expected.is_none(), "{names:?}");
    }
}

#[test]
fn every_fault_is_found() {
    let data_uri = |data: &[u8]| format!("data:image/svg+xml;base64,{}", base64::prelude::BASE64_STANDARD.encode(data));
    let with = |made: Made<'_>, at: &str, logo: Option<&[u8]>| {
        let chain = make(&made);
        look(&chain.file(), &[chain.root], logo, at).expect("a mark").faults
    };
    assert_eq!(with(Made { mark_type: None, ..Made::default() }, NOW, None), [MarkFault::MarkTypeMissing]);
    assert_eq!(with(Made { logotype: None, ..Made::default() }, NOW, None), [MarkFault::LogotypeMissing]);
    assert_eq!(with(Made::default(), NOW, Some(b"<svg/>")), [MarkFault::LogoDiffers]);
    assert_eq!(with(Made::default(), NOW, Some(&[0x1f, 0x8b])), [MarkFault::LogoUnreadable]);
    assert_eq!(with(Made::default(), NOW, Some(&gzip(SVG))), []);
    let unzipped = extension("image/svg+xml", &Sha256::digest(SVG), &data_uri(SVG));
    assert_eq!(with(Made { logotype: Some(unzipped), ..Made::default() }, NOW, Some(SVG)), []);
    let differs = extension("image/svg+xml", &[0; 32], &data_uri(SVG));
    let faults = with(Made { logotype: Some(differs), ..Made::default() }, NOW, Some(SVG));
    assert_eq!(faults, [MarkFault::DigestDiffers { algorithm: "SHA-256".into() }]);
    for bad in [
        extension("image/png", &[0; 32], "data:image/png;base64,AA=="),
        extension("image/svg+xml", &[0; 32], "https://example.com/logo.svg"),
        extension("image/svg+xml", &[0; 32], "data:image/svg+xml;base64,!"),
        tlv(0x30, &[]),
        tlv(0x30, &[&tlv(0xa2, &[&tlv(0xa1, &[])])]),
        vec![0x30, 0x82, 0xff],
    ] {
        let faults = with(Made { logotype: Some(bad), ..Made::default() }, NOW, None);
        assert!(matches!(faults.as_slice(), [MarkFault::LogotypeUnreadable { .. }]), "{faults:?}");
    }
    let faults = with(Made::default(), "2027-06-01T00:00:00Z", None);
    assert!(matches!(faults.as_slice(), [MarkFault::Expired { .. }]), "{faults:?}");
    let faults = with(Made::default(), "2025-06-01T00:00:00Z", None);
    assert!(matches!(faults.as_slice(), [MarkFault::NotYetValid { .. }]), "{faults:?}");
    let faults = with(Made { usage: false, ..Made::default() }, NOW, None);
    assert!(matches!(faults.as_slice(), [MarkFault::UsageMissing, MarkFault::PathInvalid { .. }]), "{faults:?}");
}

#[test]
fn classes_follow_the_type_of_the_mark() {
    for (mark_type, class) in [
        ("Government Mark", Some(Class::Verified)),
        ("Prior Use Mark", Some(Class::Common)),
        ("Modified Registered Mark", Some(Class::Common)),
        ("Another Mark", None),
    ] {
        let chain = make(&Made { mark_type: Some(mark_type), ..Made::default() });
        assert_eq!(look(&chain.file(), &[], None, NOW).expect("a mark").class, class, "{mark_type}");
    }
}

#[test]
fn chains_are_judged_only_against_roots() {
    let chain = make(&Made::default());
    let path = |file: &[u8], roots: &[Vec<u8>]| look(file, roots, None, NOW).expect("a mark").path;
    assert_eq!(path(&chain.file(), &[]), Path::NotJudged);
    assert_eq!(path(&chain.file(), &[vec![0]]), Path::NotJudged);
    let other = make(&Made::default()).root;
    assert!(matches!(path(&chain.file(), std::slice::from_ref(&other)), Path::Invalid { .. }));
    assert_eq!(path(&chain.file(), &[other, chain.root.clone()]), Path::Valid);
    assert!(matches!(path(chain.leaf.as_bytes(), std::slice::from_ref(&chain.root)), Path::Invalid { .. }));
    let swapped = format!("# issuer first\r\n{}{}", chain.intermediate, chain.leaf);
    let mark = look(swapped.as_bytes(), &[chain.root], None, NOW).expect("a mark");
    assert_eq!((mark.path, mark.faults.as_slice()), (Path::Valid, [MarkFault::LeafNotFirst].as_slice()));
}

#[test]
fn each_certificate_is_signed_by_the_next() {
    let chain = make(&Made::default());
    let see = |parts: &[&str], at: &str| {
        let mark = look(parts.concat().as_bytes(), &[], None, at).expect("a mark");
        let told = mark.faults.iter().any(|fault| matches!(fault, MarkFault::LinkBroken { .. }));
        assert_eq!(told, matches!(mark.links, Links::Broken { .. }));
        assert_eq!(mark.path, Path::NotJudged);
        mark.links
    };
    let root = pem(&chain.root);
    assert_eq!(see(&[&chain.leaf], NOW), Links::Alone);
    assert_eq!(see(&[&chain.leaf, &chain.intermediate], NOW), Links::Followed);
    assert_eq!(see(&[&chain.leaf, &chain.intermediate, &root], NOW), Links::Followed);
    assert_eq!(see(&[&chain.intermediate, &chain.leaf], NOW), Links::OutOfOrder);
    let broken = |links: Links, part: &str| match links {
        Links::Broken { reason } => assert!(reason.contains(part), "{reason}"),
        other => panic!("{other:?}"),
    };
    // Another authority of the same name, and one that is skipped.
    let other = make(&Made::default());
    broken(see(&[&chain.leaf, &other.intermediate], NOW), "certificate 2 of the file does not vouch for certificate 1");
    broken(
        see(&[&chain.leaf, &chain.intermediate, &pem(&other.root)], NOW),
        "certificate 3 of the file does not vouch",
    );
    broken(see(&[&chain.leaf, &root], NOW), "certificate 2 of the file is not the issuer of certificate 1");
    broken(see(&[&chain.leaf, &other.leaf], NOW), "is not the issuer");
    // Whose time is over is told of the leaf, not of its chain.
    assert_eq!(see(&[&chain.leaf, &chain.intermediate], "2030-01-01T00:00:00Z"), Links::Followed);
}

#[test]
fn authorities_expire_too() {
    let key = || KeyPair::generate().expect("a key");
    let mut params = authority("Root");
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 6, 1);
    let root = CertifiedIssuer::self_signed(params, key()).expect("a root");
    let mut params = CertificateParams::new(vec!["example.com".into()]).expect("good names");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    let leaf = params.signed_by(&key(), &root).expect("a certificate");
    let file = format!("{}{}", leaf.pem(), root.pem());
    let mark = look(file.as_bytes(), &[], None, NOW).expect("a mark");
    assert_eq!(mark.links, Links::Broken { reason: "certificate 2 of the file has expired".into() });
}

#[test]
fn files_that_are_no_chain_are_refused() {
    let pem = |at, kind| Err(MarkError::Pem(PemError { at, kind }));
    let see = |file: &[u8]| look(file, &[], None, NOW);
    assert_eq!(see(b""), pem(0, PemErrorKind::NoCertificate));
    assert_eq!(see(b"-----BEGIN CERTIFICATE-----\nAA"), pem(0, PemErrorKind::Unterminated));
    let bad = b"x\n-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    assert_eq!(see(bad), pem(2, PemErrorKind::Base64));
    assert_eq!(see(&vec![b'\n'; MAX_PEM + 1]), pem(MAX_PEM, PemErrorKind::TooLong));
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(see(empty.as_bytes()), Err(MarkError::Certificate { index: 0, source: CertificateError::NotDer }));
    let many = empty.repeat(MAX_CERTIFICATES + 1);
    assert_eq!(see(many.as_bytes()), pem(empty.len() * MAX_CERTIFICATES, PemErrorKind::TooMany));
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(look(&octets, &[], None, NOW).is_err());
        if let Ok(logotype) = logotype::subject_logo(&octets) {
            prop_assert!(logotype.media_type.len() <= octets.len());
        }
    }

    #[test]
    fn damaged_extensions_never_panic(at in any::<prop::sample::Index>(), octet: u8, cut in any::<prop::sample::Index>()) {
        let good = usual_extension();
        let mut damaged = good.clone();
        let at = at.index(damaged.len());
        damaged[at] = octet;
        if let Err(error) = logotype::subject_logo(&damaged) {
            prop_assert!(error.at <= damaged.len());
        }
        let cut = cut.index(good.len());
        prop_assert!(logotype::subject_logo(&good[..cut]).is_err());
    }

    #[test]
    fn damaged_chains_never_panic(at in any::<prop::sample::Index>(), octet: u8) {
        static FILE: std::sync::OnceLock<(Vec<u8>, Vec<Vec<u8>>)> = std::sync::OnceLock::new();
        let (file, roots) = FILE.get_or_init(|| {
            let chain = make(&Made::default());
            (chain.file(), vec![chain.root])
        });
        let mut damaged = file.clone();
        let at = at.index(damaged.len());
        damaged[at] = octet;
        if let Ok(mark) = look(&damaged, roots, Some(SVG), NOW) {
            prop_assert!(mark.chain_length <= 2);
        }
    }
}

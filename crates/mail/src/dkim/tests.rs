//! Key records and signature header fields: the examples of RFC 6376 and RFC 8463, and their faults.

use super::*;
use crate::Step;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use ptrust_names::{CharString, Data, Hex, Observed, Question, Record, Records};
use std::collections::BTreeMap;

/// RFC 6376 appendix C.
const BRISBANE: &str = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt\
                        IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi\
                        tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
/// RFC 8463 appendix A.2, the Ed25519 key.
const FOOTBALL_ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// RFC 8463 appendix A.2, the RSA key.
const FOOTBALL_RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\
                            iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC\
                            DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
                            Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
/// A key in the bare form, of a signer in use.
const BARE: &str = "v=DKIM1; p=MIGJAoGBALVI635dLK4cJJAH3Lx6upo3X/Lm1tQz3mezcWTA3BUBnyIsdnRf57aD5BtNmhPrYYDlWlzw3\
                    UgnKisIxktkk5+iMQMlFtAS10JB8L3YadXNJY+JBcbeSi5TgJe4WFzNgW95FWDAuSTRXSWZfA/8xjflbTLDx0euFZOM7C4T0GwLAgMBAAE=";

/// The faults of a key record: place and kind.
fn key_faults(text: &str) -> Vec<(usize, KeyFault)> {
    parse_key(text.as_bytes()).faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
}

/// An RSA key of so many bits.
fn rsa(bits: u32, form: RsaForm) -> KeyState {
    KeyState::Usable { key: PublicKey::Rsa { bits, exponent: Some(65_537), form }, testing: false }
}

#[test]
fn examples_of_the_standards_are_usable() {
    let state = |text: &str| parse_key(text.as_bytes()).state();
    assert_eq!(state(BRISBANE), rsa(1024, RsaForm::SubjectPublicKeyInfo));
    assert_eq!(key_faults(BRISBANE), [(11, KeyFault::RsaSmall(1024))]);
    assert_eq!(state(FOOTBALL_RSA), rsa(1024, RsaForm::SubjectPublicKeyInfo));
    assert_eq!(state(BARE), rsa(1024, RsaForm::Bare));
    assert_eq!(state(FOOTBALL_ED25519), KeyState::Usable { key: PublicKey::Ed25519, testing: false });
    assert_eq!(key_faults(FOOTBALL_ED25519), []);
}

#[test]
fn key_states() {
    let state = |text: &str| parse_key(text.as_bytes()).state();
    let ed25519 = KeyState::Usable { key: PublicKey::Ed25519, testing: true };
    assert_eq!(state("k=ed25519; t=y:s; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIa aPcHURo="), ed25519);
    // Notes in UTF-8 break the grammar, and no verifier minds.
    assert_eq!(state("k=ed25519; n=Schlüssel; t=y; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="), ed25519);
    assert_eq!(state("v=DKIM1; p="), KeyState::Revoked);
    assert_eq!(state("v=DKIM1; k=rsa; p= ;"), KeyState::Revoked);
    for broken in
        ["v=DKIM1", "v=DKIM1; p=hello!", "v=DKIM2; p=", "p=; v=DKIM1", "v=DKIM1; k=x; p=", "v=DKIM1; k=rsa; p=aGk="]
    {
        assert_eq!(state(broken), KeyState::Broken, "{broken}");
    }
}

#[test]
fn key_faults_have_places() {
    let ed25519 = "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    assert_eq!(key_faults(&format!("k=ed25519; {ed25519}")), [(13, KeyFault::NoPadding)]);
    assert_eq!(key_faults("v=DKIM1; p=aG*k"), [(13, KeyFault::BadBase64)]);
    assert_eq!(key_faults("v=DKIM1; k=dsa; p=aGk="), [(11, KeyFault::UnknownKeyType("dsa".into()))]);
    assert_eq!(key_faults("v=DKIM1; p=aGk="), [(11, KeyFault::BadKey("rsa".into()))]);
    assert_eq!(key_faults("v=DKIM1; h=sha1; p="), [(11, KeyFault::NoUsableHash)]);
    assert_eq!(key_faults("v=DKIM1; s=tlsrpt; p="), [(11, KeyFault::NotForMail)]);
    assert_eq!(
        key_faults("v=DKIM1; t=y:q; g=*; p=; x=1"),
        [(13, KeyFault::UnknownFlag("q".into())), (16, KeyFault::Granularity), (25, KeyFault::UnknownTag("x".into())),]
    );
    // RFC 8410: the key of the example, wrapped as in certificates.
    let mut wrapped = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    wrapped.extend([7; 32]);
    let text = format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(&wrapped));
    assert_eq!(key_faults(&text), [(22, KeyFault::WrappedEd25519)]);
}

/// An RSA key with a modulus of so many octets of ones.
fn rsa_key(octets: usize, exponent: &[u8]) -> Vec<u8> {
    let long = |tag: u8, body: &[u8]| {
        let length = u16::try_from(body.len()).expect("short").to_be_bytes();
        [&[tag, 0x82], length.as_slice(), body].concat()
    };
    let modulus = [&[0], vec![0xff; octets].as_slice()].concat();
    long(0x30, &[long(0x02, &modulus), long(0x02, exponent)].concat())
}

#[test]
fn sizes_of_rsa_keys_are_judged() {
    let fault = |octets, exponent: &[u8]| {
        let record = KeyRecord::new(KeyType::Rsa, rsa_key(octets, exponent)).to_string();
        key_faults(&record).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>()
    };
    let exponent = &[1, 0, 1];
    assert_eq!(fault(64, exponent), [KeyFault::RsaTooSmall(512)]);
    assert_eq!(fault(192, exponent), [KeyFault::RsaSmall(1536)]);
    assert_eq!(fault(256, exponent), []);
    assert_eq!(fault(512, exponent), []);
    assert_eq!(fault(1024, exponent), [KeyFault::RsaLarge(8192)]);
    assert_eq!(fault(256, &[1]), [KeyFault::RsaExponent]);
}

#[test]
fn names_hold_one_key_or_none() {
    let question = key_question("a.b", &"example.com".parse().expect("a name")).expect("a question");
    assert_eq!(question.to_string(), "a.b._domainkey.example.com TXT");
    let answer = |texts: &[&str]| {
        let record = |text: &&str| Record {
            owner: "key.example.net".parse().expect("a name"),
            ttl: 60,
            data: Data::Txt(vec![CharString::from(*text)]),
        };
        let records = Records { aliases: Vec::new(), set: texts.iter().map(record).collect() };
        let answers: BTreeMap<Question, _> = BTreeMap::from([(question.clone(), Observed::Present(records))]);
        key_at(&question, &answers).done().expect("an answer")
    };
    let KeyAnswer::Present { alias, others, .. } = answer(&["v=spf1 -all", FOOTBALL_ED25519]) else {
        panic!("one key");
    };
    assert_eq!((alias.map(|name| name.to_string()), others), (Some("key.example.net".into()), 1));
    assert!(matches!(answer(&[BRISBANE, FOOTBALL_RSA]), KeyAnswer::Several { count: 2, .. }));
    assert!(matches!(answer(&["v=DMARC1; p=none", "hello"]), KeyAnswer::OtherTexts { texts } if texts.len() == 2));
    let none: BTreeMap<Question, Observed<Records>> = BTreeMap::new();
    assert!(matches!(key_at(&question, &none), Step::Ask { now, .. } if now.contains(&question)));
}

/// RFC 6376 appendix A.2.
const SIGNATURE_6376: &str = "v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n\
    \x20     c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n\
    \x20     h=Received : From : To : Subject : Date : Message-ID;\r\n\
    \x20     bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n\
    \x20     b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n\
    \x20     4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n\
    \x20     KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n\
    \x20     4bmp/YzhwvcubU4=;";
/// RFC 8463 appendix A.3, the Ed25519 signature.
const SIGNATURE_8463: &str = "v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\
    \x20d=football.example.com; i=@football.example.com;\r\n\
    \x20q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n\
    \x20subject : date : message-id : from : subject : date;\r\n\
    \x20bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n\
    \x20b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n\
    \x20Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";

#[test]
fn example_signatures_read() {
    let parsed = parse_signature(SIGNATURE_6376.as_bytes());
    assert_eq!(parsed.faults, []);
    let signature = parsed.value;
    assert_eq!(signature.algorithm, Some((KeyType::Rsa, HashAlgorithm::Sha256)));
    assert_eq!(signature.domain.map(|name| name.to_string()), Some("example.com".into()));
    assert_eq!(signature.selector.map(|name| name.to_string()), Some("brisbane".into()));
    assert_eq!(signature.headers, ["received", "from", "to", "subject", "date", "message-id"]);
    assert_eq!(signature.signature.map(|octets| octets.0.len()), Some(128));
    assert_eq!(signature.body_hash.map(|octets| octets.0.len()), Some(32));
    assert_eq!(signature.identity.as_deref(), Some("joe@football.example.com"));

    let parsed = parse_signature(SIGNATURE_8463.as_bytes());
    assert_eq!(parsed.faults, []);
    let signature = parsed.value;
    assert_eq!(signature.algorithm, Some((KeyType::Ed25519, HashAlgorithm::Sha256)));
    assert_eq!(signature.header_canonicalization, Canonicalization::Relaxed);
    assert_eq!(signature.body_canonicalization, Canonicalization::Relaxed);
    assert_eq!(signature.timestamp, Some(1_528_637_909));
    assert_eq!(signature.headers.len(), 8);
    assert_eq!(signature.signature.map(|octets| octets.0.len()), Some(64));
}

#[test]
fn signature_faults_have_places() {
    use SignatureFault as F;
    let faults = |change: (&str, &str)| -> Vec<(usize, F)> {
        let plain = "v=1; a=rsa-sha256; d=e.com; s=x; h=from; bh=aGk=; b=aGk=";
        assert!(plain.contains(change.0));
        let text = plain.replacen(change.0, change.1, 1);
        parse_signature(text.as_bytes()).faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
    };
    assert_eq!(faults(("v=1", "v=1")), []);
    assert_eq!(faults(("v=1", "v=2")), [(2, F::BadValue("v".into()))]);
    assert_eq!(faults(("v=1; ", "")), [(0, F::MissingTag("v".into()))]);
    assert_eq!(faults(("rsa-sha256", "rsa-sha1")), [(7, F::Sha1)]);
    assert_eq!(faults(("rsa-sha256", "dsa")), [(7, F::UnknownAlgorithm("dsa".into()))]);
    assert_eq!(faults(("h=from", "h=to")), [(35, F::FromNotSigned)]);
    assert_eq!(faults(("h=from", "h=from:")), [(40, F::BadValue("h".into()))]);
    assert_eq!(faults(("v=1", "v=1; l=10")), [(5, F::BodyLength)]);
    assert_eq!(faults(("v=1", "v=1; t=9; x=9")), [(12, F::ExpirationBeforeTimestamp)]);
    assert_eq!(faults(("v=1", "v=1; i=a@x.org")), [(7, F::IdentityOutsideDomain)]);
    assert_eq!(faults(("v=1", "v=1; i=a")), [(7, F::BadValue("i".into()))]);
    assert_eq!(faults(("v=1", "v=1; t=+1")), [(7, F::BadValue("t".into()))]);
    assert_eq!(faults(("v=1", "v=1; c=simple/relaxed/x")), [(7, F::BadValue("c".into()))]);
    assert_eq!(faults(("v=1", "v=1; q=http")), [(7, F::UnknownQuery)]);
    assert_eq!(faults(("v=1", "v=1; zz=1")), [(5, F::UnknownTag("zz".into()))]);
    assert_eq!(faults(("b=aGk=", "b=a*k=")), [(53, F::BadBase64("b".into()))]);
    assert_eq!(faults(("d=e.com", "d=e..com")), [(21, F::BadValue("d".into()))]);
}

#[test]
fn notes_are_quoted_printable() {
    let notes = |text: &str| parse_key(format!("n={text}; p=").as_bytes()).value.notes;
    assert_eq!(notes("a=20b=3D"), Some("a b=".into()));
    assert_eq!(notes("=1b[=+1=zz="), Some("\\027[=+1=zz=".into()));
}

proptest! {
    #[test]
    fn keys_read_back(
        ed25519: bool,
        revoked: bool,
        flags: (bool, bool),
        hash: bool,
        service: bool,
        notes in prop::option::of("[ -~]{1,20}"),
    ) {
        let key = if ed25519 { vec![9; 32] } else { rsa_key(256, &[1, 0, 1]) };
        let record = KeyRecord {
            key_type: if ed25519 { KeyType::Ed25519 } else { KeyType::Rsa },
            public_key: Hex(if revoked { Vec::new() } else { key }),
            hashes: if hash { vec!["sha256".into()] } else { Vec::new() },
            services: if service { vec!["email".into()] } else { Vec::new() },
            testing: flags.0,
            exact_identity: flags.1,
            notes,
        };
        let parsed = parse_key(record.to_string().as_bytes());
        prop_assert_eq!(&parsed.value, &record);
        prop_assert_eq!(&parsed.faults, &[]);
        prop_assert_eq!(parsed.state() == KeyState::Revoked, revoked);
    }

    #[test]
    fn any_key_is_read(octets in prop::collection::vec(any::<u8>(), 0..100), typed in "(k=ed25519;)?") {
        let text = format!("{typed}p={}", STANDARD.encode(&octets));
        let parsed = parse_key(text.as_bytes());
        prop_assert_eq!(parsed.value.public_key, Hex(octets));
        parse_key(&[text.as_bytes(), &parsed.faults.len().to_be_bytes()].concat());
    }

    #[test]
    fn any_der_is_read(mut octets in Just(rsa_key(8, &[1, 0, 1])), at in 0..27_usize, octet: u8) {
        if let Some(place) = octets.get_mut(at) {
            *place = octet;
        }
        let parsed = parse_key(KeyRecord::new(KeyType::Rsa, octets).to_string().as_bytes());
        prop_assert_eq!(parsed.state(), KeyState::Broken);
    }

    #[test]
    fn any_octets_are_read(octets in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(parse_signature(&octets).is_void());
        prop_assert!(parse_key(&octets).faults.iter().all(|fault| fault.at <= octets.len()));
    }
}

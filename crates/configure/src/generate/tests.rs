use super::*;
use crate::key::{Algorithm, PrivateKey, PublicKey};
use jiff::Timestamp;
use proptest::prelude::*;
use ptrust_mail::dmarc::{self, AlignmentMode, Policy};
use ptrust_mail::mta_sts::{Mode, parse_policy};
use ptrust_mail::{dkim, spf as spf_record};
use ptrust_names::Records;
use std::path::Path;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn example() -> Name {
    name("example.com")
}

/// The text of a zone file's TXT line, its strings joined.
fn joined(line: &str) -> String {
    line.split('"').skip(1).step_by(2).collect()
}

fn refused(made: Result<Generated, GenerateError>) -> &'static str {
    match made {
        Err(GenerateError::Refused(refusal)) => refusal.id,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn spf_records_name_what_was_given() {
    let spf = Spf {
        ranges: ["203.0.113.25/32", "203.0.113.25/32", "2001:db8::/48"].map(|net| net.parse().expect("a net")).into(),
        mx: vec![None],
        a: vec![Some(name("www.example.com"))],
        includes: vec![name("_spf.example.net")],
        services: vec!["google workspace".into()],
        ..Spf::new(example())
    };
    let made = spf.make(NOW).expect("a record");
    let text = "v=spf1 ip4:203.0.113.25 ip6:2001:db8::/48 a:www.example.com mx include:_spf.example.net \
                include:_spf.google.com ~all";
    assert_eq!(made.data, text);
    assert_eq!(made.zone_line, format!("example.com. 3600 IN TXT \"{text}\""));
    assert!(made.notes.iter().any(|note| note.contains("--assume")), "{:?}", made.notes);
    let json = serde_json::to_value(&made).expect("JSON");
    assert_eq!(json["type"], "TXT");
    assert_eq!(json["owner"], "example.com");
}

#[test]
fn spf_records_that_cannot_hold_are_refused() {
    let many = |count: usize| Spf {
        includes: (0..count).map(|number| name(&format!("spf{number}.example.net"))).collect(),
        ..Spf::new(example())
    };
    assert!(many(10).make(NOW).is_ok());
    assert_eq!(refused(many(300).make(NOW)), "spf-lookup-limit");
    let all = Spf { ranges: vec!["0.0.0.0/0".parse().expect("a net")], ..Spf::new(example()) };
    assert_eq!(refused(all.make(NOW)), "spf-pass-all");
    let nothing = Spf::new(example()).make(NOW).expect_err("nothing");
    assert!(nothing.to_string().contains("--ip"), "{nothing}");
    let silent = Spf { all: Some(spf_record::Qualifier::Fail), ..Spf::new(example()) };
    assert_eq!(silent.make(NOW).expect("a record").data, "v=spf1 -all");
    let private = Spf { ranges: vec!["10.0.0.0/8".parse().expect("a net")], ..Spf::new(example()) };
    assert!(matches!(private.make(NOW), Err(GenerateError::Address(..))));
    let unknown = Spf { services: vec!["nobody\u{1b}".into()], ..Spf::new(example()) };
    assert!(!unknown.make(NOW).expect_err("unknown").to_string().contains('\u{1b}'));
    for domain in ["com", "a b.example", "."] {
        let domain = domain.replace(' ', "\\032");
        let spf = Spf { mx: vec![None], ..Spf::new(name(&domain)) };
        assert!(matches!(spf.make(NOW), Err(GenerateError::Domain(_))), "{domain}");
    }
}

#[test]
fn dkim_records_hold_the_key_that_signs() {
    for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
        let key = PrivateKey::generate(algorithm).expect("a key").public().expect("a public key");
        let dkim = Dkim { domain: example(), selector: "s2026".into(), key: key.clone(), testing: false };
        let made = dkim.make(Some(Path::new("/etc/key.pem")), NOW).expect("a record");
        assert_eq!(made.owner, name("s2026._domainkey.example.com"));
        assert_eq!(joined(&made.zone_line), made.data);
        let strings = made.zone_line.split('"').skip(1).step_by(2);
        assert!(strings.clone().all(|string| string.len() <= MAX_STRING));
        assert_eq!(strings.count(), if algorithm == Algorithm::Rsa { 2 } else { 1 });
        let read = dkim::parse_key(made.data.as_bytes());
        assert_eq!(read.faults, []);
        let octets = &read.value.public_key.0;
        match algorithm {
            Algorithm::Rsa => assert_eq!(octets, key.spki()),
            Algorithm::Ed25519 => assert_eq!(Some(octets.as_slice()), key.ed25519()),
        }
        assert_eq!(made.notes.iter().any(|note| note.contains("OpenDKIM")), algorithm == Algorithm::Rsa);
    }
}

#[test]
fn dkim_takes_keys_of_dkim_only() {
    let certificate = rcgen::generate_simple_self_signed(["mail.example.com".to_owned()]).expect("a certificate");
    let key = PublicKey::parse(certificate.cert.der()).expect("a key");
    let dkim = |selector: &str| Dkim { domain: example(), selector: selector.into(), key: key.clone(), testing: true };
    assert_eq!(dkim("s1").make(None, NOW), Err(GenerateError::KeyKind));
    for selector in ["", "a b", "../../etc", "a/b", "a..b", "s1.", "-", "ü"] {
        assert!(matches!(dkim(selector).make(None, NOW), Err(GenerateError::Selector(_))), "{selector}");
        assert!(key_file(selector, &example()).is_err(), "{selector}");
    }
    let file = key_file("s1.mail", &example()).expect("a file");
    assert_eq!(file, Path::new("s1.mail._domainkey.example.com.pem"));
    let long = "a".repeat(63);
    let name = name(&[long.as_str(); 3].join("."));
    assert!(matches!(key_file(&long, &name), Err(GenerateError::Name(_))));
}

#[test]
fn dmarc_records_come_with_advice() {
    let dmarc =
        Dmarc { rua: vec![report_uri("dmarc@example.com").expect("a URI")], ..Dmarc::new(example(), Policy::None) };
    let made = dmarc.make(NOW).expect("a record");
    assert_eq!(made.zone_line, "_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@example.com\"");
    let next = "v=DMARC1; p=quarantine; t=y; rua=mailto:dmarc@example.com";
    assert!(made.notes.iter().any(|note| note.ends_with(next)), "{:?}", made.notes);
    let elsewhere = Dmarc { rua: vec![report_uri("mailto:d@example.net").expect("a URI")], ..dmarc.clone() };
    let notes = elsewhere.make(NOW).expect("a record").notes;
    assert!(notes.iter().any(|note| note.contains("example.com._report._dmarc.example.net.")), "{notes:?}");
    let uri = report_uri("d@example.com").expect("a URI");
    let many = Dmarc { rua: vec![uri; 21], ..dmarc };
    assert!(matches!(many.make(NOW), Err(GenerateError::Missing(_))));
}

#[test]
fn report_addresses_are_checked() {
    for text in
        ["", "dmarc", "a@b", "a,b@example.com", "mailto:a@example.com!10m", "https:x", "a;b@example.com", "\u{7}@x.y"]
    {
        let error = report_uri(text).expect_err(text).to_string();
        assert!(!error.contains('\u{7}') && !error.contains('\n'), "{error}");
    }
    assert_eq!(report_uri("https://r.example.com/v1").expect("a URI").to_string(), "https://r.example.com/v1");
}

#[test]
fn sts_policies_cover_the_hosts() {
    let sts = MtaSts {
        domain: example(),
        mx: ["mail.example.com", "*.example.net"].map(|text| mx_pattern(text).expect("a pattern")).into(),
        published: None,
        mode: Mode::Enforce,
        max_age: DEFAULT_MAX_AGE,
    };
    let made = sts.make(NOW).expect("a policy");
    assert_eq!(made.zone_line, "_mta-sts.example.com. 3600 IN TXT \"v=STSv1; id=19700101000000;\"");
    let [file] = made.documents.as_slice() else { panic!("one file: {:?}", made.documents) };
    assert_eq!(file.url, "https://mta-sts.example.com/.well-known/mta-sts.txt");
    assert_eq!(parse_policy(file.text.as_bytes()).value.mx, sts.mx);
    let record = Record { owner: example(), ttl: 60, data: Data::Mx(10, name("other.example.com")) };
    let published = Some(Records { aliases: Vec::new(), set: vec![record] });
    assert_eq!(refused(MtaSts { published, ..sts.clone() }.make(NOW)), "mta-sts-mx-mismatch");
    assert!(matches!(MtaSts { mx: Vec::new(), ..sts.clone() }.make(NOW), Err(GenerateError::Missing(_))));
    assert!(MtaSts { mx: Vec::new(), mode: Mode::None, ..sts.clone() }.make(NOW).is_ok());
    assert!(matches!(MtaSts { max_age: u32::MAX, ..sts }.make(NOW), Err(GenerateError::MaxAge(_))));
    for text in ["", "mail", "192.0.2.1", "*.*.example.com", "a*.example.com", "mail.example.com:25", "a b.example"] {
        assert!(mx_pattern(text).is_err(), "{text}");
    }
}

#[test]
fn tls_reports_have_somewhere_to_go() {
    let rua = |text: &str| TlsRpt { domain: example(), rua: vec![report_uri(text).expect("a URI")] };
    let made = rua("tls@example.com").make(NOW).expect("a record");
    assert_eq!(made.zone_line, "_smtp._tls.example.com. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls@example.com\"");
    assert!(made.notes.iter().any(|note| note.contains("elsewhere")));
    assert!(
        !rua("https://r.example.net/").make(NOW).expect("a record").notes.iter().any(|note| note.contains("elsewhere"))
    );
    assert!(matches!(rua("ftp://r.example.net/").make(NOW), Err(GenerateError::Reread(_))));
    assert!(TlsRpt { domain: example(), rua: Vec::new() }.make(NOW).is_err());
}

#[test]
fn tlsa_records_fit_the_certificate() {
    let made = rcgen::generate_simple_self_signed(["mail.example.com".to_owned()]).expect("a certificate");
    let key = PublicKey::parse(made.cert.der()).expect("a key");
    let tlsa = Tlsa { host: name("mail.example.com"), port: 25, key };
    let record = tlsa.make(NOW).expect("a record");
    assert!(record.zone_line.starts_with("_25._tcp.mail.example.com. 3600 IN TLSA 3 1 1 "), "{}", record.zone_line);
    let digests = ptrust_mail::tlsa::CertificateDigests::new(made.cert.der(), tlsa.key.spki());
    let hex: Vec<u8> = record.data.split(' ').next_back().map(hex).expect("an association");
    assert_eq!(hex, digests.spki_sha256);
    assert!(matches!(Tlsa { host: name("mail"), ..tlsa }.make(NOW), Err(GenerateError::Host(_))));
}

/// Octets of hexadecimal text.
fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

#[test]
fn bimi_records_name_the_logo() {
    let bimi = Bimi {
        domain: example(),
        selector: None,
        file: None,
        logo: "https://www.example.com/logo.svg".into(),
        certificate: Some("https://www.example.com/mark.pem".into()),
    };
    let made = bimi.make(NOW).expect("a record");
    assert_eq!(
        made.zone_line,
        "default._bimi.example.com. 3600 IN TXT \"v=BIMI1; l=https://www.example.com/logo.svg; \
         a=https://www.example.com/mark.pem;\""
    );
    for logo in
        ["", "http://www.example.com/logo.svg", "https://www.example.com/logo.png", "https://a.b/x.svg; a=x", "logo"]
    {
        let wrong = Bimi { logo: logo.into(), ..bimi.clone() };
        assert!(matches!(wrong.make(NOW), Err(GenerateError::Reread(_))), "{logo}: {:?}", wrong.make(NOW));
    }
    let sound = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" \
                 viewBox=\"0 0 8 9\"><title>Example</title></svg>";
    let with = |file: &str| Bimi { file: Some(file.into()), ..bimi.clone() }.make(NOW);
    let notes = with(sound).expect("a record").notes;
    assert!(notes.iter().any(|note| note.contains("is of the profile")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("no square viewBox")), "{notes:?}");
    let scripted = sound.replace("</svg>", "<script>x</script></svg>");
    assert_eq!(refused(with(&scripted)), "bimi-logo-profile");
    assert_eq!(refused(with("no svg")), "bimi-logo-profile");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_spf_record_reads_back_and_holds_what_was_given(
        v4 in proptest::collection::vec((any::<[u8; 4]>(), 16u8..=32), 0..40),
        includes in proptest::collection::vec("[a-z]{1,20}\\.example\\.net", 0..8),
        mx in any::<bool>(),
    ) {
        let ranges: Vec<IpNet> = v4.iter().map(|(octets, length)| IpNet::new((*octets).into(), *length).expect("a net")).collect();
        let spf = Spf {
            ranges: ranges.clone(),
            includes: includes.iter().map(|text| name(text)).collect(),
            mx: if mx { vec![None] } else { Vec::new() },
            scope: ptrust_facts::Scope::All,
            ..Spf::new(example())
        };
        match spf.make(NOW) {
            Ok(made) => {
                let record = spf_record::Record::parse(made.data.as_bytes()).expect("a record");
                prop_assert_eq!(joined(&made.zone_line), made.data.clone());
                for range in ranges {
                    let holds = record.directives().any(|(_, directive)| {
                        directive.to_string() == format!("ip4:{}", range.trunc()).trim_end_matches("/32")
                    });
                    prop_assert!(holds, "{} in {}", range, made.data);
                }
            }
            Err(GenerateError::Missing(_)) => prop_assert!(ranges.is_empty() && includes.is_empty() && !mx),
            // Many wide blocks together are too broad.
            Err(GenerateError::Refused(refusal)) => prop_assert_eq!(refusal.id, "spf-too-broad"),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn any_dmarc_record_reads_back(
        policies in (0usize..3, proptest::option::of(0usize..3), proptest::option::of(0usize..3)),
        modes in any::<[bool; 3]>(),
        rua in proptest::collection::vec("[a-z]{1,8}@[a-z]{1,8}\\.example", 0..4),
    ) {
        let policy = |number: usize| [Policy::None, Policy::Quarantine, Policy::Reject][number];
        let mode = |strict: bool| if strict { AlignmentMode::Strict } else { AlignmentMode::Relaxed };
        let dmarc = Dmarc {
            subdomains: policies.1.map(policy),
            nonexistent: policies.2.map(policy),
            adkim: mode(modes[0]),
            aspf: mode(modes[1]),
            testing: modes[2],
            rua: rua.iter().map(|text| report_uri(text).expect("a URI")).collect(),
            ..Dmarc::new(example(), policy(policies.0))
        };
        let made = dmarc.make(NOW).expect("a record");
        let read = dmarc::parse(made.data.as_bytes()).expect("a record");
        prop_assert_eq!(read.value.p, Some(dmarc.policy));
        prop_assert_eq!((read.value.sp, read.value.np), (dmarc.subdomains, dmarc.nonexistent));
        prop_assert_eq!(read.value.rua, dmarc.rua);
        prop_assert!(!made.notes.is_empty());
    }
}

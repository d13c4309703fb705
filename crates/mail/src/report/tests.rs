//! Reports of each shape, packed in each way, and hostile ones.

use super::aggregate::{AggregateErrorKind, AggregateFaultKind, Aligned, Disposition, MAX_RECORDS, Shape};
use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The shape of RFC 7489, with a capital Pass, an empty reason, several reasons.
const RFC7489: &str = include_str!("samples/rfc7489.xml");
/// The shape of RFC 9990.
const RFC9990: &str = include_str!("samples/rfc9990.xml");
/// A TLS report with a number as text, a text for a list, null and empty addresses.
const TLS: &str = include_str!("samples/tls.json");

/// Packs with gzip.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

/// Packs into a zip archive.
fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// Puts a packed report into a message.
fn attached(media: &str, content: &[u8]) -> Vec<u8> {
    let mut base64 = String::new();
    for line in content.chunks(57) {
        base64 += &STANDARD.encode(line);
        base64.push('\n');
    }
    format!(
        "From: r@receiver.example\nSubject: Report\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThis is a report.\n--b\nContent-Type: {media}\nContent-Transfer-Encoding: base64\n\n{base64}\n--b--\n"
    )
    .into_bytes()
}

/// The aggregate report in a file.
fn aggregate(bytes: &[u8]) -> Aggregate {
    match read(bytes) {
        Ok(Report::DmarcReport(report)) => *report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_shape_of_rfc_7489_is_read() {
    let report = aggregate(RFC7489.as_bytes());
    assert_eq!(report.shape, Shape::Rfc7489);
    assert_eq!(report.metadata.org_name.as_deref(), Some("Receiver & Sons"));
    assert_eq!(report.metadata.begin.map(|time| time.to_string()).as_deref(), Some("2024-03-12T00:00:00Z"));
    assert_eq!((report.policy.p.as_deref(), report.policy.pct.as_deref()), (Some("reject"), Some("100")));
    let [first, second] = report.records.as_slice() else { panic!("two records") };
    assert_eq!((first.dkim, first.spf, first.disposition), (Aligned::Pass, Aligned::Pass, Disposition::None));
    assert_eq!(first.header_from.as_deref(), Some("example.com"));
    assert_eq!(first.overrides, [], "an empty reason is none");
    let kinds: Vec<_> = second.overrides.iter().map(|reason| reason.kind.as_deref().unwrap_or_default()).collect();
    assert_eq!(kinds, ["local_policy", "mailing_list"]);
    assert_eq!(first.auth_results[0].selector.as_deref(), Some("s1"));
    assert_eq!(report.faults, []);

    let summary = report.summary();
    assert_eq!((summary.messages, summary.passed, summary.rejected), (15, 12, 3));
    assert_eq!(summary.sources[0].source.to_string(), "203.0.113.25");
    assert_eq!(summary.sources[1].overridden, 3);
}

#[test]
fn the_shape_of_rfc_9990_is_read() {
    let report = aggregate(RFC9990.as_bytes());
    assert_eq!(report.shape, Shape::Rfc9990);
    let policy = &report.policy;
    assert_eq!((policy.np.as_deref(), policy.testing.as_deref()), (Some("reject"), Some("n")));
    assert_eq!(policy.discovery_method.as_deref(), Some("treewalk"));
    assert_eq!(report.metadata.errors, ["policy lookup was slow"]);
    assert_eq!(report.metadata.generator.as_deref(), Some("Reporter 1.2"));
    let record = &report.records[0];
    assert_eq!((record.count, record.disposition), (123, Disposition::Pass));
    assert_eq!(record.auth_results[0].human_result.as_deref(), Some("fine"));
    assert_eq!(record.auth_results[1].scope.as_deref(), Some("mfrom"));
    let prefixed = RFC9990.replace("<feedback xmlns=", "<d:feedback xmlns:d=").replace("</feedback>", "</d:feedback>");
    assert_eq!(aggregate(prefixed.as_bytes()).shape, Shape::Rfc9990);
}

#[test]
fn packing_makes_no_difference() {
    let plain = aggregate(RFC7489.as_bytes());
    let gz = gzip(RFC7489.as_bytes());
    let mut trailing = gz.clone();
    trailing.extend_from_slice(b"\0\r\n");
    let packed = [
        gz.clone(),
        trailing,
        zipped(&[("__MACOSX/x", b"junk"), ("report.xml", RFC7489.as_bytes())]),
        zipped(&[("report.xml.gz", &gz)]),
        attached("application/gzip", &gz),
        attached("application/zip", &zipped(&[("report.xml.gz", &gz)])),
        attached("application/octet-stream", RFC7489.as_bytes()),
        [b"\xef\xbb\xbf\n", RFC7489.as_bytes()].concat(),
    ];
    for (at, bytes) in packed.iter().enumerate() {
        let mut report = aggregate(bytes);
        report.faults.clear();
        assert_eq!(report, plain, "{at}");
    }
}

#[test]
fn reports_with_faults_are_read_as_far_as_they_go() {
    let invalid = RFC7489.as_bytes().to_vec();
    let at = invalid.windows(8).position(|window| window == b"Receiver").expect("the name");
    let mut latin = invalid.clone();
    latin[at] = 0xfc;
    assert_eq!(aggregate(&latin).metadata.org_name.as_deref(), Some("\u{fffd}eceiver & Sons"));

    let end = RFC7489.rfind("<identifiers>").expect("the second record");
    let cut = aggregate(&invalid[..end]);
    assert_eq!((cut.records.len(), cut.faults[0].kind), (1, AggregateFaultKind::Syntax));

    let odd = RFC7489.replace("203.0.113.25", "unknown").replace("<count>3<", "<count>many<");
    let odd = aggregate(odd.as_bytes());
    assert_eq!((odd.records.len(), odd.unread_records), (1, 1));
    let kinds: Vec<_> = odd.faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [AggregateFaultKind::Address, AggregateFaultKind::Number]);

    let huge = RFC7489.replace("<count>12<", "<count>99999999999999999999999<");
    assert_eq!(aggregate(huge.as_bytes()).summary().messages, u64::MAX);
}

#[test]
fn hostile_xml_is_refused_by_name() {
    let bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><feedback>&b;</feedback>";
    let entity = RFC7489.replace("&amp;", "&evil;");
    let deep = format!("<feedback>{}", "<a>".repeat(100_000));
    let cases = [
        (bomb.to_owned(), AggregateErrorKind::Doctype),
        (entity, AggregateErrorKind::Entity),
        (deep, AggregateErrorKind::TooDeep),
        ("<feedback/>".to_owned(), AggregateErrorKind::NotReport),
        ("<html>feedback</html>".to_owned(), AggregateErrorKind::NotReport),
        ("<feedback><a></b>".to_owned(), AggregateErrorKind::Syntax),
    ];
    for (text, kind) in cases {
        let Err(ReportError::Aggregate(error)) = read(text.as_bytes()) else { panic!("{text:.60}") };
        assert_eq!(error.kind, kind, "{text:.60}");
    }
}

#[test]
fn hostile_packing_is_refused_by_name() {
    let spaces = vec![b' '; MAX_UNPACKED + 1];
    let bomb = gzip(&spaces);
    assert_eq!(unpack(&bomb), Err(UnpackError::Ratio));
    assert_eq!(unpack(&zipped(&[("bomb.xml", &spaces)])), Err(UnpackError::Ratio));
    let mut seed = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    })
    .take(MAX_UNPACKED / 64)
    .collect();
    let large = gzip(&noise.repeat(65));
    assert!(matches!(unpack(&large), Err(UnpackError::TooLarge)));
    assert_eq!(unpack(&gzip(&gzip(&gzip(&gzip(&gzip(b"x")))))), Err(UnpackError::TooManyLayers));
    let many: Vec<(String, &[u8])> = (0..20).map(|at| (format!("{at}.xml"), b"x".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    assert_eq!(unpack(&zipped(&many)), Err(UnpackError::TooManyEntries));
    assert_eq!(unpack(&b"PK\x01\x02".repeat(2_000)).map(|content| content.len()), Ok(8_000), "no archive");
    assert_eq!(
        unpack(&[b"PK\x03\x04".as_slice(), &b"PK\x01\x02".repeat(2_000)].concat()),
        Err(UnpackError::TooManyEntries)
    );
    assert_eq!(unpack(&zipped(&[])[..]).map(|content| content.len()), Ok(22), "an empty archive has another mark");
    assert_eq!(unpack(b"\x1f\x8bxx"), Err(UnpackError::Corrupt));
    assert_eq!(unpack(&gzip(RFC7489.as_bytes())[..100]), Err(UnpackError::Corrupt));
    let part = format!("--b\nContent-Transfer-Encoding: base64\n\n{}\n", STANDARD.encode(gzip(RFC7489.as_bytes())));
    let bombs = "--b\nContent-Transfer-Encoding: base64\n\nH4sI\n".repeat(MAX_PACKED);
    let hidden = format!("Content-Type: multipart/mixed; boundary=b\n\n{bombs}{part}");
    assert_eq!(read(hidden.as_bytes()), Err(ReportError::Unpack(UnpackError::Corrupt)), "after too many packed parts");
    assert_eq!(read(&attached("application/gzip", &bomb)), Err(ReportError::Unpack(UnpackError::Ratio)));
}

#[test]
fn records_are_bounded() {
    let record = "<record><row><source_ip>203.0.113.1</source_ip><count>1</count></row><auth_results><dkim/><dkim/><dkim/><dkim/><dkim/></auth_results></record>";
    let text = format!("<feedback>{}</feedback>", record.repeat(MAX_RECORDS + 1));
    let report = aggregate(text.as_bytes());
    assert_eq!(report.records.len(), MAX_RECORDS);
    assert!(report.truncated);
    let details: usize = report.records.iter().map(|record| record.auth_results.len()).sum();
    assert_eq!(details, 200_000);
}

#[test]
fn tls_reports_are_read() {
    for bytes in
        [TLS.as_bytes().to_vec(), gzip(TLS.as_bytes()), attached("application/tlsrpt+gzip", &gzip(TLS.as_bytes()))]
    {
        let Ok(Report::TlsReport(report)) = read(&bytes) else { panic!("a TLS report") };
        assert_eq!(report.totals(), (5_326, 303));
        let results: Vec<_> = report.by_result().into_iter().collect();
        assert_eq!(results, [("certificate-expired", 100), ("starttls-not-supported", 200), ("validation-failure", 3)]);
        let policy = &report.policies[0];
        assert_eq!((policy.lines.len(), policy.mx.as_slice()), (4, ["*.mail.example.com".to_owned()].as_slice()));
        let sending: Vec<_> =
            policy.details.iter().map(|detail| detail.sending.map(|address| address.to_string())).collect();
        assert_eq!(sending, [Some("2001:db8:abcd:12::1".into()), Some("203.0.113.25".into()), None]);
        assert_eq!(report.end.map(|time| time.to_string()).as_deref(), Some("2024-03-12T23:59:59Z"));
    }
}

#[test]
fn hostile_json_is_bounded() {
    let deep = format!("{{\"policies\":{}", "[".repeat(100_000));
    assert!(matches!(read(deep.as_bytes()), Err(ReportError::Tls(TlsError::Json { .. }))));
    let wide = format!("{{\"policies\":[{}{{}}]}}", "{},".repeat(100_000));
    let Ok(Report::TlsReport(report)) = read(wide.as_bytes()) else { panic!("a TLS report") };
    assert!(report.truncated && report.policies.len() == 100);
    let counts = "{\"policies\":[{\"summary\":{\"total-successful-session-count\":-5,\"total-failure-session-count\":1e300}},{\"summary\":{\"total-failure-session-count\":18446744073709551615}}]}";
    let Ok(Report::TlsReport(report)) = read(counts.as_bytes()) else { panic!("a TLS report") };
    assert_eq!(report.totals(), (0, u64::MAX));
    let odd = "{\"report-id\":[1,{}],\"policies\":[{\"policy\":{\"policy-string\":null,\"policy-domain\":{}}}]}";
    assert!(read(odd.as_bytes()).is_ok());
}

#[test]
fn other_files_are_no_reports() {
    assert_eq!(read(b""), Err(ReportError::Unrecognized));
    assert_eq!(read(b"203.0.113.5\n"), Err(ReportError::Unrecognized));
    assert_eq!(read(b"From: a@example.com\n\nhello"), Err(ReportError::NothingAttached));
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), which in 0usize..6, cut in 0usize..4_000, at in 0usize..4_000, byte in any::<u8>()) {
        let samples = [
            RFC7489.as_bytes().to_vec(),
            RFC9990.as_bytes().to_vec(),
            TLS.as_bytes().to_vec(),
            gzip(RFC9990.as_bytes()),
            zipped(&[("a", RFC7489.as_bytes())]),
            attached("application/zip", TLS.as_bytes()),
        ];
        let mut changed = samples[which].clone();
        changed.truncate(cut.max(1));
        if let Some(place) = changed.get_mut(at) {
            *place = byte;
        }
        let _ = read(&bytes);
        if let Ok(Report::DmarcReport(report)) = read(&changed) {
            prop_assert!(report.summary().passed <= report.summary().messages);
        }
    }
}

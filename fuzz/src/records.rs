//! Records of DKIM, DMARC, MTA-STS, TLS-RPT, DANE and BIMI, and the policy file of MTA-STS.

use crate::invariant::{check_json, check_text};
use crate::published::Published;
use jiff::Timestamp;
use ptrust_configure::generate::{Bimi, Dmarc, GenerateError, MtaSts, TlsRpt};
use ptrust_mail::bimi::record as bimi;
use ptrust_mail::dmarc::{self, DmarcRecord};
use ptrust_mail::mta_sts::{self, StsPolicy};
use ptrust_mail::tags::{HasEffect, MAX_LIST, Parsed, TagList};
use ptrust_mail::tls_rpt::{self, TlsRptRecord};
use ptrust_mail::tlsa::Tlsa;
use ptrust_mail::{dkim, tags};
use ptrust_names::{Data, Hex, Name, RecordType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};

/// Faults of a record at most: what one record tells is read by a person.
const MAX_FAULTS: usize = 2_000;
/// Where the policy of MTA-STS is.
const POLICY: &str = "https://mta-sts.example.com/.well-known/mta-sts.txt";

/// The input is the joined text of a record, or the data of one, or a policy; each parser reads it.
pub fn records(bytes: &[u8]) {
    check_list(bytes);
    check_dkim(bytes);
    let policy = mta_sts::parse_policy(bytes);
    check_parsed(bytes, &policy);
    reads_back(&policy.value, |text| Some(mta_sts::parse_policy(text).value));
    generate_policy(&policy.value);
    let mut lines = policy.faults.iter().map(|fault| mta_sts::line_of(bytes, fault.at));
    let end = mta_sts::line_of(bytes, bytes.len()).0;
    assert!(lines.all(|(line, _)| (1..=end).contains(&line)), "a fault behind the last line");
    let mut published = Published::new().exchanger().document(POLICY, mta_sts::MEDIA_TYPE, bytes);
    if let Ok(parsed) = dmarc::parse(bytes) {
        check_parsed(bytes, &parsed);
        reads_back(&parsed.value, |text| dmarc::parse(text).ok().map(|parsed| parsed.value));
        generate_dmarc(&parsed.value);
        published = published.text("_dmarc", bytes);
    }
    if let Ok(parsed) = mta_sts::parse_record(bytes) {
        check_parsed(bytes, &parsed);
        reads_back(&parsed.value, |text| mta_sts::parse_record(text).ok().map(|parsed| parsed.value));
        published = published.text("_mta-sts", bytes);
    } else {
        published = published.text("_mta-sts", b"v=STSv1; id=1");
    }
    if let Ok(parsed) = tls_rpt::parse(bytes) {
        check_parsed(bytes, &parsed);
        reads_back(&parsed.value, |text| tls_rpt::parse(text).ok().map(|parsed| parsed.value));
        generate_tls_rpt(&parsed.value);
        published = published.text("_smtp._tls", bytes);
    }
    if let Ok(parsed) = bimi::parse(bytes) {
        check_parsed(bytes, &parsed);
        reads_back(&parsed.value, |text| bimi::parse(text).ok().map(|parsed| parsed.value));
        generate_bimi(&parsed.value);
        published = published.text("default._bimi", bytes);
    }
    if dkim::is_key_record(bytes) {
        published = published.text("sel._domainkey", bytes);
    }
    let tlsa = check_tlsa(bytes).map(|()| Data::Other(RecordType::TLSA, Hex(bytes.to_vec())));
    if let Some(data) = tlsa {
        published = published.data("_25._tcp.mail.example.com", data, bytes.len());
    }
    published.judge();
}

/// The parts of a list lie where they are said to.
fn check_list(bytes: &[u8]) {
    let list = TagList::parse(bytes);
    assert!(list.tags.len() <= tags::MAX_TAGS, "too many tags");
    let mut end = 0;
    for tag in &list.tags {
        assert!(tag.at >= end && tag.value_at >= tag.at + tag.name.len(), "tags out of order");
        let name = bytes.get(tag.at..tag.at + tag.name.len());
        assert_eq!(name, Some(tag.name.as_bytes()), "the name is elsewhere");
        end = tag.value_at + tag.value.len();
        assert_eq!(bytes.get(tag.value_at..end), Some(tag.value), "the value is elsewhere");
        for separator in [b':', b',', b'/'] {
            for (at, item) in tag.items(separator) {
                assert_eq!(bytes.get(at..at + item.len()), Some(item), "an item is elsewhere");
            }
        }
    }
}

/// What was read is the same after JSON, and its faults have places in the text, in order, on boundaries of characters.
fn check_parsed<T, K>(bytes: &[u8], parsed: &Parsed<T, K>)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
    K: Serialize + DeserializeOwned + PartialEq + Debug + Display + HasEffect,
{
    check_json(parsed);
    assert!(parsed.faults.len() <= MAX_FAULTS, "{} faults", parsed.faults.len());
    assert!(parsed.faults.is_sorted_by_key(|fault| fault.at), "faults out of order");
    let text = std::str::from_utf8(bytes);
    for fault in &parsed.faults {
        assert!(fault.at <= bytes.len(), "{fault} behind the end");
        // A text that is too long ends where it ends.
        let boundary = text.is_err() || fault.at == MAX_LIST || fault.at == mta_sts::MAX_POLICY;
        assert!(boundary || text.is_ok_and(|text| text.is_char_boundary(fault.at)), "{fault} within a character");
        check_text(&fault.to_string());
    }
}

/// What is printed reads back to the same.
fn reads_back<T: Display + PartialEq + Debug>(value: &T, parse: impl Fn(&[u8]) -> Option<T>) {
    let text = value.to_string();
    if text.len() <= MAX_LIST {
        assert_eq!(parse(text.as_bytes()).as_ref(), Some(value), "{text:?} reads back");
    }
}

/// Keys and signatures.
fn check_dkim(bytes: &[u8]) {
    let key = dkim::parse_key(bytes);
    check_parsed(bytes, &key);
    reads_back(&key.value, |text| Some(dkim::parse_key(text).value));
    match key.state() {
        dkim::KeyState::Usable { key: found, .. } => assert_eq!(key.key(), Some(found)),
        dkim::KeyState::Revoked => assert!(!key.is_void() && key.value.public_key.0.is_empty(), "revoked with a key"),
        dkim::KeyState::Broken => assert!(key.is_void() || key.key().is_none(), "broken, and usable"),
    }
    let signature = dkim::parse_signature(bytes);
    check_parsed(bytes, &signature);
    if !signature.is_void() {
        let value = &signature.value;
        assert!(value.domain.is_some() && value.selector.is_some() && value.algorithm.is_some(), "a part is missing");
        assert!(value.signature.is_some() && value.body_hash.is_some(), "octets are missing");
        assert!(value.headers.iter().any(|field| field == "from"), "From is not signed");
    }
}

/// The data of a TLSA record, when it is one.
fn check_tlsa(bytes: &[u8]) -> Option<()> {
    let record = match Tlsa::parse(bytes) {
        Ok(record) => record,
        Err(error) => {
            assert!(bytes.len() < 3 && error.at == bytes.len(), "{error}");
            return None;
        }
    };
    check_json(&record);
    check_text(&record.to_string());
    assert_eq!(record.rdata(), bytes);
    assert!(!record.is_recommended() || record.selector == 1, "recommended, and not of the key");
    Some(())
}

/// A generator either refuses, or what it makes is what was meant: never does it find out by reading that it is not.
fn made<T>(made: Result<T, GenerateError>) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(error) => {
            check_text(&error.to_string());
            assert!(!matches!(error, GenerateError::Reread(_)), "{error}");
            None
        }
    }
}

/// The domain that records are generated for.
fn domain() -> Name {
    "example.com".parse().expect("a name")
}

/// A DMARC record like the one that was read, as far as it can be asked for.
fn generate_dmarc(record: &DmarcRecord) {
    let plain = |uri: &&dmarc::ReportUri| uri.size.is_none() && matches!(uri.target, dmarc::Target::Mailto { .. });
    let wanted = Dmarc {
        subdomains: record.sp,
        nonexistent: record.np,
        adkim: record.adkim,
        aspf: record.aspf,
        rua: record.rua.iter().filter(plain).cloned().collect(),
        ruf: record.ruf.iter().filter(plain).cloned().collect(),
        testing: record.testing,
        ..Dmarc::new(domain(), record.p.unwrap_or_default())
    };
    if let Some(made) = made(wanted.make(Timestamp::UNIX_EPOCH)) {
        let read = dmarc::parse(made.data.as_bytes()).expect("a record").value;
        assert_eq!((read.p, read.sp, read.np), (Some(wanted.policy), record.sp, record.np));
        assert_eq!((read.rua, read.ruf, read.testing), (wanted.rua, wanted.ruf, record.testing));
    }
}

/// A TLS-RPT record like the one that was read.
fn generate_tls_rpt(record: &TlsRptRecord) {
    let wanted = TlsRpt { domain: domain(), rua: record.rua.clone() };
    if let Some(made) = made(wanted.make(Timestamp::UNIX_EPOCH)) {
        assert_eq!(tls_rpt::parse(made.data.as_bytes()).expect("a record").value, *record);
    }
}

/// A BIMI record like the one that was read.
fn generate_bimi(record: &bimi::BimiRecord) {
    let Some(logo) = record.location.clone() else { return };
    let wanted = Bimi { domain: domain(), selector: None, logo, file: None, certificate: record.evidence.clone() };
    // The draft's rules for names of images are the parser's: a logo that is no SVG is found out by reading.
    let Ok(made) = wanted.make(Timestamp::UNIX_EPOCH) else { return };
    let read = bimi::parse(made.data.as_bytes()).expect("a record").value;
    assert_eq!((&read.location, &read.evidence), (&record.location, &record.evidence));
}

/// A policy like the one that was read.
fn generate_policy(policy: &StsPolicy) {
    let wanted =
        MtaSts { domain: domain(), mx: policy.mx.clone(), published: None, mode: policy.mode, max_age: policy.max_age };
    if let Some(made) = made(wanted.make(Timestamp::UNIX_EPOCH)) {
        let file = made.documents.first().expect("a policy");
        assert_eq!(mta_sts::parse_policy(file.text.as_bytes()).value, *policy);
    }
}

//! Mail logs and lists, and whatever else names sending addresses.

use crate::invariant::{check_json, check_text};
use ptrust_mail::input::{Options, Sources, sending_addresses};
use ptrust_mail::log::{LogKind, MAX_ADDRESSES, MAX_REPLIES, Reader};
use ptrust_names::Name;
use std::net::IpAddr;

/// The input is a file of any kind.
pub fn log(bytes: &[u8]) {
    let domain: Name = "example.com".parse().expect("a name");
    let is_public = |address: IpAddr| address.is_ipv4();
    for kind in [LogKind::Exim, LogKind::Postfix] {
        for domain in [None, Some(domain.clone())] {
            let mut reader = Reader::new(kind, domain, &is_public);
            reader.text(bytes);
            let log = reader.finish();
            assert!(log.addresses.len() <= MAX_ADDRESSES && log.replies.len() <= MAX_REPLIES, "too much is kept");
            check_json(&log);
        }
    }
    for domain in [None, Some(domain)] {
        check_sources(&sending_addresses(bytes, &Options { domain, is_public: &is_public }));
    }
}

/// Only addresses that count come out, each with evidence.
fn check_sources(sources: &Sources) {
    for source in &sources.addresses {
        assert!(source.address.is_ipv4(), "{}: cannot be reached", source.address);
        assert!(!source.evidence.is_empty(), "{}: without evidence", source.address);
        check_json(source);
    }
    for fault in &sources.faults {
        check_text(&fault.to_string());
    }
}

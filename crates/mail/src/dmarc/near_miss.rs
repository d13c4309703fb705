//! Texts that were meant as a DMARC record and are none: readers pass over them without a word (RFC 9989 section 4.7: the
//! version comes first and is exactly `DMARC1`).

use super::record::{DmarcRecord, Policy, parse};
use crate::tags::{TagList, trimmed};

/// The version.
const VERSION: &[u8] = b"DMARC1";

/// Why a text that was meant as a record is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NearMiss {
    /// White space in front of the version.
    #[error("white space stands in front of the version")]
    LeadingSpace,
    /// The version is there, and not at the start.
    #[error("something stands in front of v=DMARC1")]
    NotFirst,
    /// No version, but tags of DMARC.
    #[error("v=DMARC1 is missing at its start")]
    NoVersion,
    /// The version in the wrong case.
    #[error("the version must be DMARC1 in capital letters")]
    WrongCase,
    /// The version with something behind it that is no semicolon, or another version.
    #[error("the version must be exactly DMARC1, and a semicolon must follow it")]
    WrongVersion,
}

/// Says why a text is no DMARC record, when it was meant as one; nothing for records and for texts of other kinds.
pub fn near_miss(text: &[u8]) -> Option<NearMiss> {
    if parse(text).is_ok() {
        return None;
    }
    let list = TagList::parse(text);
    let version = list.tags.iter().find(|tag| tag.name.eq_ignore_ascii_case("v"));
    if let Some(tag) = version.filter(|tag| starts_with(tag.value, b"DMARC")) {
        let (skipped, _) = trimmed(text);
        return Some(match () {
            () if tag.at > skipped => NearMiss::NotFirst,
            () if tag.value == VERSION => NearMiss::LeadingSpace,
            () if tag.value.eq_ignore_ascii_case(VERSION) => NearMiss::WrongCase,
            () => NearMiss::WrongVersion,
        });
    }
    // A version behind a quotation mark or another slip is part of no tag.
    if place(text, VERSION).is_some() {
        return Some(if starts_with(text, b"DMARC") { NearMiss::NoVersion } else { NearMiss::NotFirst });
    }
    let policy = |tag: &crate::tags::Tag| {
        let words = [Policy::None, Policy::Quarantine, Policy::Reject].map(|policy| policy.to_string());
        matches!(tag.name.to_ascii_lowercase().as_str(), "p" | "sp" | "np")
            && words.iter().any(|word| tag.value.eq_ignore_ascii_case(word.as_bytes()))
    };
    let reports = |tag: &crate::tags::Tag| {
        matches!(tag.name.to_ascii_lowercase().as_str(), "rua" | "ruf") && starts_with(tag.value, b"mailto:")
    };
    // A record of another kind says so first: TLS-RPT has a rua as well.
    let other = list.tags.first().is_some_and(|tag| tag.name.eq_ignore_ascii_case("v"));
    (!other && list.tags.iter().any(|tag| policy(tag) || reports(tag))).then_some(NearMiss::NoVersion)
}

/// The record that a near miss was meant to be, as far as it can be read.
pub fn meant(text: &[u8]) -> Option<DmarcRecord> {
    near_miss(text)?;
    let (before, after) = match place(text, VERSION) {
        Some(at) => (text.get(..at)?, text.get(at + VERSION.len()..)?),
        None => (b"".as_slice(), text),
    };
    // What is left of `v=` in front, and whatever should have been a semicolon behind.
    let noise = |octet: &u8| !octet.is_ascii_alphanumeric();
    let after = after.iter().position(|octet| !noise(octet)).and_then(|at| after.get(at..)).unwrap_or_default();
    let before = before.iter().rposition(|octet| *octet == b';').and_then(|at| before.get(..at)).unwrap_or_default();
    let parsed = parse(&[b"v=DMARC1;".as_slice(), before, b";", after].concat()).ok()?;
    let readable = parsed.value.p.is_some() && parsed.policy_fault().is_none();
    readable.then_some(parsed.value)
}

/// Whether octets begin with letters, in whatever case.
fn starts_with(octets: &[u8], letters: &[u8]) -> bool {
    octets.get(..letters.len()).is_some_and(|start| start.eq_ignore_ascii_case(letters))
}

/// Where letters stand in octets, in whatever case.
fn place(octets: &[u8], letters: &[u8]) -> Option<usize> {
    octets.windows(letters.len()).position(|window| window.eq_ignore_ascii_case(letters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_are_told_and_other_texts_are_not() {
        let of = |text: &str| near_miss(text.as_bytes());
        assert_eq!(of("v=dmarc1; p=none"), Some(NearMiss::WrongCase));
        assert_eq!(of(" v=DMARC1; p=none"), Some(NearMiss::LeadingSpace));
        assert_eq!(of(" v=Dmarc1; p=none"), Some(NearMiss::WrongCase));
        assert_eq!(of("v=DMARC1 p=none"), Some(NearMiss::WrongVersion));
        assert_eq!(of("v=DMARC; p=none"), Some(NearMiss::WrongVersion));
        assert_eq!(of("v=DMARC1, p=none"), Some(NearMiss::WrongVersion));
        assert_eq!(of("p=none; v=DMARC1"), Some(NearMiss::NotFirst));
        assert_eq!(of("\"v=DMARC1; p=none\""), Some(NearMiss::NotFirst));
        assert_eq!(of("p=reject; rua=mailto:a@b.c"), Some(NearMiss::NoVersion));
        assert_eq!(of("DMARC1; p=reject"), Some(NearMiss::NoVersion));
        for other in [
            "v=DMARC1; p=none",
            "v=DMARC1",
            "v=spf1 -all",
            "v=DKIM1; p=MIGf",
            "p=MIGf",
            "v=TLSRPTv1; rua=mailto:a@b.c",
            "google-site-verification=DMARC",
            "hello",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_meant_is_read() {
        let of = |text: &str| meant(text.as_bytes()).map(|record| record.to_string());
        let record = Some("v=DMARC1; p=reject; rua=mailto:a@b.c".to_owned());
        for text in [
            "v=dmarc1; p=reject; rua=mailto:a@b.c",
            " v=DMARC1; p=reject; rua=mailto:a@b.c;",
            "v=DMARC1 p=reject; rua=mailto:a@b.c",
            "p=reject; rua=mailto:a@b.c",
            "p=reject; rua=mailto:a@b.c; v=DMARC1",
            "\"v=DMARC1; p=reject; rua=mailto:a@b.c",
        ] {
            assert_eq!(of(text), record, "{text}");
        }
        assert_eq!(of("v=dmarc1"), None);
        assert_eq!(of("v=dmarc1; p=all"), None);
        assert_eq!(of("v=DMARC1; p=none"), None);
    }

    proptest! {
        #[test]
        fn any_octets_are_read(text in "( |\"|p=none;)?(v=)?(DMARC1|dmarc1|DMARC)?[; ,]?[ -~]{0,20}") {
            if let Some(record) = meant(text.as_bytes()) {
                prop_assert!(parse(record.to_string().as_bytes()).is_ok());
                prop_assert!(near_miss(text.as_bytes()).is_some());
            }
        }
    }
}

//! DMARC records.

use super::*;
use crate::tags::{Effect, VersionFault};
use proptest::prelude::*;

/// Reads a text that is a record.
fn read(text: &str) -> ParsedDmarc {
    parse(text.as_bytes()).expect("a record")
}

/// The faults of a record: place, effect.
fn faults(text: &str) -> Vec<(usize, Effect)> {
    use crate::tags::HasEffect;
    read(text).faults.iter().map(|fault| (fault.at, fault.kind.effect())).collect()
}

#[test]
fn versions_are_exact() {
    let fault = |text: &str| parse(text.as_bytes()).err().map(|fault| (fault.at, fault.kind));
    assert_eq!(fault("v=DMARC1"), None);
    assert_eq!(fault("v = DMARC1 ; p=none"), None);
    assert_eq!(fault("V=DMARC1; p=none"), None);
    assert_eq!(fault("v=dmarc1; p=none"), Some((2, VersionFault::Other)));
    assert_eq!(fault("v=DMARC1x; p=none"), Some((2, VersionFault::Other)));
    assert_eq!(fault("v=DMARC1 p=none"), Some((2, VersionFault::Other)));
    assert_eq!(fault(" v=DMARC1; p=none"), Some((0, VersionFault::LeadingSpace)));
    assert_eq!(fault("p=none; v=DMARC1"), Some((0, VersionFault::Missing)));
    assert_eq!(fault("v=spf1 -all"), Some((2, VersionFault::Other)));
    assert_eq!(fault(""), Some((0, VersionFault::Missing)));
}

#[test]
fn words_have_no_case_and_faults_have_places() {
    let record =
        read("v=DMARC1; p=Reject; SP=none; np=QUARANTINE; adkim=S; aspf=r; t=Y; psd=N; fo=1; ruf=mailto:f@a.b");
    assert_eq!(record.value.p, Some(Policy::Reject));
    assert_eq!(record.value.sp, Some(Policy::None));
    assert_eq!(record.value.np, Some(Policy::Quarantine));
    assert_eq!(record.value.adkim, AlignmentMode::Strict);
    assert_eq!(record.value.psd, Psd::No);
    assert!(record.value.testing);
    assert_eq!(record.faults.len(), 1);
    assert_eq!(faults("v=DMARC1; p=block"), [(12, Effect::PartIgnored)]);
    assert_eq!(faults("v=DMARC1; p=none; t=yes"), [(20, Effect::PartIgnored)]);
    assert_eq!(
        faults("v=DMARC1; p=none; pct=50; rf=afrf; ri=86400; x=1"),
        [18, 26, 35, 45].map(|at| (at, Effect::Remark))
    );
    assert_eq!(
        faults("v=DMARC1; p=none; rua=a@b.c, mailto:x@y.z!10m"),
        [(22, Effect::PartIgnored), (29, Effect::Remark)]
    );
    assert_eq!(read("v=DMARC1; p=none; pct=50").value.pct, Some(50));
    assert_eq!(read("v=DMARC1; p=none; pct=+50").value.pct, None);
    assert_eq!(faults("v=DMARC1; rua=mailto:x@y.z"), [(8, Effect::PartIgnored)]);
    assert_eq!(faults("v=DMARC1; rua=mailto:x@y.z; p=none"), [(28, Effect::Remark)]);
    assert_eq!(faults("v=DMARC1; p=none; fo=1:d"), [(18, Effect::Remark), (21, Effect::Remark)]);
    assert_eq!(faults("v=DMARC1; p=none; p=reject"), [(18, Effect::PartIgnored), (18, Effect::Remark)]);
    assert_eq!(read("v=DMARC1; p=none; p=reject").value.p, Some(Policy::Reject));
    assert_eq!(faults("v=DMARC1; p=none; rua=https://r.example.com/"), [(22, Effect::PartIgnored)]);
}

#[test]
fn policies_follow_section_4_10_1() {
    let policies = |text: &str| {
        let short = |policies: Policies| [policies.domain, policies.subdomain, policies.nonexistent];
        (read(text).policies().map(short), read(text).effective().map(short), read(text).effective_old().map(short))
    };
    let (none, quarantine, reject) = (Policy::None, Policy::Quarantine, Policy::Reject);
    let same = |policies| (Some(policies), Some(policies), Some(policies));
    assert_eq!(policies("v=DMARC1; p=reject"), same([reject; 3]));
    assert_eq!(policies("v=DMARC1; p=reject; sp=none"), same([reject, none, none]));
    assert_eq!(
        policies("v=DMARC1; p=reject; sp=none; np=quarantine"),
        (Some([reject, none, quarantine]), Some([reject, none, quarantine]), Some([reject, none, none]))
    );
    assert_eq!(
        policies("v=DMARC1; p=reject; sp=quarantine; t=y"),
        (
            Some([reject, quarantine, quarantine]),
            Some([quarantine, none, none]),
            Some([reject, quarantine, quarantine])
        )
    );
    assert_eq!(policies("v=DMARC1; rua=mailto:a@b.c"), same([none; 3]));
    assert_eq!(policies("v=DMARC1; p=block; rua=mailto:a@b.c"), same([none; 3]));
    assert_eq!(policies("v=DMARC1; p=reject; sp=bounce; rua=mailto:a@b.c"), same([none; 3]));
    // An unreadable np is unknown to readers of RFC 7489, so it does not trouble them.
    assert_eq!(
        policies("v=DMARC1; p=reject; np=; rua=mailto:a@b.c"),
        (Some([none; 3]), Some([none; 3]), Some([reject; 3]))
    );
    for text in ["v=DMARC1; adkim=s", "v=DMARC1", "v=DMARC1; p=reject; sp=no; rua=a@b.c", "v=DMARC1; rua=mailto:"] {
        assert_eq!(policies(text), (None, None, None), "{text}");
    }
}

prop_compose! {
    fn uri()(local in "[a-z0-9][a-z0-9+_-]{0,8}", domain in "[a-z]{1,5}\\.[a-z]{2,3}") -> ReportUri {
        ReportUri::mailto(&format!("{local}@{domain}")).expect("an address")
    }
}

/// Any of the three policies.
fn any_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::None), Just(Policy::Quarantine), Just(Policy::Reject)]
}

prop_compose! {
    fn any_record()(
        p in any_policy(),
        sp in prop::option::of(any_policy()),
        np in prop::option::of(any_policy()),
        psd in prop_oneof![Just(Psd::Yes), Just(Psd::No), Just(Psd::Unspecified)],
        testing: bool,
        strict: (bool, bool),
        rua in prop::collection::vec(uri(), 0..3),
        ruf in prop::collection::vec(uri(), 1..3),
        fo in prop::option::of(prop_oneof![Just("0"), Just("1"), Just("d"), Just("s"), Just("d:s")]),
    ) -> DmarcRecord {
        let mode = |strict| if strict { AlignmentMode::Strict } else { AlignmentMode::Relaxed };
        let fo = fo.map(|fo| FailureOptions {
            all: fo.contains('0'), any: fo.contains('1'), dkim: fo.contains('d'), spf: fo.contains('s'),
        });
        DmarcRecord {
            p: Some(p), sp, np, psd, testing, adkim: mode(strict.0), aspf: mode(strict.1), rua, ruf, fo, pct: None,
        }
    }
}

proptest! {
    #[test]
    fn what_is_built_reads_back(record in any_record()) {
        let parsed = read(&record.to_string());
        prop_assert_eq!(parsed.value, record);
        prop_assert_eq!(parsed.faults, []);
    }

    #[test]
    fn any_text_is_read(text in "v=DMARC1; ?((p|sp|np|rua|fo|t|psd|x)=[ -~]{0,20};? ?){0,5}") {
        if let Ok(parsed) = parse(text.as_bytes()) {
            prop_assert!(parsed.faults.iter().all(|fault| fault.at <= text.len()));
            prop_assert!(!parsed.is_void());
        }
    }

    #[test]
    fn any_octets_are_read(text in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(parse(&text).is_err() || text.starts_with(b"v") || text.starts_with(b"V"));
    }
}

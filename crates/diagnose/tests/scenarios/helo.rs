//! HELO and greeting.

use super::{FORWARD, says};
use crate::support::{Checked, check};

/// A sound world whose host says something in HELO.
fn helo(helo: &str, more: &str) -> Checked {
    check(&format!(
        "!check 203.0.113.25 helo={helo}\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n\
         25 PTR mail.example.com.\n{FORWARD}{more}"
    ))
}

/// Asserts that of the HELO checks exactly one failed.
#[track_caller]
fn only(checked: &Checked, id: &str) {
    let failed: Vec<&str> = checked
        .judged
        .iter()
        .filter(|judged| judged.check.id.starts_with("helo-") && judged.judgement.as_str() == "fail")
        .map(|judged| judged.check.id)
        .collect();
    let expected: Vec<&str> = Some(id).filter(|id| !id.is_empty()).into_iter().collect();
    assert_eq!(failed, expected, "{:?}\n{}", checked.facts.target.helo, checked.summary());
}

#[test]
fn hard_case_31_addresses_in_helo_are_told_apart() {
    for (text, id) in [
        ("203.0.113.25", "helo-bare-address"),
        ("2001:db8::25", "helo-bare-address"),
        ("[203.0.113.25]", "helo-address-literal"),
        ("[203.0.113.26]", "helo-address-mismatch"),
        ("[IPv6:2001:db8::25]", "helo-address-mismatch"),
        ("[ipv6:::]", "helo-address-mismatch"),
        ("[::]", "helo-illegal-hostname"),
        ("[ipv6::::]", "helo-illegal-hostname"),
        ("[203.0.113]", "helo-illegal-hostname"),
        ("mail_1.example.com", "helo-illegal-hostname"),
    ] {
        only(&helo(text, ""), id);
    }
}

#[test]
fn hard_case_32_local_names_are_unqualified() {
    for text in ["mail", "mail.local", "mail.lan", "localhost", "localhost.localdomain", "25.113.0.203.in-addr.arpa"] {
        only(&helo(text, ""), "helo-unqualified");
    }
}

#[test]
fn hard_case_33_another_name_of_the_same_domain_is_a_note() {
    let checked = helo("out.example.com", "out A 203.0.113.25\n");
    only(&checked, "helo-ptr-sibling");
    assert_eq!(checked.verdict(), "pass", "{}", checked.word("/findings"));
    let other = helo("out.other.example", "zone other.example ns1.example.net\nout A 203.0.113.25\n");
    only(&other, "helo-ptr-mismatch");
    assert_eq!(other.verdict(), "warn");
}

#[test]
fn hard_case_34_one_family_is_enough() {
    let checked = check(
        "!check 2001:db8:1::25 helo=mail.example.com\n\
         zone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa rev1.example.org rev2.example.org\n\
         5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.\n\
         zone example.com ns1.example.net ns2.example.net\nmail AAAA 2001:db8:1::25\n",
    );
    only(&checked, "");
    assert_eq!(checked.verdict(), "pass", "{}", checked.summary());
    assert_eq!(checked.word("/identity/technical/aligned"), "true");
}

#[test]
fn hard_case_35_mail_exchangers_do_not_matter_addresses_do() {
    only(&helo("mail.example.com", "mail MX 0 .\n"), "");
    only(&helo("mx.example.com", "mx MX 10 mail.example.com.\n"), "helo-no-address");
}

#[test]
fn hard_case_36_one_unanswered_family_leaves_a_mismatch_open() {
    let more = "zone other.example ns1.other.example ns2.other.example\nout A 203.0.113.99\n\
                !timeout * out.other.example AAAA\n!timeout resolver out.other.example AAAA\n";
    let checked = helo("out.other.example", more);
    says(&checked, &[("helo-address-mismatch", "inconclusive")]);
    only(&checked, "");
}

#[test]
fn hard_case_37_the_servers_greeting_is_not_the_hosts_helo() {
    let checked = check(&format!(
        "!check 203.0.113.25\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n25 PTR mail.example.com.\n\
         {FORWARD}smtp 203.0.113.25 220 mx.example.com ESMTP\nsmtp-ehlo 203.0.113.25 250-ehlo.example.com\n\
         smtp-ehlo 203.0.113.25 250 SIZE\n"
    ));
    only(&checked, "");
    assert_eq!(checked.word("/identity/technical/helo"), "null");
    assert_eq!(checked.word("/identity/technical/aligned"), "null");
    assert_eq!(checked.word("/identity/technical/banner"), "mx.example.com", "{}", checked.summary());
    says(&checked, &[("banner-ptr-mismatch", "fail")]);
    let smtp = checked.facts.smtp();
    assert_eq!(smtp.present().and_then(|smtp| smtp.ehlo.as_deref()), Some("ehlo.example.com"));
}

//! Forward confirmation, one name and many.

use super::{FORWARD, expect, says, world};
use crate::support::check_with;
use ptrust_diagnose::Options;

const TWO: &str = "25 PTR mail.example.com.\n25 PTR other.example.com.";

#[test]
fn hard_case_16_one_match_of_several_names_is_a_pass() {
    let checked = world(TWO, &format!("{FORWARD}other A 203.0.113.99\n"));
    expect(&checked, &[], "pass");
    says(&checked, &[("ptr-multiple", "fail"), ("fcrdns-partial", "fail"), ("fcrdns-mismatch", "pass")]);
}

#[test]
fn hard_case_17_a_failing_name_does_not_spoil_a_match() {
    let checked = world(TWO, &format!("{FORWARD}!servfail * other.example.com\n"));
    expect(&checked, &[], "pass");
    assert_ne!(checked.verdict(), "fail");
}

#[test]
fn hard_case_18_a_failing_name_leaves_a_mismatch_open() {
    let forward =
        "zone example.com ns1.example.net ns2.example.net\nmail A 203.0.113.99\n!servfail * other.example.com\n";
    let checked = world(TWO, forward);
    assert_eq!(checked.iprev(), "temperror", "{}", checked.summary());
}

#[test]
fn hard_case_19_a_name_without_address_is_a_fail() {
    for forward in ["", "mail TXT something\n", "mail MX 10 mx.example.com.\n"] {
        let checked =
            world("25 PTR mail.example.com.", &format!("zone example.com ns1.example.net ns2.example.net\n{forward}"));
        expect(&checked, &["fcrdns-no-address"], "fail");
    }
}

#[test]
fn hard_case_20_a_neighbor_is_no_match() {
    let checked =
        world("25 PTR mail.example.com.", "zone example.com ns1.example.net ns2.example.net\nmail A 203.0.113.26\n");
    expect(&checked, &["fcrdns-mismatch"], "fail");
}

#[test]
fn hard_case_21_each_family_is_confirmed_by_its_own_records() {
    let text = format!(
        "!check 203.0.113.25\n!check 2001:db8:1::25\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n\
         25 PTR mail.example.com.\nzone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa rev1.example.org rev2.example.org\n\
         5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.\n{FORWARD}"
    );
    let all = check_with(&format!("{text}mail AAAA 2001:db8:1::25\n"), &Options::default());
    for checked in &all {
        expect(checked, &[], "pass");
    }
    // The other family's records confirm nothing, and are no mismatch either.
    let all = check_with(&text, &Options::default());
    expect(&all[0], &[], "pass");
    expect(&all[1], &["fcrdns-no-address"], "fail");
}

#[test]
fn hard_case_22_names_beyond_the_limit_leave_it_open() {
    let lines = |line: fn(u8) -> String| (10..22).map(line).collect::<Vec<_>>().join("\n");
    let names = lines(|i| format!("25 PTR h{i}.example.com."));
    let addresses = lines(|i| format!("h{i} A 203.0.113.99"));
    let zone = "zone example.com ns1.example.net ns2.example.net\n";
    let checked = world(&names, &format!("{zone}{addresses}"));
    says(&checked, &[("fcrdns-mismatch", "inconclusive"), ("ptr-multiple", "fail")]);
    assert_eq!((checked.iprev().as_str(), checked.verdict().as_str()), ("null", "unknown"));
    let looked_up = checked.facts.iter().filter(|(key, _)| key.to_string().starts_with("walk h")).count();
    assert_eq!(looked_up, 10);
    // A match within the limit decides all the same.
    let matching = addresses.replace("h12 A 203.0.113.99", "h12 A 203.0.113.25");
    assert_eq!(world(&names, &format!("{zone}{matching}")).iprev(), "pass");
}

#[test]
fn hard_case_23_names_of_several_domains_are_worth_a_note() {
    let checked = world(
        "25 PTR mail.example.com.\n25 PTR www.other.example.",
        &format!("{FORWARD}zone other.example ns1.example.net ns2.example.net\nwww A 203.0.113.25\n"),
    );
    expect(&checked, &[], "pass");
    says(&checked, &[("ptr-multiple", "fail"), ("fcrdns-partial", "pass")]);
}

#[test]
fn hard_case_30_default_names_of_clouds_are_confirmed_and_generic() {
    for (suffix, domain) in [("compute-1", "amazonaws.com"), ("eu-west-1.compute", "amazonaws.com")] {
        let host = format!("ec2-203-0-113-25.{suffix}");
        let checked = world(
            &format!("25 PTR {host}.{domain}."),
            &format!("zone {domain} ns1.example.net ns2.example.net\n{host} A 203.0.113.25\n"),
        );
        says(&checked, &[("ptr-generic-name", "fail"), ("ptr-unqualified-name", "pass")]);
        assert_eq!((checked.iprev().as_str(), checked.verdict().as_str()), ("pass", "warn"), "{host}");
    }
}

//! Reverse lookup.

use super::{FORWARD, expect, says, sound_but, world};
use crate::support::{check, check_with, engine, paused, targets};
use ptrust_diagnose::Options;
use ptrust_world::World;

const PTR: &str = "25.113.0.203.in-addr.arpa";

#[test]
fn hard_case_01_nxdomain_is_permerror() {
    let checked = world("26 PTR other.example.com.", FORWARD);
    expect(&checked, &["ptr-missing"], "permerror");
}

#[test]
fn hard_case_02_an_empty_name_is_the_same_verdict_in_other_words() {
    let nodata = world("25 TXT something", FORWARD);
    let nxdomain = world("26 PTR other.example.com.", FORWARD);
    expect(&nodata, &["ptr-missing"], "permerror");
    assert_eq!(nodata.verdict(), nxdomain.verdict());
    assert_ne!(nodata.word("/findings/0/explanation"), nxdomain.word("/findings/0/explanation"));
}

#[test]
fn hard_case_03_failures_are_temperror_and_never_absence() {
    for fault in ["servfail", "refused", "formerr", "notimp"] {
        let of_name = sound_but(&format!("!{fault} * {PTR} PTR"));
        expect(&of_name, &[], "temperror");
        assert_eq!(of_name.verdict(), "unknown", "{fault}");
        says(&of_name, &[("ptr-missing", "inconclusive"), ("ptr-partly-missing", "inconclusive")]);
        let of_servers = sound_but(&format!("!{fault} rev1.example.org\n!{fault} rev2.example.org"));
        expect(&of_servers, &["delegation-lame"], "temperror");
        assert_eq!(of_servers.state(), "lame", "{fault}");
    }
}

#[test]
fn hard_case_04_silence_is_temperror_and_names_the_mute_servers() {
    let checked = sound_but("!timeout rev1.example.org\n!timeout rev2.example.org");
    expect(&checked, &["delegation-unreachable"], "temperror");
    let finding = checked.word("/findings/0");
    assert!(finding.contains("rev1.example.org") && finding.contains("rev2.example.org"), "{finding}");
}

#[test]
fn hard_case_05_servers_that_disagree_are_listed() {
    let checked = sound_but(&format!("!nxdomain rev2.example.org {PTR}"));
    expect(&checked, &["ptr-partly-missing"], "pass");
    assert!(checked.word("/findings/0").contains("rev2.example.org"));
}

#[test]
fn hard_case_06_aliases_lead_to_the_ptr() {
    let same_zone = world("25 CNAME 25.cust\n25.cust PTR mail.example.com.", FORWARD);
    let other_zone = "25 CNAME 25.0/25\nzone 0/25.113.0.203.in-addr.arpa ns1.customer.example ns2.customer.example\n\
                      25 PTR mail.example.com.";
    for checked in [same_zone, world(other_zone, FORWARD)] {
        expect(&checked, &[], "pass");
        assert_eq!(checked.word("/identity/technical/ptr"), r#"["mail.example.com"]"#);
        says(&checked, &[("ptr-multiple", "pass"), ("delegation-classless-broken", "pass")]);
    }
}

#[test]
fn hard_case_07_an_alias_to_nothing_is_no_ptr() {
    let checked = world("25 CNAME 25.cust\n26.cust PTR other.example.com.", FORWARD);
    expect(&checked, &["ptr-missing"], "permerror");
    assert!(checked.word("/findings/0/explanation").contains("alias"));
    let nowhere = world("25 CNAME 25.gone.example.com.", FORWARD);
    expect(&nowhere, &["delegation-classless-broken"], "temperror");
}

#[test]
fn hard_case_08_two_aliases_are_followed_by_nobody() {
    let more =
        format!("{FORWARD}a PTR mail.example.com.\nb PTR elsewhere.example.com.\n!conflict {PTR} CNAME b.example.com.");
    let checked = world("25 CNAME a.example.com.", &more);
    expect(&checked, &["ptr-alias-conflict"], "permerror");
    says(&checked, &[("fcrdns-mismatch", "not-applicable"), ("ptr-missing", "not-applicable")]);
    assert_eq!(checked.word("/identity/technical/confirmed"), "[]");
}

#[test]
fn hard_case_09_every_spelling_of_a_classless_zone_works() {
    for label in ["0/25", "0-25", "0-127", "25-25", "0-255", "25"] {
        let zone = if label == "25" { "25".to_owned() } else { format!("25.{label}") };
        let servers = "ns1.customer.example ns2.customer.example";
        let reverse = if label == "25" {
            // The /32 delegation: the address's own name is the zone.
            format!("zone {PTR} {servers}\n@ PTR mail.example.com.")
        } else {
            format!("25 CNAME {zone}\nzone {label}.113.0.203.in-addr.arpa {servers}\n25 PTR mail.example.com.")
        };
        let checked = world(&reverse, FORWARD);
        expect(&checked, &[], "pass");
    }
    let elsewhere =
        "25 CNAME 25.rev.customer.example.\nzone rev.customer.example ns1.customer.example\n25 PTR mail.example.com.";
    expect(&world(elsewhere, FORWARD), &[], "pass");
}

#[test]
fn hard_case_10_names_that_are_no_names_are_not_usable() {
    for target in [".", "a\\027b.example.com.", "-mail.example.com.", "b\\195\\188cher.example.com."] {
        let checked = world(&format!("25 PTR {target}"), FORWARD);
        assert_eq!(checked.errors(), ["ptr-illegal-hostname"], "{target}");
        says(&checked, &[("fcrdns-mismatch", "not-applicable"), ("fcrdns-no-address", "not-applicable")]);
    }
}

#[test]
fn hard_case_11_case_and_trailing_dots_do_not_matter() {
    let checked = world("25 PTR MAIL.Example.COM.", FORWARD);
    expect(&checked, &[], "pass");
    assert_eq!(checked.word("/identity/technical/confirmed"), r#"["mail.example.com"]"#);
}

#[test]
fn hard_case_12_an_address_is_no_name() {
    let checked = world("25 PTR 203.0.113.25.", FORWARD);
    assert_eq!(checked.errors(), ["ptr-address-as-name"]);
}

#[test]
fn hard_case_13_a_wildcard_must_still_lead_back() {
    let more = format!("{FORWARD}!check 203.0.113.26\n");
    let text = format!(
        "!check 203.0.113.25\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n* PTR mail.example.com.\n{more}"
    );
    let all = check_with(&text, &Options::default());
    expect(&all[0], &[], "pass");
    expect(&all[1], &["fcrdns-mismatch"], "fail");
}

#[test]
fn hard_case_14_a_truncated_answer_is_asked_for_over_tcp() {
    let text = "!check 2001:db8:1::25\nzone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa rev1.example.org rev2.example.org\n\
                5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.\n\
                zone example.com ns1.example.net ns2.example.net\nmail AAAA 2001:db8:1::25\n\
                !truncate rev1.example.org\n!truncate rev2.example.org\n";
    expect(&check(text), &[], "pass");
}

#[test]
fn hard_case_15_every_address_has_its_own_verdict() {
    let text = format!(
        "!check 203.0.113.25\n!check 2001:db8:1::25\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n\
         25 PTR mail.example.com.\nzone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa rev1.example.org rev2.example.org\n\
         {FORWARD}mail AAAA 2001:db8:1::25\n"
    );
    let all = check_with(&text, &Options::default());
    assert_eq!(all[0].verdict(), "pass", "{}", all[0].summary());
    expect(&all[1], &["ptr-missing"], "permerror");
}

#[test]
fn hard_case_24_names_under_no_public_domain_are_unqualified() {
    for target in [
        "mail.local.",
        "mail.lan.",
        "mail",
        "co.uk.",
        "mail.internal.",
        "25.113.0.203.in-addr.arpa.",
        "mail.nosuchtld.",
    ] {
        let target = if target == "mail" { "mail." } else { target };
        let checked = world(&format!("25 PTR {target}"), FORWARD);
        assert_eq!(checked.errors(), ["ptr-unqualified-name"], "{target}\n{}", checked.summary());
    }
}

#[test]
fn hard_case_25_special_addresses_are_named_and_not_asked_about() {
    for address in
        ["10.1.2.3", "127.0.0.1", "100.64.0.1", "169.254.1.1", "224.0.0.5", "fe80::1", "fc00::1", "::1", "0.0.0.0"]
    {
        let world = World::parse(&format!("!check {address}\n{FORWARD}")).expect("a world");
        let facts = paused(async { engine(&world, Options::default()).facts(targets(&world).remove(0)).await });
        let checked = crate::support::Checked::new(facts);
        expect(&checked, &["address-special-use"], "null");
        assert_eq!(checked.state(), "null");
        assert_eq!(world.queries(), 0, "{address}");
        assert_eq!(checked.facts.iter().count(), 0, "{address}");
        let others = checked.judged.iter().filter(|judged| judged.judgement.as_str() != "not-applicable").count();
        // Itself, and at most address-unallocated beside it.
        assert!(others <= 2, "{address}");
    }
}

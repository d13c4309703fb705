//! Delegation.

use super::{FORWARD, expect, says, sound_but, world};
use crate::support::check;

#[test]
fn hard_case_38_a_denied_name_with_names_below_it_is_passed_through() {
    let text = "!check 2001:db8:1::25\nzone 1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa rev1.example.org rev2.example.org\n\
                5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR mail.example.com.\n\
                zone example.com ns1.example.net ns2.example.net\nmail AAAA 2001:db8:1::25\n";
    let parent = "!nxdomain * 8.b.d.0.1.0.0.2.ip6.arpa\n!nxdomain * b.d.0.1.0.0.2.ip6.arpa\n";
    expect(&check(&format!("{text}{parent}")), &[], "pass");
    let holder = "!nxdomain * 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa\n";
    let checked = check(&format!("{text}{holder}"));
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-empty-nonterminal-denied", "fail")]);
}

#[test]
fn hard_case_39_one_failing_parent_server_is_passed_over() {
    for fault in ["servfail", "refused", "timeout", "garbage"] {
        let checked = sound_but(&format!("!{fault} ns1.apnic.net"));
        expect(&checked, &[], "pass");
    }
}

#[test]
fn hard_case_40_the_childs_servers_are_not_taken_for_the_parents() {
    let checked = world(
        "25 PTR mail.example.com.",
        &format!("{FORWARD}!delegate 113.0.203.in-addr.arpa rev1.example.org rev3.example.org\n"),
    );
    says(&checked, &[("delegation-ns-mismatch", "fail")]);
    let walk = checked.facts.walk(&checked.facts.ptr_question());
    let cut = walk.present().and_then(|walk| walk.deepest()).expect("a walk");
    let names = |list: &Option<Vec<ptrust_names::Name>>| {
        let mut names: Vec<String> = list.iter().flatten().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&cut.parent_servers), ["rev1.example.org", "rev3.example.org"]);
    assert_eq!(names(&cut.child_servers), ["rev1.example.org", "rev2.example.org"]);
}

#[test]
fn hard_case_41_servers_without_an_address_are_a_broken_delegation() {
    let checked = sound_but("!no-address rev1.example.org\n!no-address rev2.example.org");
    expect(&checked, &["delegation-nameserver-unresolvable"], "temperror");
    assert_eq!(checked.state(), "unresolvable");
}

#[test]
fn hard_case_42_servers_without_authority_are_lame() {
    for fault in ["refused", "noaa", "notauth"] {
        let checked = sound_but(&format!("!{fault} rev1.example.org\n!{fault} rev2.example.org"));
        // A resolver that takes answers without authority still sees the PTR, and then it is not proven.
        if checked.errors().is_empty() {
            assert_eq!(fault, "noaa", "{}", checked.summary());
            says(&checked, &[("delegation-lame", "inconclusive")]);
        } else {
            expect(&checked, &["delegation-lame"], "temperror");
        }
        says(&checked, &[("ptr-missing", if checked.errors().is_empty() { "pass" } else { "not-applicable" })]);
    }
    let upward = "!upward rev1.example.org 113.0.203.in-addr.arpa\n!upward rev2.example.org 113.0.203.in-addr.arpa";
    expect(&sound_but(upward), &["delegation-lame"], "temperror");
}

#[test]
fn hard_case_43_a_name_inside_a_larger_zone_belongs_there() {
    let checked = check(&format!(
        "!check 203.0.113.25\nzone 0.203.in-addr.arpa rev1.example.org rev2.example.org\n25.113 PTR mail.example.com.\n{FORWARD}"
    ));
    expect(&checked, &[], "pass");
    assert_eq!(checked.word("/identity/administrative/zone"), "0.203.in-addr.arpa");
    let missing = check(&format!(
        "!check 203.0.113.25\nzone 0.203.in-addr.arpa rev1.example.org rev2.example.org\n26.113 PTR mail.example.com.\n{FORWARD}"
    ));
    expect(&missing, &["ptr-missing"], "permerror");
    assert!(missing.word("/findings/0").contains("0.203.in-addr.arpa"));
}

#[test]
fn hard_case_44_a_zone_name_that_is_an_alias_is_no_delegation() {
    let checked = check(&format!(
        "!check 203.0.113.25\nzone 203.in-addr.arpa ns1.apnic.net ns2.apnic.net\n113.0 CNAME rev.example.com.\n\
         {FORWARD}zone rev.example.com ns1.example.net ns2.example.net\n25 PTR mail.example.com.\n"
    ));
    assert_eq!(checked.errors(), ["delegation-zone-alias"], "{}", checked.summary());
    assert_eq!(checked.state(), "not-delegated");
}

#[test]
fn hard_case_45_an_open_resolver_among_the_servers_is_a_note() {
    let checked = sound_but("!recursive rev2.example.org");
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-open-resolver", "fail")]);
}

#[test]
fn hard_case_46_servers_at_private_addresses_count_as_none() {
    for address in ["10.0.0.53", "127.0.0.1", "192.168.1.1", "169.254.0.53"] {
        let forward = format!("{FORWARD}zone example.org ns1.example.net ns2.example.net\nrev2 A {address}\n");
        let one = world("25 PTR mail.example.com.", &format!("{forward}rev1 A 198.51.100.77\n"));
        expect(&one, &[], "pass");
        says(&one, &[("delegation-nameserver-special-use", "fail")]);
        let both = world("25 PTR mail.example.com.", &format!("{forward}rev1 A {address}\n!timeout {address}\n"));
        assert_eq!(both.errors(), ["delegation-nameserver-unresolvable"], "{address}\n{}", both.summary());
        says(&both, &[("delegation-nameserver-special-use", "fail")]);
    }
}

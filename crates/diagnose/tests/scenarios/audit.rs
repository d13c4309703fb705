//! Mail domains: their exchangers, and the zone that holds their records.

use crate::support::{Outcome, audit_one, domains, summary};
use ptrust_facts::DomainFacts;
use ptrust_names::{Name, Question, RecordType};
use ptrust_world::World;

/// A domain with one exchanger that takes mail.
const SOUND: &str = "@ MX 10 mail.example.com.\nmail A 203.0.113.25\n@ TXT \"v=spf1 mx -all\"\n\
                     smtp 203.0.113.25 220 mail.example.com ESMTP\ntls 203.0.113.25 names=mail.example.com\n";

/// One domain of a world, audited.
fn audit(text: &str) -> (DomainFacts, Outcome) {
    let world = World::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut targets = domains(&world);
    assert_eq!(targets.len(), 1, "one !audit line");
    audit_one(text, targets.remove(0))
}

/// A world with `example.com`: its records, and lines after them.
fn domain(lines: &str) -> (DomainFacts, Outcome) {
    audit(&format!("!audit example.com\nzone example.com ns1.example.net ns2.example.net\n{lines}"))
}

/// The sound domain with more lines.
fn sound_but(lines: &str) -> (DomainFacts, Outcome) {
    domain(&format!("{SOUND}{lines}"))
}

/// Asserts what single checks say of a domain.
#[track_caller]
fn says((facts, outcome): &(DomainFacts, Outcome), judgements: &[(&str, &str)]) {
    for (id, word) in judgements {
        assert_eq!(outcome.says(id), *word, "{id}\n{}", summary(facts));
    }
}

/// Asserts which errors a domain has.
#[track_caller]
fn errors((facts, outcome): &(DomainFacts, Outcome), expected: &[&str]) {
    assert_eq!(outcome.errors(), expected, "{}", summary(facts));
}

#[test]
fn hard_case_35_a_null_mx_beside_an_address_is_fine() {
    let audited = domain("@ MX 0 .\n@ A 203.0.113.25\n@ TXT \"v=spf1 -all\"\n");
    errors(&audited, &[]);
    let nothing = ["mx-no-address", "mx-alias", "mx-special-use", "mx-single-family", "mx-ipv6-only"];
    says(&audited, &nothing.map(|id| (id, "not-applicable")));
    says(&audited, &[("mx-missing", "pass"), ("mx-implicit", "pass"), ("mx-null-mixed", "pass")]);
}

#[test]
fn hard_case_37_a_host_that_only_receives_needs_no_name_of_its_own() {
    // Its address has no PTR record, and it greets with another name than the MX record has.
    let audited = domain(
        "@ MX 10 mail.example.com.\nmail A 203.0.113.25\n@ TXT \"v=spf1 ip4:203.0.113.80 -all\"\n\
         zone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n80 PTR out.example.com.\n\
         zone example.com\nout A 203.0.113.80\n\
         smtp 203.0.113.25 220 inside.example.com ESMTP\ntls 203.0.113.25 names=mail.example.com\n",
    );
    errors(&audited, &[]);
    says(&audited, &[("pool-unconfirmed", "pass"), ("mx-no-address", "pass")]);
}

#[test]
fn hard_case_40_the_childs_servers_are_not_taken_for_the_parents() {
    let (facts, outcome) = sound_but("!delegate example.com ns1.example.net ns3.example.net\n");
    let question = Question::new("example.com".parse().expect("a name"), RecordType::MX);
    let walk = facts.walk(&question);
    let cut = walk.present().and_then(|walk| walk.deepest()).expect("a walk");
    let names = |list: &Option<Vec<Name>>| {
        let mut names: Vec<String> = list.iter().flatten().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&cut.parent_servers), ["ns1.example.net", "ns3.example.net"]);
    assert_eq!(names(&cut.child_servers), ["ns1.example.net", "ns2.example.net"]);
    // ns3 is listed by the parent alone, and does not serve the zone.
    says(&(facts, outcome), &[("zone-broken", "pass"), ("zone-partly-lame", "fail")]);
}

#[test]
fn hard_case_41_servers_without_an_address_break_the_zone() {
    let audited = sound_but("!no-address ns1.example.net\n!no-address ns2.example.net\n");
    errors(&audited, &["zone-broken"]);
    assert_eq!(audited.1.verdict(), "fail");
    let audited = sound_but("!no-address ns2.example.net\n");
    errors(&audited, &[]);
    says(&audited, &[("zone-broken", "pass"), ("zone-partly-lame", "fail")]);
}

#[test]
fn hard_case_42_servers_without_authority_break_the_zone() {
    for fault in ["refused", "notauth", "servfail", "noaa"] {
        let audited = sound_but(&format!("!{fault} ns1.example.net\n!{fault} ns2.example.net\n"));
        errors(&audited, &["zone-broken"]);
        says(&audited, &[("mx-missing", "inconclusive"), ("zone-answers-differ", "not-applicable")]);
    }
    let upward = "!upward ns1.example.net example.com\n!upward ns2.example.net example.com\n";
    errors(&sound_but(upward), &["zone-broken"]);
}

#[test]
fn hard_case_45_a_server_that_recurses_still_serves_the_zone() {
    let audited = sound_but("!recursive ns2.example.net\n");
    errors(&audited, &[]);
    says(&audited, &[("zone-broken", "pass"), ("zone-partly-lame", "pass"), ("zone-answers-differ", "pass")]);
}

#[test]
fn hard_case_47_names_that_are_no_mail_domains_need_no_mail_records() {
    let reverse = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n25 PTR mail.example.com.\n";
    for (name, zone) in [("113.0.203.in-addr.arpa", reverse), ("com", "zone example.com ns1.example.net\n")] {
        let audited = audit(&format!("!audit {name}\n{zone}"));
        errors(&audited, &[]);
        let none = [("mx-missing", "not-applicable"), ("mx-implicit", "not-applicable")];
        says(&audited, &none);
        says(&audited, &[("mx-infrastructure-name", "pass")]);
    }
    let with = format!("!audit 113.0.203.in-addr.arpa\n{reverse}@ MX 10 mail.example.com.\n");
    says(&audit(&with), &[("mx-infrastructure-name", "fail")]);
}

#[test]
fn hard_case_48_spf_records_are_compared_apart_from_other_texts() {
    let differing = [
        "!answer ns2.example.net example.com TXT \"v=spf1 a -all\"\n",
        "!answer ns2.example.net example.com TXT \"site-verification=1\"\n",
        "!nodata ns2.example.net example.com TXT\n",
    ];
    for lines in differing {
        says(&sound_but(lines), &[("zone-answers-differ", "fail")]);
    }
    let same = "!answer ns2.example.net example.com TXT \"v=spf1 mx -all\"\n\
                !answer ns2.example.net example.com TXT \"site-verification=1\"\n";
    says(&sound_but(same), &[("zone-answers-differ", "pass")]);
}

#[test]
fn all_records_that_differ_are_told_in_one_finding() {
    let (_, outcome) = sound_but(
        "!answer ns2.example.net example.com MX 20 mail.example.com.\n\
         !answer ns2.example.net example.com TXT \"v=spf1 a -all\"\n",
    );
    let findings = outcome.json["findings"].as_array().expect("a list");
    let found: Vec<_> = findings.iter().filter(|finding| finding["id"] == "zone-answers-differ").collect();
    assert_eq!(found.len(), 1);
    let text = found[0]["explanation"].as_str().expect("a text");
    assert!(text.contains("different MX records") && text.contains("different SPF records"), "{text}");
}

#[test]
fn hard_case_54_a_null_mx_stands_alone_with_preference_0() {
    let mixed = sound_but("@ MX 0 .\n");
    errors(&mixed, &["mx-null-mixed"]);
    says(&mixed, &[("mx-null-preference", "not-applicable")]);
    let preference = domain("@ MX 10 .\n@ TXT \"v=spf1 -all\"\n");
    errors(&preference, &[]);
    says(&preference, &[("mx-null-preference", "fail"), ("mx-null-mixed", "pass")]);
}

#[test]
fn exchangers_beyond_the_limit_keep_checks_of_them_from_passing() {
    let record = |number| format!("@ MX {number} m{number}.example.com.\nm{number} A 203.0.113.25\n");
    let lines: String = (0..20).map(record).collect();
    says(&domain(&lines), &[("mx-no-address", "inconclusive"), ("mx-alias", "inconclusive")]);
}

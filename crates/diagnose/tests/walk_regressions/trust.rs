//! Chains of trust: bogus is what provably fails, and nothing else.

use super::{F, PTR, Z, alone, both, changed, expect, says, with_resolver};
use ptrust_facts::Trust;
use std::fmt::Write as _;

/// Addresses for the servers of [`Z`].
const SERVERS: &str = "zone example.net ns1.example.edu ns2.example.edu\nns1 A 198.51.100.201\nns2 A 192.0.2.201\n";
/// A signed zone beside the way, so that the root is signed.
const SIGNED_ROOT: &str = "zone example.info ns1.example.info ns2.example.info signed\n";

#[test]
fn review_01_keys_that_cannot_be_fetched_are_no_bogus_chain() {
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net signed\n25 CNAME 25.64/26\n\
                zone 64/26.113.0.203.in-addr.arpa ns1.example.net ns2.example.net signed\n25 PTR mail.example.com.\n";
    let sound = alone(&format!("{zone}{F}"));
    says(&sound, &[("delegation-dnssec-bogus", "pass")]);
    let keys = both("servfail", "64/26.113.0.203.in-addr.arpa TYPE48");
    let checked = alone(&format!("{zone}{F}{keys}"));
    expect(&checked, &[], "pass");
    says(&checked, &[("delegation-dnssec-bogus", "inconclusive")]);
}

#[test]
fn review_02_a_server_without_edns_is_no_bogus_chain() {
    let signed = Z.replacen("ns2.example.net", "ns2.example.net signed", 1);
    for server in ["ns1.example.net", "ns2.example.net"] {
        let checked = alone(&format!("{signed}{F}!no-edns {server}\n"));
        expect(&checked, &[], "pass");
        says(&checked, &[("delegation-dnssec-bogus", "pass")]);
    }
    // Where none of them can send signatures, there is no chain to fetch.
    let none = alone(&format!("{signed}{F}{}", both("no-edns", "")));
    says(&none, &[("delegation-dnssec-bogus", "inconclusive")]);
}

/// The forward zone with an alias at the PTR's name, and the zone that it leads to.
fn alias(zone: &str, alias: &str, target: &str) -> String {
    format!("{Z}zone example.com ns1.example.org ns2.example.org{zone}\n{alias}\n{target}\nmail A 203.0.113.25\n")
}

#[test]
fn review_01_aliases_that_lead_out_of_a_zone_are_no_bogus_chain() {
    let other = "zone example.edu ns1.example.edu ns2.example.edu";
    let child = "zone sub.example.com ns1.example.edu ns2.example.edu";
    for end in ["", " signed"] {
        for zone in ["", " signed"] {
            for (link, target) in [
                ("mail CNAME mail.example.edu.", other),
                ("* CNAME mail.example.edu.", other),
                ("old DNAME example.edu.\nmail CNAME mail.old", other),
                ("mail CNAME mail.sub", child),
            ] {
                let checked = alone(&format!("{}{SIGNED_ROOT}", alias(zone, link, &format!("{target}{end}"))));
                expect(&checked, &[], "pass");
                let secure = !zone.is_empty() && !end.is_empty();
                let chain =
                    checked.facts.chain(&checked.facts.forward_question(&"mail.example.com".parse().expect("a name")));
                let trust = chain.present().map(|chain| &chain.trust);
                let wanted = if secure { Trust::Secure } else { Trust::Insecure };
                assert_eq!(trust, Some(&wanted), "{link} {zone} {end}\n{}", checked.summary());
            }
        }
    }
    // Each zone on the way is judged.
    for broken in ["!bogus example.com", "!bogus example.edu", "!bogus example.com ds", "!bogus example.edu ds"] {
        let text = alias(" signed", "mail CNAME mail.example.edu.", &format!("{other} signed"));
        expect(&alone(&format!("{text}{broken}\n")), &["fcrdns-dnssec-bogus"], "temperror");
    }
}

#[test]
fn review_01_aliases_that_nobody_can_follow_are_no_bogus_chain() {
    let zone = |records: &str| {
        format!("zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net signed\n{records}\n{F}{SIGNED_ROOT}")
    };
    let conflict = alone(&zone("25 CNAME a.example.com.\n25 CNAME b.example.com."));
    expect(&conflict, &["ptr-alias-conflict"], "permerror");
    let mut circle = String::from("25 CNAME l0\n");
    for link in 0..3 {
        let _ = writeln!(circle, "l{link} CNAME l{}", (link + 1) % 3);
    }
    expect(&alone(&zone(&circle)), &["delegation-classless-broken"], "temperror");
}

/// Takes the authority and additional sections out of replies without an answer.
fn without_authority(reply: &mut [u8]) {
    if reply[6..8] == [0, 0] && reply[2] & 0x04 != 0 {
        reply[8..12].fill(0);
    }
}

#[test]
fn review_01_a_denial_without_soa_is_bogus_in_a_signed_zone_alone() {
    let servers = ["198.51.100.201", "192.0.2.201"];
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net";
    let rest = format!("24 PTR other.example.com.\n{SERVERS}{F}");
    let unsigned = changed(&format!("{zone}\n{rest}{SIGNED_ROOT}"), &servers, without_authority);
    expect(&unsigned, &["ptr-missing"], "permerror");
    says(&unsigned, &[("delegation-dnssec-bogus", "not-applicable")]);
    let signed = changed(&format!("{zone} signed\n{rest}"), &servers, without_authority);
    expect(&signed, &["delegation-dnssec-bogus"], "temperror");
}

#[test]
fn review_22_an_unsigned_zone_that_fails_has_no_chain_to_judge() {
    let above = "zone 203.in-addr.arpa ns1.reg.example ns2.reg.example signed\n!registry 203.in-addr.arpa\n";
    let cached = format!(
        "!resolver-says 192.0.2.53 {PTR} PTR mail.example.com.\n\
         !resolver-says 192.0.2.53 mail.example.com A 203.0.113.25\n"
    );
    let checked = with_resolver(&format!("{above}{Z}{F}{cached}{}", both("servfail", &format!("{PTR} PTR"))));
    says(&checked, &[("delegation-dnssec-bogus", "not-applicable")]);
    expect(&checked, &[], "pass");
}

//! Random worlds with random faults: nothing is found that the world does not hold, and nobody's failure to answer
//! becomes an absence.

mod support;

use proptest::prelude::*;
use ptrust_checks::Judgement;
use std::fmt::Write as _;
use support::{Checked, check};

/// The reverse name of the target.
const PTR: &str = "25.113.0.203.in-addr.arpa";
/// Checks that claim that something is not there.
const ABSENCES: [&str; 6] = [
    "delegation-missing",
    "fcrdns-no-address",
    "helo-no-address",
    "ptr-missing",
    "ptr-partly-missing",
    "delegation-nameserver-unresolvable",
];
/// Faults by which a server says nothing about any name.
const FAILURES: [&str; 9] =
    ["timeout", "servfail", "refused", "formerr", "notauth", "notimp", "garbage", "wrong-id", "wrong-question"];

/// What stands in the zones of a random world.
#[derive(Clone, Debug)]
struct Plan {
    /// PTR names, by number.
    names: Vec<u8>,
    /// Names that lead back.
    matching: u8,
    /// Names that have another address.
    others: u8,
    /// An RFC 2317 alias on the way.
    classless: bool,
    /// The HELO, by number of a name.
    helo: Option<u8>,
}

/// A fault at a server, of all names or of one.
#[derive(Clone, Debug)]
struct Trouble {
    server: &'static str,
    kind: &'static str,
    name: Option<String>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let names = prop::collection::vec(0..4u8, 0..4);
    (names, any::<u8>(), any::<u8>(), any::<bool>(), prop::option::of(0..4u8))
        .prop_map(|(names, matching, others, classless, helo)| Plan { names, matching, others, classless, helo })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let servers = prop::sample::select(vec![
        "rev1.example.org",
        "rev2.example.org",
        "fwd1.example.net",
        "fwd2.example.net",
        "cust1.example.info",
        "ns1.apnic.net",
        "a.ns.arpa",
        "a.in-addr-servers.arpa",
        "resolver",
    ]);
    let kinds: Vec<&str> = FAILURES
        .into_iter()
        .chain(["noaa", "truncate", "udp-timeout", "tcp-refused", "no-edns", "recursive", "loop"])
        .collect();
    let name = prop::option::of((0..4u8).prop_map(|number| match number {
        0 => PTR.to_owned(),
        number => format!("n{number}.example.com"),
    }));
    (servers, prop::sample::select(kinds), name).prop_map(|(server, kind, name)| Trouble { server, kind, name })
}

/// The world's text without faults.
fn text(plan: &Plan) -> String {
    let mut text = String::from("!check 203.0.113.25");
    if let Some(number) = plan.helo {
        let _ = write!(text, " helo=n{number}.example.com");
    }
    text.push_str("\nzone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org\n24 PTR other.example.com.\n");
    if plan.classless {
        text.push_str("25 CNAME 25.0/25\nzone 0/25.113.0.203.in-addr.arpa cust1.example.info cust2.example.info\n");
        text.push_str("24 PTR other.example.com.\n");
    }
    for number in &plan.names {
        let _ = writeln!(text, "25 PTR n{number}.example.com.");
    }
    text.push_str("zone example.com fwd1.example.net fwd2.example.net\n");
    for number in 0..4 {
        if plan.matching & 1 << number != 0 {
            let _ = writeln!(text, "n{number} A 203.0.113.25");
        }
        if plan.others & 1 << number != 0 {
            let _ = writeln!(text, "n{number} A 203.0.113.99");
        }
    }
    text
}

/// The ids of failed checks.
fn failed(checked: &Checked) -> Vec<&'static str> {
    let failed = checked.judged.iter().filter(|judged| matches!(judged.judgement, Judgement::Fail(_)));
    failed.map(|judged| judged.check.id).collect()
}

/// Whether a check's claim is true of the world as it would be without faults.
fn holds(id: &str, plan: &Plan) -> bool {
    let address = |number: &u8, set: u8| set & 1 << number != 0;
    let has = |number: &u8| address(number, plan.matching) || address(number, plan.others);
    match id {
        "ptr-missing" => plan.names.is_empty(),
        "ptr-multiple" => plan.names.len() > 1,
        "fcrdns-no-address" => !plan.names.is_empty() && !plan.names.iter().any(has),
        "fcrdns-mismatch" => plan.names.iter().any(|number| has(number) && !address(number, plan.matching)),
        "helo-no-address" => plan.helo.is_some_and(|number| !has(&number)),
        "helo-address-mismatch" => plan.helo.is_some_and(|number| has(&number) && !address(&number, plan.matching)),
        // Denied by nobody in these worlds.
        "delegation-missing"
        | "ptr-partly-missing"
        | "delegation-nameserver-unresolvable"
        | "ptr-alias-conflict"
        | "delegation-parents-differ"
        | "delegation-zone-alias"
        | "delegation-dnssec-bogus"
        | "fcrdns-dnssec-bogus"
        | "fcrdns-cname-loop"
        | "ptr-illegal-hostname"
        | "ptr-unqualified-name"
        | "ptr-address-as-name" => false,
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn faults_make_nothing_true(plan in plan(), troubles in prop::collection::vec(trouble(), 0..6)) {
        let mut world = text(&plan);
        for Trouble { server, kind, name } in &troubles {
            if !plan.classless && server.starts_with("cust") {
                continue;
            }
            let _ = writeln!(world, "!{kind} {server} {}", name.as_deref().unwrap_or_default());
        }
        let checked = check(&world);
        for id in failed(&checked) {
            prop_assert!(holds(id, &plan), "{id}\n{world}\n{}", checked.summary());
        }
        for judged in &checked.judged {
            if let Judgement::Fail(failure) = &judged.judgement {
                prop_assert!(!failure.evidence.is_empty(), "{} without evidence\n{world}", judged.check.id);
            }
        }
        let errors = checked.errors();
        prop_assert!(errors.len() <= 1, "{errors:?}\n{world}\n{}", checked.summary());
    }

    #[test]
    fn servers_that_all_fail_deny_nothing(
        plan in plan(),
        reverse in any::<bool>(),
        first in prop::sample::select(FAILURES.to_vec()),
        second in prop::sample::select(FAILURES.to_vec()),
    ) {
        let zone = if reverse { "rev" } else { "fwd" };
        let tld = if reverse { "org" } else { "net" };
        let world = format!("{}!{first} {zone}1.example.{tld}\n!{second} {zone}2.example.{tld}\n", text(&plan));
        let checked = check(&world);
        let absences = if reverse { &ABSENCES[..] } else { &ABSENCES[1..3] };
        for id in failed(&checked) {
            // A HELO in the forward zone is not touched by the failure of the reverse zone.
            let touched = absences.contains(&id) && !(reverse && id == "helo-no-address");
            prop_assert!(!touched, "{id}\n{world}\n{}", checked.summary());
        }
        if reverse {
            prop_assert_ne!(checked.iprev(), "permerror");
        }
    }
}

#[test]
fn worlds_without_faults_say_what_they_hold() {
    let sound = Plan { names: vec![1], matching: 2, others: 0, classless: false, helo: Some(1) };
    let checked = check(&text(&sound));
    assert_eq!(checked.verdict(), "pass", "{}", checked.summary());
    for classless in [false, true] {
        let missing = Plan { names: Vec::new(), classless, ..sound.clone() };
        assert_eq!(check(&text(&missing)).errors(), ["ptr-missing"]);
    }
}

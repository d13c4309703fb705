//! Defects that a review of the walk found, each a small world and what `identity.md` demands of it, by the review's
//! numbers.

mod support;

#[path = "walk_regressions/bounds.rs"]
mod bounds;
#[path = "walk_regressions/cuts.rs"]
mod cuts;
#[path = "walk_regressions/trust.rs"]
mod trust;

use ptrust_checks::Settings;
use ptrust_diagnose::{Engine, Options};
use ptrust_facts::{Class, Facts, Walk, WalkState};
use ptrust_names::{Cause, Observed};
use ptrust_observe::ports::{BoxFuture, Channel, Exchange, PathError, Ports};
use ptrust_world::World;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use support::{Checked, check, paused, targets};

/// The reverse zone of most worlds.
const Z: &str = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n25 PTR mail.example.com.\n";
/// The forward zone of most worlds.
const F: &str = "zone example.com ns1.example.org ns2.example.org\nmail A 203.0.113.25\n";
/// The name of the target.
const PTR: &str = "25.113.0.203.in-addr.arpa";

/// A world with one IPv4 target and no resolver.
fn alone(text: &str) -> Checked {
    check(&format!("!check 203.0.113.25\n!no-resolver\n{text}"))
}

/// The same with a resolver of its own, which meets the same faults unless lines say what it has.
fn with_resolver(text: &str) -> Checked {
    check(&format!("!check 203.0.113.25\n!resolver 192.0.2.53\n{text}"))
}

/// Changes the octets of every reply of some servers: what no line of a world can say.
struct Changed {
    inner: Arc<dyn Exchange>,
    servers: Vec<IpAddr>,
    change: fn(&mut [u8]),
}

impl Exchange for Changed {
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        Box::pin(async move {
            let mut reply = self.inner.exchange(server, channel, query, timeout).await?;
            if self.servers.contains(&server.ip()) {
                (self.change)(&mut reply);
            }
            Ok(reply)
        })
    }
}

/// [`alone`], with the replies of some servers changed.
fn changed(text: &str, servers: &[&str], change: fn(&mut [u8])) -> Checked {
    let text = format!("!check 203.0.113.25\n!no-resolver\n{text}");
    let world = World::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let servers = servers.iter().map(|text| text.parse().expect("an address")).collect();
    let facts = paused(async {
        let ports = world.ports();
        let exchange = Changed { inner: Arc::clone(&ports.exchange), servers, change };
        let ports = Ports { exchange: Arc::new(exchange), ..ports };
        let engine = Engine::new(ports, world.settings(), Settings::default(), Options::default());
        engine.expect("the world's anchors").facts(targets(&world).remove(0)).await
    });
    Checked::new(facts)
}

/// The same fault line for both servers of [`Z`], with a name and a type where given.
fn both(fault: &str, narrowed: &str) -> String {
    format!("!{fault} ns1.example.net {narrowed}\n!{fault} ns2.example.net {narrowed}\n")
}

/// The walk to the PTR.
#[track_caller]
fn ptr_walk(facts: &Facts) -> &Walk {
    let walk = facts.walk(&facts.ptr_question());
    walk.present().copied().unwrap_or_else(|| panic!("no walk: {:?}", walk.cause()))
}

/// Asserts the error findings and the iprev result; the message shows what was seen.
#[track_caller]
fn expect(checked: &Checked, errors: &[&str], iprev: &str) {
    let seen = || format!("findings {}\n{}", checked.word("/findings"), checked.summary());
    assert_eq!(checked.errors(), errors, "{}", seen());
    assert_eq!(checked.iprev(), iprev, "{}", seen());
}

/// Asserts what single checks say.
#[track_caller]
fn says(checked: &Checked, judgements: &[(&str, &str)]) {
    for (id, word) in judgements {
        assert_eq!(checked.says(id), *word, "{id}\n{}", checked.summary());
    }
}

/// Asserts that the errors of the delegation are open: neither found nor denied.
#[track_caller]
fn delegation_is_open(checked: &Checked) {
    for id in ["missing", "lame", "unreachable", "nameserver-unresolvable", "classless-broken"] {
        says(checked, &[(&format!("delegation-{id}"), "inconclusive")]);
    }
    assert_eq!(checked.state(), "undetermined", "{}", checked.summary());
}

#[test]
fn review_03_large_sets_are_read_without_edns() {
    let checked = alone(&format!("{Z}{F}!huge {PTR}. PTR 60\n{}", both("no-edns", "")));
    says(&checked, &[("ptr-missing", "pass"), ("ptr-partly-missing", "pass"), ("delegation-lame", "pass")]);
    let walk = ptr_walk(&checked.facts);
    let names = walk.answer.present().map_or(0, |records| records.ptr_names().count());
    assert_eq!(names, 61, "{}", checked.summary());
}

#[test]
fn review_04_one_denial_beside_a_failure_is_no_absence() {
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n24 PTR other.example.com.\n";
    for fault in ["servfail", "timeout", "refused", "garbage"] {
        let checked = alone(&format!("{zone}!{fault} ns2.example.net {PTR} PTR\n"));
        assert_eq!(checked.errors(), [""; 0], "{fault}\n{}", checked.summary());
        says(&checked, &[("ptr-missing", "inconclusive")]);
        assert_ne!(checked.iprev(), "permerror", "{fault}");
    }
}

#[test]
fn review_05_malformed_data_are_no_absence() {
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n25 TYPE12 \\# 3 05abab\n";
    let checked = alone(zone);
    assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
    says(&checked, &[("ptr-missing", "inconclusive")]);
    assert_ne!(checked.iprev(), "permerror");
}

#[test]
fn review_06_a_set_with_authority_counts_whatever_the_apex_says() {
    let checked = alone(&format!("{Z}{F}{}", both("refused", "113.0.203.in-addr.arpa SOA")));
    expect(&checked, &[], "pass");
    says(&checked, &[("ptr-missing", "pass"), ("delegation-lame", "pass")]);
}

#[test]
fn review_07_a_network_that_refuses_everything_is_no_lame_zone() {
    let checked = alone(&format!("{Z}{F}!refused *\n"));
    assert_eq!(checked.facts.run.walk, WalkState::Intercepted);
    assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
    assert_ne!(checked.says("delegation-lame"), "fail");
    assert_ne!(checked.says("delegation-partly-lame"), "fail");
    assert_eq!(checked.verdict(), "unknown");
}

#[test]
fn review_08_an_answer_that_does_not_fit_is_no_lame_zone() {
    let faults = format!("{}{}", both("truncate", ""), both("tcp-refused", ""));
    for set in ["", "!huge 25.113.0.203.in-addr.arpa. PTR 100\n"] {
        let checked = alone(&format!("{Z}{F}{set}{faults}"));
        assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
        says(&checked, &[("delegation-lame", "inconclusive"), ("delegation-unreachable", "inconclusive")]);
        assert_eq!(checked.state(), "undetermined");
    }
}

#[test]
fn review_09_one_odd_server_does_not_make_the_zone_an_alias() {
    for server in ["ns1.example.net", "ns2.example.net"] {
        let odd = format!("!answer {server} 113.0.203.in-addr.arpa CNAME foo.example.com.\n");
        let checked = alone(&format!("{Z}{F}{odd}"));
        expect(&checked, &[], "pass");
        says(&checked, &[("delegation-zone-alias", "pass"), ("delegation-partly-lame", "fail")]);
    }
}

#[test]
fn review_10_what_a_resolver_has_is_not_missing() {
    let zone = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net\n24 PTR other.example.com.\n";
    let cached = format!("!resolver-says 192.0.2.53 {PTR} PTR mail.example.com.\n");
    let checked = with_resolver(&format!("{zone}{F}{cached}"));
    assert_eq!(checked.errors(), [""; 0], "{}", checked.summary());
    says(&checked, &[("ptr-missing", "inconclusive"), ("delegation-missing", "pass")]);
    assert_ne!(checked.iprev(), "permerror");
}

#[test]
fn review_11_a_lossy_path_makes_no_failing_server_of_one_without_edns() {
    let plain = both("no-edns", "");
    let sound = |faults: &str| {
        let checked = alone(&format!("{Z}{F}{plain}{faults}"));
        let walk = ptr_walk(&checked.facts);
        let servers = &walk.deepest().expect("a cut").servers;
        let authoritative = servers.iter().all(|server| server.class == Class::Authoritative);
        assert!(authoritative, "{faults}\n{}", checked.summary());
        assert!(walk.answer.present().is_some(), "{faults}\n{}", checked.summary());
    };
    // All of UDP is lost, so that TCP brings the first FORMERR.
    sound(&both("udp-timeout", ""));
    // With these the reviewed code lost all of one server's UDP.
    for seed in 40..=60 {
        sound(&format!("!loss ns1.example.net 50% seed={seed}\n!loss ns2.example.net 50% seed={}\n", seed + 100));
    }
}

#[test]
fn review_24_a_chain_over_two_zones_is_counted_as_one() {
    let chain = |zone: &str, first: &str, last: &str| {
        let mut text = format!("zone {zone} ns1.{zone} ns2.{zone}\n{first} CNAME l1\n");
        for link in 1..4 {
            let _ = writeln!(text, "l{link} CNAME l{}", link + 1);
        }
        let _ = writeln!(text, "l4 {last}");
        text
    };
    let first = chain("example.com", "mail", "CNAME first.example.edu.");
    // Ten links in all, though neither server sees more than five of them.
    let second = chain("example.edu", "first", "CNAME l5\nl5 A 203.0.113.25");
    let checked = alone(&format!("{Z}{first}{second}"));
    expect(&checked, &["fcrdns-cname-loop"], "temperror");
    // Eight are followed.
    let short = "zone example.edu ns1.example.edu ns2.example.edu\nfirst CNAME l1\nl1 CNAME l2\nl2 CNAME l3\n\
                 l3 A 203.0.113.25\n";
    let checked = alone(&format!("{Z}{first}{short}"));
    expect(&checked, &[], "pass");
    says(&checked, &[("fcrdns-via-cname", "fail")]);
}

#[test]
fn review_25_what_is_not_known_is_not_aligned_and_not_misaligned() {
    let world = |text: &str| check(&format!("!check 203.0.113.25 helo=mail.example.com\n!no-resolver\n{text}"));
    let signed = F.replacen("ns2.example.org", "ns2.example.org signed", 1);
    let bogus = world(&format!("{Z}{signed}!bogus example.com\n"));
    expect(&bogus, &["fcrdns-dnssec-bogus"], "temperror");
    says(&bogus, &[("helo-no-address", "inconclusive"), ("helo-address-mismatch", "inconclusive")]);
    assert_eq!(bogus.word("/identity/technical/aligned"), "null", "{}", bogus.summary());
    // The HELO leads to the sender, and the names to compare it with are not known.
    let open = world(&format!("{Z}{F}{}", both("truncate", "") + &both("tcp-refused", "")));
    says(&open, &[("helo-no-address", "pass"), ("helo-ptr-mismatch", "inconclusive")]);
    assert_eq!(open.word("/identity/technical/aligned"), "null", "{}", open.summary());
    let sound = world(&format!("{Z}{F}"));
    assert_eq!(sound.word("/identity/technical/aligned"), "true", "{}", sound.summary());
}

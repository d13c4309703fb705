//! The technical layer: sound delegations with every kind of PTR and forward record.

use std::fmt::Write as _;

use super::HOSTING;
use crate::cases::{ANY, Expect, broken, fail, notice, pass, unknown, warn};
use crate::liar::Behavior;
use crate::operators::Operator::{Alpha, Beta, Liar};
use crate::operators::liars;
use crate::scenario::{Family, Scenario, scenario};

/// PTR lines enough to overflow any UDP answer, and more than the limit of evaluated names.
const MANY: u8 = 60;

/// The scenarios of the technical layer.
pub(super) fn scenarios() -> Vec<Scenario> {
    let hosting = |number, name| scenario(number, name).listed(&HOSTING).at(&[Alpha, Beta], "");
    let honest =
        |number, name| scenario(number, name).listed(&liars(Behavior::Honest)).at(&[Liar(Behavior::Honest)], "");
    vec![
        names(hosting(50, "names")),
        forward(hosting(51, "forward")),
        several(hosting(52, "several")),
        hosting(53, "wildcard")
            .host(
                10,
                "a wildcard's name that leads back",
                "*.{z} PTR mx.{n}.example.com.",
                "mx.{n}.example.com. {A} {a}",
                pass(),
            )
            .host(11, "a wildcard's name that leads elsewhere", "", "", fail("fcrdns-mismatch", "fail")),
        many(hosting(54, "many")),
        honest(55, "two-aliases").host(
            10,
            "two aliases at one name",
            "{h} CNAME one.{z}\n{h} CNAME two.{z}\none.{z} PTR mx.{n}.example.com.\ntwo.{z} PTR mx.{n}.example.com.",
            "mx.{n}.example.com. {A} {a}",
            fail("ptr-alias-conflict", "permerror"),
        ),
        honest(56, "alias-and-data").host(
            10,
            "an alias beside a PTR",
            "{h} CNAME one.{z}\n{h} PTR mx.{n}.example.com.\none.{z} PTR mx.{n}.example.com.",
            "mx.{n}.example.com. {A} {a}",
            fail("ptr-alias-conflict", "permerror"),
        ),
    ]
}

/// What the PTR says, and whether there is one.
fn names(scenario: Scenario) -> Scenario {
    let unusable = |id| fail(id, ANY);
    scenario
        .host(10, "no such name", "", "", fail("ptr-missing", "permerror"))
        .host(11, "other data at the name", "{h} TXT \"none\"", "", fail("ptr-missing", "permerror"))
        .host(
            12,
            "a generic name",
            "{h} PTR {-}.dynamic.example.com.",
            "{-}.dynamic.example.com. {A} {a}",
            warn("ptr-generic-name"),
        )
        .host(
            13,
            "an underscore",
            "{h} PTR mx_13.{n}.example.com.",
            "mx_13.{n}.example.com. {A} {a}",
            warn("ptr-underscore-name"),
        )
        .host(
            14,
            "a registrable domain",
            "{h} PTR apex-example.org.",
            "apex-example.org. {A} {a}",
            warn("ptr-apex-name"),
        )
        .host(15, "an address as name", "{h} PTR 193.200.50.15.", "", unusable("ptr-address-as-name"))
        .host(16, "a single label", "{h} PTR mailserver.", "", unusable("ptr-unqualified-name"))
        .host(17, "a local name", "{h} PTR mx.office.local.", "", unusable("ptr-unqualified-name"))
        .host(
            18,
            "a top-level domain that the root denies",
            "{h} PTR mx.office.nothere.",
            "",
            unusable("ptr-unqualified-name"),
        )
        .host(19, "its own reverse name", "{h} PTR {h}", "", unusable("ptr-unqualified-name"))
        .host(20, "an escape sequence", "{h} PTR \\027[31m.example.com.", "", unusable("ptr-illegal-hostname"))
        .host(21, "markup", "{h} PTR <script>alert\\(1\\)</script>.example.com.", "", unusable("ptr-illegal-hostname"))
        .host(22, "the empty name", "{h} PTR .", "", unusable("ptr-illegal-hostname"))
        .host(
            23,
            "a label that begins with a hyphen",
            "{h} PTR -mx.{n}.example.com.",
            "",
            unusable("ptr-illegal-hostname"),
        )
        .host(24, "bytes above ASCII", "{h} PTR m\\195\\188ller.example.com.", "", unusable("ptr-illegal-hostname"))
        .host(25, "upper case", "{h} PTR MX25.NAMES.EXAMPLE.COM.", "mx25.{n}.example.com. {A} {a}", pass())
        .host(
            26,
            "an alias within the zone",
            "{h} CNAME alias26.{z}\nalias26.{z} PTR mx26.{n}.example.com.",
            "mx26.{n}.example.com. {A} {a}",
            pass(),
        )
        .host(27, "an alias to nothing", "{h} CNAME alias27.{z}", "", fail("ptr-missing", "permerror"))
        .host(
            28,
            "a NUL byte and a dot inside a label",
            "{h} PTR m\\000x\\.y.example.com.",
            "",
            unusable("ptr-illegal-hostname"),
        )
}

/// What the forward name says.
fn forward(scenario: Scenario) -> Scenario {
    let mut chain = String::new();
    for link in 0..9 {
        // Writing to a string cannot fail.
        let _ = writeln!(chain, "link{link}.{{n}}.example.com. CNAME link{}.{{n}}.example.com.", link + 1);
    }
    scenario
        .host(
            10,
            "another address",
            "{h} PTR mx10.{n}.example.com.",
            "mx10.{n}.example.com. {A} {bad}",
            fail("fcrdns-mismatch", "fail"),
        )
        .host(11, "no such name", "{h} PTR mx11.{n}.example.com.", "", fail("fcrdns-no-address", "fail"))
        .host(
            12,
            "an address of the other family only",
            "{h} PTR mx12-{A}.{n}.example.com.",
            "mx12-{A}.{n}.example.com. {B} {b}",
            fail("fcrdns-no-address", "fail"),
        )
        .host(
            13,
            "an alias loop",
            "{h} PTR mx13.{n}.example.com.",
            "mx13.{n}.example.com. CNAME loop13.{n}.example.com.\nloop13.{n}.example.com. CNAME mx13.{n}.example.com.",
            fail("fcrdns-cname-loop", ANY),
        )
        .host(
            14,
            "nine links before the address",
            "{h} PTR link0.{n}.example.com.",
            &format!("{chain}link9.{{n}}.example.com. {{A}} {{a}}"),
            fail("fcrdns-cname-loop", ANY),
        )
        .host(15, "a lame forward zone", "{h} PTR mx15.lame-example.com.", "", fail("fcrdns-zone-broken", "temperror"))
        .host(16, "a mute forward zone", "{h} PTR mx16.mute-example.com.", "", fail("fcrdns-zone-broken", "temperror"))
        .host(
            17,
            "a forward zone whose servers are gone",
            "{h} PTR mx17.gone-example.com.",
            "",
            fail("fcrdns-zone-broken", "temperror"),
        )
        .host(
            18,
            "confirmed through an alias",
            "{h} PTR mx18.{n}.example.com.",
            "mx18.{n}.example.com. CNAME real18.{n}.example.com.\nreal18.{n}.example.com. {A} {a}",
            notice("fcrdns-via-cname"),
        )
        .host(
            19,
            "a private address",
            "{h} PTR mx19.{n}.example.com.",
            "mx19.{n}.example.com. {A} {private}",
            fail("fcrdns-mismatch", "fail"),
        )
        .host(
            20,
            "other data at the name",
            "{h} PTR mx20.{n}.example.com.",
            "mx20.{n}.example.com. TXT \"none\"",
            fail("fcrdns-no-address", "fail"),
        )
        .host(
            21,
            "IPv4 leads back, IPv6 elsewhere",
            "{h} PTR mx21.{n}.example.com.",
            "mx21.{n}.example.com. A {a}\nmx21.{n}.example.com. AAAA 2a0e:b199::99",
            pass(),
        )
        .host_only(Family::V4)
}

/// More than one name.
fn several(scenario: Scenario) -> Scenario {
    let two = "{h} PTR one{#}.{n}.example.com.\n{h} PTR two{#}.{n}.example.com.";
    let two = |number: u8| two.replace("{#}", &number.to_string());
    scenario
        .host(
            10,
            "two names that lead back",
            &two(10),
            "one10.{n}.example.com. {A} {a}\ntwo10.{n}.example.com. {A} {a}",
            notice("ptr-multiple"),
        )
        .host(
            11,
            "two names, one leads back",
            &two(11),
            "one11.{n}.example.com. {A} {bad}\ntwo11.{n}.example.com. {A} {a}",
            warn("fcrdns-partial").also("ptr-multiple"),
        )
        .host(
            12,
            "two names, none leads back",
            &two(12),
            "one12.{n}.example.com. {A} {bad}\ntwo12.{n}.example.com. {A} {bad}",
            fail("fcrdns-mismatch", "fail").also("ptr-multiple"),
        )
        .host(
            13,
            "two names, one in a lame zone, the other leads back",
            "{h} PTR one13.lame-example.com.\n{h} PTR two13.{n}.example.com.",
            "two13.{n}.example.com. {A} {a}",
            Expect { errors: vec!["fcrdns-zone-broken|"], verdict: ANY, ..notice("ptr-multiple") },
        )
        .host(
            14,
            "two names, one in a lame zone, the other leads elsewhere",
            "{h} PTR one14.lame-example.com.\n{h} PTR two14.{n}.example.com.",
            "two14.{n}.example.com. {A} {bad}",
            Expect { verdict: ANY, ..broken("fcrdns-zone-broken|fcrdns-mismatch|", "delegated", "temperror") },
        )
}

/// Answers that need TCP, and more names than are evaluated.
fn many(scenario: Scenario) -> Scenario {
    let names = |label: &str| {
        let mut text = String::new();
        for number in 10..10 + MANY {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{{h}} PTR mx{number}.one-of-many-names-of-this-address.{label}.{{n}}.example.com.");
        }
        text
    };
    let forward = |label: &str, address: &str| {
        format!("*.one-of-many-names-of-this-address.{label}.{{n}}.example.com. {{A}} {address}")
    };
    scenario
        .host(10, "sixty names that lead back", &names("good"), &forward("good", "{a}"), notice("ptr-multiple"))
        .host(
            11,
            "sixty names, none leads back: the limit leaves it open",
            &names("bad"),
            &forward("bad", "{bad}"),
            unknown("delegated", "null").also("ptr-multiple"),
        )
}

//! Branches signed from the world's own root down. Under the plain root, which is unsigned, nothing of it may show.

use super::HOSTING;
use crate::cases::{Expect, broken, fail, pass};
use crate::operators::Operator::{Alpha, Beta};
use crate::scenario::{Scenario, Signing, plain_host, scenario};

/// The signed scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let bogus = || broken("delegation-dnssec-bogus", "bogus", "temperror");
    let signed = |number, name, signing, what: &str, expect: Expect| {
        scenario(number, name)
            .listed(&HOSTING)
            .at(&[Alpha, Beta], "")
            .signed(signing)
            .mx(what, pass())
            .under_signed_root(expect)
    };
    vec![
        signed(41, "signed", Signing::Sound, "signed from the root to the holder", pass())
            .host(11, "signed, the name absent", "", "", fail("ptr-missing", "permerror"))
            .under_signed_root(fail("ptr-missing", "permerror"))
            .host(
                12,
                "both branches signed",
                "{h} PTR mx12.signed-example.com.",
                "mx12.signed-example.com. {A} {a}",
                pass(),
            )
            .under_signed_root(pass())
            .host(
                13,
                "the forward zone's DS matches no key",
                "{h} PTR mx13.bogus-example.com.",
                "mx13.bogus-example.com. {A} {a}",
                pass(),
            )
            .under_signed_root(fail("fcrdns-dnssec-bogus", "temperror")),
        signed(42, "bogus", Signing::WrongDs, "the DS matches no key", bogus()),
        signed(43, "expired", Signing::Expired, "the signatures have ended", bogus()),
        plain_host(scenario(44, "insecure").listed(&HOSTING).at(&[Alpha, Beta], "")).under_signed_root(pass()),
    ]
}

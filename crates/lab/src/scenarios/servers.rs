//! Sound delegations with a fault in one of the servers, or in how they are listed.

use super::{HOSTING, NAMES};
use crate::cases::{ANY, broken, fail, notice, pass, warn};
use crate::liar::Behavior;
use crate::operators::Operator::{Alpha, Beta, Liar, Open, Ripe};
use crate::operators::liars;
use crate::scenario::{Family, Scenario, scenario};

/// Scenarios of single servers.
pub(super) fn scenarios() -> Vec<Scenario> {
    let ns1 = HOSTING[0];
    let [silent, _] = liars(Behavior::Silent);
    vec![
        scenario(20, "half-lame")
            .listed(&[ns1, NAMES[0]])
            .at(&[Alpha], "")
            .mx("one of two servers refuses", warn("delegation-partly-lame")),
        scenario(21, "half-mute")
            .listed(&[ns1, &silent])
            .at(&[Alpha], "")
            .mx("one of two servers is silent", warn("delegation-partly-lame")),
        scenario(22, "half-unresolvable")
            .listed(&[ns1, "ns1.gone-example.net."])
            .at(&[Alpha], "")
            .mx("one of two servers has no address", warn("delegation-partly-lame")),
        scenario(23, "half-private")
            .listed(&[ns1, HOSTING[1], "private1.hosting-example.net."])
            .at(&[Alpha, Beta], "")
            .mx("one of three servers is private", warn("delegation-nameserver-special-use")),
        // Both old and new address answer, so only the glue is wrong.
        scenario(24, "glue")
            .listed(&["ns.{z}", HOSTING[1]])
            .parent("ns.{z} A 193.201.1.53\nns.{z} AAAA 2a0e:b201::53")
            .at(&[Alpha, Beta], "ns.{z} A 193.201.7.53\nns.{z} AAAA 2a0e:b207::53")
            .mx("the parent's glue is outdated", warn("delegation-glue-mismatch")),
        scenario(25, "ns-differ")
            .listed(&HOSTING)
            .child_lists(&[ns1, "ns3.hosting-example.net."])
            .at(&[Alpha, Beta], "")
            .mx("parent and child list different servers", notice("delegation-ns-mismatch")),
        scenario(26, "ns-single")
            .listed(&[ns1])
            .at(&[Alpha], "")
            .mx("one server only", notice("delegation-single-nameserver")),
        scenario(27, "ns-alias")
            .listed(&[ns1, "alias.hosting-example.net."])
            .at(&[Alpha, Beta], "")
            .mx("a server's name is an alias", warn("delegation-nameserver-alias")),
        scenario(28, "open-resolver")
            .listed(&[ns1, "open.hosting-example.net."])
            .at(&[Alpha, Open], "")
            .mx("a server recurses for everyone", notice("delegation-open-resolver")),
        scenario(29, "ent-denied")
            .only(Family::V6)
            .listed(&liars(Behavior::EntDenied))
            .at(&[Liar(Behavior::EntDenied)], "")
            .mx("the servers deny empty non-terminals", warn("delegation-empty-nonterminal-denied")),
        scenario(30, "partly-missing")
            .listed(&HOSTING)
            .at(&[Alpha], "{h10} PTR mx.{n}.example.com.")
            .at(&[Beta], "")
            .mx_elsewhere("one of two servers lacks the PTR", fail("ptr-partly-missing", ANY)),
        scenario(31, "answers-differ")
            .listed(&HOSTING)
            .at(&[Alpha], "{h10} PTR mx.{n}.example.com.")
            .at(&[Beta], "{h10} PTR mx2.{n}.example.com.")
            .host(
                10,
                "the two servers give different names",
                "",
                "mx.{n}.example.com. {A} {a}\nmx2.{n}.example.com. {A} {a}",
                warn("delegation-answers-differ"),
            ),
        scenario(32, "case-differs")
            .listed(&HOSTING)
            .at(&[Alpha], "{h10} PTR mx.{n}.example.com.")
            .at(&[Beta], "{h10} PTR MX.{n}.Example.COM.")
            .mx_elsewhere("the two servers' names differ in case only", pass()),
        // The registry's server answers for the child at once, so the cut shows only at the other levels.
        scenario(37, "registry-secondary")
            .listed(&[ns1, HOSTING[1], "pri.authdns.ripe.net."])
            .at(&[Alpha, Beta, Ripe], "")
            .mx("the registry's server is also one of the holder's", pass())
            .host(11, "the same, no such name", "", "", fail("ptr-missing", "permerror")),
        lying(33, "wrong-id", Behavior::WrongId, "delegation-unreachable|delegation-lame"),
        lying(34, "wrong-question", Behavior::WrongQuestion, "delegation-unreachable|delegation-lame"),
        lying(35, "garbage", Behavior::Garbage, "delegation-unreachable|delegation-lame"),
        lying(36, "pointer-loop", Behavior::PointerLoop, "delegation-unreachable|delegation-lame"),
    ]
}

/// Servers whose every answer must be thrown away.
fn lying(number: u8, name: &'static str, behavior: Behavior, errors: &'static str) -> Scenario {
    scenario(number, name)
        .listed(&liars(behavior))
        .at(&[Liar(behavior)], "")
        .mx("no answer can be used", broken(errors, "unreachable|lame", "temperror"))
}

//! RFC 2317: aliases out of the block's zone, sound and broken. IPv4 only; IPv6 cuts every four bits.

use super::{CUSTOMER, HOSTING, NAMES};
use crate::cases::{ANY, broken, fail, pass};
use crate::liar::Behavior;
use crate::operators::Operator::{Alpha, Beta, Delta};
use crate::operators::liars;
use crate::scenario::{Family, Scenario, name_server_lines, scenario};

/// Name server lines of a child of the block's zone.
fn cut(child: &str, servers: &[impl AsRef<str>]) -> String {
    name_server_lines(&format!("{child}.{{z}}"), servers)
}

/// The classless scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let dead = || broken("delegation-classless-broken", "classless-broken", "temperror");
    let parent: String = ["0/25", "128-25", "192-207"].map(|child| cut(child, &CUSTOMER)).concat()
        + &cut("lame/26", &NAMES)
        + &cut("mute/26", &liars(Behavior::Silent))
        + &cut("gone/26", &["ns1.gone-example.net.", "ns2.gone-example.net."]);
    let child = |name: &str, number: u8| {
        format!("{}{number}.{name}.{{z}} PTR mx{number}.{{n}}.example.com.", cut(name, &CUSTOMER))
    };
    // The foreign zone is the customer's own; its lines are with the world's other zones.
    let forward = "mx{#}.{n}.example.com. A {a}";
    let mut scenario = scenario(40, "classless")
        .only(Family::V4)
        .listed(&HOSTING)
        .at(&[Alpha, Beta], &parent)
        .zone(&[Delta], "0/25.{z}", &child("0/25", 10))
        .zone(&[Delta], "128-25.{z}", &child("128-25", 130))
        .zone(&[Delta], "192-207.{z}", &child("192-207", 200))
        .zone(
            &[Delta],
            "rev.customer-example.com.",
            "rev.customer-example.com. NS ns1.customer-example.com.\n\
             rev.customer-example.com. NS ns2.customer-example.com.\n\
             11.rev.customer-example.com. PTR mx11.{n}.example.com.",
        );
    for (number, what, target, expect) in [
        (10, "RFC 2317's own spelling", "10.0/25.{z}", pass()),
        (130, "the dashed spelling", "130.128-25.{z}", pass()),
        (200, "first and last address", "200.192-207.{z}", pass()),
        (11, "a foreign name", "11.rev.customer-example.com.", pass()),
        (20, "the child's servers refuse", "20.lame/26.{z}", dead()),
        (21, "the child's servers are silent", "21.mute/26.{z}", dead()),
        (22, "the child's servers have no address", "22.gone/26.{z}", dead()),
        (
            23,
            "target and its parent name do not exist",
            "23.nothere.rev.customer-example.com.",
            broken("delegation-classless-broken", "classless-broken", ANY),
        ),
        (24, "the child exists, the name in it does not", "24.0/25.{z}", fail("ptr-missing", "permerror")),
        (
            25,
            "the alias leads to itself by a detour",
            "26.{z}",
            broken("delegation-classless-broken", "classless-broken", ANY),
        ),
    ] {
        let forward = forward.replace("{#}", &number.to_string());
        let detour = if number == 25 { "\n26.{z} CNAME 25.{z}" } else { "" };
        scenario = scenario.host(number, what, &format!("{{h}} CNAME {target}{detour}"), &forward, expect);
    }
    vec![scenario]
}

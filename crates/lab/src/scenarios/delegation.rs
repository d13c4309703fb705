//! Delegations that are sound, absent or dead as a whole.

use super::{CUSTOMER, HOSTING, NAMES};
use crate::cases::{ANY, broken, notice, pass, unknown};
use crate::liar::Behavior;
use crate::operators::Operator::{Alpha, ApnicOne, Beta, Delta, Liar};
use crate::operators::liars;
use crate::scenario::{Family, Registry, Scenario, plain_host, scenario};

/// Sound, absent and dead delegations.
pub(super) fn scenarios() -> Vec<Scenario> {
    let lame = |iprev| broken("delegation-lame", "lame", iprev);
    let unresolvable = || broken("delegation-nameserver-unresolvable", "unresolvable", "temperror");
    vec![
        scenario(1, "good")
            .listed(&HOSTING)
            .at(&[Alpha, Beta], "")
            .mx("the mail server greets with the PTR name", pass())
            .greets("mx.good.example.com")
            .host(
                11,
                "the mail server greets with another name",
                "{h} PTR mx11.good.example.com.",
                "mx11.good.example.com. {A} {a}",
                notice("banner-ptr-mismatch"),
            )
            .greets("other.names-example.org")
            .host(
                12,
                "the mail server greets with a single label",
                "{h} PTR mx12.good.example.com.",
                "mx12.good.example.com. {A} {a}",
                notice("banner-unqualified"),
            )
            .greets("mailserver")
            .host(
                13,
                "port 25 accepts and never greets",
                "{h} PTR mx13.good.example.com.",
                "mx13.good.example.com. {A} {a}",
                pass(),
            )
            .greets("")
            .host(14, "no mail server", "{h} PTR mx14.good.example.com.", "mx14.good.example.com. {A} {a}", pass()),
        plain_host(scenario(2, "good-apnic").registry(Registry::Apnic).listed(&HOSTING).at(&[Alpha, Beta], "")),
        scenario(3, "undelegated")
            .mx_elsewhere("the registry denies the block", broken("delegation-missing", "not-delegated", "permerror")),
        // The paradox: a perfect zone that nobody delegated.
        scenario(4, "forgotten").child_lists(&HOSTING).at(&[Alpha, Beta], "").mx(
            "the zone is loaded and perfect, but not delegated",
            broken("delegation-missing", "not-delegated", "permerror"),
        ),
        scenario(5, "lame").listed(&NAMES).mx_elsewhere("both servers refuse", lame("temperror")),
        scenario(6, "failing")
            .listed(&liars(Behavior::ServFail))
            .mx_elsewhere("both servers answer SERVFAIL", lame("temperror")),
        scenario(7, "upward")
            .listed(&liars(Behavior::Upward))
            .mx_elsewhere("both servers refer to the root", lame("temperror")),
        scenario(8, "not-authoritative")
            .listed(&liars(Behavior::NotAuthoritative))
            .mx_elsewhere("both servers answer empty and without AA", lame("temperror")),
        scenario(9, "mute")
            .listed(&liars(Behavior::Silent))
            .mx_elsewhere("both servers are silent", broken("delegation-unreachable", "unreachable", "temperror")),
        scenario(10, "gone")
            .listed(&["ns1.gone-example.net.", "ns2.gone-example.net."])
            .mx_elsewhere("the servers' domain is gone", unresolvable()),
        scenario(11, "addressless")
            .listed(&["addressless1.hosting-example.net.", "addressless2.hosting-example.net."])
            .mx_elsewhere("the servers' names have no address", unresolvable()),
        scenario(12, "private")
            .listed(&["private1.hosting-example.net.", "private2.hosting-example.net."])
            .mx_elsewhere(
                "all servers have private addresses only",
                unresolvable().also("delegation-nameserver-special-use"),
            ),
        scenario(13, "unroutable")
            .listed(&["unroutable1.hosting-example.net.", "unroutable2.hosting-example.net."])
            .mx_elsewhere("no route from here to any server", unknown("undetermined", ANY)),
        // One of APNIC's two servers has the delegation, the other denies it.
        scenario(14, "parents-differ")
            .registry(Registry::Apnic)
            .listed(&HOSTING)
            .parent_only(ApnicOne)
            .at(&[Alpha, Beta], "")
            .mx("the registry's servers disagree", broken("delegation-parents-differ", ANY, ANY)),
        scenario(15, "zone-alias")
            .parent("{z} CNAME zone15.customer-example.com.")
            .mx_elsewhere("the zone's name is an alias", broken("delegation-zone-alias", ANY, ANY)),
        scenario(16, "dname")
            .listed(&HOSTING)
            .at(&[Alpha, Beta], "{z} DNAME dname{A}.customer-example.com.")
            .zone(
                &[Delta],
                "dname{A}.customer-example.com.",
                "dname{A}.customer-example.com. NS ns1.customer-example.com.\n\
                 dname{A}.customer-example.com. NS ns2.customer-example.com.\n\
                 {below}.dname{A}.customer-example.com. PTR mx.{n}.example.com.",
            )
            .mx_elsewhere("the zone redirects as a whole", pass()),
        {
            let cut = "{h10} NS ns1.customer-example.com.\n{h10} NS ns2.customer-example.com.";
            scenario(17, "single-address")
                .listed(&HOSTING)
                .at(&[Alpha, Beta], cut)
                .zone(&[Delta], "{h10}", &format!("{cut}\n{{h10}} PTR mx.{{n}}.example.com."))
                .mx_elsewhere("the address is a zone of its own", pass())
        },
        {
            // A /48 below the /32: the cut that IPv6 has in place of RFC 2317.
            let cut: String = CUSTOMER.map(|server| format!("0.0.0.0.{{z}} NS {server}\n")).concat();
            scenario(18, "customer")
                .only(Family::V6)
                .listed(&HOSTING)
                .at(&[Alpha, Beta], &cut)
                .zone(&[Delta], "0.0.0.0.{z}", &format!("{cut}{{h10}} PTR mx.{{n}}.example.com."))
                .mx_elsewhere("the holder delegates a /48 to a customer", pass())
        },
        scenario(19, "answers-without-authority")
            .listed(&liars(Behavior::Recursive))
            .at(&[Liar(Behavior::Recursive)], "")
            // The resolver believes it and has the PTR, which forbids calling the zone lame.
            .mx("a resolver is listed as server: right answer, no AA", unknown(ANY, ANY)),
    ]
}

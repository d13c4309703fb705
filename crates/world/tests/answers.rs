//! What servers answer without faults, and the resolver above them.

mod common;

use common::{RESOLVER, address, ask, data, name, raw, resolve, show, world};
use ptrust_names::Data;
use ptrust_observe::ports::Channel;
use ptrust_observe::wire::{Flags, parse};

const EXAMPLE: &str = "
!check 203.0.113.25 helo=mail.example.com host=mail.example.com port=25
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25            PTR mail.example.com.
26            CNAME 26.0/25
zone 0/25.113.0.203.in-addr.arpa ns1.example.com
26            PTR mail.example.com.
zone example.com ns1.example.net ns2.example.net
mail  300     A   203.0.113.25
      IN      AAAA 2001:db8::25
alias         CNAME mail
away          CNAME www.example.net.
lost          CNAME nothing
a.b.c         A   203.0.113.1
*.wild        A   203.0.113.2
old           DNAME new
x.new         A   203.0.113.3
@             MX  10 mail
sub           NS  ns.sub
ns.sub        A   203.0.113.53
";

#[tokio::test]
async fn a_walk_leads_from_the_root_to_the_zone() {
    let world = world(EXAMPLE);
    let asked = "25.113.0.203.in-addr.arpa PTR";
    let settings = world.settings();
    assert_eq!(settings.root_hints.len(), 4);
    let mut server = "198.41.0.4".to_owned();
    let mut cuts = Vec::new();
    for _ in 0..10 {
        let reply = ask(&world, &server, asked).await.expect("a reply");
        if reply.aa {
            assert_eq!(data(&reply.answer), ["PTR mail.example.com."]);
            assert_eq!(reply.answer[0].ttl, 3600);
            assert_eq!(data(&reply.authority), ["NS ns1.example.net.", "NS ns2.example.net."]);
            break;
        }
        let (zone, servers) = reply.authority_ns().expect("a referral");
        cuts.push(zone.to_string());
        let glue = reply.additional.iter().find_map(|r| r.data.address());
        server = match glue {
            Some(glue) => glue.to_string(),
            None => address(&world, &servers[0].to_string()).await,
        };
    }
    assert_eq!(cuts, ["arpa", "in-addr.arpa", "203.in-addr.arpa", "113.0.203.in-addr.arpa"]);
}

#[tokio::test]
async fn referrals_have_glue_only_for_what_lies_below() {
    let world = world(EXAMPLE);
    let apnic = address(&world, "ns1.apnic.net").await;
    let reply = ask(&world, &apnic, "25.113.0.203.in-addr.arpa PTR").await.expect("a reply");
    assert_eq!(
        show(&reply),
        "rcode 0\n\
         authority 113.0.203.in-addr.arpa. 3600 IN NS ns1.example.net.\n\
         authority 113.0.203.in-addr.arpa. 3600 IN NS ns2.example.net."
    );
    let ns1 = address(&world, "ns1.example.net").await;
    let reply = ask(&world, &ns1, "x.sub.example.com A").await.expect("a reply");
    assert_eq!(
        show(&reply),
        "rcode 0\n\
         authority sub.example.com. 3600 IN NS ns.sub.example.com.\n\
         additional ns.sub.example.com. 3600 IN A 203.0.113.53"
    );
    let root = ask(&world, "198.41.0.4", ". NS").await.expect("a reply");
    assert!(root.aa && root.answer.len() == 2 && root.additional.len() == 4);
}

#[tokio::test]
async fn names_are_found_as_the_standards_say() {
    let world = world(EXAMPLE);
    let ns1 = address(&world, "ns1.example.net").await;
    let say = async |asked: &str| {
        let reply = ask(&world, &ns1, asked).await.expect("a reply");
        let soa = reply.negative_soa().map(|soa| format!("{} {}", soa.zone, soa.ttl));
        (reply.rcode, reply.aa, data(&reply.answer), soa)
    };
    let soa = Some("example.com 300".to_owned());
    assert_eq!(say("none.example.com A").await, (3, true, vec![], soa.clone()));
    assert_eq!(say("mail.example.com MX").await, (0, true, vec![], soa.clone()));
    // An empty non-terminal.
    assert_eq!(say("b.c.example.com A").await, (0, true, vec![], soa.clone()));
    let chain = ["CNAME mail.example.com.", "A 203.0.113.25"].map(String::from).to_vec();
    assert_eq!(say("alias.example.com A").await, (0, true, chain, None));
    let dangling = vec!["CNAME nothing.example.com.".to_owned()];
    assert_eq!(say("lost.example.com A").await, (3, true, dangling, soa.clone()));
    let away = vec!["CNAME www.example.net.".to_owned()];
    assert_eq!(say("away.example.com A").await, (0, true, away, None));
    let wild = vec!["A 203.0.113.2".to_owned()];
    assert_eq!(say("x.y.wild.example.com A").await, (0, true, wild, None));
    assert_eq!(say("x.wild.example.com MX").await, (0, true, vec![], soa.clone()));
    let dname = ["DNAME new.example.com.", "CNAME x.new.example.com.", "A 203.0.113.3"];
    let dname: Vec<_> = dname.map(String::from).to_vec();
    assert_eq!(say("x.old.example.com A").await, (0, true, dname, None));
    let upper = ask(&world, &ns1, "MAIL.example.com AAAA").await.expect("a reply");
    assert_eq!(data(&upper.answer), ["AAAA 2001:db8::25"]);
}

#[tokio::test]
async fn strangers_are_refused_and_silent() {
    let world = world(EXAMPLE);
    let ns1 = address(&world, "ns1.example.net").await;
    assert_eq!(ask(&world, &ns1, "example.org A").await.expect("a reply").rcode, 5);
    tokio::time::pause();
    assert!(ask(&world, "192.0.2.200", "example.org A").await.is_err());
}

#[tokio::test]
async fn the_resolver_resolves() {
    let world = world(EXAMPLE);
    let ptr = resolve(&world, "26.113.0.203.in-addr.arpa PTR").await;
    assert!(ptr.ra && !ptr.aa);
    assert_eq!(data(&ptr.answer), ["CNAME 26.0/25.113.0.203.in-addr.arpa.", "PTR mail.example.com."]);
    let none = resolve(&world, "27.113.0.203.in-addr.arpa PTR").await;
    let soa = none.negative_soa().expect("a SOA");
    assert_eq!((none.rcode, soa.zone), (3, name("113.0.203.in-addr.arpa")));
    let nodata = resolve(&world, "mail.example.com MX").await;
    assert!(nodata.rcode == 0 && nodata.answer.is_empty() && nodata.negative_soa().is_some());
    assert_eq!(resolve(&world, "mail.local A").await.negative_soa().map(|s| s.zone), Some(name(".")));
    // The zone of a delegated name without server.
    assert_eq!(resolve(&world, "x.sub.example.com A").await.rcode, 2);
    let away = resolve(&world, "away.example.com A").await;
    assert_eq!((away.rcode, data(&away.answer).len()), (3, 1));
    let refused = ask(&world, RESOLVER, "mail.example.com A").await.expect("a reply");
    assert_eq!(refused.rcode, 5);
}

#[tokio::test]
async fn aliases_with_company_are_served_and_not_followed() {
    let world = world(
        "zone 113.0.203.in-addr.arpa ns1.example.net\n\
         25 CNAME a\n25 CNAME b\na PTR x.example.com.\n\
         26 CNAME a\n26 PTR y.example.com.\n\
         27 CNAME 28\n28 CNAME 27\n",
    );
    let ns1 = address(&world, "ns1.example.net").await;
    let two = ask(&world, &ns1, "25.113.0.203.in-addr.arpa PTR").await.expect("a reply");
    assert_eq!(data(&two.answer), ["CNAME a.113.0.203.in-addr.arpa.", "CNAME b.113.0.203.in-addr.arpa."]);
    let both = ask(&world, &ns1, "26.113.0.203.in-addr.arpa PTR").await.expect("a reply");
    assert_eq!(data(&both.answer), ["CNAME a.113.0.203.in-addr.arpa.", "PTR y.example.com."]);
    for owner in ["25", "26", "27"] {
        let asked = format!("{owner}.113.0.203.in-addr.arpa PTR");
        assert_eq!(resolve(&world, &asked).await.rcode, 2);
    }
}

#[tokio::test]
async fn ipv6_zones_hang_below_their_registry() {
    let text = "zone 8.b.d.0.1.0.0.2.ip6.arpa ns1.example.net\n!check 2a01:4f8::1\n";
    let world = world(text);
    let asked = format!("{} PTR", ptrust_names::reverse_name("2a01:4f8::1".parse().expect("v6")));
    let missing = resolve(&world, &asked).await;
    assert_eq!(missing.negative_soa().map(|soa| soa.zone), Some(name("0.a.2.ip6.arpa")));
    let b = ask(&world, "196.216.169.11", "8.b.d.0.1.0.0.2.ip6.arpa SOA").await;
    let b = b.expect("a reply");
    assert_eq!(b.authority_ns().map(|(zone, _)| zone), Some(&name("1.0.0.2.ip6.arpa")));
}

#[tokio::test]
async fn delegations_can_differ_from_the_zone() {
    let text = "
zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
@ NS ns1.example.net.
@ NS ns3.example.net.
25 PTR mail.example.com.
!delegate 113.0.203.in-addr.arpa ns1.example.net ns9.example.net
!delegate-at ns2.apnic.net 113.0.203.in-addr.arpa none
!glue ns1.example.net 192.0.2.99
zone 100.51.198.in-addr.arpa ns1.example.net
!undelegated 100.51.198.in-addr.arpa
!glueless 2.0.192.in-addr.arpa 3
";
    let world = world(text);
    let asked = "25.113.0.203.in-addr.arpa PTR";
    let first = address(&world, "ns1.apnic.net").await;
    let second = address(&world, "ns2.apnic.net").await;
    let refers = ask(&world, &first, asked).await.expect("a reply");
    assert_eq!(data(&refers.authority), ["NS ns1.example.net.", "NS ns9.example.net."]);
    let denies = ask(&world, &second, asked).await.expect("a reply");
    assert_eq!((denies.rcode, denies.aa), (3, true));
    let stranger = address(&world, "ns9.example.net").await;
    assert_eq!(ask(&world, &stranger, asked).await.expect("a reply").rcode, 5);
    let own = ask(&world, "192.0.2.99", asked).await.expect("a reply");
    assert_eq!(data(&own.authority), ["NS ns1.example.net.", "NS ns3.example.net."]);
    let arin = resolve(&world, "1.100.51.198.in-addr.arpa PTR").await;
    assert_eq!(arin.negative_soa().map(|soa| soa.zone), Some(name("198.in-addr.arpa")));
    assert_eq!(resolve(&world, "1.2.0.192.in-addr.arpa PTR").await.rcode, 2);
    assert_eq!(resolve(&world, "ns1.glueless.example A").await.rcode, 3);
}

#[tokio::test]
async fn big_answers_need_tcp() {
    let world = world("zone 113.0.203.in-addr.arpa ns1.example.net\n!huge 25.113.0.203.in-addr.arpa PTR 300\n");
    let ns1 = address(&world, "ns1.example.net").await;
    let asked = "25.113.0.203.in-addr.arpa PTR";
    let udp = ask(&world, &ns1, asked).await.expect("a reply");
    assert!(udp.tc && udp.answer.is_empty());
    let tcp = raw(&world, &ns1, asked, Channel::Tcp, Flags::default()).await.expect("a reply");
    let tcp = parse(&tcp).expect("a reply");
    assert_eq!(tcp.answer.len(), 300);
    assert_eq!(tcp.answer[9].data, Data::Ptr(name("host10.pool.example.com")));
    assert!(resolve(&world, asked).await.tc);
}

#[tokio::test]
async fn who_was_asked_is_known() {
    let world = world(EXAMPLE);
    assert_eq!(world.queries(), 0);
    let _ = resolve(&world, "example.com SOA").await;
    assert_eq!(world.queries(), 1);
    let log = world.log();
    let first = log.first().expect("an entry");
    assert_eq!(
        (first.server.to_string(), first.question.name.clone()),
        (format!("{RESOLVER}:53"), name("example.com"))
    );
}

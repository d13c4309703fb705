//! Every fault line, seen from outside.

mod common;

use common::{RESOLVER, address, ask, data, raw, resolve, show, world};
use ptrust_observe::ports::{Channel, PathError};
use ptrust_observe::wire::{Flags, WireError, parse};
use ptrust_world::World;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

const ZONE: &str = "zone 113.0.203.in-addr.arpa ns1.example.net ns2.example.net
25 PTR mail.example.com.
26 PTR mx.example.com.
zone example.com ns1.example.com
mail A 203.0.113.25
";
const ASKED: &str = "25.113.0.203.in-addr.arpa PTR";
const OTHER: &str = "26.113.0.203.in-addr.arpa PTR";

fn with(lines: &str) -> World {
    world(&format!("{ZONE}{lines}\n"))
}

/// What ns1 says to a question in a world with these lines.
async fn said(lines: &str, asked: &str) -> String {
    let world = with(lines);
    let ns1 = address(&world, "ns1.example.net").await;
    match ask(&world, &ns1, asked).await {
        Ok(reply) => show(&reply).lines().take(2).collect::<Vec<_>>().join(" | "),
        Err(error) => error.to_string(),
    }
}

const GOOD: &str = "rcode 0 aa | answer 25.113.0.203.in-addr.arpa. 3600 IN PTR mail.example.com.";

#[tokio::test(start_paused = true)]
async fn silence_costs_the_timeout_and_no_real_time() {
    let world = with("!timeout ns1.example.net");
    let ns1 = address(&world, "ns1.example.net").await;
    let start = Instant::now();
    assert_eq!(ask(&world, &ns1, ASKED).await, Err(PathError::Timeout));
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    let tcp = raw(&world, &ns1, ASKED, Channel::Tcp, Flags::default()).await;
    assert_eq!(tcp, Err(PathError::Timeout));
    assert_eq!(data(&resolve(&world, ASKED).await.answer), ["PTR mail.example.com."]);
    let both = with("!timeout ns1.example.net\n!timeout ns2.example.net");
    assert_eq!(resolve(&both, ASKED).await.rcode, 2);
    assert_eq!(address(&both, "ns1.example.net").await, ns1);
}

#[tokio::test(start_paused = true)]
async fn faults_can_be_narrowed() {
    let line = "!timeout ns1.example.net 26.113.0.203.in-addr.arpa";
    assert_eq!(said(line, ASKED).await, GOOD);
    assert_eq!(said(line, OTHER).await, "no answer in time");
    let line = "!servfail ns1.example.net 25.113.0.203.in-addr.arpa TXT";
    assert_eq!(said(line, ASKED).await, GOOD);
    assert_eq!(said("!servfail * 25.113.0.203.in-addr.arpa", ASKED).await, "rcode 2");
}

#[tokio::test]
async fn codes_and_flags() {
    assert_eq!(said("", ASKED).await, GOOD);
    assert_eq!(said("!servfail ns1.example.net", ASKED).await, "rcode 2");
    assert_eq!(said("!refused ns1.example.net", ASKED).await, "rcode 5");
    assert_eq!(said("!formerr ns1.example.net", ASKED).await, "rcode 1");
    assert_eq!(said("!no-edns ns1.example.net", ASKED).await, "rcode 1");
    assert_eq!(said("!notauth ns1.example.net", ASKED).await, "rcode 9");
    assert_eq!(said("!noaa ns1.example.net", ASKED).await, GOOD.replace(" aa", ""));
    assert_eq!(
        said("!upward ns1.example.net 113.0.203.in-addr.arpa", ASKED).await,
        "rcode 0 | authority . 3600 IN NS a.root-servers.net."
    );
    let name = "25.113.0.203.in-addr.arpa";
    let soa = "authority 113.0.203.in-addr.arpa. 3600 IN SOA ns1.example.net. \
               hostmaster.113.0.203.in-addr.arpa. serial 1 minimum 300";
    let denied = said(&format!("!nxdomain ns1.example.net {name}"), ASKED).await;
    assert_eq!(denied, format!("rcode 3 aa | {soa}"));
    let empty = said(&format!("!nodata ns1.example.net {name}"), ASKED).await;
    assert_eq!(empty, format!("rcode 0 aa | {soa}"));
    let other = format!("!answer ns1.example.net {name} 60 PTR other.example.com.");
    assert_eq!(said(&other, ASKED).await, format!("rcode 0 aa | answer {name}. 60 IN PTR other.example.com."));
}

#[tokio::test]
async fn truncation_and_tcp() {
    let world = with("!truncate ns1.example.net\n!tcp-refused ns2.example.net");
    let ns1 = address(&world, "ns1.example.net").await;
    let ns2 = address(&world, "ns2.example.net").await;
    let udp = ask(&world, &ns1, ASKED).await.expect("a reply");
    assert!(udp.tc && udp.answer.is_empty());
    let tcp = raw(&world, &ns1, ASKED, Channel::Tcp, Flags::default()).await.expect("a reply");
    assert_eq!(parse(&tcp).expect("a reply").answer.len(), 1);
    let refused = raw(&world, &ns2, ASKED, Channel::Tcp, Flags::default()).await;
    assert_eq!(refused, Err(PathError::Refused));
}

#[tokio::test(start_paused = true)]
async fn lies_are_ignored_and_damage_is_delivered() {
    assert_eq!(said("!wrong-id ns1.example.net", ASKED).await, "no answer in time");
    assert_eq!(said("!wrong-question ns1.example.net", ASKED).await, "no answer in time");
    for line in ["!garbage ns1.example.net", "!loop ns1.example.net"] {
        let world = with(line);
        let ns1 = address(&world, "ns1.example.net").await;
        let octets = raw(&world, &ns1, ASKED, Channel::Udp, Flags::default()).await;
        assert_eq!(parse(&octets.expect("octets")), Err(WireError), "{line}");
    }
    let udp = with("!udp-timeout ns1.example.net");
    let ns1 = address(&udp, "ns1.example.net").await;
    assert_eq!(ask(&udp, &ns1, ASKED).await, Err(PathError::Timeout));
    assert!(raw(&udp, &ns1, ASKED, Channel::Tcp, Flags::default()).await.is_ok());
}

#[tokio::test]
async fn open_resolvers_resolve() {
    let world = with("!recursive ns1.example.net");
    let ns1 = address(&world, "ns1.example.net").await;
    let recurse = Flags { recurse: true, ..Flags::default() };
    let octets = raw(&world, &ns1, "mail.example.com A", Channel::Udp, recurse).await;
    let reply = parse(&octets.expect("a reply")).expect("a reply");
    assert!(reply.ra && !reply.aa && data(&reply.answer) == ["A 203.0.113.25"]);
    let own = ask(&world, &ns1, ASKED).await.expect("a reply");
    assert!(own.ra && own.aa);
}

#[tokio::test]
async fn resolvers_have_faults_and_caches_too() {
    let world = with(
        "!servfail resolver mail.example.com\n\
         !resolver-says 198.51.100.53 25.113.0.203.in-addr.arpa PTR stale.example.com.\n\
         !resolver-says 198.51.100.53 26.113.0.203.in-addr.arpa PTR nxdomain",
    );
    assert_eq!(resolve(&world, "mail.example.com A").await.rcode, 2);
    assert_eq!(data(&resolve(&world, ASKED).await.answer), ["PTR stale.example.com."]);
    let denied = resolve(&world, OTHER).await;
    assert!(denied.rcode == 3 && !denied.aa && denied.negative_soa().is_some());
    let two = with("!resolver 192.0.2.153\n!resolver 192.0.2.154:5353\n!timeout 192.0.2.154");
    assert_eq!(two.settings().resolvers.len(), 2);
    assert_eq!(with("!no-resolver").settings().resolvers, []);
}

#[tokio::test(start_paused = true)]
async fn latency_is_the_clocks() {
    let world = with("!latency * 20ms\n!latency ns2.example.net 300ms\n!latency resolver 5ms");
    let ns1 = address(&world, "ns1.example.net").await;
    let ns2 = address(&world, "ns2.example.net").await;
    let start = Instant::now();
    let time = async |server: &str, channel| {
        let start = Instant::now();
        let octets = raw(&world, server, ASKED, channel, Flags::default()).await;
        octets.expect("a reply");
        start.elapsed()
    };
    let ms = Duration::from_millis;
    assert_eq!(time(&ns1, Channel::Udp).await, ms(20));
    assert_eq!(time(&ns1, Channel::Tcp).await, ms(40));
    assert_eq!(time(&ns2, Channel::Udp).await, ms(300));
    let before = world.ports().clock.now();
    assert_eq!(time(RESOLVER, Channel::Udp).await, ms(5));
    let passed = world.ports().clock.now().duration_since(before);
    assert_eq!(passed.as_millis(), 5);
    assert_eq!(start.elapsed(), ms(365));
}

#[tokio::test(start_paused = true)]
async fn losses_are_the_same_every_time() {
    let lost = async || {
        let world = with("!loss ns1.example.net 30% seed=7");
        let ns1 = address(&world, "ns1.example.net").await;
        let mut lost = Vec::new();
        for _ in 0..100 {
            lost.push(ask(&world, &ns1, ASKED).await.is_err());
        }
        lost
    };
    let first = lost().await;
    let count = first.iter().filter(|lost| **lost).count();
    assert!((15..45).contains(&count), "{count}");
    assert_eq!(first, lost().await);
}

#[tokio::test(start_paused = true)]
async fn the_local_network_can_fail() {
    let closed = with("!closed 53\n!closed 25\nsmtp 203.0.113.25 220 mail.example.com");
    assert_eq!(ask(&closed, "198.41.0.4", ASKED).await, Err(PathError::Timeout));
    assert_eq!(data(&resolve(&closed, ASKED).await.answer), ["PTR mail.example.com."]);
    let smtp = SocketAddr::from(([203, 0, 113, 25], 25));
    let dialled = closed.ports().dial.dial(smtp, Duration::from_secs(1)).await;
    assert_eq!(dialled.err(), Some(PathError::Timeout));
    let intercepted = with("!intercepted 53");
    let root = ask(&intercepted, "198.41.0.4", ASKED).await.expect("a reply");
    assert!(root.ra && !root.aa && root.answer.len() == 1);
    let v4 = with("!no-ipv6");
    assert_eq!(ask(&v4, "2001:dc3::35", ASKED).await, Err(PathError::Local));
    assert!(ask(&v4, "202.12.27.33", ASKED).await.is_ok());
    let v6 = with("!no-ipv4\n!dual");
    assert_eq!(ask(&v6, "202.12.27.33", ASKED).await, Err(PathError::Local));
    assert!(ask(&v6, "2001:dc3::35", ASKED).await.is_ok());
}

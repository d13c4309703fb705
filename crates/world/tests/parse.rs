//! What is not a world, and that nothing breaks the parser.

mod common;

use proptest::prelude::*;
use ptrust_observe::ports::Channel;
use ptrust_observe::wire::Flags;
use ptrust_world::World;
use std::fmt::Write;

fn fault(text: &str) -> String {
    World::parse(text).expect_err("a fault").to_string()
}

#[test]
fn faults_have_their_line() {
    let cases = [
        ("\n\n25 PTR x.", "line 3: a record before the first zone line"),
        ("zone example.com", "line 1: zone example.com needs at least one name server"),
        ("zone example.com ns1", "line 1: the server name \"ns1\" must be written in full"),
        ("zone a.com n.a.com\nzone a.com n.b.com", "line 2: zone a.com was opened in line 1"),
        ("zone a.com n.a.com\nx.b.com. A 192.0.2.1", "line 2: x.b.com is outside the zone a.com"),
        ("zone a.com n.a.com\n  A 192.0.2.1", "line 2: there is no owner above to continue"),
        ("zone a.com n.a.com\nx A 192.0.2", "line 2: \"192.0.2\" is not an IPv4 address"),
        ("zone a.com n.a.com\nx \"A", "line 2: a quote is not closed"),
        ("!undelegated a.com", "line 1: there is no zone a.com"),
        ("!bogus a.com", "line 1: there is no zone a.com"),
        ("!nonsense", "line 1: there is no line !nonsense"),
        ("!timeout ns9.example.net", "line 1: ns9.example.net is no server of this world"),
        ("!timeout 192.0.2.1", "line 1: 192.0.2.1 is no server of this world"),
        ("!timeout", "line 1: !timeout needs SERVER [NAME [TYPE]]"),
        ("!nxdomain 198.41.0.4", "line 1: !nxdomain needs SERVER and a name"),
        ("!loss * 130%", "line 1: \"130%\" is not a share such as 30%"),
        ("!latency * 20", "line 1: \"20\" is not a time such as 20ms or 3s"),
        ("!check mail", "line 1: \"mail\" is not an address"),
        ("!check 192.0.2.1 hello=x", "line 1: \"hello=x\" is none of helo=, host=, port="),
        ("!huge a.com A 3", "line 1: !huge makes PTR records only"),
        ("!closed x", "line 1: \"x\" is not a port"),
        (
            "smtp 192.0.2.1",
            "line 1: a mail server needs a greeting, or silent, refused, closes, garbage, timeout, endless, delay TIME",
        ),
        (
            "rdap 192.0.2.0/24 x=y",
            "line 1: \"x\" is none of holder, handle, name, type, registry, abuse, parent, country, net-handle, redirect, delay",
        ),
        (
            "!delegate-at 198.41.0.4 a.com none\nzone a.com n.a.com",
            "line 1: 198.41.0.4 does not serve com, the parent of a.com",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(fault(text), expected);
    }
}

#[test]
fn worlds_are_bounded() {
    assert!(fault(&"\n".repeat(20_001)).contains("more than 20000 lines"));
    assert!(fault(&";".repeat(1024 * 1024 + 1)).contains("longer than"));
    let huge = "zone a.com n.a.com\n!huge x.a.com PTR 20000\nx A 192.0.2.1";
    assert!(fault(huge).contains("line 3: more than 20000 records"));
    let mut many = String::new();
    for i in 0..100 {
        write!(many, "\nzone z{i}.com").expect("room");
        for j in 0..100 {
            write!(many, " n{j}.z{i}.com").expect("room");
        }
    }
    assert!(fault(&many).contains("more than 4096 name servers"));
}

#[test]
fn keywords_can_be_owners() {
    let text = "zone a.com n.a.com\nsmtp A 192.0.2.1\nrdap A 192.0.2.1\nzone.a.com. A 192.0.2.1";
    World::parse(text).expect("a world");
}

#[test]
fn a_big_world_is_built_in_time() {
    let mut text = String::from("zone 113.0.203.in-addr.arpa n.a.com\n");
    for i in 0..4_000 {
        let name = format!("ns{}.example.net", i % 1_000);
        let zone = format!("zone z{i}.example.com {name}\nmail A 192.0.2.1");
        write!(text, "{zone}\n!latency {name} 1ms\n").expect("room");
    }
    let start = std::time::Instant::now();
    World::parse(&text).expect("a world");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// Lines made of words that mean something, so that more than the first word is reached.
fn line() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("zone"),
        Just("example.com"),
        Just("113.0.203.in-addr.arpa"),
        Just("ns1.example.com"),
        Just("ns.example.net."),
        Just("signed"),
        Just("@"),
        Just("*"),
        Just("25"),
        Just("300"),
        Just("IN"),
        Just("A"),
        Just("AAAA"),
        Just("NS"),
        Just("PTR"),
        Just("CNAME"),
        Just("DNAME"),
        Just("SOA"),
        Just("MX"),
        Just("TXT"),
        Just("DS"),
        Just("TYPE99"),
        Just("\\#"),
        Just("2"),
        Just("00ff"),
        Just("203.0.113.25"),
        Just("2001:db8::1"),
        Just("198.41.0.4"),
        Just("resolver"),
        Just("none"),
        Just("!check"),
        Just("!timeout"),
        Just("!answer"),
        Just("!delegate"),
        Just("!delegate-at"),
        Just("!undelegated"),
        Just("!glue"),
        Just("!glueless"),
        Just("!no-address"),
        Just("!huge"),
        Just("!bogus"),
        Just("!latency"),
        Just("20ms"),
        Just("!loss"),
        Just("30%"),
        Just("!now"),
        Just("!resolver-says"),
        Just("!conflict"),
        Just("!upward"),
        Just("smtp"),
        Just("silent"),
        Just("rdap"),
        Just("203.0.113.0/24"),
        Just("holder=x"),
        Just("."),
        Just("arpa"),
        Just("com"),
        Just("net"),
        Just("\\255"),
        Just("\"a b\""),
        Just("ip6.arpa"),
        Just("co.uk"),
    ];
    let words = prop::collection::vec(word, 0..7);
    (any::<bool>(), words).prop_map(|(indented, words)| {
        let start = if indented { " " } else { "" };
        format!("{start}{}", words.join(" "))
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = World::parse(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = World::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_lines_are_read_or_refused(lines in prop::collection::vec(line(), 0..12)) {
        let text = format!("zone example.com ns1.example.com\n{}", lines.join("\n"));
        if let Ok(world) = World::parse(&text) {
            asked_everywhere(&world);
        }
    }
}

/// Sends a few questions to every kind of server: whatever a world says, nothing panics or hangs.
fn asked_everywhere(world: &World) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let questions = ["25.example.com PTR", "example.com SOA", "25.113.0.203.in-addr.arpa PTR"];
    runtime.block_on(async {
        for question in questions {
            for server in [common::RESOLVER, "198.41.0.4", "198.51.100.129"] {
                for dnssec in [false, true] {
                    let flags = Flags { recurse: true, dnssec, ..Flags::default() };
                    let _ = common::raw(world, server, question, Channel::Udp, flags).await;
                }
            }
        }
    });
}

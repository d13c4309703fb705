//! Each server asked by itself: that it is right, or wrong, in its own way.

use super::dig;
use super::support::lab;

/// Asks one server about a name, without recursion, and wants certain words in its answer.
fn server_says(server: &str, name: &str, kind: &str, options: &[&str], wanted: &[&str]) {
    let mut arguments = vec![server, name, kind, "+norecurse", "+time=2", "+tries=1"];
    arguments.extend(options);
    let text = dig(&arguments);
    for word in wanted {
        assert!(text.contains(word), "{server} {name} {kind}: no {word:?} in:\n{text}");
    }
}

#[test]
fn servers_have_their_ways() {
    if !lab() {
        return;
    }
    let aa = "flags: qr aa;";
    // One root server per family: authority over arpa, a referral below it.
    server_says("@198.41.0.4", ".", "SOA", &[], &[aa]);
    server_says("@2001:7fd::1", "10.1.200.193.in-addr.arpa", "PTR", &[], &["flags: qr;", "a.in-addr-servers.arpa."]);
    // The registry denies with authority, and its two servers may disagree.
    server_says("@193.0.9.5", "10.3.200.193.in-addr.arpa", "PTR", &[], &[aa, "NXDOMAIN", "193.in-addr.arpa."]);
    server_says("@202.12.29.25", "10.14.200.203.in-addr.arpa", "PTR", &[], &["flags: qr;", "ns1.hosting-example.net."]);
    server_says("@202.12.31.53", "10.14.200.203.in-addr.arpa", "PTR", &[], &[aa, "NXDOMAIN"]);
    // A zone nobody delegated, at its server.
    server_says("@193.201.1.53", "10.4.200.193.in-addr.arpa", "PTR", &[], &[aa, "mx.forgotten.example.com."]);
    server_says("@193.201.3.53", "10.5.200.193.in-addr.arpa", "PTR", &[], &["REFUSED"]);
    // Glue and the zone's own address.
    server_says("@193.0.9.5", "24.200.193.in-addr.arpa", "NS", &[], &["193.201.1.53"]);
    server_says("@193.201.2.53", "ns.24.200.193.in-addr.arpa", "A", &[], &[aa, "193.201.7.53"]);
    // Authority and recursion from one address.
    server_says("@193.201.10.53", "28.200.193.in-addr.arpa", "SOA", &[], &[aa, "hostmaster"]);
    server_says("@193.201.10.53", "mx.good.example.com", "A", &["+recurse"], &["flags: qr rd ra;", "193.200.1.10"]);
    // Sixty names overflow a datagram.
    server_says("@193.201.1.53", "10.54.200.193.in-addr.arpa", "PTR", &["+ignore", "+bufsize=1232"], &["tc"]);
    server_says("@193.201.1.53", "10.54.200.193.in-addr.arpa", "PTR", &["+tcp"], &["ANSWER: 60"]);
    // The liars, by the numbers of their ways.
    server_says("@193.202.1.53", "10.55.200.193.in-addr.arpa", "PTR", &[], &[aa, "ANSWER: 2", "CNAME"]);
    server_says("@193.202.2.53", "9.200.193.in-addr.arpa", "SOA", &[], &["no servers could be reached"]);
    server_says("@193.202.2.53", "9.200.193.in-addr.arpa", "SOA", &["+tcp"], &["no servers could be reached"]);
    server_says("@193.202.4.53", "6.200.193.in-addr.arpa", "SOA", &[], &["SERVFAIL"]);
    server_says("@193.203.5.53", "7.200.193.in-addr.arpa", "SOA", &[], &["flags: qr;", "a.root-servers.net."]);
    server_says("@193.202.6.53", "8.200.193.in-addr.arpa", "SOA", &[], &["flags: qr;", "ANSWER: 0", "AUTHORITY: 0"]);
    server_says("@193.202.7.53", "10.19.200.193.in-addr.arpa", "PTR", &[], &["flags: qr ra;", "ANSWER: 1"]);
    server_says("@2a0e:b308:ca::53", "0.9.2.1.b.e.0.a.2.ip6.arpa", "NS", &[], &[aa, "NXDOMAIN"]);
    server_says("@193.202.9.53", "10.33.200.193.in-addr.arpa", "PTR", &[], &["ID mismatch"]);
    server_says("@193.202.10.53", "10.34.200.193.in-addr.arpa", "PTR", &[], &["Question section mismatch"]);
    for (server, name) in
        [("@193.202.11.53", "10.35.200.193.in-addr.arpa"), ("@193.202.12.53", "10.36.200.193.in-addr.arpa")]
    {
        let text = dig(&[server, name, "PTR", "+time=2", "+tries=1"]);
        assert!(text.contains("malformed") || !text.contains("ANSWER SECTION"), "{server} {name}:\n{text}");
    }
}

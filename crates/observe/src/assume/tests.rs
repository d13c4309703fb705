//! Assumed records over fixed replies.

use super::*;
use crate::wire::Flags;
use ptrust_names::{Hex, Soa};

/// Answers every query with one message: flags, response code, answer, SOA.
struct Fixed {
    flags: u8,
    rcode: u8,
    answer: Vec<Record>,
    soa: Option<Record>,
}

impl Exchange for Fixed {
    fn exchange<'a>(
        &'a self,
        _: SocketAddr,
        _: Channel,
        query: &'a [u8],
        _: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        let header = [query[0], query[1], self.flags, self.rcode];
        let mut octets = records::message(query, &header, &self.answer).expect("fits");
        octets[3] = self.rcode;
        if let Some(soa) = &self.soa {
            let tail = records::message(query, &header, std::slice::from_ref(soa)).expect("fits");
            let head = records::message(query, &header, &[]).expect("fits").len();
            octets.extend(&tail[head..]);
            octets[9] = 1;
        }
        Box::pin(async move { Ok(octets) })
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn soa(zone: &str, mname: &str) -> Record {
    let soa = Soa { mname: name(mname), rname: name("hostmaster.example.com"), serial: 1, minimum: 60 };
    Record { owner: name(zone), ttl: 60, data: Data::Soa(soa) }
}

const AA: u8 = 0x84;
const QR: u8 = 0x80;

fn ask(inner: Fixed, assumed: &[&str], asked: &str, rtype: RecordType) -> Reply {
    let records = assumed.iter().map(|text| parse(text).expect("a record")).collect();
    let exchange = Assume::new(inner, records, Vec::new());
    let query = wire::query(&Question::new(name(asked), rtype), 7, Flags::default());
    let server = "192.0.2.1:53".parse().expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let octets = runtime.block_on(exchange.exchange(server, Channel::Udp, &query, Duration::from_secs(1)));
    let octets = octets.expect("an answer");
    assert!(wire::is_reply_to(&query, &octets));
    wire::parse(&octets).expect("a message")
}

const PTR: &str = "203.0.113.25 PTR mail.example.com";
const REVERSE: &str = "25.113.0.203.in-addr.arpa";

#[test]
fn a_holders_denial_becomes_the_record() {
    let inner =
        Fixed { flags: AA, rcode: 3, answer: vec![], soa: Some(soa("113.0.203.in-addr.arpa", "ns1.example.com")) };
    let reply = ask(inner, &[PTR], REVERSE, RecordType::PTR);
    assert_eq!((reply.rcode, reply.aa, reply.answer.len()), (0, true, 1));
    assert_eq!(reply.answer[0].data, Data::Ptr(name("mail.example.com")));
}

#[test]
fn a_registrys_denial_stays() {
    let inner = Fixed { flags: AA, rcode: 3, answer: vec![], soa: Some(soa("203.in-addr.arpa", "ns1.apnic.net")) };
    let reply = ask(inner, &[PTR], REVERSE, RecordType::PTR);
    assert_eq!((reply.rcode, reply.answer.len()), (3, 0));
}

#[test]
fn a_top_level_domains_denial_stays() {
    let inner = Fixed { flags: AA, rcode: 3, answer: vec![], soa: Some(soa("com", "a.gtld-servers.net")) };
    let reply = ask(inner, &["mail.example.com A 203.0.113.25"], "mail.example.com", RecordType::A);
    assert_eq!((reply.rcode, reply.answer.len()), (3, 0));
}

#[test]
fn names_above_a_record_exist() {
    let holder = || Some(soa("113.0.203.in-addr.arpa", "ns1.example.com"));
    let inner = Fixed { flags: AA, rcode: 3, answer: vec![], soa: holder() };
    let deeper = "1.25.113.0.203.in-addr.arpa PTR mail.example.com";
    assert_eq!(ask(inner, &[deeper], REVERSE, RecordType::PTR).rcode, 0);
    let inner = Fixed { flags: AA, rcode: 3, answer: vec![], soa: holder() };
    assert_eq!(ask(inner, &[PTR], REVERSE, RecordType::TXT).rcode, 0);
}

#[test]
fn sets_are_replaced_whole_and_without_signatures() {
    let old = |data| Record { owner: name("mail.example.com"), ttl: 60, data };
    let answer = vec![
        old(Data::A([192, 0, 2, 1].into())),
        old(Data::A([192, 0, 2, 2].into())),
        old(Data::Other(RecordType::RRSIG, Hex(vec![0; 30]))),
    ];
    let inner = Fixed { flags: AA, rcode: 0, answer, soa: None };
    let reply = ask(inner, &["mail.example.com A 203.0.113.25"], "mail.example.com", RecordType::A);
    assert_eq!(reply.answer.len(), 1);
    assert_eq!(reply.answer[0].data, Data::A([203, 0, 113, 25].into()));
}

#[test]
fn aliases_are_followed_to_the_record_and_reverse_aliases_stay() {
    let alias = |owner: &str, to: &str| Record { owner: name(owner), ttl: 60, data: Data::Cname(name(to)) };
    let target = Record { owner: name("host.example.com"), ttl: 60, data: Data::A([192, 0, 2, 1].into()) };
    let inner =
        Fixed { flags: AA, rcode: 0, answer: vec![alias("mail.example.com", "host.example.com"), target], soa: None };
    let reply = ask(inner, &["host.example.com A 203.0.113.25"], "mail.example.com", RecordType::A);
    assert_eq!(reply.answer.len(), 2);
    assert_eq!(reply.answer[1].data, Data::A([203, 0, 113, 25].into()));
    let inner = Fixed { flags: AA, rcode: 0, answer: vec![alias(REVERSE, "25.cust.example.com")], soa: None };
    let reply = ask(inner, &[PTR], REVERSE, RecordType::PTR);
    assert_eq!(reply.answer, vec![alias(REVERSE, "25.cust.example.com")]);
}

#[test]
fn failures_and_answers_without_authority_stay() {
    for (flags, rcode) in [(AA, 2), (AA, 5), (QR, 0), (QR, 3)] {
        let inner = Fixed { flags, rcode, answer: vec![], soa: Some(soa("113.0.203.in-addr.arpa", "ns1.example.com")) };
        assert!(ask(inner, &[PTR], REVERSE, RecordType::PTR).answer.is_empty(), "{flags} {rcode}");
    }
}

#[test]
fn texts_that_are_no_record_say_why() {
    for (text, part) in [
        ("mail.example.com A", "OWNER TYPE DATA"),
        ("mail.example.com A mail", "no data of type A"),
        ("113.0.203.in-addr.arpa NS ns1.example.com", "referrals"),
        ("example.com DS 1 8 2 00", "referrals"),
        ("example.com SRV 0 0 25 a", "cannot be assumed"),
        ("a..b A 192.0.2.1", "owner"),
    ] {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert_eq!(parse(PTR).expect("a record").owner, name(REVERSE));
}

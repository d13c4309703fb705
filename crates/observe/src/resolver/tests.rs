//! The resolvers' view over fake exchanges; time is paused.

use super::*;
use crate::fake::{FakeExchange, closed, name, record, reply, settings};
use crate::wire;
use ptrust_names::{Absence, AbsenceKind, Data, NegativeSoa, Soa};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const OWNER: &str = "1.2.0.192.in-addr.arpa";

fn question() -> Question {
    Question::new(name(OWNER), RecordType::PTR)
}

fn server(n: u8) -> SocketAddr {
    ([192, 0, 2, n], 53).into()
}

fn ptr() -> Record {
    record(OWNER, Data::Ptr(name("mail.example")))
}

fn soa(zone: &str) -> Record {
    record(zone, Data::Soa(Soa { mname: name("ns.example"), rname: name("h.example"), serial: 1, minimum: 60 }))
}

/// The view over an exchange, with what was asked.
async fn viewed<F>(servers: &[u8], answer: F) -> (Fact<Records>, Vec<String>)
where
    F: Fn(SocketAddr, Channel, &[u8]) -> Result<Vec<u8>, PathError> + Send + Sync + 'static,
{
    let exchange = Arc::new(FakeExchange::new(answer));
    let ports = Ports { exchange: exchange.clone(), ..closed() };
    let fact = view(&ports, &settings(servers.iter().map(|n| server(*n)).collect()), &question()).await;
    let log = exchange.log.lock().expect("no panic").clone();
    (fact, log)
}

#[tokio::test(start_paused = true)]
async fn a_set_is_present_and_each_resolver_is_a_source() {
    let (fact, _) = viewed(&[1, 2, 3], |server, _, query| match server.ip().to_string().as_str() {
        "192.0.2.1" => Ok(reply(query, 5, false, &[], &[])),
        "192.0.2.2" => Ok(reply(query, 3, false, &[], &[soa("2.0.192.in-addr.arpa")])),
        _ => Ok(reply(query, 0, false, &[ptr()], &[])),
    })
    .await;
    assert_eq!(fact.observed, Observed::Present(Records { aliases: vec![], set: vec![ptr()] }));
    let causes: Vec<_> = fact.sources.iter().map(|source| source.outcome.cause()).collect();
    assert_eq!(causes, [Some(Cause::Refused), None, None]);
    let soa = Some(NegativeSoa { zone: name("2.0.192.in-addr.arpa"), mname: name("ns.example"), ttl: 60 });
    assert_eq!(fact.sources[1].outcome, Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa }));
    assert_eq!(fact.sources[2].server.as_deref(), Some("192.0.2.3"));
    assert!(fact.sources[2].rtt_us.is_some());
}

#[tokio::test(start_paused = true)]
async fn queries_ask_for_recursion_with_edns() {
    let (fact, _) = viewed(&[1], |_, _, query| {
        assert_eq!(query[2] & 1, 1, "RD");
        assert_eq!(&query[query.len() - 8..query.len() - 6], wire::EDNS_SIZE.to_be_bytes());
        Ok(reply(query, 0, false, &[ptr()], &[]))
    })
    .await;
    assert!(fact.observed.present().is_some());
}

#[tokio::test(start_paused = true)]
async fn failures_are_never_absences() {
    for (code, cause, asked) in [
        (1, Cause::FormErr, 2),
        (2, Cause::ServFail, 2),
        (4, Cause::UnexpectedRcode, 2),
        (5, Cause::Refused, 1),
        (9, Cause::NotAuthoritative, 1),
    ] {
        let (fact, log) = viewed(&[1], move |_, _, query| Ok(reply(query, code, false, &[], &[]))).await;
        assert_eq!(fact.observed, Observed::Unknown(cause), "code {code}");
        assert_eq!(log.len(), asked, "code {code}");
    }
    for (error, cause, asked) in [
        (PathError::Timeout, Cause::Timeout, vec!["Udp", "Udp", "Tcp"]),
        (PathError::Refused, Cause::Refused, vec!["Udp", "Tcp"]),
        (PathError::Local, Cause::Local, vec!["Udp"]),
    ] {
        let (fact, log) = viewed(&[1], move |_, _, _| Err(error)).await;
        assert_eq!(fact.observed, Observed::Unknown(cause));
        assert_eq!(fact.sources[0].rtt_us, None);
        let channels: Vec<_> = log.iter().filter_map(|line| line.split(' ').nth(1)).collect();
        assert_eq!(channels, asked);
    }
    let (fact, _) = viewed(&[1], |_, _, query| Ok(query[..12].to_vec())).await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::Garbled));
    let (fact, _) = viewed(&[], |_, _, _| Err(PathError::Local)).await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::NotAsked));
}

#[tokio::test(start_paused = true)]
async fn a_referral_is_not_an_absence() {
    let ns = record("arpa", Data::Ns(name("a.ns.example")));
    let (fact, _) = viewed(&[1], move |_, _, query| {
        let mut wire = reply(query, 0, false, &[], std::slice::from_ref(&ns));
        wire[3] &= 0x7f;
        Ok(wire)
    })
    .await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::NotAuthoritative));
    let (fact, _) = viewed(&[1], |_, _, query| Ok(reply(query, 0, false, &[], &[]))).await;
    assert_eq!(fact.observed, Observed::Absent(Absence { kind: AbsenceKind::NoData, soa: None }));
}

#[tokio::test(start_paused = true)]
async fn losses_servfail_and_truncation_are_asked_again() {
    let tries = AtomicUsize::new(0);
    let (fact, log) = viewed(&[1], move |_, _, query| match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Err(PathError::Timeout),
        1 => Ok(reply(query, 2, false, &[], &[])),
        2 => Ok(reply(query, 0, true, &[], &[])),
        _ => Ok(reply(query, 0, false, &[ptr()], &[])),
    })
    .await;
    assert!(fact.observed.present().is_some());
    assert_eq!(log.iter().filter(|line| line.ends_with("Udp")).count(), 3);
    assert_eq!(fact.sources[0].transport, Transport::Tcp);
    // A truncated set that TCP does not complete is no answer.
    let (fact, _) = viewed(&[1], |_, channel, query| match channel {
        Channel::Udp => Ok(reply(query, 0, true, &[ptr()], &[])),
        Channel::Tcp => Err(PathError::Refused),
    })
    .await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_edns_is_asked_without() {
    let (fact, log) = viewed(&[1], |_, _, query| {
        let plain = query[11] == 0;
        Ok(if plain { reply(query, 0, false, &[ptr()], &[]) } else { reply(query, 1, false, &[], &[]) })
    })
    .await;
    assert!(fact.observed.present().is_some());
    assert_eq!(log.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn open_alias_chains_are_followed_and_end() {
    let (fact, _) = viewed(&[1], |_, _, query| {
        let asked = query[12..].starts_with(b"\x011\x012");
        Ok(if asked {
            reply(query, 0, false, &[record(OWNER, Data::Cname(name("1.rev.example")))], &[])
        } else {
            reply(query, 0, false, &[record("1.rev.example", Data::Ptr(name("mail.example")))], &[])
        })
    })
    .await;
    let records = fact.observed.present().expect("a set");
    assert_eq!((records.aliases.len(), records.set.len()), (1, 1));
    // Two names that point at each other, one answer at a time.
    let (fact, log) = viewed(&[1], |_, _, query| {
        let asked = query[12..].starts_with(b"\x011\x012");
        let (from, to) = if asked { (OWNER, "a.example") } else { ("a.example", OWNER) };
        Ok(reply(query, 0, false, &[record(from, Data::Cname(name(to)))], &[]))
    })
    .await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::AliasLoop));
    assert_eq!(log.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_target_holds() {
    let exchange = Arc::new(FakeExchange::new(|_, _, _: &[u8]| Err(PathError::Timeout)));
    let ports = Ports { exchange, ..closed() };
    let mut settings = settings(vec![server(1)]);
    settings.timeout = Duration::from_millis(500);
    let begun = Instant::now();
    let fact = view(&ports, &settings, &question()).await;
    assert_eq!(begun.elapsed(), Duration::from_millis(500));
    assert_eq!(fact.observed, Observed::Unknown(Cause::Timeout));
}

#[tokio::test(start_paused = true)]
async fn lookup_takes_both_families_and_the_next_resolver() {
    let exchange = FakeExchange::new(|server: SocketAddr, _, query: &[u8]| {
        if server.ip().to_string() == "192.0.2.1" {
            return Ok(reply(query, 5, false, &[], &[]));
        }
        let v6 = query.windows(5).any(|bytes| bytes == [0, 0, 28, 0, 1]);
        let data = if v6 { Data::Aaaa("2001:db8::1".parse().expect("v6")) } else { Data::A([192, 0, 2, 9].into()) };
        Ok(reply(query, 0, false, &[record("host.example", data)], &[]))
    });
    let host = name("host.example");
    let wait = Duration::from_secs(1);
    let found = lookup(&exchange, &crate::fake::FakeClock, &[server(1), server(2)], &host, wait).await;
    assert_eq!(found, Ok(vec!["2001:db8::1".parse().expect("v6"), "192.0.2.9".parse().expect("v4")]));
    let found = lookup(&exchange, &crate::fake::FakeClock, &[server(1)], &host, wait).await;
    assert_eq!(found, Err(Cause::Refused));
}

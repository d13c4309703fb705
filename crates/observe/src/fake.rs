//! Ports of the unit tests: each answers from a closure, and records nothing but what a test asks of it.

use crate::ports::{BoxFuture, Channel, Clock, Dial, Exchange, Fetch, FetchError, PathError, Ports, Response, Stream};
use crate::settings::Settings;
use jiff::Timestamp;
use ptrust_facts::Scope;
use ptrust_names::{Data, Name, Record};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A name of a test.
pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// A record with a TTL of 300 s.
pub(crate) fn record(owner: &str, data: Data) -> Record {
    Record { owner: name(owner), ttl: 300, data }
}

/// Settings of a test: everything may be probed.
pub(crate) fn settings(resolvers: Vec<SocketAddr>) -> Settings {
    Settings {
        root_hints: Vec::new(),
        resolvers,
        walk: true,
        registry_zones: Vec::new(),
        trust_anchor: None,
        timeout: Duration::from_secs(10),
        helo: "probe.example".into(),
        per_server: 64,
        roots: crate::session::Roots::default(),
        scope: Scope::World,
    }
}

/// Ports that all fail locally, to be replaced in part.
pub(crate) fn closed() -> Ports {
    Ports {
        exchange: Arc::new(FakeExchange::new(|_, _, _| Err(PathError::Local))),
        dial: Arc::new(FakeDial(|_| Err(PathError::Local))),
        fetch: Arc::new(FakeFetch::new(|_| Err(PathError::Local.into()))),
        clock: Arc::new(FakeClock),
    }
}

/// A clock that stands.
pub(crate) struct FakeClock;

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000).expect("a time")
    }
}

/// Exchanges from a closure; a timeout takes its time.
pub(crate) struct FakeExchange<F> {
    answer: F,
    /// Queries so far, as `SERVER CHANNEL`.
    pub(crate) log: Mutex<Vec<String>>,
}

impl<F> FakeExchange<F>
where
    F: Fn(SocketAddr, Channel, &[u8]) -> Result<Vec<u8>, PathError> + Send + Sync,
{
    pub(crate) fn new(answer: F) -> Self {
        Self { answer, log: Mutex::default() }
    }
}

impl<F> Exchange for FakeExchange<F>
where
    F: Fn(SocketAddr, Channel, &[u8]) -> Result<Vec<u8>, PathError> + Send + Sync,
{
    fn exchange<'a>(
        &'a self,
        server: SocketAddr,
        channel: Channel,
        query: &'a [u8],
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Vec<u8>, PathError>> {
        Box::pin(async move {
            self.log.lock().expect("no panic").push(format!("{server} {channel:?}"));
            let answer = (self.answer)(server, channel, query);
            if answer == Err(PathError::Timeout) {
                tokio::time::sleep(timeout).await;
            }
            answer
        })
    }
}

/// Connections from a closure.
pub(crate) struct FakeDial<F>(pub(crate) F);

impl<F> Dial for FakeDial<F>
where
    F: Fn(SocketAddr) -> Result<Box<dyn Stream>, PathError> + Send + Sync,
{
    fn dial(&self, address: SocketAddr, _: Duration) -> BoxFuture<'_, Result<Box<dyn Stream>, PathError>> {
        Box::pin(async move { (self.0)(address) })
    }
}

/// Fetches from a closure over the URL.
pub(crate) struct FakeFetch<F> {
    answer: F,
    /// URLs so far.
    pub(crate) log: Mutex<Vec<String>>,
}

impl<F> FakeFetch<F>
where
    F: Fn(&str) -> Result<Response, FetchError> + Send + Sync,
{
    pub(crate) fn new(answer: F) -> Self {
        Self { answer, log: Mutex::default() }
    }
}

impl<F> Fetch for FakeFetch<F>
where
    F: Fn(&str) -> Result<Response, FetchError> + Send + Sync,
{
    fn get<'a>(
        &'a self,
        url: &'a str,
        _: &'a str,
        _: usize,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>> {
        Box::pin(async move {
            self.log.lock().expect("no panic").push(url.to_owned());
            let answer = (self.answer)(url);
            if answer == Err(FetchError::Path(PathError::Timeout)) {
                tokio::time::sleep(timeout).await;
            }
            answer
        })
    }
}

/// A reply in wire form: `query`'s id and question, the code, TC, and records of two sections.
pub(crate) fn reply(query: &[u8], code: u8, truncated: bool, answer: &[Record], authority: &[Record]) -> Vec<u8> {
    let mut question = 12;
    while query[question] != 0 {
        question += 1 + usize::from(query[question]);
    }
    question += 5;
    let mut wire = query[..question].to_vec();
    wire[2] = 0x81 | if truncated { 2 } else { 0 };
    wire[3] = 0x80 | code;
    for (at, count) in [(6, answer.len()), (8, authority.len()), (10, 0)] {
        wire[at..at + 2].copy_from_slice(&u16::try_from(count).expect("few records").to_be_bytes());
    }
    for record in answer.iter().chain(authority) {
        let data = match &record.data {
            Data::A(address) => address.octets().to_vec(),
            Data::Aaaa(address) => address.octets().to_vec(),
            Data::Cname(name) | Data::Ns(name) | Data::Ptr(name) => name.wire().to_vec(),
            Data::Soa(soa) => {
                let numbers = [soa.serial, 1, 1, 1, soa.minimum].map(u32::to_be_bytes).concat();
                [soa.mname.wire(), soa.rname.wire(), &numbers].concat()
            }
            other => panic!("no test has {other}"),
        };
        wire.extend_from_slice(record.owner.wire());
        wire.extend_from_slice(&record.data.rtype().0.to_be_bytes());
        wire.extend_from_slice(&[0, 1]);
        wire.extend_from_slice(&record.ttl.to_be_bytes());
        wire.extend_from_slice(&u16::try_from(data.len()).expect("short data").to_be_bytes());
        wire.extend_from_slice(&data);
    }
    wire
}

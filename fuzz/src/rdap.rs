//! RDAP: hostile objects, redirects and waits, and bootstrap files.

use crate::invariant::{check_json, check_text};
use crate::world::paused;
use ptrust_facts::{Fact, Owner, Transport};
use ptrust_names::{Cause, Observed};
use ptrust_observe::ports::{BoxFuture, Fetch, FetchError, PathError, Ports, Response};
use ptrust_observe::rdap::{Bootstrap, owner};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Characters of a text, as `rdap::network` says.
const MAX_TEXT: usize = 200;
/// Blocks, as `rdap::network` says.
const MAX_BLOCKS: usize = 16;
/// Handles: eight of an object, and of two linked ones.
const MAX_HANDLES: usize = 3 * 8;
/// Requests: an object and two linked ones, each over three redirects and one wait.
const MAX_REQUESTS: usize = 3 * (1 + 3 + 1);
/// Virtual time: the deadline, and the wait that a registry may ask for in front of it.
const MAX_TIME: Duration = Duration::from_secs(5 + 2);
/// Sentence around a text in `usage_reason`.
const SENTENCE: usize = 200;
/// What lies between two responses in an input.
const CUT: &str = "\n---\n";
/// An address in the built-in bootstrap files, of either family.
const ADDRESSES: [&str; 2] = ["203.0.113.25", "2001:db8::25"];

/// The input is the responses of the registries, one after the other, cut by `---` lines. A response that begins with
/// `HTTP CODE [RETRY-AFTER|LOCATION|timeout]` is not 200. The whole is also read as a bootstrap file.
pub fn rdap(bytes: &[u8]) {
    check_bootstrap(bytes);
    for address in ADDRESSES {
        let address: IpAddr = address.parse().expect("an address");
        let script = Arc::new(Script::new(bytes));
        paused(check_owner(address, script));
    }
}

/// What the registries say, in turn, over and over.
struct Script {
    responses: Vec<Vec<u8>>,
    asked: AtomicUsize,
}

impl Script {
    /// Cuts an input.
    fn new(bytes: &[u8]) -> Self {
        let mut responses = Vec::new();
        let mut rest = bytes;
        while let Some(at) = rest.windows(CUT.len()).position(|window| window == CUT.as_bytes()) {
            let (head, tail) = rest.split_at(at);
            responses.push(head.to_vec());
            rest = tail.get(CUT.len()..).unwrap_or_default();
        }
        responses.push(rest.to_vec());
        Self { responses, asked: AtomicUsize::new(0) }
    }

    /// The next response.
    fn next(&self) -> Result<Response, FetchError> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed) % self.responses.len();
        let raw = self.responses.get(turn).cloned().unwrap_or_default();
        let mut response =
            Response { status: 200, content_type: None, location: None, retry_after: None, body: Vec::new() };
        let line = raw.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).into_owned();
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("HTTP") {
            response.body = raw;
            return Ok(response);
        }
        let status = words.next().and_then(|status| status.parse().ok());
        response.status = status.unwrap_or(500);
        match words.next() {
            Some("timeout") => return Err(FetchError::Path(PathError::Timeout)),
            Some("tls") => return Err(FetchError::Tls),
            Some("large") => return Err(FetchError::TooLarge),
            Some("url") => return Err(FetchError::Url),
            Some(word) => match word.parse() {
                Ok(seconds) => response.retry_after = Some(seconds),
                Err(_) => response.location = Some(word.to_owned()),
            },
            None => {}
        }
        Ok(response)
    }
}

impl Fetch for Script {
    fn get<'a>(
        &'a self,
        url: &'a str,
        _: &'a str,
        limit: usize,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>> {
        Box::pin(async move {
            assert!(url.starts_with("https://"), "{url} is not https");
            let response = self.next();
            if response == Err(FetchError::Path(PathError::Timeout)) {
                tokio::time::sleep(timeout).await;
            }
            response.and_then(
                |response| {
                    if response.body.len() > limit { Err(FetchError::TooLarge) } else { Ok(response) }
                },
            )
        })
    }
}

/// Asks for the holder of an address.
async fn check_owner(address: IpAddr, script: Arc<Script>) {
    let world = crate::world::small();
    let ports = Ports { fetch: script.clone(), ..world.ports() };
    let begun = Instant::now();
    let fact = owner(&ports, &world.settings(), address, None).await;
    assert!(begun.elapsed() <= MAX_TIME, "{:?} for one owner", begun.elapsed());
    let asked = script.asked.load(Ordering::Relaxed);
    assert!(asked <= MAX_REQUESTS, "{asked} requests");
    assert!(asked > 0 || fact.observed.cause() == Some(Cause::NotAsked), "an answer that nobody gave");
    check_fact(address, &fact);
}

/// What is said of the holder is bounded, escaped, and about the address.
fn check_fact(address: IpAddr, fact: &Fact<Owner>) {
    check_json(fact);
    for source in &fact.sources {
        assert_eq!(source.transport, Transport::Https);
    }
    let Observed::Present(owner) = &fact.observed else {
        return;
    };
    let texts = [
        &owner.holder,
        &owner.block_name,
        &owner.block_type,
        &owner.parent,
        &owner.registry,
        &owner.abuse,
        &owner.country,
    ];
    for text in texts.into_iter().flatten().chain(&owner.handles) {
        check_text(text);
        assert!(!text.is_empty(), "empty text");
        assert!(text.chars().count() <= MAX_TEXT, "{} characters of text", text.chars().count());
    }
    if let Some(reason) = &owner.usage_reason {
        check_text(reason);
        assert!(reason.chars().count() <= MAX_TEXT + SENTENCE, "a long reason");
    }
    assert!(owner.handles.len() <= MAX_HANDLES, "too many handles");
    assert!(owner.blocks.len() <= MAX_BLOCKS, "too many blocks");
    assert!(owner.blocks.iter().any(|block| block.contains(&address)), "a block of others");
}

/// A bootstrap file gives https URLs only.
fn check_bootstrap(bytes: &[u8]) {
    let Ok(file) = Bootstrap::parse(bytes) else {
        return;
    };
    for address in ADDRESSES.map(|address| address.parse::<IpAddr>().expect("an address")) {
        if let Some(base) = file.base(address) {
            assert_eq!(base.scheme(), "https");
            assert!(base.as_str().len() <= bytes.len() * 12 + 64, "a long URL");
            let _ = base.join(&format!("ip/{address}"));
        }
    }
}

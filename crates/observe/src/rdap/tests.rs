//! The flow over a fake web: redirects, links, refusals, deadlines, and the cache.

use super::*;
use crate::fake::{FakeFetch, closed, settings};
use crate::ports::{PathError, Response};
use network::tests::{APNIC, ARIN, RIPE};
use std::sync::atomic::AtomicUsize;

const ADDRESS: &str = "192.0.2.1";
const URL: &str = "https://rdap.arin.net/registry/ip/192.0.2.1";

fn response(status: u16, body: &str) -> Response {
    Response { status, content_type: None, location: None, retry_after: None, body: body.as_bytes().to_vec() }
}

fn redirect(location: &str) -> Response {
    Response { location: Some(location.into()), ..response(301, "") }
}

/// The holder over a web, with the URLs asked for.
async fn owned<F>(client: &Client, address: &str, web: F) -> (Fact<Owner>, Vec<String>)
where
    F: Fn(&str) -> Result<Response, FetchError> + Send + Sync + 'static,
{
    let fetch = Arc::new(FakeFetch::new(web));
    let ports = Ports {
        fetch: fetch.clone(),
        // The age of copies is judged by the time on disk.
        clock: Arc::new(crate::net::SystemClock),
        ..closed()
    };
    let fact = client.owner(&ports, &settings(Vec::new()), address.parse().expect("an address")).await;
    let log = fetch.log.lock().expect("no panic").clone();
    (fact, log)
}

#[tokio::test(start_paused = true)]
async fn the_registry_is_asked_and_named() {
    let (fact, log) = owned(&Client::new(None), ADDRESS, |_| Ok(response(200, RIPE))).await;
    let owner = fact.observed.present().expect("an owner");
    assert_eq!(owner.holder.as_deref(), Some("Example Widgets GmbH"));
    assert_eq!(owner.usage, ptrust_facts::Use::Dedicated);
    assert!(owner.usage_reason.is_some());
    assert_eq!(log, [URL]);
    assert_eq!(fact.sources[0].server.as_deref(), Some("rdap.arin.net"));
    assert!(fact.sources[0].rtt_us.is_some());
}

#[tokio::test(start_paused = true)]
async fn redirects_lead_to_the_registry_that_knows() {
    let (fact, log) = owned(&Client::new(None), ADDRESS, |url| {
        Ok(if url == URL { redirect("http://rdap.db.ripe.net/ip/192.0.2.1") } else { response(200, RIPE) })
    })
    .await;
    assert!(fact.observed.present().is_some());
    assert_eq!(log, [URL, "https://rdap.db.ripe.net/ip/192.0.2.1"]);
    assert_eq!(fact.sources[0].server.as_deref(), Some("rdap.db.ripe.net"));
    let (fact, log) = owned(&Client::new(None), ADDRESS, |_| Ok(redirect("again"))).await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::AliasLoop));
    assert_eq!(log.len(), MAX_REDIRECTS + 1);
    let (fact, log) = owned(&Client::new(None), ADDRESS, |_| Ok(redirect("ftp://x.example/"))).await;
    assert_eq!((fact.observed, log.len()), (Observed::Unknown(Cause::Garbled), 1));
}

#[tokio::test(start_paused = true)]
async fn a_related_registry_tells_more() {
    let national = r#"{"startAddress":"203.0.113.0","endAddress":"203.0.113.63","name":"CUST","type":"ASSIGNED PI",
        "entities":[{"handle":"JP1","roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","Example KK"],
        ["kind",{},"text","org"]]]}]}"#;
    let web =
        move |url: &str| Ok(response(200, if url.starts_with("https://rdap.apnic.net/") { APNIC } else { national }));
    let (fact, log) = owned(&Client::new(None), "203.0.113.9", web).await;
    let owner = fact.observed.present().expect("an owner");
    assert_eq!(owner.holder.as_deref(), Some("Example KK"));
    assert_eq!((owner.country.as_deref(), owner.abuse.as_deref()), (Some("JP"), Some("hostmaster@example.jp")));
    assert_eq!(log, ["https://rdap.apnic.net/ip/203.0.113.9", "https://rdap.example.jp/rdap/ip/203.0.113.0/24"]);
    // A wider or foreign object, or none, changes nothing.
    for other in [r#"{"startAddress":"203.0.0.0","endAddress":"203.0.255.255","name":"WIDE"}"#, RIPE, "{"] {
        let web =
            move |url: &str| Ok(response(200, if url.starts_with("https://rdap.apnic.net/") { APNIC } else { other }));
        let (fact, _) = owned(&Client::new(None), "203.0.113.9", web).await;
        assert_eq!(fact.observed.present().and_then(|owner| owner.holder.as_deref()), Some("Example Internet Corp."));
        assert_eq!(fact.sources[0].server.as_deref(), Some("rdap.apnic.net"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_holder_is_looked_for_above() {
    let block = r#"{"startAddress":"192.0.2.0","endAddress":"192.0.2.63","name":"PART","type":"ASSIGNED PA",
        "links":[{"rel":"up","href":"https://rdap.arin.net/registry/ip/192.0.2.0/24"}]}"#;
    let web = move |url: &str| Ok(response(200, if url == URL { block } else { RIPE }));
    let (fact, log) = owned(&Client::new(None), ADDRESS, web).await;
    let owner = fact.observed.present().expect("an owner");
    assert_eq!((owner.holder.as_deref(), owner.block_name.as_deref()), (Some("Example Widgets GmbH"), Some("PART")));
    assert_eq!(owner.usage, ptrust_facts::Use::Unknown, "the holder of the block above is not the block's");
    assert_eq!(log.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn status_codes_become_answers() {
    let absent = Observed::Absent(Absence { kind: AbsenceKind::NoData, soa: None });
    for (status, expected) in [
        (404, absent),
        (400, Observed::Unknown(Cause::UnexpectedRcode)),
        (403, Observed::Unknown(Cause::Refused)),
        (503, Observed::Unknown(Cause::ServFail)),
        (301, Observed::Unknown(Cause::UnexpectedRcode)),
    ] {
        let (fact, _) = owned(&Client::new(None), ADDRESS, move |_| Ok(response(status, "{}"))).await;
        assert_eq!(fact.observed, expected, "{status}");
    }
    for (error, cause) in [
        (FetchError::Tls, Cause::Bogus),
        (FetchError::TooLarge, Cause::Garbled),
        (FetchError::Path(PathError::Local), Cause::Local),
    ] {
        let (fact, _) = owned(&Client::new(None), ADDRESS, move |_| Err(error)).await;
        assert_eq!(fact.observed, Observed::Unknown(cause));
    }
    for body in ["", "nonsense", "{}", ARIN, &"[".repeat(10_000)] {
        let body = body.to_owned();
        let (fact, _) = owned(&Client::new(None), ADDRESS, move |_| Ok(response(200, &body))).await;
        assert_eq!(fact.observed, Observed::Unknown(Cause::Garbled));
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_registry_is_left_alone() {
    let client = Client::new(None);
    let busy = |retry_after| Response { retry_after, ..response(429, "") };
    let (fact, log) = owned(&client, ADDRESS, move |_| Ok(busy(Some(90)))).await;
    assert_eq!((fact.observed, log.len()), (Observed::Unknown(Cause::RateLimited), 1));
    let (fact, log) = owned(&client, "192.0.2.2", |_| Ok(response(200, RIPE))).await;
    assert_eq!((fact.observed, log.len()), (Observed::Unknown(Cause::RateLimited), 0));
    tokio::time::sleep(Duration::from_secs(91)).await;
    let (fact, _) = owned(&client, "192.0.2.2", |_| Ok(response(200, RIPE))).await;
    assert!(fact.observed.present().is_some());
    // A short pause is waited for, once.
    let (tries, begun) = (AtomicUsize::new(0), Instant::now());
    let web =
        move |_: &str| Ok(if tries.fetch_add(1, Ordering::Relaxed) == 0 { busy(Some(2)) } else { response(200, RIPE) });
    let (fact, log) = owned(&client, ADDRESS, web).await;
    assert!(fact.observed.present().is_some() && log.len() == 2);
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    let (_, log) = owned(&client, ADDRESS, move |_| Ok(busy(Some(1)))).await;
    assert_eq!(log.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_takes_longer_than_the_deadline() {
    let begun = Instant::now();
    let (fact, _) = owned(&Client::new(None), ADDRESS, |_| Err(PathError::Timeout.into())).await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::Timeout));
    assert!(begun.elapsed() <= Duration::from_secs(10));
    // A dead link does not cost the answer at hand, nor more than the deadline.
    let begun = Instant::now();
    let web = |url: &str| {
        if url.starts_with("https://rdap.apnic.net/") {
            Ok(response(200, APNIC))
        } else {
            Err(PathError::Timeout.into())
        }
    };
    let (fact, _) = owned(&Client::new(None), "203.0.113.9", web).await;
    assert!(fact.observed.present().is_some() && begun.elapsed() <= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn special_addresses_are_nobodys_business() {
    for address in ["10.0.0.1", "127.0.0.1", "::ffff:192.168.0.1", "fe80::1"] {
        let (fact, log) = owned(&Client::new(None), address, |_| Ok(response(200, RIPE))).await;
        assert_eq!((fact.observed, log.len()), (Observed::Unknown(Cause::NotAsked), 0));
    }
    let settings = Settings { scope: Scope::All, ..settings(Vec::new()) };
    let fact = owner(&closed(), &settings, ADDRESS.parse().expect("an address"), None).await;
    assert_eq!(fact.observed, Observed::Unknown(Cause::NotAsked));
}

/// A directory of one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("ptrust-{name}-{}-{:08x}", std::process::id(), rand::random::<u32>())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A bootstrap file that sends everything to a host.
fn bootstrap(publication: &str, host: &str) -> String {
    format!(r#"{{"publication":"{publication}","services":[[["0.0.0.0/0"],["https://{host}/"]]]}}"#)
}

#[tokio::test]
async fn newer_copies_are_preferred_and_old_ones_renewed() {
    let scratch = Scratch::new("rdap");
    let cache = scratch.0.join("rdap");
    let web = |url: &str| {
        Ok(match url {
            "https://data.iana.org/rdap/ipv4.json" => response(200, &bootstrap("2026-01-01T00:00:00Z", "new.example")),
            "https://data.iana.org/rdap/ipv6.json" => response(200, "nonsense"),
            _ => response(200, RIPE),
        })
    };
    // No copy: the built-in file answers, and both are fetched on the side.
    let (fact, log) = owned(&Client::new(Some(&cache)), ADDRESS, web).await;
    assert!(fact.observed.present().is_some() && log.contains(&URL.to_owned()));
    let copy = cache.join("ipv4.json");
    for _ in 0..500 {
        if copy.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(copy.exists() && !cache.join("ipv6.json").exists());
    assert_eq!(std::fs::read_dir(&cache).expect("a directory").count(), 1, "no drafts stay");
    // The copy is newer: it decides.
    let (_, log) = owned(&Client::new(Some(&cache)), ADDRESS, web).await;
    assert!(log.contains(&"https://new.example/ip/192.0.2.1".to_owned()), "{log:?}");
    // A copy older than the built-in file, or a broken one, does not.
    for text in [bootstrap("2001-01-01T00:00:00Z", "old.example"), "nonsense".into()] {
        std::fs::write(&copy, text).expect("written");
        let (_, log) = owned(&Client::new(Some(&cache)), ADDRESS, web).await;
        assert!(log.contains(&URL.to_owned()), "{log:?}");
    }
}

#[tokio::test]
async fn worlds_renew_nothing() {
    let (_, log) = owned(&Client::new(None), ADDRESS, |_| Ok(response(200, RIPE))).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(log, [URL]);
}

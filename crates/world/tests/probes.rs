//! SMTP listeners and registrations, through the ports and through the probes above them.

mod common;

use common::world;
use ptrust_observe::ports::{FetchError, PathError};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TEXT: &str = r#"
smtp 203.0.113.25 220 mail.example.com ESMTP
smtp 203.0.113.26 silent
smtp 203.0.113.27 220 slow.example.com
smtp 203.0.113.27 delay 3s
smtp [2001:db8::25]:587 220 v6.example.com
smtp-ehlo 203.0.113.25 250 ehlo.example.com
smtp-ehlo 203.0.113.25 250 STARTTLS
rdap 203.0.113.0/24 holder="Example Hosting BV" handle=ORG-EX1-RIPE name=EXAMPLE-NET type="ASSIGNED PA"
rdap 203.0.113.0/24 registry=apnic abuse=abuse@example.net parent=APNIC-203 country=NL
rdap 203.0.113.128/25 holder="Customer GmbH"
rdap 198.51.100.0/24 429
rdap 192.0.2.0/24 timeout
rdap 192.0.2.128/25 garbage
rdap 2001:db8::/32 holder="Six" registry=ripencc
"#;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn listeners_greet() {
    let dial = world(TEXT).ports().dial;
    let to = |address: &str| -> SocketAddr { address.parse().expect("a socket") };
    let mut stream = dial.dial(to("203.0.113.25:25"), SECOND).await.expect("a connection");
    stream.write_all(b"EHLO probe\r\nQUIT\r\n").await.expect("room");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.expect("text");
    assert_eq!(heard, "220 mail.example.com ESMTP\r\n250-ehlo.example.com\r\n250 STARTTLS\r\n221 2.0.0 Bye\r\n");
    let nobody = dial.dial(to("203.0.113.99:25"), SECOND).await;
    assert_eq!(nobody.err(), Some(PathError::Refused));
    assert!(dial.dial(to("[2001:db8::25]:587"), SECOND).await.is_ok());
    let other_port = dial.dial(to("[2001:db8::25]:25"), SECOND).await;
    assert_eq!(other_port.err(), Some(PathError::Refused));
    let mut silent = dial.dial(to("203.0.113.26:25"), SECOND).await.expect("a connection");
    let read = tokio::time::timeout(SECOND, silent.read_u8()).await;
    assert!(read.is_err(), "silent listeners stay silent");
    let start = tokio::time::Instant::now();
    let mut slow = dial.dial(to("203.0.113.27:25"), SECOND).await.expect("a connection");
    assert_eq!(slow.read_u8().await.ok(), Some(b'2'));
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn registrations_are_told() {
    let world = world(TEXT);
    let fetch = world.ports().fetch;
    let get = async |url: &str| fetch.get(url, "application/rdap+json", 65_536, SECOND).await;
    let found = get("https://rdap.apnic.net/ip/203.0.113.25").await.expect("an answer");
    let json: serde_json::Value = serde_json::from_slice(&found.body).expect("JSON");
    assert_eq!(json["name"], "EXAMPLE-NET");
    assert_eq!(json["startAddress"], "203.0.113.0");
    assert_eq!(json["entities"][0]["handle"], "ORG-EX1-RIPE");
    assert_eq!(json["entities"][0]["vcardArray"][1][1][3], "Example Hosting BV");
    let near = get("https://any.example/x/ip/203.0.113.200").await.expect("an answer");
    assert!(String::from_utf8_lossy(&near.body).contains("Customer GmbH"));
    let busy = get("https://rdap.arin.net/registry/ip/198.51.100.1").await.expect("an answer");
    assert_eq!((busy.status, busy.retry_after), (429, Some(60)));
    assert_eq!(get("https://rdap.arin.net/registry/ip/8.8.8.8").await.map(|r| r.status), Ok(404));
    let silent = get("https://rdap.arin.net/registry/ip/192.0.2.1").await;
    assert_eq!(silent, Err(FetchError::Path(PathError::Timeout)));
    assert_eq!(get("http://rdap.arin.net/registry/ip/192.0.2.1").await, Err(FetchError::Url));
    let moved = get("https://rdap.apnic.net/ip/2001:db8::1").await.expect("an answer");
    assert_eq!(moved.location.as_deref(), Some("https://rdap.db.ripe.net/ip/2001:db8::1"));
    let small = fetch.get("https://rdap.apnic.net/ip/203.0.113.25", "", 10, SECOND).await;
    assert_eq!(small, Err(FetchError::TooLarge));
}

#[tokio::test(start_paused = true)]
async fn the_probes_read_them() {
    let world = world(TEXT);
    let (ports, settings) = (world.ports(), world.settings());
    let owner = async |address: &str| {
        let address: IpAddr = address.parse().expect("an address");
        let fact = ptrust_observe::rdap::owner(&ports, &settings, address, None).await;
        fact.observed.present().cloned()
    };
    let hosting = owner("203.0.113.25").await.expect("an owner");
    assert_eq!(hosting.holder.as_deref(), Some("Example Hosting BV"));
    assert_eq!(hosting.registry.as_deref(), Some("apnic"));
    assert_eq!(hosting.abuse.as_deref(), Some("abuse@example.net"));
    assert_eq!(hosting.block_type.as_deref(), Some("ASSIGNED PA"));
    assert_eq!(hosting.country.as_deref(), Some("NL"));
    let six = owner("2001:db8::1").await.expect("an owner");
    assert_eq!(six.registry.as_deref(), Some("ripencc"));
    for trouble in ["198.51.100.1", "192.0.2.1", "192.0.2.200"] {
        assert_eq!(owner(trouble).await, None);
    }
}
